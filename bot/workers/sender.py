"""The sender: every thread that is behind its timeline catches up."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from bot.domain.errors import Conflict
from bot.domain.records import Thread
from bot.ports import Clock, Store

from .catch_up import CatchUp
from .gate import NotNow
from .outage import Outage

AGAIN_SECONDS = 5.0
MOST_AT_ONCE = 4
"""Threads side by side: Slack takes a few calls a second, and more would only wait for the database and each other."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Rest:
    """Until when (monotonic seconds) a thread has nothing to do, and what was known of it then: news end it."""

    until: float
    end: int
    blocked_until: datetime | None


@dataclass(slots=True)
class Sender:
    """
    One round over all threads that are behind.

    `resting` maps a thread's id to its rest, which only saves work that would be in vain; losing it loses nothing.
    """

    store: Store
    clock: Clock
    catch_up: CatchUp
    outage: Outage
    resting: dict[str, Rest] = field(default_factory=dict)
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_AT_ONCE))

    async def round(self) -> None:
        """Let every thread go on that may; threads go side by side, the steps of one thread in order."""
        if self.outage.left() > 0:
            return
        async with self.store.reading() as tx:
            behind = await tx.threads_behind()
        now = self.clock.monotonic()
        self.resting = {id_: rest for id_, rest in self.resting.items() if rest.until > now}
        await asyncio.gather(*(self._thread(thread, end) for thread, end in behind if self._is_due(thread, end)))

    def _is_due(self, thread: Thread, end: int) -> bool:
        rest = self.resting.get(thread.id)
        return rest is None or (rest.end, rest.blocked_until) != (end, thread.blocked_until)

    async def _thread(self, thread: Thread, end: int) -> None:
        try:
            async with self.places:
                await self.catch_up.catch_up(thread)
        except NotNow as later:
            self._rest(thread, end, later.seconds)
        except Conflict as error:
            log.info("another sender is at this thread", thread=thread.id, error=str(error))
        except Exception:
            log.exception("a thread could not catch up; it is tried again", thread=thread.id)
            self._rest(thread, end, AGAIN_SECONDS)

    def _rest(self, thread: Thread, end: int, seconds: float) -> None:
        self.resting[thread.id] = Rest(self.clock.monotonic() + seconds, end, thread.blocked_until)
