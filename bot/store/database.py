"""The database: opened, migrated, its transactions and its leases."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from sqlalchemy import inspect, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.errors import StoreUnavailable

from . import leases, postgres, sqlite
from .record import StoredRecord
from .schema import upgrade
from .tables import anchors
from .transaction import Transaction
from .trouble import translated

log = structlog.get_logger()


class Database:
    """The Store of ports, on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._reader = engine.execution_options(**({sqlite.READS: True} if self.is_sqlite else postgres.READS))
        self._lock: int | None = None

    @classmethod
    def at(cls, url: str) -> "Database":
        """Return the database at *url*, sqlite:///bot.db or postgresql://user@host/bot; nothing is opened yet."""
        place = make_url(url)
        kind = sqlite if place.get_backend_name() == "sqlite" else postgres
        return cls(kind.engine(place))

    @classmethod
    def to_read(cls, url: str) -> "Database":
        """Return the database at *url* for an auditor: it takes no writes. Raises StoreUnavailable without its file."""
        place = make_url(url)
        if place.get_backend_name() != "sqlite":
            return cls(postgres.engine(place))
        if not Path(str(place.database)).is_file():
            raise StoreUnavailable(f"there is no file {place.database}")
        return cls(sqlite.reader(place))

    def claim_alone(self) -> bool:
        """Return whether this process may be the only one that runs on the file; always on PostgreSQL."""
        if self.is_sqlite and self._lock is None:
            self._lock = sqlite.lock(str(self.engine.url.database))
            return self._lock is not None
        return True

    async def migrate(self) -> None:
        """Bring the schema to this version; raises StoreUnavailable if the database cannot be opened."""
        with translated():
            async with self.engine.begin() as connection:
                if not self.is_sqlite:  # an index of a large table may take minutes
                    await connection.execute(text("SET LOCAL statement_timeout TO 0"))
                await connection.run_sync(upgrade)
                if not self.is_sqlite:
                    await self._warn_of_loss(await connection.scalar(text("SHOW synchronous_commit")))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """
        Open a transaction that may write.

        SQLite gives it the write lock from its first statement on; on PostgreSQL the rows that it decides about are
        locked when they are read.
        """
        with translated():
            async with self.engine.begin() as connection:
                yield Transaction(connection)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """Open a transaction that only reads, all of it as of one moment; it waits for no writer."""
        with translated():
            async with self._reader.begin() as connection:
                yield Transaction(connection, locks=False)

    @asynccontextmanager
    async def auditing(self) -> AsyncIterator[StoredRecord]:
        """Open the whole record as of one moment, for as long as its reader takes; raises StoreUnavailable."""
        with translated():
            async with self._reader.begin() as connection:
                if not await connection.run_sync(lambda sync: inspect(sync).has_table(anchors.name)):
                    raise StoreUnavailable("it was not migrated to this version; start this version of the bot on it")
                for setting in () if self.is_sqlite else postgres.PATIENT:
                    await connection.execute(text(f"SET LOCAL {setting} TO 0"))
                yield StoredRecord(connection)

    async def lease(self, names: Sequence[str], holder: str, seconds: float) -> frozenset[str]:
        """Take or renew *names* for *seconds* of the database's clock; return those that *holder* has (PostgreSQL)."""
        with translated():
            async with self.engine.begin() as connection:
                return await leases.take(connection, names, holder, seconds)

    async def give_back(self, holder: str) -> None:
        """Let others have the leases of *holder* at once (PostgreSQL)."""
        with translated():
            async with self.engine.begin() as connection:
                await leases.give_back(connection, holder)

    async def close(self) -> None:
        """Give the connections and the file back."""
        await self.engine.dispose()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    async def _warn_of_loss(self, synchronous_commit: str | None) -> None:
        if synchronous_commit == "off":
            log.warning("PostgreSQL runs with synchronous_commit=off; a crash of it can lose what was decided last")
