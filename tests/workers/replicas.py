"""Several senders on one database and one Slack, each a replica of the bot as far as sending goes."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from gettext import NullTranslations

from bot.config import from_environment
from bot.domain.event import Fact
from bot.domain.policy import Policies, Policy
from bot.domain.records import Thread
from bot.domain.request import Actor, Place, Request, State, UserId
from bot.environment import policy_of
from bot.operations import load
from bot.sandbox.slack import Fault, Message, SandboxSlack
from bot.slack.client import web_client
from bot.slack.messenger import SlackMessenger
from bot.store.database import Database
from bot.store.transaction import Transaction
from bot.workers.catch_up import CatchUp
from bot.workers.copies import Copies
from bot.workers.detour import Detour
from bot.workers.drawings import Drawings
from bot.workers.gate import Gate
from bot.workers.notes import Notes
from bot.workers.outage import Outage
from bot.workers.posts import Posts
from bot.workers.sender import Sender
from bot.workflows.ask import Ask
from bot.workflows.sheets import Sheets
from tests.people import Town, rights_of
from tests.still_clock import StillClock
from tests.stories.world import answers

PORTS = ("exportPort", "exporterPort")
TYPED = answers(install="install", sql_port="2883", exporter_port="2884", port="2883")
TAKEN_OVER = 20.0
"""Seconds after which others go on with what a replica has noted."""


class StoppableDatabase(Database):
    """A database whose process can be stopped right after a commit: `when_committed` is what happens meanwhile."""

    when_committed: Callable[[], Awaitable[None]] | None = None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        async with super().transaction() as tx:
            yield tx
        meanwhile, self.when_committed = self.when_committed, None
        if meanwhile is not None:
            await meanwhile()


class Replica:
    """One process: connections, gate, notes and memory of its own."""

    def __init__(self, url: str, slack: SandboxSlack, clock: StillClock, policy: Policy) -> None:
        self.database = StoppableDatabase(Database.at(url).engine)
        client = web_client(slack.bot_token, base_url=slack.url, proxy=None)
        messenger = SlackMessenger(client, "https://team.example/", slack.team_id)
        self.outage = Outage(clock, lambda: 0.5)
        gate = Gate(clock, self.outage)
        self.copies = Copies(self.database, clock, messenger, gate)
        detour = Detour(self.database, clock, new_id, messenger, gate)
        notes = Notes(self.database, clock, detour)
        posts = Posts(notes, new_id, messenger, gate, self.copies)
        catalogue = load(exporter_port_names=PORTS)
        drawings = Drawings(notes, messenger, gate)
        catch_up = CatchUp(
            self.database,
            notes,
            posts,
            drawings,
            Sheets(Policies({("prod", ""): policy})),
            catalogue,
            NullTranslations(),
        )
        self.sender = Sender(self.database, clock, catch_up, self.outage)

    async def round(self) -> None:
        """Let every thread go on that may."""
        await self.sender.round()

    async def tidy(self) -> None:
        """Remove the second copies that it suspects."""
        await self.copies.round()


class Scene:
    """A request with one thread, in the approvals channel; `clock` stands still until it is moved."""

    def __init__(self, url: str, slack: SandboxSlack, clock: StillClock) -> None:
        self.url, self.slack, self.clock = url, slack, clock
        self.channel = slack.room("dba-approvals")
        self.dana, self.omar = slack.person("dana"), slack.person("omar")
        self.policy = policy_of(from_environment(self.environment()).environments[0], team=slack.team_id)
        self.database = Database.at(url)
        self.replicas: list[Replica] = []

    def environment(self) -> dict[str, str]:
        """Return the settings that there must be."""
        return {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_APP_TOKEN": self.slack.app_token,
            "APPROVALS_CHANNEL": self.channel.id,
            "APPROVERS": self.omar.id,
            "OCP_NAME": "prod",
            "OCP_URL": "https://ocp.example",
            "OCP_USERNAME": "bot",
            "OCP_PASSWORD": "never used",
        }

    def replica(self) -> Replica:
        """Start one more."""
        self.replicas.append(Replica(self.url, self.slack, self.clock, self.policy))
        return self.replicas[-1]

    async def asked(self, channel: str = "") -> Request:
        """Let Dana ask, in the approvals channel unless another one is named."""
        ask = Ask(self.database, self.clock, new_id, self.policy, rights_of(Town(), self.clock), lambda: None)
        home = Place(self.slack.team_id, channel or self.channel.id)
        operation = load(exporter_port_names=PORTS)["obproxy.create"]
        return await ask.ask(operation, TYPED, by=Actor(UserId(self.dana.id)), origin=new_id(), home=home)

    async def happens(self, kind: str, to: State | None = None) -> None:
        """Write the request's next event, with the state that it leads to."""
        async with self.database.transaction() as tx:
            request = await tx.request_by_number(1)
            assert request is not None
            moved = request.move(to, now=self.clock.now()) if to else request
            await tx.save(moved, Fact(kind, {"n": request.seq + 1}), at=self.clock.now())

    async def thread(self, channel: str = "") -> Thread:
        """Return a thread as stored, the one in the approvals channel unless another one is named."""
        async with self.database.reading() as tx:
            request = await tx.request_by_number(1)
            assert request is not None
            threads = await tx.threads_of(request.id)
        return next(thread for thread in threads if thread.place.channel == (channel or self.channel.id))

    def holds(self, method: str, kind: str = "slow", **more: object) -> asyncio.Event:
        """Let the next call of *method* be on its way, without effect, until the event is set."""
        held = asyncio.Event()
        fault = Fault(method=method, kind=kind, seconds=0, held=held, **more)  # type: ignore[arg-type]
        self.slack.add_fault(fault)
        return held

    def fault(self, method: str, error: str) -> Fault:
        """Return a refusal of the next call of *method*."""
        return Fault(method=method, kind="error", error=error)

    async def calls(self, method: str, count: int) -> None:
        """Wait until so many calls of *method* have arrived."""
        await self.slack.wait_for(lambda: self.count(method) >= count)

    def count(self, method: str) -> int:
        """Return how many calls of *method* have arrived."""
        return sum(record.method == method for record in self.slack.records)

    def standing(self) -> int:
        """Return how many messages stand in the channel, cards and replies."""
        return sum(not message.deleted for message in self.channel.everything())

    @property
    def roots(self) -> list[Message]:
        """The cards that stand in the channel."""
        return [message for message in self.channel.messages if not message.deleted]

    async def close(self) -> None:
        """Give the connections back."""
        for each in (self.database, *(replica.database for replica in self.replicas)):
            await each.close()


def new_id() -> str:
    """Return a random id."""
    return str(uuid.uuid4())
