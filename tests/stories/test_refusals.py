"""Who may not, what does not fit, what is old: a clear answer, nothing lost, nothing done."""

import asyncio

import pytest

from bot.sandbox.ocp import Fault

from .world import World, answers


@pytest.mark.invariant(4)
async def test_the_requester_cannot_approve_their_own_request(world: World) -> None:
    """Omar may approve, but not what he asked for himself."""
    await world.start_bot()
    await world.omar.types("/obproxy create", world.home)
    from_omar = await world.omar.submits(await world.omar.modal(), {**answers(), "name": "pay_09"})
    assert from_omar.closed
    [card] = await world.slack.wait_for(lambda: world.approvals.messages)

    await world.omar.clicks(card, "request.approve")

    assert "You asked for #1, so your decision does not count." in await world.told(world.omar, "does not count")
    assert world.creates() == []


@pytest.mark.invariant(4)
async def test_only_approvers_may_approve_or_reject(world: World) -> None:
    """Eve is told who may; no form opens for her, nothing is sent."""
    await world.start_bot()
    card = await world.asks()

    await world.eve.clicks(card, "request.approve")
    told = await world.told(world.eve, "needs the approver role")
    await world.eve.clicks(card, "request.reject")

    assert "Approvers: @omar, @ines" in told
    await world.slack.wait_for(lambda: len(world.eve.ephemerals) == 2)
    assert await world.kinds() == ["request.asked"]


async def test_a_rejection_asks_why_and_tells_the_requester(world: World) -> None:
    """The approver's words are in the thread and the card; the buttons are gone."""
    await world.start_bot()
    card = await world.asks()
    await world.omar.clicks(card, "request.reject")
    short = await world.omar.submits(form := await world.omar.modal(), {"reason": "ok"})
    assert short.refused_by_client or short.errors

    result = await world.omar.submits(form, {"reason": "wrong hosts, take IDC 2"})

    assert result.closed
    await world.reads(card, "⛔ Rejected")
    await world.slack.wait_for(lambda: "wrong hosts, take IDC 2" in world.thread_without_card(card))
    await world.slack.wait_for(lambda: "[Approve]" not in world.thread(card))
    assert world.creates() == []


@pytest.mark.invariant(1)
@pytest.mark.invariant(5)
async def test_a_double_click_and_a_second_approver_count_once(world: World) -> None:
    """Two clicks arrive at once: one decision, and the loser is told who was faster."""
    await world.start_bot()
    card = await world.asks()

    await asyncio.gather(
        world.omar.clicks(card, "request.approve"),
        world.omar.clicks(card, "request.approve"),
        world.ines.clicks(card, "request.approve"),
    )
    await world.reads(card, "✅ Done")

    await world.slack.wait_for(lambda: len(world.omar.ephemerals + world.ines.ephemerals) == 3)
    said = [world.slack.rendered(message) for message in world.omar.ephemerals + world.ines.ephemerals]
    assert sum("approved #1 at" in text for text in said) == 2
    assert sum("Your approval of #1 counts, 1 of 1. Sending to OCP." in text for text in said) == 1
    assert (await world.kinds()).count("request.approved") == 1
    assert len(world.creates()) == 1


@pytest.mark.invariant(6)
async def test_a_form_that_is_sent_twice_makes_one_request(world: World) -> None:
    """Slack or the person repeats a submission: the second meets the first."""
    await world.start_bot()
    await world.dana.types("/obproxy create", world.home)
    modal = await world.dana.modal()

    results = await asyncio.gather(*(world.dana.submits(modal, answers()) for _ in range(2)), return_exceptions=True)

    await world.slack.wait_for(lambda: world.approvals.messages)
    assert any(not isinstance(result, BaseException) and result.closed for result in results)
    assert await world.kinds() == ["request.asked"]
    assert len(world.approvals.messages) == 1


async def test_a_name_that_an_open_request_wants_is_refused_at_its_field(world: World) -> None:
    """Case does not matter; what was typed stays in the form."""
    await world.start_bot()
    await world.asks("pay_01")

    result = await world.fills_in(name="PAY_01")

    assert not result.closed
    assert result.errors["name"].startswith("#1 asks for pay_01 already.")


async def test_ocps_refusal_is_shown_with_its_code_and_trace_id(world: World) -> None:
    """A host that runs OBProxy already: OCP says no, in its own words."""
    await world.start_bot()

    card = await world.asks(hosts="13")
    await world.omar.clicks(card, "request.approve")
    text = await world.reads(card, "⛔ OCP refused it")

    [record] = [record for record in world.ocp.records if record.method == "POST"]
    assert "COM10001" in text
    assert "traceId" in text
    assert record.status == 400
    assert (await world.kinds())[-1] == "request.refused"


@pytest.mark.invariant(1)
async def test_a_name_that_ocp_has_already_is_never_sent(world: World) -> None:
    """Somebody made the cluster in the console while the request waited."""
    await world.start_bot()
    card = await world.asks()
    world.ocp.console.create("pay_01")

    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "⛔ Not sent: OCP has pay_01 already")

    assert world.creates() == []


@pytest.mark.long
@pytest.mark.invariant(1)
async def test_a_name_conflict_that_ocp_reports_is_looked_into(world: World) -> None:
    """COM10006 may be our own first attempt: nobody claims a failure before it is looked for."""
    await world.start_bot()
    refusal = '{"successful":false,"status":409,"error":{"code":"COM10006","message":"exists"},"traceId":"t1"}'
    world.ocp.add_fault(Fault(method="POST", path=r"/obproxy/clusters$", kind="status", status=409, body=refusal))

    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "✅ Done")

    assert "request.uncertain" in await world.kinds()
    assert len(world.ocp.accepted_creates) == 1


@pytest.mark.invariant(5)
@pytest.mark.invariant(12)
async def test_old_and_unknown_buttons_are_answered(world: World) -> None:
    """A button of a request that is gone, of an earlier card and of another version each get words."""
    await world.start_bot()
    card = await world.asks()
    old = card.blocks
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "✅ Done")

    await world.ines.clicks_old(card, "request.approve", blocks=old)
    await world.told(world.ines, "approved #1 at")
    foreign = _button("request.approve", "a-revision-that-never-was")
    await world.ines.clicks_old(card, "request.approve", blocks=foreign)
    await world.told(world.ines, "There is no request")
    await world.ines.clicks_old(card, "task.sneeze", blocks=_button("task.sneeze", "1"))
    await world.told(world.ines, "This button belongs to another version")

    assert len(world.creates()) == 1


def _button(action_id: str, value: str) -> list[dict[str, object]]:
    text = {"type": "plain_text", "text": "Press", "emoji": True}
    button = {"type": "button", "action_id": action_id, "text": text, "value": value}
    return [{"type": "actions", "block_id": "old", "elements": [button]}]
