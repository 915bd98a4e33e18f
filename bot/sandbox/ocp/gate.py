"""Who gets in: Basic credentials, and the rate limit."""

import base64
import binascii
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .states import Refused


@dataclass(slots=True)
class Login:
    """Counts wrong log-ons down; at zero even the right password is refused until `unlock`."""

    username: str
    password: str
    attempts: int = 20
    attempts_left: int = field(init=False)

    def __post_init__(self) -> None:
        """Start unlocked."""
        self.unlock()

    def unlock(self) -> None:
        """Allow all attempts again."""
        self.attempts_left = self.attempts

    def check(self, header: str | None) -> None:
        """Refuse with 401 unless *header* is the right Authorization."""
        given = _basic(header)
        if given is None:
            raise Refused(401, "IAM10000", "No valid credentials in the request.")
        if given == f"{self.username}:{self.password}" and self.attempts_left:
            self.unlock()
            return
        self.attempts_left = max(0, self.attempts_left - 1)
        raise Refused(401, "IAM10004", f"Wrong user name or password, {self.attempts_left} attempts left.")


@dataclass(slots=True)
class RateLimit:
    """*limit* calls per window of real seconds; both may be changed at any time."""

    limit: int
    window_seconds: float
    monotonic: Callable[[], float] = time.monotonic
    used: int = 0
    started: float = -math.inf

    def takes(self) -> bool:
        """Count one call; false when the window is used up."""
        if self.monotonic() - self.started >= self.window_seconds:
            self.started, self.used = self.monotonic(), 0
        self.used += 1
        return self.used <= self.limit

    def headers(self) -> dict[str, str]:
        """Return the three headers that every answer carries; reset is in seconds."""
        reset = self.started + self.window_seconds - self.monotonic()
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(0, self.limit - self.used)),
            "RateLimit-Reset": str(max(1, math.ceil(reset))),
        }


def _basic(header: str | None) -> str | None:
    scheme, _, encoded = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
