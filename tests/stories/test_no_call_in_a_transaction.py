"""While a transaction is open, the database waits; so nobody else is waited for meanwhile."""

import asyncio

import pytest

from bot.domain.request import Place
from bot.ocp.client import OcpClient
from bot.ports import Message
from bot.slack.directory import SlackDirectory
from bot.slack.messenger import SlackMessenger

from .guard import CallInTransactionError, Guard, calls_of
from .world import World


@pytest.mark.invariant(9)
async def test_no_call_goes_out_while_a_transaction_is_open(world: World, guard: Guard) -> None:
    """The main job, watched as every story is, with a failure on the way: nothing was refused."""
    await world.start_bot()
    world.ocp.fail("Start obproxy process")
    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "❌ Failed")
    world.ocp.console.retry(max(world.ocp.tasks))
    await world.reads(card, "✅ Done")

    assert guard.refused == []
    assert world.creates()


@pytest.mark.invariant(9)
@pytest.mark.parametrize("kind", ["transaction", "reading"])
async def test_the_guard_refuses_a_call_inside_and_allows_it_outside(world: World, guard: Guard, kind: str) -> None:
    """Both ports, both kinds of transaction; also in a task that was started inside."""
    await world.start_bot()
    assert world.bot is not None
    ocp, opens = world.bot.environments[0].ocp, getattr(world.bot.database, kind)

    async with opens():
        with pytest.raises(CallInTransactionError):
            await ocp.version()
        with pytest.raises(CallInTransactionError):
            await asyncio.create_task(ocp.version())
    version = await ocp.version()

    assert guard.refused == ["OcpClient.version"] * 2
    assert version
    guard.refused.clear()


@pytest.mark.invariant(9)
async def test_a_refusal_that_the_bot_hides_is_remembered(world: World, guard: Guard) -> None:
    """A sender that posted inside its transaction would only log the error and try again."""
    await world.start_bot()
    assert world.bot is not None
    messenger = world.bot.answering.messenger
    place, message = Place(world.slack.team_id, world.home.id), Message((), "hello")

    async with world.bot.database.transaction():
        results = await asyncio.gather(
            messenger.post(place, message, ident="1", root=None, broadcast=False), return_exceptions=True
        )

    assert isinstance(results[0], CallInTransactionError)
    assert guard.refused == ["SlackMessenger.post"]
    assert world.home.messages == []
    guard.refused.clear()


@pytest.mark.invariant(9)
def test_every_call_of_the_ports_is_watched() -> None:
    """What the core can ask Slack and OCP for is what goes out through them."""
    assert {"post", "update", "delete", "find", "tell", "open_view", "direct"} <= set(calls_of(SlackMessenger))
    assert {"person", "members"} <= set(calls_of(SlackDirectory))
    assert {"send", "clusters", "cluster", "task", "tasks", "hosts", "packages", "time"} <= set(calls_of(OcpClient))
