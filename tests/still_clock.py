"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

from tests.builders import NOW


class StillClock:
    """The Clock of ports; `seconds` have passed on it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return NOW.astimezone(UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
