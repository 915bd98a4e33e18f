"""The database is away: people are told, rounds are repeated ever later, few lines are logged, and work goes on."""

import asyncio
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.databases import shut

from .locks import impatient, locked
from .world import DEADLINE, INSTALL, World


@pytest.mark.long
async def test_a_locked_file_holds_work_up_and_loses_nothing(world: World) -> None:
    """Three minutes in which nothing can be written: no change of the task is missing afterwards."""
    await world.start_bot()
    world.ocp.slow(INSTALL, 90.0)
    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.happens("request.running")
    impatient(world, seconds=0.2)
    await world.clock.sleep(30)  # whoever waited for the lock with the old patience has had it

    with capture_logs() as lines:
        async with locked(world, seconds=6):
            pass
        await world.reads(card, "✅ Done")
        await world.shows_everything_once()
        await all_succeed_again(world, lines)

    assert len(whole(lines)) == len({line["worker"] for line in whole(lines)})
    assert "watch prod" in {line["worker"] for line in whole(lines)}
    assert len(of_workers(lines)) < 30


@pytest.mark.long
async def test_a_server_that_is_away_holds_work_up_and_loses_nothing(postgres_world: World, postgres: str) -> None:
    """Two minutes without PostgreSQL: whoever acts is told, nobody has to start the bot again."""
    world = postgres_world
    await world.start_bot()
    world.ocp.slow(INSTALL, 240.0)
    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.happens("request.running")
    other = await world.asks("pay_02", hosts="12")
    await world.caught_up(2)
    world.ocp.slow(INSTALL, 30.0)

    with capture_logs() as lines:
        with shut(world.database_url, postgres):
            await world.omar.clicks(other, "request.approve")
            await world.told(world.omar, "The bot's database does not answer; perhaps nothing was done.")
            await world.clock.sleep(120)
        await world.reads(card, "✅ Done")
        await world.shows_everything_once()
        await world.omar.clicks(other, "request.approve")
        await world.reads(other, "✅ Done")
        await all_succeed_again(world, lines)

    workers = {line["worker"] for line in of_workers(lines)}
    assert len(whole(lines)) == len(workers)
    assert len(of_workers(lines)) < 8 * len(workers)
    assert [body["name"] for body in world.creates()] == ["pay_01", "pay_02"]


Lines = Sequence[Mapping[str, Any]]


def of_workers(lines: Sequence[MutableMapping[str, Any]]) -> Lines:
    """Return what the workers' loops have logged."""
    return [line for line in lines if "worker" in line]


def whole(lines: Sequence[MutableMapping[str, Any]]) -> Lines:
    """Return what they have logged with its traceback."""
    return [line for line in of_workers(lines) if line.get("exc_info")]


async def all_succeed_again(world: World, lines: Sequence[MutableMapping[str, Any]]) -> None:
    """Wait until every worker that failed has said that it succeeds again."""
    async with asyncio.timeout(DEADLINE):
        while succeed_again(lines) != {line["worker"] for line in of_workers(lines)}:
            await world.clock.sleep(1.0)


def succeed_again(lines: Sequence[MutableMapping[str, Any]]) -> set[str]:
    return {line["worker"] for line in of_workers(lines) if line["event"] == "rounds succeed again"}
