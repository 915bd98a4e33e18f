"""Anchors come once an hour, whatever happens to the processes; each leaves the database, and none is lost."""

import json
from collections.abc import AsyncIterator
from functools import partial
from gettext import NullTranslations

import pytest
from structlog.testing import capture_logs

from bot.blocks.anchors import anchor
from bot.domain.anchor import EVENT, Anchor, anchor_in
from bot.domain.errors import Conflict
from bot.domain.request import Place
from bot.sandbox.slack import Fault, Room, SandboxSlack
from bot.slack.client import web_client
from bot.slack.messenger import SlackMessenger
from bot.store.database import Database
from bot.workers.anchors import Anchors
from bot.workers.gate import Gate
from bot.workers.outage import Outage
from tests.blocks.limits import complaints
from tests.still_clock import StillClock
from tests.workers.replicas import new_id

from .record import KEY, Kept

HOUR = 3600.0
T = NullTranslations()


class Scene:
    """A record, a Slack with an audit channel, and a clock that stands still until it is moved."""

    def __init__(self, kept: Kept, slack: SandboxSlack, clock: StillClock) -> None:
        self.kept, self.slack, self.clock = kept, slack, clock
        self.channel: Room = slack.room("audit")
        self.databases: list[Database] = []

    def process(self, *, posts: bool = True, key: str = "") -> Anchors:
        """Start a process: it knows only what the database knows."""
        database = Database.at(self.kept.url)
        self.databases.append(database)
        client = web_client(self.slack.bot_token, base_url=self.slack.url, proxy=None)
        messenger = SlackMessenger(client, "https://team.example/", self.slack.team_id)
        gate = Gate(self.clock, Outage(self.clock, lambda: 0.5))
        place = Place(self.slack.team_id, self.channel.id) if posts else None
        return Anchors(database, self.clock, new_id, key, place, messenger, gate, partial(anchor, t=T))

    @property
    def posted(self) -> list[Anchor]:
        """The anchors that stand in the channel, read as an auditor copies them."""
        shown = [self.slack.rendered(message) for message in self.channel.messages]
        found = [anchor_in(line) for text in shown for line in text.splitlines()]
        return [each for each in found if each]


@pytest.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    """One request is there, and no anchor."""
    clock = StillClock()
    async with SandboxSlack(now=lambda: clock.now().timestamp()) as slack:
        database = Database.at(database_url)
        await database.migrate()
        scene = Scene(Kept(database, database_url), slack, clock)
        await scene.kept.asked()
        yield scene
        for each in (database, *scene.databases):
            await each.close()


async def test_an_anchor_is_made_every_hour_and_leaves_the_database(scene: Scene) -> None:
    """As a line of the log, and in the channel; either proves the record."""
    process = scene.process(key=KEY)
    with capture_logs() as lines:
        await process.round()
        for seconds in (60.0, HOUR / 2, HOUR / 2):
            scene.clock.seconds += seconds
            await process.round()

    logged = [anchor_in(json.dumps(line)) for line in lines if line["event"] == EVENT]
    assert [each.number for each in scene.posted] == [1, 2]
    assert logged == scene.posted
    assert scene.posted[1].prev == scene.posted[0].digest
    scene.kept.anchors = scene.posted
    assert await scene.kept.found(with_anchors=True, key=KEY) == []


async def test_the_next_process_goes_on_where_the_last_one_ended(scene: Scene) -> None:
    """A start makes no anchor before its hour."""
    await scene.process().round()
    scene.clock.seconds += HOUR / 2
    await scene.process().round()
    assert len(scene.posted) == 1

    await scene.kept.asked()
    scene.clock.seconds += HOUR / 2
    await scene.process().round()

    assert [(each.number, each.heads, each.requests) for each in scene.posted] == [(1, 1, 1), (2, 2, 2)]


async def test_two_replicas_make_one(scene: Scene) -> None:
    """Also where both believe that they have the lease."""
    one, other = scene.process(), scene.process()
    for _ in range(3):
        await one.round()
        await other.round()
        scene.clock.seconds += HOUR

    assert [each.number for each in scene.posted] == [1, 2, 3]


async def test_the_second_of_two_anchors_with_one_number_is_refused(scene: Scene) -> None:
    """The database decides, whatever the two had read."""
    await scene.kept.anchored()
    async with scene.kept.database.reading() as tx:
        row = await tx.anchors.last()
    assert row is not None

    with pytest.raises(Conflict):
        async with scene.kept.database.transaction() as tx:
            await tx.anchors.add(row, [])


async def test_a_refused_post_is_told_in_the_log_and_made_later(scene: Scene) -> None:
    """Here the bot was not invited; each further anchor that waits is told, not each try."""
    process = scene.process()
    scene.slack.add_fault(Fault(method="chat.postMessage", kind="error", error="not_in_channel", times=4))
    with capture_logs() as lines:
        for _ in range(3):
            await process.round()
            scene.clock.seconds += 300.0
        scene.clock.seconds += HOUR
        await process.round()

    told = [line["owed"] for line in lines if "audit channel" in line["event"]]
    assert told == [1, 2]
    assert [line["event"] for line in lines].count(EVENT) == 2
    assert scene.posted == []

    scene.clock.seconds += 300.0
    await process.round()
    assert [each.number for each in scene.posted] == [1, 2]


async def test_a_post_whose_answer_was_lost_is_not_repeated(scene: Scene) -> None:
    """It is found again by its id, by whichever process comes next."""
    scene.slack.add_fault(Fault(method="chat.postMessage", kind="lost_after"))
    await scene.process().round()
    assert len(scene.posted) == 1

    for _ in range(3):
        scene.clock.seconds += 60.0
        await scene.process().round()

    assert len(scene.posted) == 1
    async with scene.kept.database.reading() as tx:
        assert await tx.anchors.owed() == ()


async def test_a_post_that_never_arrived_is_repeated(scene: Scene) -> None:
    """Slack's error left it open."""
    process = scene.process()
    scene.slack.add_fault(Fault(method="chat.postMessage", kind="error", error="internal_error"))
    await process.round()
    assert scene.posted == []

    for _ in range(2):
        scene.clock.seconds += 60.0
        await process.round()

    assert [each.number for each in scene.posted] == [1]


async def test_a_channel_that_is_set_later_gets_the_anchors_from_then_on(scene: Scene) -> None:
    """Not the thousands that were only logged."""
    await scene.process(posts=False).round()
    await scene.process().round()
    assert scene.posted == []

    scene.clock.seconds += HOUR
    await scene.process().round()

    assert [each.number for each in scene.posted] == [2]


def test_an_anchor_says_what_it_is_within_slacks_limits() -> None:
    """However large the numbers are."""
    at, root, prev = "2026-11-24T14:02:00.123456+00:00", "f" * 64, "e" * 64
    huge = Anchor(number=10**9, at=at, heads=10**12, requests=10**12, root=root, prev=prev)
    message = anchor(huge.signed(KEY), T)

    assert complaints(message) == []
    assert message.text == "Anchor 1000000000 of the record, 14:02 UTC: 1000000000000 requests, signed. Keep it."
