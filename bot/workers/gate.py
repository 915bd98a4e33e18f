"""The gate to Slack: a token bucket a method and channel, and Retry-After obeyed."""

from dataclasses import dataclass, field

from bot.domain.pace import Bucket, full
from bot.ports import Clock

POST, UPDATE, FIND = "chat.postMessage", "chat.update", "conversations.replies"

_PER_MINUTE = {POST: 60.0, UPDATE: 45.0, FIND: 45.0}
_SIZE = {POST: 3.0, UPDATE: 10.0, FIND: 10.0}


@dataclass(slots=True)
class Gate:
    """
    How often this process may call what.

    Posts are counted by channel, updates and reads for the whole workspace (contract: Slack, section 7).
    """

    clock: Clock
    buckets: dict[tuple[str, str], Bucket] = field(default_factory=dict)

    def wait(self, method: str, channel: str, *, spare: float = 0.0) -> float:
        """
        Return the seconds until *method* may be called in *channel*; 0 takes one call.

        *spare* calls are left for others: what can wait asks with more of them.
        """
        now = self.clock.monotonic()
        bucket = self._bucket(method, channel)
        seconds = bucket.wait(now, spare)
        if seconds == 0:
            self.buckets[self._key(method, channel)] = bucket.take(now)
        return seconds

    def close(self, method: str, channel: str, seconds: float) -> None:
        """Slack asked for *seconds* without this method."""
        until = self.clock.monotonic() + seconds
        self.buckets[self._key(method, channel)] = self._bucket(method, channel).close(until)

    def _bucket(self, method: str, channel: str) -> Bucket:
        key = self._key(method, channel)
        return self.buckets.get(key) or full(_PER_MINUTE[method], _SIZE[method], self.clock.monotonic())

    def _key(self, method: str, channel: str) -> tuple[str, str]:
        return (method, channel if method == POST else "")
