"""SQLite: its settings, how its transactions begin, and the lock that keeps a second process out."""

import fcntl
import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

READS = "reads_only"
"""Execution option of a transaction that will not write."""


def engine(url: URL) -> AsyncEngine:
    """Return an engine for the file of *url*; nothing is opened yet."""
    made = create_async_engine(url.set(drivername="sqlite+aiosqlite"), connect_args={"timeout": 30})
    event.listen(made.sync_engine, "connect", _set_up)
    event.listen(made.sync_engine, "begin", _begin)
    return made


def reader(url: URL) -> AsyncEngine:
    """Return an engine that writes nothing, for a file that must be there; another process may run on it."""
    place = f"file:{quote(str(url.database))}"
    made = create_async_engine(
        url.set(drivername="sqlite+aiosqlite", database=place, query={"mode": "rw", "uri": "true"}),
        connect_args={"timeout": 30},
    )
    event.listen(made.sync_engine, "connect", _set_up_reader)
    event.listen(made.sync_engine, "begin", _begin)
    return made


def lock(file: str) -> int | None:
    """
    Take the lock of the database in *file*; return its descriptor, or None if another process has it.

    It stands beside the file, whatever way leads there: closing a descriptor of the file itself would drop SQLite's
    own locks. The end of the process, however sudden, gives it back.
    """
    descriptor = os.open(f"{Path(file).resolve()}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _set_up(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver starts no transaction of its own; `_begin` does
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _set_up_reader(connection: Any, _record: object) -> None:
    """Refuse writes; the file itself is opened as a writer would, for only then can its write-ahead log be read."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("query_only=ON", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    """Take the write lock first: a transaction that reads and then writes would lose against another one."""
    reads = connection.get_execution_options().get(READS, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
