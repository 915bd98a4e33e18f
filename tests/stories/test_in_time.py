"""Slack waits three seconds: with OCP and the database slow, every ack is in time and nothing typed is lost."""

from bot.sandbox.ocp import Fault

from .locks import locked
from .world import World, answers


async def test_the_command_is_acked_at_once_and_the_form_opens_whatever_is_slow(world: World) -> None:
    """OCP answers after 10 s, the database is locked for 2 s: acked in under 200 ms, the form is there."""
    await world.start_bot()
    world.ocp.add_fault(Fault(path=".*", kind="slow", seconds=10, times=None))

    async with locked(world, seconds=2):
        answer = await world.dana.types("/obproxy create", world.home)
        modal = await world.dana.modal(timeout=1)

    assert answer.acked
    assert answer.seconds < 0.2
    assert modal.blocks
    world.ocp.remove_faults()


async def test_a_submission_is_answered_in_time_and_saved_once_when_the_database_is_slow(world: World) -> None:
    """The form stays open and says so; pressing again after a while finds the request that was saved meanwhile."""
    await world.start_bot()
    await world.dana.types("/obproxy create", world.home)
    modal = await world.dana.modal()

    async with locked(world, seconds=4):
        first = await world.dana.submits(modal, answers())
    await world.slack.wait_for(lambda: world.approvals.messages, timeout=10)
    second = await world.dana.submits(modal, {})

    assert first.acked
    assert first.seconds < 2.5
    assert not first.closed
    assert "Not saved yet" in first.errors["name"]
    assert second.closed
    assert await world.kinds() == ["request.asked"]


async def test_a_click_is_acked_at_once_and_counts_when_the_database_is_back(world: World) -> None:
    """The decision waits for the database, the ack does not."""
    await world.start_bot()
    card = await world.asks()
    await world.caught_up()

    async with locked(world, seconds=2):
        click = await world.omar.clicks(card, "request.approve")
    await world.reads(card, "✅ Done")

    assert click.acked
    assert click.seconds < 0.5
    assert len(world.creates()) == 1
