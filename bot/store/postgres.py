"""PostgreSQL: its settings; what its error codes mean is in `trouble`."""

from typing import Any

from sqlalchemy import URL, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

READS = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""Execution options of a transaction that only reads: it sees one moment, however many statements it has."""

_CONNECTING = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    "prepare_threshold": None,  # a pooler between us and the server may not keep prepared statements
}
_SETTINGS = {
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "10s",  # a replica that is stopped half-way must not hold its locks
    "timezone": "UTC",
}
PATIENT = ("statement_timeout", "idle_in_transaction_session_timeout")
"""What a transaction lifts that may take long: an auditor reads everything, and whoever reads on may be slow."""


def engine(url: URL) -> AsyncEngine:
    """Return an engine for the database at *url*; nothing is opened yet. Connections are tried before use."""
    made = create_async_engine(
        url.set(drivername="postgresql+psycopg"), connect_args=_CONNECTING, pool_pre_ping=True, hide_parameters=True
    )
    event.listen(made.sync_engine, "connect", _set_up)
    return made


def _set_up(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for name, value in _SETTINGS.items():
        cursor.execute(f"SET {name} TO '{value}'")
    cursor.close()
    connection.commit()
