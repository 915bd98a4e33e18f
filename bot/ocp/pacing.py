"""Reads wait by themselves, so that a fifth of OCP's rate limit is left for writes."""

from bot.domain.pace import Allowance, read_pause
from bot.ports import Clock

from .allowance import allowance_of
from .heard import Heard, Result


class Pacing:
    """What the latest answer said of the rate limit, and the waiting that follows from it."""

    def __init__(self, clock: Clock) -> None:
        """Start without knowing anything."""
        self._clock = clock
        self._heard_at = 0.0
        self.allowance: Allowance | None = None

    def note(self, result: Result) -> None:
        """Remember what *result* says; what never was answered says nothing new."""
        if isinstance(result, Heard):
            self.allowance = allowance_of(result.headers)
            self._heard_at = self._clock.monotonic()

    async def before_read(self) -> None:
        """Wait out the pause that is asked for; once it has passed, that answer asks for nothing more."""
        known = self.allowance
        pause = read_pause(known)
        if pause <= 0:
            return
        left = self._heard_at + pause - self._clock.monotonic()
        if left > 0:
            await self._clock.sleep(left)
        if self.allowance is known:
            self.allowance = None
