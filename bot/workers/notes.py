"""The notes of a thread: what is under way to Slack, compared and set in its row (DESIGN, section 7)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.domain.errors import RootRefused
from bot.domain.pace import UNSURE_FOR, may_start
from bot.domain.records import Thread
from bot.ports import Clock, Store

from .detour import Detour
from .gate import NotNow

AGAIN_SECONDS = 1.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Notes:
    """Write notes, and judge their age. Whatever stores a thread raises Conflict if another sender wrote it."""

    store: Store
    clock: Clock
    detour: Detour

    async def save(self, thread: Thread) -> Thread:
        """Store *thread*."""
        async with self.store.transaction() as tx:
            return await tx.save_thread(thread)

    async def opened(self, before: Thread, after: Thread) -> Thread:
        """Store *after*: its place took what was due, so it is blocked no more."""
        async with self.store.transaction() as tx:
            if before.blocked and before.request:
                await tx.request(before.request)  # one at a time: all its threads are written
            stored = await tx.save_thread(replace(after, blocked="", blocked_until=None))
            if before.blocked:
                await self.detour.redraw_others(tx, stored)
        return stored

    async def new_root(self, thread: Thread, error: RootRefused) -> NotNow:
        """Note that the card is gone or cannot be changed: a new one takes over, of which nothing was posted yet."""
        log.warning("a card is gone; a new one takes over", thread=thread.id, error=str(error))
        fresh = replace(thread, root_ts=None, in_flight=None, card_hash="", card_in_flight=None)
        await self.save(replace(fresh, last_reply_at=self.clock.now()))
        return NotNow(0.0)

    def in_time(self, noted_from: float, thread: Thread) -> None:
        """Raise NotNow if the note is too old: others count on what it announces being over soon."""
        if not may_start(noted_from, self.clock.monotonic()):
            log.warning("a note was too old to be acted upon", thread=thread.id)
            raise NotNow(AGAIN_SECONDS)

    def is_overtaken(self, noted_at: datetime) -> bool:
        """Whether others may have given up what was noted then."""
        return self.clock.now() >= noted_at + UNSURE_FOR

    def not_before(self, moment: datetime) -> None:
        """Raise NotNow until then."""
        seconds = (moment - self.clock.now()) / timedelta(seconds=1)
        if seconds > 0:
            raise NotNow(seconds)
