"""The brake that operators pull: nothing is sent to OCP, everything else goes on, and every card says so."""

import asyncio

import pytest

from bot.domain.request import State
from bot.sandbox.ocp import Fault
from bot.sandbox.slack import Message, Person

from .world import INSTALL, World

CREATE = r"/api/v2/obproxy/clusters$"
PAUSED = "✋ prod is paused by omar since "
WHY = "OCP is upgraded"


async def starts(world: World, **changes: str) -> None:
    """Start the bot with two operators."""
    await world.start_bot(OPERATORS=f"{world.ines.id},{world.omar.id}", **changes)


async def pauses(world: World, person: Person, rest: str = f"prod {WHY}") -> str:
    """Let *person* type the command in #pay-team; return what the answer says."""
    return await types(world, person, f"pause {rest}")


async def types(world: World, person: Person, command: str) -> str:
    """Let *person* type a command; return the answer, which only they see."""
    told = len(person.ephemerals)
    await person.types(f"/obproxy {command}", world.home)
    await world.slack.wait_for(lambda: len(person.ephemerals) > told)
    return world.slack.rendered(person.ephemerals[-1])


async def show(world: World, words: str, *cards: Message, is_there: bool = True) -> None:
    """Wait until all *cards* say *words*, or none does."""
    await world.slack.wait_for(
        lambda: all((words in world.slack.rendered(card)) == is_there for card in cards), timeout=30
    )


async def is_at(world: World, state: State, number: int = 1) -> None:
    """Wait until a request is in *state*."""
    async with asyncio.timeout(25):
        while (await world.request(number)).state is not state:
            await world.clock.sleep(1.0)


@pytest.mark.invariant(1)
@pytest.mark.invariant(2)
async def test_while_it_is_paused_approvals_collect_and_watching_goes_on(world: World) -> None:
    """One runs, one waits for approval: the one ends, the other is held, and goes out when an approver says so."""
    await starts(world)
    world.ocp.slow(INSTALL, 120.0)
    running, waiting = await world.asks(), await world.asks("pay_02", hosts="12")
    copy = await world.card("pay_02", world.home)
    await world.omar.clicks(running, "request.approve")
    await world.happens("request.running")

    answer = await pauses(world, world.omar)
    await show(world, PAUSED, running, waiting, copy)
    await world.reads(running, "✅ Done")
    await world.ines.clicks(waiting, "request.approve")
    await show(world, "✋ Approved, not sent", waiting, copy)
    await world.ines.clicks(waiting, "request.send_now")
    refused = await world.told(world.ines, "prod is paused by @omar since ")
    resumed = await types(world, world.ines, "resume PROD")
    await show(world, "is paused", waiting, copy, is_there=False)
    await world.clock.sleep(20)
    unsent = len(world.creates())
    await world.ines.clicks(waiting, "request.send_now")
    text = await world.reads(waiting, "✅ Done")
    await world.is_told("is resumed by")

    assert answer.startswith("✋ prod is paused: nothing is sent to OCP until an operator types /obproxy resume prod.")
    assert f": {WHY}. Nothing was done. An operator resumes it with /obproxy resume prod" in refused
    assert "Not sent while prod is paused." in text
    assert "✋ Approved, not sent: prod was paused by omar at " in text
    assert resumed.startswith("🔄 prod is resumed. 1 request is held and does not go out by itself")
    assert unsent == 1
    assert len(world.creates()) == 2
    [paused, over] = world.notices()
    assert paused.startswith(PAUSED)
    assert f": {WHY}. Nothing is sent to OCP: what is approved is held, watching goes on." in paused
    assert over.startswith("🔄 prod is resumed by ines at ")
    assert "1 request is held" in over
    await world.shows_everything_once(2)


async def test_who_may_not_or_types_wrongly_is_told_what_to_type(world: World) -> None:
    """Nothing is paused by any of it; of two pauses the first one stands, and the second person is told whose."""
    await starts(world)

    stranger = await pauses(world, world.dana)
    unknown = await pauses(world, world.omar, "because OCP is upgraded")
    unsaid = await pauses(world, world.omar, "prod")
    help_ = await types(world, world.omar, "help")
    in_vain = await types(world, world.omar, "resume prod")
    assert await world.told_of_ocp() == ()
    await pauses(world, world.omar, '  "Prod"   "OCP is upgraded"  ')
    late = await pauses(world, world.ines, "prod disk full")

    assert "needs the operator role; you are viewer, requester. Operators: @ines, @omar." in stranger
    assert 'There is no environment "because" here. Environments: prod.' in unknown
    assert 'for example "/obproxy pause prod OCP is upgraded until 16:00"' in unsaid
    assert "/obproxy pause prod {reason}" in help_
    assert "/obproxy resume prod" in help_
    assert in_vain == "prod is not paused. Nothing was changed."
    assert late.startswith("prod was paused by @omar at ")
    assert late.endswith(f" already: {WHY}. That pause stands; nothing was changed.")
    assert [event.content["reason"] for event in await world.told_of_ocp()] == [WHY]


@pytest.mark.invariant(1)
async def test_a_pause_outlives_a_restart(world: World) -> None:
    """What is approved after it is held; the pause is told to nobody again."""
    await starts(world)
    card = await world.asks()
    await pauses(world, world.omar)
    await world.is_told(PAUSED)
    await world.stop_bot()

    await starts(world)
    await world.ines.clicks(card, "request.approve")
    await is_at(world, State.HELD)
    await world.reads(card, "✋ Approved, not sent: prod was paused by omar at ")

    await show(world, PAUSED, card)
    assert [event.kind for event in await world.told_of_ocp()] == ["environment.paused"]
    assert world.creates() == []
    assert len(world.notices()) == 1


@pytest.mark.invariant(1)
async def test_a_copy_that_starts_paused_sends_nothing(world: World) -> None:
    """What was approved before is held; each start pauses what is not paused, and says by whom."""
    await starts(world)
    card = await world.asks()
    await world.ocp.down()
    await world.omar.clicks(card, "request.approve")
    await world.happens("request.delayed")
    await world.stop_bot()
    await world.ocp.up()

    await starts(world, START_PAUSED="1")
    await is_at(world, State.HELD)
    await show(world, "✋ prod is paused by the bot since ", card)
    await show(world, "[Send now]", card)
    await world.stop_bot()
    await starts(world, START_PAUSED="1")
    await types(world, world.ines, "resume prod")
    await world.ines.clicks(card, "request.send_now")
    await world.reads(card, "✅ Done")
    await world.is_told("is resumed by")

    assert len(world.creates()) == 1
    [paused, over] = [notice for notice in world.notices() if "OCP" not in notice.split()[1]]
    assert "paused by the bot" in paused
    assert "START_PAUSED=1. Nothing is sent" in paused
    assert over.startswith("🔄 prod is resumed by ines at ")


@pytest.mark.long
@pytest.mark.invariant(1)
async def test_a_lost_answer_is_looked_for_while_it_is_paused(world: World) -> None:
    """A create that is on its way when the pause comes is finished: its task is found and followed."""
    await starts(world)
    world.ocp.add_fault(Fault(method="POST", path=CREATE, kind="lost_after"))
    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.happens("request.uncertain")

    await pauses(world, world.omar)
    await show(world, PAUSED, card)
    text = await world.reads(card, "✅ Done")

    assert "🔄 OCP had it: task " in text
    assert len(world.creates()) == 1


@pytest.mark.invariant(1)
async def test_a_pause_while_ocp_is_looked_at_is_faster_than_the_send(slow_world: World) -> None:
    """The list of clusters takes a while; before it is there, somebody pauses."""
    world = slow_world
    await starts(world)
    card = await world.asks()
    world.ocp.add_fault(Fault(method="GET", path=CREATE, kind="slow", seconds=2.0))
    seen = len(world.ocp.records)
    await world.omar.clicks(card, "request.approve")
    await world.slack.wait_for(lambda: "📨 Approved by" in world.slack.rendered(card), timeout=25)

    await pauses(world, world.ines)
    await is_at(world, State.HELD)

    assert any(record.path.endswith("/obproxy/clusters") for record in world.ocp.records[seen:])
    assert world.creates() == []
