"""OCP's clock: simulated time, and how OCP writes it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))


@dataclass(slots=True, kw_only=True)
class SimulatedClock:
    """Starts at the wall clock's time and runs *speed* times as fast as *monotonic*."""

    speed: float = 1.0
    monotonic: Callable[[], float] = time.monotonic
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    started: float = field(init=False)

    def __post_init__(self) -> None:
        """Remember where *monotonic* stood."""
        self.started = self.monotonic()

    def now(self) -> datetime:
        """Return the simulated time, aware UTC."""
        return self.started_at + timedelta(seconds=(self.monotonic() - self.started) * self.speed)


def stamp(moment: datetime) -> str:
    """Write *moment* as OCP does: `+08:00`, milliseconds without trailing zeros."""
    text = moment.astimezone(BEIJING).isoformat(timespec="milliseconds")
    body, offset = text[:-6], text[-6:]
    return body.rstrip("0").rstrip(".") + offset if "." in body else text


def whole_stamp(moment: datetime) -> str:
    """Write *moment* without fraction, as createTime is."""
    return moment.astimezone(BEIJING).isoformat(timespec="seconds")


def log_stamp(moment: datetime) -> str:
    """Write *moment* as a log line opens."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
