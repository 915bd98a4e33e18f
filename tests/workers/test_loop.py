"""Ticks set events, loops do the work, one round at a time."""

import asyncio
from datetime import timedelta

from bot.workers.loop import Worker
from bot.workers.schedule import schedule


class Rounds:
    """Work that can be watched and held up."""

    def __init__(self) -> None:
        self.begun = self.ended = self.at_once = self.most_at_once = 0
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.fails = False
        self.changed = asyncio.Condition()

    async def __call__(self) -> None:
        self.begun += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self._tell()
        await self.go_on.wait()
        self.at_once -= 1
        self.ended += 1
        await self._tell()
        if self.fails:
            raise RuntimeError("this round fails")

    async def _tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def until(self, **wanted: int) -> None:
        """Wait until the named counts are reached."""
        async with asyncio.timeout(5), self.changed:
            await self.changed.wait_for(lambda: all(getattr(self, name) >= n for name, n in wanted.items()))


async def test_ticks_start_rounds_that_never_overlap() -> None:
    """A round that takes longer than a tick is not joined by another one."""
    rounds = Rounds()
    worker = Worker("watch", rounds)
    scheduler = schedule({"watch": worker}, {"watch": timedelta(milliseconds=20)})
    running = asyncio.create_task(worker.run())
    rounds.go_on.clear()
    scheduler.start()

    await rounds.until(begun=1)
    worker.wake()
    worker.wake()
    rounds.go_on.set()
    await rounds.until(ended=3)
    scheduler.shutdown(wait=False)
    worker.stop()
    await running

    assert rounds.most_at_once == 1


async def test_a_round_that_fails_is_followed_by_the_next() -> None:
    """One bad round ends no worker."""
    rounds = Rounds()
    rounds.fails = True
    worker = Worker("send", rounds)
    running = asyncio.create_task(worker.run())

    worker.wake()
    await rounds.until(ended=1)
    worker.wake()
    await rounds.until(ended=2)

    worker.stop()
    await running


async def test_stopping_finishes_the_round_that_is_under_way() -> None:
    """And begins no other."""
    rounds = Rounds()
    worker = Worker("submit", rounds)
    running = asyncio.create_task(worker.run())
    rounds.go_on.clear()
    worker.wake()
    await rounds.until(begun=1)

    worker.wake()
    worker.stop()
    rounds.go_on.set()
    await running

    assert (rounds.begun, rounds.ended) == (1, 1)
