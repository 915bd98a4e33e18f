"""The real clock; the story and the tests let it run faster."""

import asyncio
import time
from datetime import UTC, datetime

GOES_ON = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Linux's monotonic clock stands still while a machine is suspended; this one does not."""


class SystemClock:
    """
    The Clock of ports. With *speed* 10 ten of its seconds pass in a real one.

    *since* (Unix seconds, now if left out) is when it began to run faster: two processes that share it share the time.
    """

    def __init__(self, speed: float = 1.0, *, since: float | None = None) -> None:
        self.speed = speed
        self.since = time.time() if since is None else since

    def now(self) -> datetime:
        """Return the present, aware, in UTC."""
        return datetime.fromtimestamp(self.since + (time.time() - self.since) * self.speed, UTC)

    def monotonic(self) -> float:
        """Return seconds of this clock that never run backwards, and go on while the machine is suspended."""
        return time.clock_gettime(GOES_ON) * self.speed

    async def sleep(self, seconds: float) -> None:
        """Return after *seconds* of this clock."""
        await asyncio.sleep(seconds / self.speed)
