"""What is not kept for good: the last looks at tasks of requests that ended long ago (docs/audit.md)."""

from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from bot.domain.task import Task
from bot.ports import Clock, Store
from bot.workflows.again import unless_raced

KEPT_FOR = timedelta(days=30)
EVERY_SECONDS = 24 * 3600.0
AT_ONCE = 200
"""Watches in one transaction, so that nobody waits long for it."""

log = structlog.get_logger()


@dataclass(slots=True)
class Cleanup:
    """Clean up once a day, and at the start; `not_before` is when (monotonic seconds) it is done again."""

    store: Store
    clock: Clock
    not_before: float = 0.0

    async def round(self) -> None:
        """Do it if it is due: requests and events are never touched."""
        if self.clock.monotonic() < self.not_before:
            return
        with unless_raced():
            cleaned = 0
            while some := await self._some():
                cleaned += some
            log.info("old snapshots were cleaned", cleaned=cleaned)
            self.not_before = self.clock.monotonic() + EVERY_SECONDS

    async def _some(self) -> int:
        """Take the subtasks out of some old looks: the card of an ended request shows none; return how many."""
        async with self.store.transaction() as tx:
            old = await tx.old_watches(self.clock.now() - KEPT_FOR, most=AT_ONCE)
            for watch in old:
                bare = without_subtasks(watch.snapshot)
                await tx.save_watch(replace(watch, snapshot=bare, version=watch.version + 1))
        return len(old)


def without_subtasks(task: Task) -> Task:
    """Return what a card of an ended request can still show: the task's id, name and state."""
    return replace(task, subtasks=(), clusters=())
