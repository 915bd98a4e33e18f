"""What the driver of a story reads itself: the database, Slack's rooms and OCP."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.domain.errors import StoreUnavailable
from bot.domain.records import Thread
from bot.domain.request import Request
from bot.domain.task import Task
from bot.ocp.client import OcpClient
from bot.sandbox.ocp.records import Record as Heard
from bot.slack.trouble import CONTENT
from bot.store.database import Database
from tests.stories.world import World

from . import looks
from .people import TITLE
from .verdict import Evidence

CREATE = "/api/v2/obproxy/clusters"
ENVIRONMENT = "prod"


@dataclass(slots=True)
class Record:
    """The story's one request, seen from outside the bot."""

    world: World
    keeps_looks: bool = False

    @property
    def database(self) -> Database:
        """The bot's database, through connections of our own."""
        if self.world.database is None:
            self.world.database = Database.at(self.world.database_url)
        return self.world.database

    async def request(self) -> Request | None:
        """Return the request; None while there is none, or no table yet to hold it."""
        try:
            async with self.database.reading() as tx:
                return await tx.request_by_number(1)
        except StoreUnavailable:
            return None

    async def keep_looks(self) -> None:
        """Let the database keep every look; called as soon as there are tables."""
        if not self.keeps_looks:
            await looks.keep_looks(self.database)
            self.keeps_looks = True

    async def is_shown(self) -> bool:
        """Whether every thread has shown all, nothing is in flight, and no silence of OCP is to be told as over."""
        async with self.database.reading() as tx:
            environment = await tx.environment(ENVIRONMENT)
            return environment.away_since is None and not await tx.threads_behind()

    async def standing(self) -> str:
        """Describe where the story stands, for somebody who has to find out why it does not go on."""
        request = await self.request()
        if request is None:
            return f"there is no request; {self.world.slack.connections} connections"
        threads = [
            f"{t.place.channel} {t.root_ts} at {t.cursor} of {request.seq}" for t in await self._threads(request)
        ]
        return f"the request is {request.state}, its threads: {threads}"

    async def evidence(self, stuck: str, faults: Sequence[str]) -> Evidence:
        """Gather what is left of the story."""
        request = await self.request()
        if request is None:
            return Evidence(stuck=stuck, faults=faults)
        async with self.database.reading() as tx:
            events, watches = await tx.events(request.id), await tx.watches_of(request.id)
            environment = await tx.events(f"environment:{ENVIRONMENT}")
        return Evidence(
            state=request.state,
            events=events,
            looks=await looks.kept_looks(self.database),
            snapshots=[watch.snapshot for watch in watches],
            task=await self._task(),
            sent_at=[self._in_the_story(record.at) for record in self.world.ocp.records if _is_create(record)],
            accepted=[body["name"] for body in self.world.ocp.accepted_creates],
            threads=[self.world.shown(thread) for thread in await self._threads(request)],
            environment=environment,
            notices=self._notices(),
            stuck=stuck,
            faults=[*faults, *self._refused()],
        )

    async def _threads(self, request: Request) -> Sequence[Thread]:
        async with self.database.reading() as tx:
            return await tx.threads_of(request.id)

    async def _task(self) -> Task | None:
        """Return the newest task as OCP shows it."""
        if not self.world.ocp.tasks:
            return None
        ocp = self.world.ocp
        async with OcpClient(
            base_url=ocp.url, username=ocp.username, password=ocp.password, clock=self.world.clock
        ) as client:
            return await client.task(max(ocp.tasks))

    def _notices(self) -> list[str]:
        """Return what stands in the approvals channel beside cards: what happened to the environment itself."""
        shown = [self.world.slack.rendered(message) for message in self.world.approvals.messages]
        return [text for text in shown if not text.startswith(TITLE)]

    def _refused(self) -> list[str]:
        refused = [record for record in self.world.slack.records if record.error in CONTENT]
        return [f"Slack refused {record.method}: {record.error}" for record in refused]

    def _in_the_story(self, at: datetime) -> datetime:
        """Return the story's time at the real time *at*."""
        clock = self.world.clock
        return datetime.fromtimestamp(clock.since + (at.timestamp() - clock.since) * clock.speed, UTC)


def _is_create(record: Heard) -> bool:
    return record.method == "POST" and record.path == CREATE
