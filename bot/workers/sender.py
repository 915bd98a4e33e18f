"""The sender: every thread that is behind its timeline catches up."""

import asyncio
from dataclasses import dataclass, field

import structlog

from bot.domain.errors import Conflict
from bot.domain.records import Thread
from bot.ports import Clock, Store

from .catch_up import CatchUp
from .notes import NotNow

AGAIN_SECONDS = 5.0

log = structlog.get_logger()


@dataclass(slots=True)
class Sender:
    """
    One round over all threads that are behind.

    `not_before` maps a thread's id to the monotonic seconds before which it has nothing to do, and the end of its
    timeline then: news are looked at at once. It only saves work that would be in vain; losing it loses nothing.
    """

    store: Store
    clock: Clock
    catch_up: CatchUp
    not_before: dict[str, tuple[float, int]] = field(default_factory=dict)

    async def round(self) -> None:
        """Let every thread go on that may; threads go side by side, the steps of one thread in order."""
        async with self.store.reading() as tx:
            behind = await tx.threads_behind()
        now = self.clock.monotonic()
        self.not_before = {id_: noted for id_, noted in self.not_before.items() if noted[0] > now}
        await asyncio.gather(*(self._thread(thread, end) for thread, end in behind if self._is_due(thread, end)))

    def _is_due(self, thread: Thread, end: int) -> bool:
        return thread.id not in self.not_before or self.not_before[thread.id][1] != end

    async def _thread(self, thread: Thread, end: int) -> None:
        try:
            await self.catch_up.catch_up(thread)
        except NotNow as later:
            self.not_before[thread.id] = (self.clock.monotonic() + later.seconds, end)
        except Conflict as error:
            log.info("another sender is at this thread", thread=thread.id, error=str(error))
        except Exception:
            log.exception("a thread could not catch up; it is tried again", thread=thread.id)
            self.not_before[thread.id] = (self.clock.monotonic() + AGAIN_SECONDS, end)
