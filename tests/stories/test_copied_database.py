"""A backup of the database is started beside, or instead of, the bot that went on: nothing is created again."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.app import make
from bot.clock import SystemClock
from bot.config import from_environment
from bot.domain.request import State
from bot.store.database import Database

from .world import DEADLINE, World

pytestmark = pytest.mark.invariant(1)


async def test_a_copy_that_is_started_31_minutes_later_sends_nothing(world: World, tmp_path: Path) -> None:
    """It was approved too long ago: an approver has to say so again."""
    copy = await _copied_while_approved(world, tmp_path / "copy.db")

    state = await _played_on(world, copy, minutes_later=31, until={State.HELD})

    assert state is State.HELD
    assert len(world.creates()) == 1


@pytest.mark.long
@pytest.mark.parametrize(("dedicated", "end"), [("1", State.SUCCEEDED), ("0", State.UNCERTAIN)])
async def test_a_copy_that_is_started_at_once_finds_the_name(
    world: World, tmp_path: Path, dedicated: str, end: State
) -> None:
    """The cluster is there and a task of ours that the copy does not know: followed if it is ours alone, else asked."""
    copy = await _copied_while_approved(world, tmp_path / "copy.db")

    state = await _played_on(world, copy, minutes_later=0, until={end}, OCP_ACCOUNT_DEDICATED=dedicated)

    assert state is end
    assert len(world.creates()) == 1


@pytest.mark.long
async def test_a_copy_finds_the_name_that_somebody_else_has_taken(world: World, tmp_path: Path) -> None:
    """No task of ours explains the cluster: refused, and nothing is sent."""
    copy = await _copied_while_approved(world, tmp_path / "copy.db")
    for task in world.ocp.tasks.values():
        task.creator = "somebody"

    state = await _played_on(world, copy, minutes_later=0, until={State.OCP_REFUSED})

    assert state is State.OCP_REFUSED
    assert len(world.creates()) == 1


async def _copied_while_approved(world: World, copy: Path) -> str:
    """Copy the database while OCP is away and the request is approved; let the original finish and end."""
    await world.start_bot()
    card = await world.asks()
    await world.ocp.down()
    await world.omar.clicks(card, "request.approve")
    await world.happens("request.delayed")
    with closing(sqlite3.connect(world.folder / "bot.db")) as original, closing(sqlite3.connect(copy)) as to:
        original.backup(to)
    await world.ocp.up()
    await world.reads(card, "✅ Done")
    await world.stop_bot()
    return f"sqlite:///{copy}"


async def _played_on(world: World, copy: str, *, minutes_later: float, until: set[State], **changes: str) -> State:
    """Run the bot on the copy, its clock so far ahead, until request #1 is in one of those states; return it."""
    ahead = 60 * minutes_later / (world.clock.speed - 1)
    clock = SystemClock(world.clock.speed, since=world.clock.since - ahead)
    world.bot = await make(from_environment(world.environment(DATABASE_URL=copy, **changes)), clock)
    await world.bot.start()
    reader = Database.at(copy)
    state = State.APPROVED
    async with asyncio.timeout(DEADLINE):
        while state not in until:
            await clock.sleep(1.0)
            async with reader.reading() as tx:
                request = await tx.request_by_number(1)
            assert request is not None
            state = request.state
    await reader.close()
    return state
