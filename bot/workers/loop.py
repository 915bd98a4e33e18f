"""A worker's loop: rounds, one after the other, started by an event."""

import asyncio
from collections.abc import Mapping

import structlog

from bot.ports import Work

log = structlog.get_logger()


class Worker:
    """
    Runs its rounds one at a time; whatever wakes it while one runs leads to one more.

    A round that fails is logged, and the next one runs all the same.
    """

    def __init__(self, name: str, work: Work) -> None:
        self.name = name
        self._work = work
        self._event = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """Ask for a round; never blocks, never raises."""
        self._event.set()

    async def run(self) -> None:
        """Run until `stop`; the round that is under way is finished."""
        while not self._stopping:
            await self._event.wait()
            self._event.clear()
            if not self._stopping:
                await self._round()

    def stop(self) -> None:
        """Let `run` return after the present round."""
        self._stopping = True
        self._event.set()

    async def _round(self) -> None:
        try:
            await self._work()
        except Exception:
            log.exception("a round failed; the next one runs", worker=self.name)


def wake_all(workers: Mapping[str, Worker]) -> None:
    """Ask every worker for a round: after a commit, whoever has something to do with it finds it."""
    for worker in workers.values():
        worker.wake()
