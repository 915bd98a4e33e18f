"""The gate to Slack: a token bucket a method and channel, Retry-After obeyed, and shut during an outage."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bot.domain.errors import SlackError, SlackLimited, SlackUnreachable, SlackUnsure, TokenRefused
from bot.domain.pace import Bucket, full
from bot.ports import Clock

from .outage import Outage

POST, UPDATE, FIND = "chat.postMessage", "chat.update", "conversations.replies"
DELETE, OPEN = "chat.delete", "conversations.open"

TIER_3 = (38.0, 10.0)
IN_A_CHANNEL = (60.0, 3.0)
IN_ALL_CHANNELS = (240.0, 20.0)
"""Calls a minute, and how many at once; both together stay below what Slack takes in any minute."""

LONGEST_TURN_SECONDS = 30.0


class NotNow(Exception):
    """The thread goes on after `seconds`; nothing is lost meanwhile."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"not for {seconds:.1f} s")
        self.seconds = seconds


@dataclass(slots=True)
class Gate:
    """
    How often this process may call what.

    Everything is counted for the whole workspace, posts by channel as well (contract: Slack, section 7).
    """

    clock: Clock
    outage: Outage
    buckets: dict[tuple[str, str], Bucket] = field(default_factory=dict)
    turns: dict[tuple[str, str, bool], float] = field(default_factory=dict)

    def wait(self, method: str, channel: str, *, spare: float = 0.0) -> float:
        """
        Return the seconds until *method* may be called in *channel*; 0 takes one call.

        *spare* calls are left for others: what can wait asks with more of them. Of many that have to wait each is
        told another time, when there will be a call for it.
        """
        now = self.clock.monotonic()
        waits = [bucket.wait(now, spare) for bucket in self._buckets(method, channel).values()]
        seconds = max(*waits, self.outage.left())
        if seconds == 0:
            taken = {key: bucket.take(now) for key, bucket in self._buckets(method, channel).items()}
            self.buckets.update(taken)
            self.outage.begins()
            return 0.0
        return self._turn(method, channel, seconds, is_late=spare > 0)

    def enter(self, method: str, channel: str, *, spare: float = 0.0) -> None:
        """Take one call; raises NotNow if it has to wait."""
        seconds = self.wait(method, channel, spare=spare)
        if seconds > 0:
            raise NotNow(seconds)

    @contextmanager
    def heard(self, method: str, channel: str) -> Iterator[None]:
        """Learn from how the call in this block ends."""
        began = self.clock.monotonic()
        try:
            yield
        except (SlackUnreachable, SlackUnsure, TokenRefused) as error:
            self.outage.failed(error, began)
            raise
        except SlackError as error:
            self.outage.answered()
            if isinstance(error, SlackLimited):
                self.close(method, channel, error.seconds)
            raise
        self.outage.answered()

    def close(self, method: str, channel: str, seconds: float) -> None:
        """Slack asked for *seconds* without this method, in this channel if it counts by channels."""
        key, bucket = next(iter(self._buckets(method, channel).items()))
        self.buckets[key] = bucket.close(self.clock.monotonic() + seconds)

    def _turn(self, method: str, channel: str, seconds: float, *, is_late: bool) -> float:
        """Return *seconds*, or more if others wait already; never so long that a mistake of ours would matter."""
        key, bucket = next(iter(self._buckets(method, channel).items()))
        now, lane = self.clock.monotonic(), (*key, is_late)
        turn = max(now + seconds, self.turns.get(lane, 0.0))
        self.turns[lane] = min(turn, now + LONGEST_TURN_SECONDS) + 1.0 / bucket.per_second
        return max(seconds, min(turn - now, LONGEST_TURN_SECONDS))

    def _buckets(self, method: str, channel: str) -> dict[tuple[str, str], Bucket]:
        """Return the buckets that a call is taken from, the narrowest first."""
        sizes = {(method, ""): TIER_3}
        if method == POST:
            sizes = {(method, channel): IN_A_CHANNEL, (method, ""): IN_ALL_CHANNELS}
        now = self.clock.monotonic()
        return {key: self.buckets.get(key) or full(*size, now) for key, size in sizes.items()}
