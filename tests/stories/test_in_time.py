"""Slack waits three seconds: with OCP and the database slow, every ack is in time and nothing typed is lost."""

import asyncio

import pytest

from bot.sandbox.ocp import Fault

from .locks import locked, tables_locked
from .world import World, answers


@pytest.mark.invariant(6)
async def test_the_command_is_acked_at_once_and_the_form_opens_whatever_is_slow(world: World) -> None:
    """OCP answers after 10 s, the database is locked: the ack and the form come while both keep everybody waiting."""
    await world.start_bot()
    world.ocp.add_fault(Fault(path=".*", kind="slow", seconds=10, times=None))

    async with locked(world):
        answer = await world.dana.types("/obproxy create", world.home)
        modal = await world.dana.modal()

    assert answer.acked
    assert modal.blocks
    world.ocp.remove_faults()


@pytest.mark.invariant(6)
async def test_a_submission_is_answered_in_time_and_saved_once_when_the_database_is_slow(world: World) -> None:
    """The form stays open and says so; pressing again after a while finds the request that was saved meanwhile."""
    await world.start_bot()
    await world.dana.types("/obproxy create", world.home)
    modal = await world.dana.modal()

    async with locked(world):
        first = await world.dana.submits(modal, answers())
    await world.slack.wait_for(lambda: world.approvals.messages, timeout=10)
    second = await world.dana.submits(modal, {})

    assert first.acked
    assert not first.closed
    assert "Not saved yet" in first.errors["name"]
    assert second.closed
    assert await world.kinds() == ["request.asked"]


@pytest.mark.long
@pytest.mark.invariant(6)
async def test_a_click_is_acked_at_once_and_counts_when_the_database_is_back(world: World) -> None:
    """The decision waits for the database, the ack does not."""
    await world.start_bot()
    card = await world.asks()
    await world.caught_up()

    async with locked(world, seconds=2):
        click = await world.omar.clicks(card, "request.approve")
    await world.reads(card, "✅ Done")

    assert click.acked
    assert len(world.creates()) == 1


@pytest.mark.invariant(6)
async def test_with_ocp_and_the_database_answering_after_ten_seconds_every_ack_is_in_time(world: World) -> None:
    """A command, a click, a reason and a whole form meanwhile: all acked, and what was typed is saved once."""
    await world.start_bot()
    card = await world.asks()
    await world.caught_up()
    await world.dana.types("/obproxy create", world.home)
    form = await world.dana.modal()
    await world.omar.clicks(card, "request.reject")
    why = await world.omar.modal()
    world.ocp.add_fault(Fault(path=".*", kind="slow", seconds=10, times=None))

    async with locked(world, seconds=10):
        command = await world.eve.types("/obproxy create", world.home)
        another = await world.eve.modal()
        click = await world.ines.clicks(card, "request.json")
        rejected, asked = await asyncio.gather(
            world.omar.submits(why, {"reason": "wrong hosts"}), world.dana.submits(form, answers(name="pay_02"))
        )
    await world.happens("request.rejected")
    await world.slack.wait_for(lambda: len(world.approvals.messages) == 2, timeout=20)
    again = [await world.omar.submits(why, {}), await world.dana.submits(form, {})]
    world.ocp.remove_faults()

    assert all(each.acked for each in (command, click, rejected, asked))
    assert another.blocks
    assert "Not saved yet" in asked.errors["name"]
    assert "Not saved yet" in rejected.errors["reason"]
    assert all(each.closed for each in again)
    assert await world.kinds() == ["request.asked", "request.rejected"]
    assert (await world.request(2)).name == "pay_02"
    assert len(world.approvals.messages) == 2


@pytest.mark.long
@pytest.mark.invariant(6)
async def test_a_submission_is_saved_once_when_postgresql_is_slow(postgres_world: World) -> None:
    """Its tables are locked; the form says so, and pressing again finds what was saved."""
    world = postgres_world
    await world.start_bot()
    await world.dana.types("/obproxy create", world.home)
    form = await world.dana.modal()

    async with tables_locked(world):
        first = await world.dana.submits(form, answers())
    await world.slack.wait_for(lambda: world.approvals.messages, timeout=20)
    second = await world.dana.submits(form, {})

    assert first.acked
    assert "Not saved yet" in first.errors["name"]
    assert second.closed
    assert await world.kinds() == ["request.asked"]
