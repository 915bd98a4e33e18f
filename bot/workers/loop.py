"""A worker's loop: rounds, one after the other, started by an event."""

import asyncio
from collections.abc import Callable, Iterable

import structlog

from bot.domain.pace import backoff
from bot.ports import Clock, Work

SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 10.0

log = structlog.get_logger()


class Worker:
    """
    Runs its rounds one at a time; whatever wakes it while one runs leads to one more.

    A round that fails is repeated after a pause, which is longer the more have failed in a row; `jitter` (0 to 1)
    spreads it. Nothing that wakes it meanwhile is lost, and `stop` ends the pause.
    """

    def __init__(self, name: str, work: Work, clock: Clock, jitter: Callable[[], float]) -> None:
        self.name = name
        self._work = work
        self._clock = clock
        self._jitter = jitter
        self._event = asyncio.Event()
        self._end = asyncio.Event()
        self._failures = 0
        self._told: type[Exception] | None = None

    def wake(self) -> None:
        """Ask for a round; never blocks, never raises."""
        self._event.set()

    async def run(self) -> None:
        """Run until `stop`; the round that is under way is finished."""
        while not self._end.is_set():
            await self._event.wait()
            self._event.clear()
            if not self._end.is_set():
                await self._round()

    def stop(self) -> None:
        """Let `run` return after the present round."""
        self._end.set()
        self._event.set()

    async def _round(self) -> None:
        try:
            await self._work()
        except Exception as error:
            self._failures += 1
            if type(error) is not self._told:
                log.exception("a round failed; it is repeated", worker=self.name)
            elif self._failures.bit_count() == 1:  # the 2nd, 4th, 8th: ever less while nothing is new
                log.warning("rounds fail still", worker=self.name, failed=self._failures, error=str(error))
            self._told = type(error)
            self._event.set()
            await self._pause()
        else:
            if self._failures:
                log.info("rounds succeed again", worker=self.name, failed=self._failures)
            self._failures, self._told = 0, None

    async def _pause(self) -> None:
        seconds = backoff(
            self._failures, jitter=self._jitter(), first=SHORTEST_PAUSE_SECONDS, most=LONGEST_PAUSE_SECONDS
        )
        waits = [asyncio.ensure_future(self._clock.sleep(seconds)), asyncio.ensure_future(self._end.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)


def wake_all(workers: Iterable[Worker]) -> None:
    """Ask each of *workers* for a round: after a commit, whoever has something to do with it finds it."""
    for worker in workers:
        worker.wake()
