"""OCP is away: it is told once, nothing is asked in vain, and everything goes on where it was."""

import re
from collections.abc import Sequence

import pytest
from structlog.testing import capture_logs

from bot.app import make
from bot.clock import SystemClock
from bot.config import from_environment
from bot.domain.event import Event, Kind
from bot.domain.meanwhile import moved_to
from bot.sandbox.ocp import Fault
from bot.sandbox.slack import Message

from .world import INSTALL, SPEED, World

SILENT = "has not answered since"
BACK = "answers again after"
HOUR = 3600.0
SUBTASKS = 8  # of an install on one host
INFO = "/api/v2/info"


async def running(world: World, number: int) -> list[Message]:
    """Start so many requests, one after the other; return their cards once all are watched."""
    cards = []
    for each in range(1, number + 1):
        world.ocp.inventory.add_host(100 + each)
        cards.append(await world.asks(f"pay_{each:02}", hosts=str(100 + each)))
        await world.omar.clicks(cards[-1], "request.approve")
        await world.happens("request.running", each)
    return cards


async def running_on_a_fast_clock(world: World, number: int) -> list[Message]:
    """The same, begun by a bot on a slower clock: on a fast one a busy disk is slower than a claim may be."""
    world.bot = await make(from_environment(world.environment()), SystemClock(SPEED, since=world.clock.since))
    await world.bot.start()
    cards = await running(world, number)
    await world.stop_bot()
    await world.start_bot()
    return cards


async def ends(world: World, cards: Sequence[Message], seconds: float = 25) -> None:
    """Wait until every request is done and its threads have shown all of it, each line once."""
    await world.slack.wait_for(lambda: all("✅ Done" in world.thread(card) for card in cards), timeout=seconds)
    for number in range(1, len(cards) + 1):
        await world.shows_everything_once(number)


async def told(world: World) -> list[str]:
    return [event.kind for event in await world.told_of_ocp()]


@pytest.mark.invariant(2)
@pytest.mark.invariant(3)
async def test_an_outage_of_ocp_is_told_in_two_notices(either_world: World) -> None:
    """Cards show the silence and then not; threads catch up in a handful of replies; nobody is called."""
    world = either_world
    world.ocp.slow(INSTALL, 240.0)
    await world.start_bot()
    cards = await running(world, 2)
    await without_ocp(world, cards, 260.0)


@pytest.mark.long
async def test_an_hour_without_ocp_is_told_in_two_notices_not_in_two_a_request(world: World) -> None:
    """The same with an hour and fifty tasks."""
    world.ocp.slow(INSTALL, 3500.0)
    await world.start_bot()
    cards = await running(world, 50)
    await without_ocp(world, cards, HOUR)


async def without_ocp(world: World, cards: Sequence[Message], seconds: float) -> None:
    await world.ocp.down()
    await world.is_told(SILENT)
    await world.slack.wait_for(lambda: all(SILENT in world.slack.rendered(card) for card in cards), timeout=30)
    for number in range(1, len(cards) + 1):
        await world.caught_up(number)
    replies = [len(card.replies) for card in cards]
    await world.clock.sleep(seconds)
    assert [len(card.replies) for card in cards] == replies
    await world.ocp.up()
    lasted = world.clock.now() - (await world.told_of_ocp())[0].time
    await world.is_told(BACK)
    await ends(world, cards, seconds=60)

    away, back = await world.told_of_ocp()
    assert (away.kind, back.kind) == (Kind.AWAY, Kind.BACK)
    assert len(world.notices()) == 2
    assert not any(world.slack.mentions_of(message) for message in world.approvals.messages if message not in cards)
    assert not any(SILENT in world.slack.rendered(card) for card in cards)
    assert all(len(card.replies) <= before + 3 for card, before in zip(cards, replies, strict=True))
    assert seconds < lasted.total_seconds() < back.content["seconds"] < lasted.total_seconds() + 180
    seen = moved_to(await looks_between(world, len(cards), away, back))
    uncounted = sum(seen.values()) - sum(back.content["counts"].values())
    assert 0 <= uncounted <= SUBTASKS * back.content["left"], "only what it says is not looked at yet"
    print(f"\n{len(cards)} tasks, {seconds:.0f} s without OCP:", *world.notices(), sep="\n")  # noqa: T201


async def looks_between(world: World, requests: int, first: Event, last: Event) -> list[Event]:
    """Return the looks that found something, of all requests."""
    timelines = [await world.timeline(number) for number in range(1, requests + 1)]
    events = [event for events in timelines for event in events if event.kind == Kind.CHANGED]
    return [event for event in events if first.content["since"] <= event.at <= last.at]


async def test_twenty_seconds_without_ocp_are_told_to_nobody(world: World) -> None:
    """The look is repeated; that is all."""
    await world.start_bot()
    world.ocp.slow(INSTALL, 60.0)
    cards = await running(world, 1)

    with capture_logs() as lines:
        await world.ocp.down()
        await world.clock.sleep(20)
        await world.ocp.up()
        await ends(world, cards)

    assert [line for line in lines if line["event"] == "OCP did not answer looks"]
    assert await told(world) == []
    assert world.notices() == []


@pytest.mark.long
async def test_ten_minutes_of_a_gateways_page_are_a_silence_and_stop_nothing(fast_world: World) -> None:
    """What answers is not OCP. While that is told, OCP is asked for nothing but its version, and that ever less."""
    world = fast_world
    world.ocp.slow(INSTALL, 1500.0)
    cards = await running_on_a_fast_clock(world, 2)

    world.ocp.add_fault(Fault(kind="html", path=".*", status=502, times=None, after_effect=False))
    await world.is_told(SILENT)
    await world.clock.sleep(10)
    before = len(world.ocp.records)
    await world.clock.sleep(600)
    meanwhile = world.ocp.records[before:]
    world.ocp.remove_faults()
    await world.is_told(BACK)
    await ends(world, cards)

    assert {record.path for record in meanwhile} == {INFO}
    assert 10 <= len(meanwhile) <= 30
    assert await told(world) == [Kind.AWAY, Kind.BACK]
    assert len(world.notices()) == 2


@pytest.mark.long
async def test_an_ocp_that_comes_back_as_another_version_says_so(world: World) -> None:
    """Both versions stand in the notice; the first one that is read is told to nobody."""
    world.ocp.slow(INSTALL, 120.0)
    await world.start_bot()
    cards = await running(world, 1)

    await world.ocp.down()
    await world.is_told(SILENT)
    world.ocp.world.version = "4.3.2"
    await world.ocp.up()
    await world.is_told(BACK)
    await ends(world, cards)

    assert "now version 4.3.2-20250201 (was 4.0.3-20250201)." in world.notices()[-1]
    assert await told(world) == [Kind.AWAY, Kind.BACK]


@pytest.mark.long
async def test_what_was_approved_meanwhile_goes_out_once_ocp_is_back(world: World) -> None:
    """It says on its card why it waits; OCP is not asked for it, and gets it once."""
    world.ocp.slow(INSTALL, 120.0)
    await world.start_bot()
    cards = await running(world, 1)
    cards.append(await world.asks("pay_02", hosts="12"))
    await world.ocp.down()
    await world.is_told(SILENT)

    await world.omar.clicks(cards[1], "request.approve")
    await world.told(world.omar, "Your approval of #2 counts, 1 of 1. Goes out when OCP prod answers.")
    await world.reads(cards[1], "Goes out when OCP prod answers.")
    await world.happens("request.delayed", 2)
    assert SILENT in await world.reads(cards[1], "Not sent yet: OCP could not be reached.")
    await world.clock.sleep(15)
    await world.ocp.up()
    await world.is_told(BACK)
    await ends(world, cards)

    assert [body["name"] for body in world.creates()] == ["pay_01", "pay_02"]
    kinds = await world.kinds(2)
    assert kinds.count("request.delayed") == 1
    assert "request.held" not in kinds


@pytest.mark.long
async def test_what_was_approved_too_long_ago_is_held_although_ocp_is_not_asked(world: World) -> None:
    """After SEND_WITHIN nothing goes out by itself, also when OCP is back."""
    world.ocp.slow(INSTALL, 60.0)
    await world.start_bot(SEND_WITHIN="60s")
    await running(world, 1)
    card = await world.asks("pay_02", hosts="12")
    await world.ocp.down()
    await world.is_told(SILENT)

    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "✋ Approved, not sent: OCP could not be reached")
    await world.ocp.up()
    await world.is_told(BACK)
    await world.clock.sleep(30)

    assert [body["name"] for body in world.creates()] == ["pay_01"]
    await world.ines.clicks(card, "request.send_now")
    await world.reads(card, "✅ Done")
    assert [body["name"] for body in world.creates()] == ["pay_01", "pay_02"]


@pytest.mark.long
@pytest.mark.parametrize(
    "is_up_before",
    [pytest.param(True, id="up-before-the-restart"), pytest.param(False, id="up-after-it")],
)
async def test_killed_during_an_outage(world: World, *, is_up_before: bool) -> None:
    """The next process knows that it was told, and tells the end."""
    world.ocp.slow(INSTALL, 60.0)
    await world.start_process()
    cards = await running(world, 1)
    await world.ocp.down()
    await world.is_told(SILENT)

    await world.kill_process()
    if is_up_before:
        await world.ocp.up()
        await world.start_process()
    else:
        await world.start_process()
        await world.clock.sleep(30)
        await world.ocp.up()
    await world.is_told(BACK)
    await ends(world, cards)

    assert await told(world) == [Kind.AWAY, Kind.BACK]
    assert len(world.notices()) == 2


@pytest.mark.long
async def test_a_task_that_ocp_cannot_show_does_not_keep_it_away(world: World) -> None:
    """OCP answers again, but for one task with an error: that one is looked at again and again, the rest goes on."""
    world.ocp.slow(INSTALL, 120.0)
    await world.start_bot()
    cards = await running(world, 2)
    first = min(world.ocp.tasks)

    await world.ocp.down()
    await world.is_told(SILENT)
    world.ocp.add_fault(Fault(kind="status", path=f"/{first}$", status=500, body='{"status":500}', times=None))
    await world.ocp.up()
    await world.is_told(BACK)
    await world.reads(cards[1], "✅ Done")
    assert "✅ Done" not in world.thread(cards[0])
    world.ocp.remove_faults()
    await ends(world, cards)

    assert await told(world) == [Kind.AWAY, Kind.BACK]


@pytest.mark.long
async def test_an_ocp_that_comes_back_and_refuses_the_log_on_is_told_as_that(world: World) -> None:
    """A stop is no silence: cards say the one or the other, and its end is the end of both."""
    world.ocp.slow(INSTALL, 120.0)
    await world.start_bot()
    cards = await running(world, 1)
    await world.ocp.down()
    await world.is_told(SILENT)

    world.ocp.login.password = "another-one"
    await world.ocp.up()
    await world.is_told("All calls are stopped")
    await world.slack.wait_for(lambda: "are stopped" in world.slack.rendered(cards[0]))
    calls = len(world.ocp.records)
    await world.clock.sleep(120)
    assert SILENT not in world.slack.rendered(cards[0])
    assert len(world.ocp.records) == calls
    await world.stop_bot()
    await world.start_bot(OCP_PASSWORD="another-one")
    await ends(world, cards)

    assert await told(world) == [Kind.AWAY, Kind.STOPPED, Kind.RESTARTED]
    assert len(world.notices()) == 3


@pytest.mark.long
async def test_what_ocp_cannot_show_is_asked_for_ever_less(world: World) -> None:
    """One task and one list in trouble, the rest in order: no silence, no flood of calls, and all is well after it."""
    await world.start_bot()
    world.ocp.slow(INSTALL, 200.0)
    cards = await running(world, 2)
    first = min(world.ocp.tasks)
    trouble = [f"/tasks/instances/{first}$", "/compute/hosts$"]
    for path in trouble:
        world.ocp.add_fault(Fault(kind="status", path=path, status=500, body='{"status":500}', times=None))
    cards.append(await world.asks("pay_03", hosts="12"))

    before = len(world.ocp.records)
    await world.clock.sleep(120)
    meanwhile = world.ocp.records[before:]
    world.ocp.remove_faults()
    await world.reads(cards[2], "proxy-host-12")
    await ends(world, cards[:2])

    for path in trouble:
        assert 0 < len([record for record in meanwhile if re.search(path, record.path)]) < 15
    assert await told(world) == []
