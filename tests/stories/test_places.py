"""Places where the bot may not post: the request goes on in its requester's conversation, and back when it may."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.records import Thread
from bot.sandbox.slack import Fault as SlackFault
from bot.sandbox.slack import Message, Room

from .world import DEADLINE, INSTALL, World, answers

NOBODY = "The bot cannot post in the approvals channel, so nobody is asked."


@pytest.fixture
async def slow_world(tmp_path: Path) -> AsyncIterator[World]:
    """On a clock on which an answer that waits for ten seconds at most really waits."""
    world = World(tmp_path, speed=4.0)
    async with world.slack, world.ocp:
        yield world
        await world.end()


async def test_a_channel_without_the_bot_is_told_of_in_the_requesters_conversation(world: World) -> None:
    """The card and every reply are there, mentioning nobody; the approvals channel calls who may approve, not Dana."""
    await world.start_bot()
    away = world.slack.room("secret-team", bot_is_member=False, private=True)
    await _asks_in(world, away)

    [direct] = await world.slack.wait_for(lambda: world.dana.direct, timeout=DEADLINE)
    card = await world.card()
    assert ", in #dba-approvals" in world.slack.rendered(direct)
    assert _mentioned(world, [card]) == {world.dana.id, world.omar.id, world.ines.id}
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "✅ Done")
    await world.reads(direct, "✅ Done")

    assert _mentioned(world, [*card.replies, *direct.replies]) == set()
    assert direct in world.dana.notified
    assert world.ocp.accepted_creates


async def test_who_asked_is_told_where_it_goes_on(slow_world: World) -> None:
    """That nobody is asked, where its card is, and how to bring it where they typed."""
    world = slow_world
    world.approvals.private, world.approvals.bot_is_member = True, False
    away = world.slack.room("secret-team", bot_is_member=False, private=True)
    await world.start_bot()
    await _asks_in(world, away)

    told = await world.told(world.dana, "Asked: #1")

    assert "I cannot post in the approvals channel" in told
    assert "Its card: the card" in told
    assert "so I tell you of it in our own conversation" in told


async def test_an_invitation_brings_the_thread_at_once(world: World) -> None:
    """Nobody waits for the next try after five minutes; both places go on and agree."""
    await world.start_bot()
    away = world.slack.room("pay-private", bot_is_member=False, private=True)
    await _asks_in(world, away)
    [card] = await world.slack.wait_for(lambda: world.approvals.messages, timeout=DEADLINE)
    await world.slack.wait_for(lambda: world.dana.direct, timeout=DEADLINE)
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "Watching it")

    next_try = (await _thread_at(world, away)).blocked_until
    away.invite_bot(world.dana.id)
    [here] = await world.slack.wait_for(lambda: away.messages, timeout=DEADLINE)
    assert next_try is not None
    assert world.clock.now() < next_try
    await world.reads(here, "✅ Done")

    await world.shows_everything_once()
    assert len(world.dana.direct) == 1


@pytest.mark.long
@pytest.mark.parametrize("private", [True, False])
async def test_a_channel_that_is_archived_no_more_goes_on_at_once(world: World, *, private: bool) -> None:
    """Archived while a task runs: what was missed is there soon after."""
    world.home.private = private
    await world.start_bot()
    world.ocp.slow(INSTALL, 120.0)
    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    home = await world.card(room=world.home)
    await world.reads(home, "Watching it")

    world.home.archive()
    [direct] = await world.slack.wait_for(lambda: world.dana.direct, timeout=DEADLINE)
    await world.reads(direct, "Watching it")
    world.home.unarchive(world.dana.id)
    await world.reads(home, "✅ Done")

    await world.shows_everything_once()


@pytest.mark.long
async def test_thrown_out_while_a_task_runs_the_story_starts_anew_with_its_requester(world: World) -> None:
    """What happened until then comes as one reply, not as many."""
    await world.start_bot()
    world.ocp.slow(INSTALL, 120.0)
    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    home = await world.card(room=world.home)
    await world.reads(home, "Prepare obproxy install")

    world.home.kick_bot()
    [direct] = await world.slack.wait_for(lambda: world.dana.direct, timeout=DEADLINE)
    await world.slack.wait_for(lambda: direct.replies, timeout=DEADLINE)

    assert len(direct.replies) <= 2
    assert "Approved by omar" in world.thread_without_card(direct)


@pytest.mark.long
async def test_where_only_the_requester_is_left_the_card_says_that_nobody_is_asked(world: World) -> None:
    """Neither the approvals channel nor the other one takes messages; an invitation mends it, and the card says so."""
    world.approvals.private, world.approvals.bot_is_member = True, False
    away = world.slack.room("secret-team", bot_is_member=False, private=True)
    await world.start_bot()
    await _asks_in(world, away)

    [direct] = await world.slack.wait_for(lambda: world.dana.direct, timeout=DEADLINE)
    await world.slack.wait_for(lambda: NOBODY in world.slack.rendered(direct), timeout=DEADLINE)
    assert "#dba-approvals" not in world.slack.rendered(direct)
    assert _mentioned(world, [direct]) == {world.dana.id}, "who asked, and no approver"

    world.approvals.invite_bot()
    card = await world.card()
    await world.slack.wait_for(lambda: NOBODY not in world.slack.rendered(direct), timeout=DEADLINE)
    assert "0 of 1: @omar, @ines" in world.slack.rendered(card)
    assert "0 of 1, in #dba-approvals" in world.slack.rendered(direct)


async def test_the_only_thread_of_a_request_goes_on_with_its_requester(world: World) -> None:
    """Asked in the approvals channel itself, which is archived then."""
    await world.start_bot()
    world.approvals.archive()

    await _asks_in(world, world.approvals)
    [direct] = await world.slack.wait_for(lambda: world.dana.direct, timeout=DEADLINE)

    await world.slack.wait_for(lambda: NOBODY in world.slack.rendered(direct), timeout=DEADLINE)


@pytest.mark.long
async def test_a_command_in_the_bots_own_conversation_opens_nothing_else(world: World) -> None:
    """The conversation is the home; the approvals channel asks, and Dana is mentioned in neither."""
    await world.start_bot()
    await world.dana.types("/obproxy create", await _conversation(world))
    assert (await world.dana.submits(await world.dana.modal(), answers())).closed

    card = await world.card()
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "✅ Done")
    await world.shows_everything_once()

    [direct] = world.dana.direct
    assert _mentioned(world, [*card.replies, *direct.replies]) == set()
    assert "conversations.open" not in {record.method for record in world.slack.records}


@pytest.mark.long
@pytest.mark.parametrize("error", ["user_not_found", "missing_scope", "internal_error"])
async def test_a_conversation_that_cannot_be_opened_is_tried_again(fast_world: World, error: str) -> None:
    """The rest goes on; with the next try of the blocked place the conversation is opened."""
    world = fast_world
    await world.start_bot()
    world.slack.add_fault(SlackFault(method="conversations.open", kind="error", error=error))
    away = world.slack.room("secret-team", bot_is_member=False, private=True)
    await _asks_in(world, away)
    card = await world.card()
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "✅ Done")

    [direct] = await world.slack.wait_for(lambda: world.dana.direct, timeout=DEADLINE)
    await world.reads(direct, "✅ Done")

    assert len(direct.replies) <= 2


async def test_events_that_slack_sends_again_have_one_effect(world: World) -> None:
    """And what the bot does not know, or what concerns somebody else, is acked and left alone."""
    await world.start_bot()
    away = world.slack.room("secret-team", bot_is_member=False, private=True)
    await _asks_in(world, away)
    await world.told(world.dana, "Asked: #1")
    joined = {"type": "member_joined_channel", "channel": away.id, "channel_type": "G", "team": world.slack.team_id}
    blocked = await _blocked_at(world, away)

    others = [joined | {"user": world.eve.id}, {"type": "channel_rename"}, {"type": "channel_unarchive"}]
    acks = [await world.slack.send_event(event) for event in others]
    assert all(ack.acked for ack in acks)
    assert await _thread_at(world, away) == blocked
    away.bot_is_member = True
    again = [world.slack.send_event(joined | {"user": world.slack.bot_user_id}) for _ in range(4)]
    assert all(ack.acked for ack in await asyncio.gather(*again))

    await world.slack.wait_for(lambda: away.messages, timeout=DEADLINE)
    await world.caught_up()
    assert len(away.messages) == 1


async def _blocked_at(world: World, room: Room) -> Thread:
    """Wait until the thread in *room* is given up there, and return it."""
    async with asyncio.timeout(DEADLINE):
        while not (thread := await _thread_at(world, room)).blocked:
            await world.clock.sleep(1.0)
    return thread


async def _asks_in(world: World, room: Room) -> None:
    await world.dana.types("/obproxy create", room)
    assert (await world.dana.submits(await world.dana.modal(), answers())).closed


async def _conversation(world: World) -> Room:
    """Return the bot's conversation with Dana, which she has opened herself."""
    await world.dana.opens_home("messages")
    return next(room for room in world.slack.rooms if room.im_user == world.dana.id)


async def _thread_at(world: World, room: Room) -> Thread:
    return next(thread for thread in await world.threads() if thread.place.channel == room.id)


def _mentioned(world: World, messages: list[Message]) -> set[str]:
    return {who for message in messages for who in world.slack.mentions_of(message)}
