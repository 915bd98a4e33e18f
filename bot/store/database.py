"""The database: opened, migrated, and its transactions."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as SqlTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.domain.errors import StoreUnavailable

from .transaction import Transaction

READS = "reads_only"
"""Execution option of a transaction that will not write."""


class Database:
    """The Store of ports, on SQLite."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine

    @classmethod
    def at(cls, url: str) -> "Database":
        """Return the database at *url*, such as sqlite+aiosqlite:///bot.db; nothing is opened yet."""
        engine = create_async_engine(make_url(url).set(drivername="sqlite+aiosqlite"), connect_args={"timeout": 30})
        event.listen(engine.sync_engine, "connect", _settings_of_sqlite)
        event.listen(engine.sync_engine, "begin", _begin)
        return cls(engine)

    async def migrate(self) -> None:
        """Bring the schema to this version."""
        with _translated():
            async with self.engine.begin() as connection:
                await connection.run_sync(_upgrade)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open a transaction that may write: it has the write lock from its first statement on."""
        with _translated():
            async with self.engine.begin() as connection:
                yield Transaction(connection)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """Open a transaction that only reads; it waits for no writer."""
        engine = self.engine.execution_options(**{READS: True})
        with _translated():
            async with engine.begin() as connection:
                yield Transaction(connection)

    async def close(self) -> None:
        """Give the connections back."""
        await self.engine.dispose()


@contextmanager
def _translated() -> Iterator[None]:
    """Name the library's trouble as ours; what it was is in the cause."""
    try:
        yield
    except (DBAPIError, SqlTimeoutError) as error:
        raise StoreUnavailable(str(error)) from error


def _settings_of_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver starts no transaction of its own; `_begin` does
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    """Take the write lock first: a transaction that reads and then writes would lose against another one."""
    reads = connection.get_execution_options().get(READS, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
