"""A database whose locks somebody else holds."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from sqlalchemy import event

from .world import World


@asynccontextmanager
async def locked(world: World, *, seconds: float) -> AsyncIterator[None]:
    """Hold the database's write lock for so long from now on; leaving waits until it is free again."""
    is_held = asyncio.Event()
    holder = asyncio.create_task(asyncio.to_thread(hold_lock, world, seconds, asyncio.get_running_loop(), is_held))
    await is_held.wait()
    yield
    await holder


@asynccontextmanager
async def tables_locked(world: World, *, seconds: float) -> AsyncIterator[None]:
    """Keep everybody from PostgreSQL's tables for so long from now on; leaving waits until they are free again."""
    async with await psycopg.AsyncConnection.connect(world.database_url) as connection:
        await connection.execute("LOCK TABLE requests, counters, threads, events")
        until = asyncio.create_task(asyncio.sleep(seconds))
        yield
        await until


def impatient(world: World, *, seconds: float) -> None:
    """Let the bot wait for the database's lock for so long only, not for half a minute."""

    def hurry(connection: Any, _record: object, _proxy: object) -> None:
        connection.cursor().execute(f"PRAGMA busy_timeout={seconds * 1000:.0f}")

    assert world.bot is not None
    event.listen(world.bot.database.engine.sync_engine, "checkout", hurry)


def hold_lock(world: World, seconds: float, loop: asyncio.AbstractEventLoop, is_held: asyncio.Event) -> None:
    connection = sqlite3.connect(world.folder / "bot.db", timeout=30)
    connection.execute("BEGIN IMMEDIATE")
    loop.call_soon_threadsafe(is_held.set)
    done = asyncio.run_coroutine_threadsafe(asyncio.sleep(seconds), loop)
    done.result()
    connection.rollback()
    connection.close()
