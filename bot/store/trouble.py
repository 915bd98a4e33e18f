"""What a database library's exceptions mean."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as SqlTimeoutError

from bot.domain.errors import Conflict, StoreUnavailable

RACED = frozenset({"40001", "40P01"})
"""PostgreSQL, appendix A: serialization_failure, deadlock_detected. Somebody else was faster; read and decide again."""

PASSING = ("starting up", "shutting down", "too many", "remaining connection slots", "recovery")
"""Words of PostgreSQL when it refuses a connection for the moment only; it sends no code before one is open."""


@contextmanager
def translated() -> Iterator[None]:
    """Name the library's trouble as ours: Conflict or StoreUnavailable; what it was is in the cause."""
    try:
        yield
    except (DBAPIError, SqlTimeoutError) as error:
        if _code(error) in RACED:
            raise Conflict(_said(error)) from error
        raise StoreUnavailable(_said(error)) from error


def is_passing(error: StoreUnavailable) -> bool:
    """Whether the server may take the same log-on later: it could not be reached, or it is busy with itself."""
    said = str(error)
    return "FATAL" not in said or any(words in said for words in PASSING)


def _code(error: Exception) -> str | None:
    return getattr(getattr(error, "orig", None), "sqlstate", None)


def _said(error: Exception) -> str:
    """Return the database's own words, without the statement and its values."""
    return str(getattr(error, "orig", None) or error).strip()
