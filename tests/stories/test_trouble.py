"""OCP and Slack misbehave: nothing is created twice, nothing is lost, and it is said plainly."""

import asyncio
from functools import partial

import pytest

from bot.app import lift
from bot.config import from_environment
from bot.sandbox.ocp import Fault
from bot.sandbox.ocp.faults import Kind as FaultKind
from bot.sandbox.slack import Fault as SlackFault

from .world import DEADLINE, INSTALL, World

CREATE = r"/api/v2/obproxy/clusters$"
DETAIL = r"/api/v2/tasks/instances/\d+$"
ODD_ANSWERS: tuple[tuple[FaultKind, int], ...] = (
    ("html", 502),
    ("html", 200),
    ("html", 404),
    ("html", 302),
    ("half_json", 500),
    ("unknown_state", 500),
    ("status", 500),
    ("rate_limited", 500),
    ("lost_before", 500),
)


@pytest.mark.invariant(1)
@pytest.mark.parametrize("kind", ["lost_after", "half_json", "no_id"])
async def test_a_lost_answer_is_found_and_adopted(world: World, kind: FaultKind) -> None:
    """OCP had it: the bot looks, finds its own task and follows it; no second create goes out."""
    await world.start_bot()
    world.ocp.add_fault(Fault(method="POST", path=CREATE, kind=kind))

    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "✅ Done")

    assert await world.kinds() == [
        "request.asked",
        "request.approved",
        "request.submitting",
        "request.uncertain",
        "request.running",
        "request.succeeded",
    ]
    assert len(world.creates()) == 1
    await world.shows_everything_once()


@pytest.mark.invariant(1)
async def test_what_stays_unclear_waits_with_its_evidence(fast_world: World) -> None:
    """The account is not ours alone: the bot does not guess, and shows an operator what it has seen."""
    world = fast_world
    await world.start_bot(OCP_ACCOUNT_DEDICATED="0")
    world.ocp.add_fault(Fault(method="POST", path=CREATE, kind="lost_after"))

    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.slack.wait_for(lambda: "Looked " in world.slack.rendered(card), timeout=60)

    text = world.slack.rendered(card)
    assert "❓" in text
    assert str(max(world.ocp.tasks)) in text
    assert len(world.creates()) == 1
    assert (await world.kinds())[-2:] == ["request.uncertain", "request.unclear"]


@pytest.mark.long
@pytest.mark.invariant(1)
async def test_a_create_that_never_arrived_is_not_sent_again_by_itself(fast_world: World) -> None:
    """The connection was lost before OCP had it: looked for, not found, and then it waits for a person."""
    world = fast_world
    await world.start_bot()
    world.ocp.add_fault(Fault(method="POST", path=CREATE, kind="lost_before"))

    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.slack.wait_for(lambda: "Looked " in world.thread_without_card(card), timeout=60)

    assert len(world.creates()) == 1
    assert world.ocp.accepted_creates == []


@pytest.mark.long
async def test_ocp_that_is_away_is_waited_for(world: World) -> None:
    """Nothing was sent while OCP did not answer; when it is back the request goes out, once."""
    await world.start_bot()
    card = await world.asks()
    await world.ocp.down()
    await world.omar.clicks(card, "request.approve")
    await world.slack.wait_for(lambda: "OCP" in world.slack.rendered(card))
    async with asyncio.timeout(20):
        while "request.delayed" not in await world.kinds():
            await world.clock.sleep(1)

    await world.ocp.up()
    await world.reads(card, "✅ Done")

    assert len(world.creates()) == 1
    await world.shows_everything_once()


@pytest.mark.long
async def test_a_request_that_could_not_be_sent_in_time_is_held_until_an_approver_says_so(world: World) -> None:
    """After SEND_WITHIN nothing goes out by itself; "Send now" looks again and sends."""
    await world.start_bot(SEND_WITHIN="60s")
    card = await world.asks()
    await world.ocp.down()
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "✋ Approved, not sent")
    await world.ocp.up()
    await world.caught_up()

    await world.eve.clicks(card, "request.send_now")
    await world.told(world.eve, "needs the approver role")
    await world.ines.clicks(card, "request.send_now")
    await world.reads(card, "✅ Done")

    assert len(world.creates()) == 1


async def test_a_refused_log_on_stops_all_calls_and_is_told_once(world: World) -> None:
    """No call goes out with a refused password, also after a restart; another password lifts the stop."""
    await world.start_bot(OCP_PASSWORD="wrong-password")
    card = await world.asks()
    await world.slack.wait_for(lambda: [m for m in world.approvals.messages if "log-on" in world.slack.rendered(m)])
    await world.omar.clicks(card, "request.approve")
    async with asyncio.timeout(20):
        while "request.delayed" not in await world.kinds():
            await world.clock.sleep(1)
    calls = len(world.ocp.records)
    await world.stop_bot()
    await world.start_bot(OCP_PASSWORD="wrong-password")
    await world.clock.sleep(30)

    assert len(world.ocp.records) == calls
    assert calls <= 2
    await world.stop_bot()
    await world.start_bot()
    await world.reads(card, "✅ Done")

    told = [world.slack.rendered(message) for message in world.approvals.messages]
    assert sum("log-on" in text for text in told) == 1
    assert len(world.creates()) == 1


@pytest.mark.long
async def test_a_stop_is_lifted_by_whoever_runs_the_bot(world: World) -> None:
    """OCP's answer to the create was a gateway's page: all calls stop, until `obproxy-bot resume`."""
    await world.start_bot()
    world.ocp.add_fault(Fault(method="POST", path=CREATE, kind="html", status=404, after_effect=False))
    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.slack.wait_for(lambda: [m for m in world.approvals.messages if "address" in world.slack.rendered(m)])

    settings = from_environment(world.environment())
    assert await lift(settings, settings.environments[0], world.clock)
    await world.reads(card, "✅ Done")

    assert not await lift(settings, settings.environments[0], world.clock)
    assert len(world.ocp.accepted_creates) == 1


@pytest.mark.long
@pytest.mark.invariant(3)
@pytest.mark.invariant(11)
async def test_what_ocp_answers_in_between_does_not_end_the_watching(world: World) -> None:
    """Gateway pages, broken bodies, states that nobody has heard of, one by one: watching goes on to the end."""
    await world.start_bot()
    world.ocp.slow(INSTALL, 150.0)
    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "Watching it")

    for kind, status in ODD_ANSWERS:
        before = _looks(world)
        world.ocp.add_fault(Fault(method="GET", path=DETAIL, kind=kind, times=2, status=status))
        await world.slack.wait_for(partial(_has_looked, world, before + 3), timeout=DEADLINE)
    assert "✅ Done" not in world.thread(card)
    await world.reads(card, "✅ Done")

    await world.shows_everything_once()
    assert await world.told_of_ocp() == ()


def _has_looked(world: World, times: int) -> bool:
    return _looks(world) >= times


def _looks(world: World) -> int:
    return sum(record.path.startswith("/api/v2/tasks/instances/") for record in world.ocp.records)


@pytest.mark.invariant(2)
async def test_slack_in_trouble_makes_a_thread_late_never_wrong(world: World) -> None:
    """Rate limits, unsure errors and lost connections: each reply is there once, the card is right in the end."""
    await world.start_bot()
    world.ocp.slow(INSTALL, 60.0)
    card = await world.asks()
    await world.caught_up()

    faults = [
        SlackFault(method="chat.postMessage", kind="rate_limited", seconds=20),
        SlackFault(method="chat.postMessage", kind="error", error="internal_error", after_effect=True),
        SlackFault(method="chat.postMessage", kind="error", error="service_unavailable"),
        SlackFault(method="chat.postMessage", kind="lost_after"),
        SlackFault(method="chat.postMessage", kind="lost_before"),
        SlackFault(method="chat.postMessage", kind="status", status=503),
        SlackFault(method="chat.update", kind="lost_after"),
        SlackFault(method="chat.update", kind="rate_limited", seconds=20),
    ]
    for fault in faults:
        world.slack.add_fault(fault)
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "✅ Done")

    await world.shows_everything_once()
    assert "✅ Done" in world.slack.rendered(card)
    assert [fault for fault in faults if fault.times] == [], "each was met"


@pytest.mark.long
@pytest.mark.invariant(2)
async def test_where_nothing_can_be_read_twice_is_better_than_never(world: World) -> None:
    """A reply arrived and nobody knows; Slack does not let the bot look: it is posted again, and nothing is missing."""
    await world.start_bot()
    card = await world.asks()
    await world.caught_up()
    lost = SlackFault(method="chat.postMessage", kind="lost_after", channel=world.approvals.id)
    blind = SlackFault(method="conversations.replies", kind="error", error="missing_scope", times=1000)
    world.slack.add_fault(lost)
    world.slack.add_fault(blind)

    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "✅ Done")
    await world.caught_up()

    told = [world.slack.rendered(reply) for reply in card.replies]
    assert sum("Approved by omar" in text for text in told) == 2
    assert sum("✅ Done" in text for text in told) == 1


@pytest.mark.long
async def test_a_card_that_somebody_deleted_is_followed_by_a_new_one(world: World) -> None:
    """The root is gone: a new card takes over and the thread goes on there."""
    await world.start_bot()
    card = await world.asks()
    await world.caught_up()
    card.deleted = True
    world.approvals.messages.remove(card)

    await world.ines.clicks_old(card, "request.approve", blocks=card.blocks)
    [new] = await world.slack.wait_for(lambda: world.approvals.messages)
    await world.reads(new, "✅ Done")

    assert len(world.creates()) == 1


@pytest.mark.invariant(13)
async def test_the_bot_writes_to_ocp_only_what_was_asked(world: World) -> None:
    """Somebody else's cluster and failed task are left alone."""
    await world.start_bot()
    world.ocp.fail("Prepare obproxy install")
    other = world.ocp.console.create("not_ours")

    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "✅ Done")

    assert other is not None
    assert world.writes() == [("POST", "/api/v2/obproxy/clusters")]
    assert [body["name"] for body in world.creates()] == ["pay_01"]
