"""The checker finds what is planted: a chaos run that cannot fail would prove nothing."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.domain.event import Event, Fact, Kind, chain
from bot.domain.request import State
from bot.sandbox.slack import Message
from tests.stories.world import INSTALL, World

from .people import People
from .questions import answers_by_button
from .record import Record
from .verdict import Evidence, Sort, judge

Plant = Callable[[Evidence], Evidence]


@pytest.fixture(scope="module")
def world_with_bugs(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Evidence]:
    """What one good story leaves behind, and what it would leave if the world had been otherwise."""
    return asyncio.run(_played(tmp_path_factory.mktemp("story")))


@pytest.fixture
def clean(world_with_bugs: Mapping[str, Evidence]) -> Evidence:
    """A story in which all went well."""
    return world_with_bugs["clean"]


def test_a_good_story_is_not_complained_about(clean: Evidence) -> None:
    """It has what there is to be checked: a failure, a retry, a dozen looks, two threads."""
    assert judge(clean) == []
    assert {Kind.FAILED, Kind.RESUMED, Kind.SUCCEEDED} <= {event.kind for event in clean.events}
    assert len(clean.looks) > 3
    assert len(clean.threads) == 2


@pytest.mark.parametrize(
    ("planted", "sort", "words"),
    [
        ("a reply was posted twice", Sort.DOUBLED_REPLY, "shows once more"),
        ("a reply is missing", Sort.LOST_EVENT, "does not show"),
        ("two replies were swapped", Sort.LOST_EVENT, "out of order"),
        ("a card was posted twice", Sort.DOUBLED_REPLY, "2 cards"),
        ("a card is not drawn again", Sort.WRONG_CARD, "does not show the end"),
        ("a message of nothing was posted", Sort.DOUBLED_REPLY, "0 events of OCP itself are told in 1 messages"),
        ("OCP accepted a second create", Sort.DOUBLE_CREATE, "accepted 2 creates of pay_01"),
        ("a second create was sent", Sort.DOUBLE_CREATE, "2 creates left for send decision"),
        ("OCP has gone on", Sort.LOST_EVENT, "differs from the last look"),
        ("an event was removed", Sort.LOST_EVENT, "broken at event 3"),
    ],
)
def test_what_is_planted_in_the_world_is_found(
    world_with_bugs: Mapping[str, Evidence], planted: str, sort: Sort, words: str
) -> None:
    """Slack, OCP or the database tell something else than they should."""
    found = judge(world_with_bugs[planted])

    assert [finding for finding in found if finding.sort is sort and words in finding.words], found


def without_changes(seen: Evidence) -> Evidence:
    """The bot stored a look and wrote no event of it: the chain is whole."""
    first = next(event for event in seen.events if event.kind == Kind.CHANGED)
    return replace(seen, events=rechained([event for event in seen.events if event != first]))


def with_invented_changes(seen: Evidence) -> Evidence:
    """The bot told of changes that it never saw."""
    changed = [event for event in seen.events if event.kind == Kind.CHANGED][-1]
    return replace(seen, events=rechained([*seen.events, changed]))


def asked_twice(seen: Evidence) -> Evidence:
    """The operators were asked again about the same send."""
    unclear = replace(seen.events[0], kind=Kind.UNCLEAR, data='{"looks":20}')
    return replace(seen, events=rechained([*seen.events, unclear, unclear]))


def asked_twice_about_the_second_send(seen: Evidence) -> Evidence:
    """As often as something was sent, but not once each."""
    sent, unclear = (
        replace(seen.events[0], kind=kind, data='{"looks":20}') for kind in (Kind.SUBMITTING, Kind.UNCLEAR)
    )
    return replace(seen, events=rechained([*seen.events, sent, unclear, unclear]))


def asked_before_the_send(seen: Evidence) -> Evidence:
    """There was nothing to be asked about."""
    unclear = replace(seen.events[0], kind=Kind.UNCLEAR, data='{"looks":20}')
    return replace(seen, events=rechained([seen.events[0], unclear, *seen.events[1:]]))


def sent_without_claim(seen: Evidence) -> Evidence:
    """A create left before anything was claimed."""
    return replace(seen, sent_at=[*seen.sent_at, seen.events[0].time])


def with_untold_silence(seen: Evidence) -> Evidence:
    """OCP was away, and nobody was told."""
    return replace(seen, environment=[replace(seen.events[0], kind=Kind.AWAY)])


def stuck(seen: Evidence) -> Evidence:
    """The time was over."""
    return replace(seen, stuck="not over", state=State.RUNNING)


def ended_otherwise(seen: Evidence) -> Evidence:
    """The request was given up."""
    return replace(seen, state=State.CLOSED)


def failed_inside(seen: Evidence) -> Evidence:
    """The bot logged an error that nobody foresaw."""
    return replace(seen, faults=["Traceback"])


@pytest.mark.parametrize(
    ("plant", "sort", "words"),
    [
        (without_changes, Sort.LOST_EVENT, "no event tells what changed"),
        (with_invented_changes, Sort.LOST_EVENT, "tells of changes that no two looks show"),
        (asked_twice, Sort.DOUBLED_REPLY, "asked 2 times about send"),
        (asked_twice_about_the_second_send, Sort.DOUBLED_REPLY, "asked 2 times about send"),
        (asked_before_the_send, Sort.DOUBLED_REPLY, "asked 1 times about send 0"),
        (sent_without_claim, Sort.DOUBLE_CREATE, "before anything was claimed"),
        (with_untold_silence, Sort.LOST_EVENT, "1 events of OCP itself are told in 0 messages"),
        (stuck, Sort.STUCK, "not over"),
        (ended_otherwise, Sort.STUCK, "ended CLOSED"),
        (failed_inside, Sort.FAULT, "Traceback"),
    ],
)
def test_what_is_planted_in_the_record_is_found(clean: Evidence, plant: Plant, sort: Sort, words: str) -> None:
    """The bot wrote something else than what has happened."""
    found = judge(plant(clean))

    assert [finding for finding in found if finding.sort is sort and words in finding.words], found


def test_a_story_that_never_began_is_stuck(clean: Evidence) -> None:
    """Nobody could ask for anything."""
    assert [finding.sort for finding in judge(replace(clean, state=None, stuck="there is no request"))] == [Sort.STUCK]


def test_only_an_answer_to_a_question_counts_as_answered(clean: Evidence) -> None:
    """A task that the bot has adopted and a first approval are none."""
    first = clean.events[0]
    asked = replace(first, kind=Kind.UNCLEAR, data='{"looks":20}')
    attached = replace(first, kind=Kind.RUNNING, data='{"how":"attached"}')
    again = replace(first, kind=Kind.APPROVED, data='{"after":"UNCERTAIN"}')

    assert answers_by_button(clean.events) == 0
    assert answers_by_button([*clean.events, attached, again]) == 0
    assert answers_by_button([*clean.events, asked, again, asked, attached]) == 2


async def _played(folder: Path) -> dict[str, Evidence]:
    """Play the story of the chaos runs without a death, then look at it in worlds that went wrong."""
    world = World(folder)
    async with world.slack, world.ocp:
        world.ocp.fail(INSTALL)
        await world.start_bot()
        record, people = Record(world), People(world)
        while not await _has_ended(record, people):
            await world.clock.sleep(2.0)
        await world.stop_bot()
        seen = {"clean": await record.evidence("", [])}
        for planted, undo in _plants(world):
            seen[planted] = await record.evidence("", [])
            undo()
        async with record.database.engine.begin() as connection:
            await connection.execute(text("DELETE FROM events WHERE seq = 3"))
        seen["an event was removed"] = await record.evidence("", [])
        await world.end()
        return seen


async def _has_ended(record: Record, people: People) -> bool:
    request = await record.request()
    if request is not None:
        await record.keep_looks()
    await people.act(request)
    return request is not None and not request.is_open and await record.is_shown()


def _plants(world: World) -> Iterator[tuple[str, Callable[[], None]]]:
    """Change the world in one way after the other; each comes with what changes it back."""
    [card] = world.approvals.messages
    [create] = [record for record in world.ocp.records if record.method == "POST"]
    task = world.ocp.tasks[max(world.ocp.tasks)]
    replies, blocks = list(card.replies), card.blocks

    def mend_card() -> None:
        card.replies[:], card.blocks = replies, blocks

    card.replies.append(copy(replies[-1]))
    yield "a reply was posted twice", mend_card
    card.replies.pop()
    yield "a reply is missing", mend_card
    card.replies[:2] = reversed(replies[:2])
    yield "two replies were swapped", mend_card
    card.blocks = card.edits[0].blocks
    yield "a card is not drawn again", mend_card
    world.approvals.messages.append(_copied(card))
    yield "a card was posted twice", lambda: _drop(world.approvals.messages)
    world.approvals.messages.append(replace(_copied(card), blocks=[], text="OCP is back"))
    yield "a message of nothing was posted", lambda: _drop(world.approvals.messages)
    world.ocp.accepted_creates.append(world.ocp.accepted_creates[0])
    yield "OCP accepted a second create", lambda: _drop(world.ocp.accepted_creates)
    world.ocp.records.append(create)
    yield "a second create was sent", lambda: _drop(world.ocp.records)
    subtask = next(iter(task.subtasks.values()))
    subtask.run_time += 1
    yield "OCP has gone on", lambda: setattr(subtask, "run_time", subtask.run_time - 1)


def _copied(card: Message) -> Message:
    return replace(card, ts=f"{float(card.ts) + 1:.6f}", replies=[])


def _drop(things: list[Any]) -> None:
    things.pop()


def rechained(events: list[Event]) -> list[Event]:
    """Return *events* as a whole chain, with new numbers and hashes."""
    facts = [(Fact(event.kind, event.content, event.actor, event.role), event.time) for event in events]
    chained: list[Event] = []
    for fact, at in facts:
        chained += chain(events[0].timeline, len(chained), chained[-1].hash if chained else "", [fact], at)
    return chained
