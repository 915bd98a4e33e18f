"""When somebody else wrote first: decide again, or leave it to the next round."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import structlog

from bot.domain.errors import Conflict

T = TypeVar("T")
TRIES = 3

log = structlog.get_logger()


async def decide_again(attempt: Callable[[], Awaitable[T]]) -> T:
    """
    Return what *attempt* returns; on Conflict it reads and decides again.

    Raises:
        Conflict: it met somebody faster three times.
    """
    for _ in range(TRIES - 1):
        try:
            return await attempt()
        except Conflict as error:
            log.info("somebody else wrote first; deciding again", error=str(error))
    return await attempt()


@contextmanager
def unless_raced() -> Iterator[None]:
    """Give way on Conflict: what a round did not do, the next one does with what it reads then."""
    try:
        yield
    except Conflict as error:
        log.info("somebody else wrote first; the next round reads it anew", error=str(error))
