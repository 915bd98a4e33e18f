"""What may go out when: to Slack by method and channel, to OCP by what it says is left."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

LONGEST_READ_PAUSE_SECONDS = 60.0

PROGRESS_SECONDS = 15.0
"""At most one progress reply a thread in this time."""

UNSURE_FOR = timedelta(seconds=15)
"""Slack's time-out and ten seconds more: after that a call that was noted has had its effect or never will."""

START_SECONDS = 5.0
"""A call starts within this time of the note that announces it, or not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """
    A token bucket.

    `level` tokens are there at `at` (monotonic seconds); `per_second` come back, up to `size`. Nothing goes out
    before `closed_until`, which is what Retry-After asks for.
    """

    per_second: float
    size: float
    level: float
    at: float
    closed_until: float = 0.0

    def wait(self, now: float, spare: float = 0.0) -> float:
        """Return the seconds from *now* until a token is there, and *spare* more; 0 if they are."""
        lacking = max(0.0, 1.0 + spare - self._level(now)) / self.per_second
        return max(lacking, self.closed_until - now, 0.0)

    def take(self, now: float) -> "Bucket":
        """Return the bucket with one token less; ask `wait` first."""
        return replace(self, level=self._level(now) - 1.0, at=now)

    def close(self, until: float) -> "Bucket":
        """Return the bucket shut until *until*, with one token then: Slack counts differently from us."""
        until = max(self.closed_until, until)
        return replace(self, closed_until=until, level=1.0, at=until)

    def _level(self, now: float) -> float:
        return min(self.size, self.level + max(0.0, now - self.at) * self.per_second)


def full(per_minute: float, size: float, now: float) -> Bucket:
    """Return a full bucket of *size* tokens that refills at *per_minute*."""
    return Bucket(per_second=per_minute / 60.0, size=size, level=size, at=now)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What OCP says of its rate limit: calls allowed and left in the window, and seconds until it starts anew."""

    limit: int
    remaining: int
    reset_seconds: float


def read_pause(allowance: Allowance | None) -> float:
    """
    Return how long reads should pause, in seconds, so that a fifth of OCP's limit is left for writes.

    Above that fifth nothing waits, and nothing waits longer than a minute: OCP's windows go up to a day, and a change
    must not go unseen for so long. None: OCP said nothing.
    """
    if allowance is None or allowance.remaining > allowance.limit / 5:
        return 0.0
    return min(LONGEST_READ_PAUSE_SECONDS, max(0.0, allowance.reset_seconds))


def progress_due(last_reply_at: datetime | None) -> datetime | None:
    """Return when the next progress reply of a thread may go out; None is at once."""
    return None if last_reply_at is None else last_reply_at + timedelta(seconds=PROGRESS_SECONDS)


def may_start(noted_from: float, now: float) -> bool:
    """
    Return whether a call may still start whose note began to be committed at *noted_from* (monotonic seconds).

    Whoever reads the note counts on the call being over soon; a process that was stopped meanwhile comes too late.
    """
    return now - noted_from <= START_SECONDS


def backoff(failures: int, *, jitter: float, first: float = 2.0, most: float = 60.0) -> float:
    """Return the seconds to wait after so many failures in a row; *jitter* (0 to 1) spreads them by half."""
    return float(min(most, first * 2 ** min(failures - 1, 16)) * (0.75 + jitter / 2))
