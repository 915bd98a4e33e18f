"""Slack's rate limits, on a clock that *speed* makes faster (contract/slack.md, section 7)."""

import math
import time
from collections import defaultdict, deque
from collections.abc import Mapping

WINDOW_SECONDS = 60.0
TIERS: Mapping[int, int] = {1: 1, 2: 20, 3: 50, 4: 100}
METHOD_TIERS: Mapping[str, int] = {
    "chat.update": 3,
    "chat.delete": 3,
    "chat.postEphemeral": 4,
    "views.open": 4,
    "views.push": 4,
    "views.update": 4,
    "views.publish": 4,
    "conversations.replies": 3,
    "conversations.history": 3,
    "conversations.info": 3,
    "conversations.open": 3,
    "users.info": 4,
    "usergroups.list": 2,
    "usergroups.users.list": 2,
    "apps.connections.open": 3,
}
MANY_A_MINUTE = 300  # auth.test, and chat.postMessage over all channels: "several hundred"
BURST = 5
POSTING = frozenset({"chat.postMessage", "response_url"})


class Window:
    """At most so many calls in any minute."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._calls: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Return the seconds until there is room for one more call; 0 when there is."""
        while self._calls and self._calls[0] <= now - WINDOW_SECONDS:
            self._calls.popleft()
        return 0.0 if len(self._calls) < self._most else self._calls[0] + WINDOW_SECONDS - now

    def count(self, now: float) -> None:
        """Count a call that was let through."""
        self._calls.append(now)


class Bucket:
    """One call a second, after a short burst."""

    def __init__(self, now: float) -> None:
        self._tokens = float(BURST)
        self._at = now

    def wait(self, now: float) -> float:
        """Return the seconds until the next call is let through; 0 when one is now."""
        self._tokens = min(BURST, self._tokens + now - self._at)
        self._at = now
        return max(0.0, 1.0 - self._tokens)

    def count(self, _now: float) -> None:
        """Count a call that was let through."""
        self._tokens -= 1


class Limits:
    """All limits of the app in one workspace."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._windows: dict[str, Window] = {}
        self._buckets: defaultdict[tuple[str, str | None], Bucket] = defaultdict(lambda: Bucket(self._clock()))

    def retry_after(self, method: str, place: str | None) -> int:
        """Return the whole simulated seconds to wait for; 0 lets the call through and counts it."""
        now = self._clock()
        limits: list[Window | Bucket] = [self._window(method)]
        if method in POSTING:
            limits.append(self._buckets[method, place])
        if wait := max(limit.wait(now) for limit in limits):
            return math.ceil(wait)
        for limit in limits:
            limit.count(now)
        return 0

    def _clock(self) -> float:
        return time.monotonic() * self._speed

    def _window(self, method: str) -> Window:
        if method not in self._windows:
            tier = METHOD_TIERS.get(method)
            self._windows[method] = Window(TIERS[tier] if tier else MANY_A_MINUTE)
        return self._windows[method]
