"""Places that take no messages and cards that are gone: where the thread goes on, once, whatever replicas do."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.event import Kind
from bot.domain.request import State
from bot.workers.gate import OPEN, POST, UPDATE

from .replicas import TAKEN_OVER, Scene

NEXT_TRY = 301.0


async def test_two_replicas_that_are_refused_open_one_conversation(scene: Scene) -> None:
    """Both have asked Slack for it; the thread is there once, and shows everything from the beginning."""
    a, b = scene.replica(), scene.replica()
    away = scene.slack.room("secret-team", bot_is_member=False, private=True)
    await scene.asked(away.id)
    held = scene.holds(OPEN)
    blocking = asyncio.create_task(a.round())
    await scene.calls(OPEN, 1)
    scene.clock.seconds += TAKEN_OVER
    await b.round()
    held.set()
    await blocking
    await scene.happens(Kind.APPROVED, State.APPROVED)

    await asyncio.gather(a.round(), b.round())
    await b.round()

    assert scene.count(OPEN) == 2
    [card] = scene.dana.direct
    assert len(card.replies) == 1


async def test_a_drawing_that_is_taken_does_not_open_a_place_that_takes_no_replies(scene: Scene) -> None:
    """Thrown out of a public channel the bot may still edit there: the thread stays blocked, nothing flutters."""
    a = scene.replica()
    home = scene.slack.room("pay-team")
    await scene.asked(home.id)
    await a.round()
    home.kick_bot()
    await scene.happens(Kind.APPROVED, State.APPROVED)
    await a.round()
    scene.clock.seconds += TAKEN_OVER
    await a.round()
    drawn = scene.count(UPDATE)

    await scene.happens(Kind.HELD, State.HELD)
    scene.clock.seconds += NEXT_TRY
    await a.round()
    scene.clock.seconds += TAKEN_OVER
    await a.round()

    thread = await scene.thread(home.id)
    assert thread.blocked
    assert scene.count(UPDATE) == drawn + 3, "one for each card"
    assert "✋" in scene.slack.rendered(home.messages[0])


async def test_a_place_that_only_owed_its_card_is_open_again_once_that_is_drawn(scene: Scene) -> None:
    """Archived and unarchived without anything to reply: nobody is told for ever that it is shut."""
    a = scene.replica()
    home = scene.slack.room("pay-team")
    request = await scene.asked(home.id)
    await a.round()
    home.archive()
    async with scene.database.transaction() as tx:
        await tx.owe_cards(request.environment, scene.clock.now())
    scene.clock.seconds += TAKEN_OVER
    await a.round()
    assert (await scene.thread(home.id)).blocked

    home.unarchive(scene.dana.id)
    scene.clock.seconds += NEXT_TRY
    await a.round()

    assert not (await scene.thread(home.id)).blocked


@pytest.mark.invariant(2)
@pytest.mark.parametrize("error", ["message_not_found", "cant_update_message", "edit_window_closed"])
async def test_a_card_that_can_not_be_changed_is_followed_by_a_new_one(scene: Scene, error: str) -> None:
    """What the thread has shown is not shown again; what comes stands below the new card."""
    a = scene.replica()
    await scene.asked()
    await a.round()
    await scene.happens("something.new")
    await a.round()
    scene.slack.add_fault(scene.fault(UPDATE, error))

    await scene.happens(Kind.APPROVED, State.APPROVED)
    await a.round()
    scene.clock.seconds += TAKEN_OVER
    await a.round()

    old, new = scene.roots
    assert [len(root.replies) for root in (old, new)] == [1, 1]
    assert "📨 Sending to OCP" in scene.slack.rendered(new)
    assert (await scene.thread()).root_ts == new.ts


@pytest.mark.invariant(2)
async def test_a_reply_that_finds_no_card_stands_below_the_new_one(scene: Scene) -> None:
    """Somebody deleted the card and Slack let the drawing pass: the reply is not lost."""
    a = scene.replica()
    await scene.asked()
    await a.round()
    scene.slack.add_fault(scene.fault(POST, "cannot_reply_to_message"))

    await scene.happens("something.new")
    await a.round()
    scene.clock.seconds += TAKEN_OVER
    await a.round()

    old, new = scene.roots
    assert [len(root.replies) for root in (old, new)] == [0, 1]


async def test_a_place_that_stays_shut_is_tried_ever_less_once_the_request_has_ended(scene: Scene) -> None:
    """As long again as it has been over, a day at most: years of them keep no call from what is open."""
    a = scene.replica()
    away = scene.slack.room("secret-team", bot_is_member=False, private=True)
    await scene.asked(away.id)
    await a.round()
    assert await _waits(scene, away.id) == timedelta(minutes=5)
    await scene.happens(Kind.WITHDRAWN, State.WITHDRAWN)

    for hours, wait in ((2.0, timedelta(hours=2)), (60.0, timedelta(days=1))):
        scene.clock.seconds = hours * 3600
        await a.round()
        assert abs(await _waits(scene, away.id) - wait) < timedelta(minutes=1)


async def _waits(scene: Scene, channel: str) -> timedelta:
    """Return for how long nobody tries to post there."""
    blocked_until = (await scene.thread(channel)).blocked_until
    assert blocked_until is not None
    return blocked_until - scene.clock.now()
