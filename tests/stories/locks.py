"""A database whose locks somebody else holds."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import Any

import psycopg
from sqlalchemy import event

from .world import World


@asynccontextmanager
async def locked(world: World, *, seconds: float = 0.0) -> AsyncIterator[None]:
    """Hold the database's write lock inside the block, and for *seconds* at least; leaving waits for that."""
    connection = sqlite3.connect(world.folder / "bot.db", timeout=30, check_same_thread=False)
    with closing(connection):
        await asyncio.to_thread(connection.execute, "BEGIN IMMEDIATE")
        until = asyncio.create_task(asyncio.sleep(seconds))
        yield
        await until


@asynccontextmanager
async def tables_locked(world: World, *, seconds: float = 0.0) -> AsyncIterator[None]:
    """Keep everybody from PostgreSQL's tables inside the block, and for *seconds* at least; leaving waits for that."""
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
