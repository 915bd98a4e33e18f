"""Ticks set events, loops do the work, one round at a time."""

import asyncio
from datetime import UTC, datetime, timedelta

from structlog.testing import capture_logs

from bot.domain.errors import StoreUnavailable
from bot.workers.loop import Worker
from bot.workers.schedule import schedule


class Rounds:
    """Work that can be watched and held up."""

    def __init__(self) -> None:
        self.begun = self.ended = self.at_once = self.most_at_once = 0
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.failures: list[Exception | None] = []
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
        if failure := self.failures.pop(0) if self.failures else None:
            raise failure

    async def _tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def until(self, **wanted: int) -> None:
        """Wait until the named counts are reached."""
        async with asyncio.timeout(15), self.changed:
            await self.changed.wait_for(lambda: all(getattr(self, name) >= n for name, n in wanted.items()))


class Pauses:
    """A clock on which nobody waits longer than until `go_on` is set; `slept` says how long they wanted to."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.sleeping = asyncio.Event()

    def now(self) -> datetime:
        return datetime(2026, 11, 24, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.sleeping.set()
        await self.go_on.wait()


def worker_of(rounds: Rounds, clock: Pauses | None = None, *, jitter: float = 0.5) -> Worker:
    return Worker("watch", rounds, clock or Pauses(), lambda: jitter)


async def test_ticks_start_rounds_that_never_overlap() -> None:
    """A round that takes longer than a tick is not joined by another one."""
    rounds = Rounds()
    worker = worker_of(rounds)
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
    rounds.failures = [RuntimeError("this round fails")]
    worker = worker_of(rounds)
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
    worker = worker_of(rounds)
    running = asyncio.create_task(worker.run())
    rounds.go_on.clear()
    worker.wake()
    await rounds.until(begun=1)

    worker.wake()
    worker.stop()
    rounds.go_on.set()
    await running

    assert (rounds.begun, rounds.ended) == (1, 1)


def away(times: int) -> list[Exception | None]:
    return [StoreUnavailable("connection refused") for _ in range(times)]


async def ran(rounds: Rounds, worker: Worker, times: int) -> None:
    """Wake the worker once and let it run until it has ended so many rounds and waits for more."""
    running = asyncio.create_task(worker.run())
    worker.wake()
    await rounds.until(ended=times)
    worker.stop()
    await running


async def test_rounds_that_fail_are_repeated_ever_later() -> None:
    """From one second to ten, without anybody waking it."""
    rounds, clock = Rounds(), Pauses()
    rounds.failures = away(6)

    await ran(rounds, worker_of(rounds, clock), 7)

    assert clock.slept == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]


async def test_the_pauses_of_workers_are_spread() -> None:
    """Those that failed at the same moment do not come back at the same moment."""
    pauses = []
    for jitter in (0.0, 1.0):
        rounds, clock = Rounds(), Pauses()
        rounds.failures = away(1)
        await ran(rounds, worker_of(rounds, clock, jitter=jitter), 2)
        pauses += clock.slept

    assert pauses == [0.75, 1.25]


async def test_a_success_makes_the_next_pause_short_again() -> None:
    """Only failures in a row count."""
    rounds, clock = Rounds(), Pauses()
    worker = worker_of(rounds, clock)
    rounds.failures = [*away(3), None, *away(1)]
    running = asyncio.create_task(worker.run())
    worker.wake()
    await rounds.until(ended=4)

    worker.wake()
    await rounds.until(ended=6)

    worker.stop()
    await running
    assert clock.slept == [1.0, 2.0, 4.0, 1.0]


async def test_nothing_that_wakes_it_during_a_pause_is_lost() -> None:
    """It leads to the round after the pause, and to no second one."""
    rounds, clock = Rounds(), Pauses()
    clock.go_on.clear()
    rounds.failures = away(1)
    worker = worker_of(rounds, clock)
    running = asyncio.create_task(worker.run())
    worker.wake()
    await clock.sleeping.wait()

    worker.wake()
    worker.wake()
    assert rounds.begun == 1
    clock.go_on.set()
    await rounds.until(ended=2)

    worker.stop()
    await running
    assert rounds.begun == 2


async def test_stopping_ends_a_pause() -> None:
    """Nobody waits for a database that is away."""
    rounds, clock = Rounds(), Pauses()
    clock.go_on.clear()
    rounds.failures = away(1)
    worker = worker_of(rounds, clock)
    running = asyncio.create_task(worker.run())
    worker.wake()
    await clock.sleeping.wait()

    worker.stop()

    async with asyncio.timeout(15):
        await running
    assert rounds.begun == 1


async def test_an_outage_is_logged_whole_once_and_its_end_once() -> None:
    """A line after 2, 4, 8 rounds and so on while it lasts; what is new in it is logged whole again."""
    rounds = Rounds()
    rounds.failures = [*away(7), RuntimeError("something else"), *away(1)]

    with capture_logs() as lines:
        await ran(rounds, worker_of(rounds), 10)

    told = [(line["log_level"], bool(line.get("exc_info"))) for line in lines]
    whole, short = ("error", True), ("warning", False)
    assert told == [whole, short, short, whole, whole, ("info", False)]
    assert [line["failed"] for line in lines[1:3]] == [2, 4]
    assert lines[-1]["failed"] == 9
