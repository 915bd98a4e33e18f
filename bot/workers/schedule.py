"""Ticks: APScheduler only sets events; the loops do the work."""

from collections.abc import Mapping
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from .loop import Worker


def schedule(workers: Mapping[str, Worker], every: Mapping[str, timedelta]) -> AsyncIOScheduler:
    """Return a scheduler, not started yet, that wakes each worker *every* so often."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    for name, worker in workers.items():
        scheduler.add_job(
            _tick,
            "interval",
            args=[worker],
            seconds=every[name].total_seconds(),
            id=name,
            coalesce=True,
            max_instances=1,
        )
    return scheduler


async def _tick(worker: Worker) -> None:
    """Wake *worker*; a coroutine, because APScheduler runs plain functions in threads, where events must not be set."""
    worker.wake()
