"""Whether Slack answers at all: after a failed call nothing goes out for a while, then one call tries."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.domain.errors import SlackError, TokenRefused
from bot.domain.pace import backoff
from bot.ports import Clock

LONGEST_SECONDS = 30.0
TRIAL_SECONDS = 10.0
"""So long the others wait for the one that tries: its note, and Slack's time-out."""

log = structlog.get_logger()


@dataclass(slots=True)
class Outage:
    """
    What is known of an outage of Slack, or of a token that it does not take any more.

    `failures` counts the failed tries in a row, 0 while Slack answers; `failed_at` is when the last one failed and
    `closed_until` when the next may begin (monotonic seconds).
    """

    clock: Clock
    jitter: Callable[[], float]
    failures: int = 0
    failed_at: float = 0.0
    closed_until: float = 0.0
    is_token_told: bool = False

    def left(self) -> float:
        """Return the seconds until a call may go out; 0 if it may now."""
        return max(0.0, self.closed_until - self.clock.monotonic()) if self.failures else 0.0

    def begins(self) -> None:
        """A call goes out; during an outage it is the one that tries, and the others wait for what comes of it."""
        if self.failures:
            self.closed_until = self.clock.monotonic() + TRIAL_SECONDS

    def failed(self, error: SlackError, began: float) -> None:
        """A call that *began* then had no answer; one that was under way at the last failure tells nothing new."""
        if self.failures and began < self.failed_at:
            return
        self.failures += 1
        self.failed_at = self.clock.monotonic()
        wait = backoff(self.failures, jitter=self.jitter(), most=LONGEST_SECONDS)
        self.closed_until = self.failed_at + wait
        self._log(error, wait)

    def answered(self) -> None:
        """Slack answered a call, whatever it said."""
        if self.failures:
            log.info("Slack answers again; the threads catch up", failures=self.failures)
        self.failures, self.is_token_told = 0, False

    def _log(self, error: SlackError, wait: float) -> None:
        """Log what is new as what it is, and each further try as a detail."""
        if isinstance(error, TokenRefused) and not self.is_token_told:
            self.is_token_told = True
            log.error(
                "Slack refuses the bot's token: nothing is shown until it is started with another", error=str(error)
            )
        elif self.failures == 1:
            log.warning("Slack does not answer; sending waits and tries again", error=str(error))
        else:
            log.info("Slack still does not answer", failures=self.failures, seconds=round(wait), error=str(error))
