"""Readings: what a method of Slack has told, one reading at a time for each id."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import structlog

from bot.domain.errors import NotInSlack, SlackError, SlackLimited
from bot.ports import Clock

T = TypeVar("T")

log = structlog.get_logger()


@dataclass(slots=True)
class Readings(Generic[T]):
    """
    What `read` has returned, by id.

    `told` has with each value the time (monotonic) at which its reading began. Nothing is read before `closed_until`:
    Slack asks for that with a Retry-After, which holds for the method.
    """

    read: Callable[[str], Awaitable[T]]
    clock: Clock
    keep_seconds: float
    told: dict[str, tuple[float, T]] = field(default_factory=dict)
    running: dict[str, asyncio.Task[T | None]] = field(default_factory=dict)
    closed_until: float = -math.inf

    def recall(self, ids: Collection[str], seconds: float) -> dict[str, T | None]:
        """Return what was read within the last *seconds*; None for the rest."""
        since = self.clock.monotonic() - seconds
        at_and_value = {each: self.told.get(each) for each in ids}
        return {each: found[1] if found and found[0] >= since else None for each, found in at_and_value.items()}

    async def ask(self, ids: Collection[str], *, fresh_seconds: float, within_seconds: float) -> Mapping[str, T | None]:
        """
        Return what is younger than *fresh_seconds*, and the rest as it is read now, all at once.

        None for what was not told *within_seconds* (real ones). Whoever asks for what is being read waits for that.
        """
        known = self.recall(ids, fresh_seconds)
        tasks = {each: self._reading(each) for each, value in known.items() if value is None and self._may_read(each)}
        if tasks:
            await asyncio.wait(tasks.values(), timeout=within_seconds)
        return known | {each: task.result() for each, task in tasks.items() if task.done() and not task.cancelled()}

    async def finish(self) -> None:
        """End what is being read, and read nothing any more."""
        self.closed_until = math.inf
        tasks = list(self.running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _may_read(self, each: str) -> bool:
        return each in self.running or self.clock.monotonic() >= self.closed_until

    def _reading(self, each: str) -> asyncio.Task[T | None]:
        """Return the reading of *each* that is under way, or begin one; it outlives whoever waits for it."""
        if each not in self.running:
            task = asyncio.create_task(self._read(each))
            self.running[each] = task
            task.add_done_callback(lambda _: self.running.pop(each))
        return self.running[each]

    async def _read(self, each: str) -> T | None:
        """Return what is read now, and remember it; None if Slack does not tell."""
        began = self.clock.monotonic()
        try:
            value = await self.read(each)
        except SlackError as error:
            self._heed(each, error)
            return None
        except Exception:
            log.exception("what Slack told could not be read", id=each)
            return None
        self._keep(each, began, value)
        return value

    def _heed(self, each: str, error: SlackError) -> None:
        log.warning("Slack did not tell", id=each, error=str(error), kind=type(error).__name__)
        if isinstance(error, SlackLimited):
            self.closed_until = max(self.closed_until, self.clock.monotonic() + error.seconds)
        if isinstance(error, NotInSlack):
            self.told.pop(each, None)

    def _keep(self, each: str, began: float, value: T) -> None:
        """Remember *value*, and forget what nobody may use any more."""
        since = began - self.keep_seconds
        self.told = {other: found for other, found in self.told.items() if found[0] >= since}
        self.told[each] = (began, value)
