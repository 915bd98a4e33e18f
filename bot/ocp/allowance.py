"""What OCP says of its rate limit, in the headers of every answer."""

import re
from collections.abc import Mapping

from bot.domain.pace import Allowance

LONGEST_SECONDS = 86_400.0
"""OCP's longest window is a day; more must be something else, a date perhaps."""
_NUMBER = re.compile(r"\s*(\d{1,12})(?:\.\d*)?\s*(?:[,;].*)?", re.ASCII)


def allowance_of(headers: Mapping[str, str]) -> Allowance | None:
    """Return the three RateLimit headers, None unless all can be read."""
    limit = _number(headers.get("ratelimit-limit", ""))
    remaining = _number(headers.get("ratelimit-remaining", ""))
    reset = _seconds(headers.get("ratelimit-reset", ""))
    if not limit or remaining is None or reset is None:
        return None
    return Allowance(limit, remaining, reset)


def wait_of(headers: Mapping[str, str]) -> float | None:
    """Return the seconds until a limit starts anew, None if the answer names none that make sense."""
    reset = _seconds(headers.get("ratelimit-reset", ""))
    return retry_after(headers) if reset is None else reset


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that an answer asks to wait, None if it names none that make sense."""
    return _seconds(headers.get("retry-after", ""))


def _seconds(value: str) -> float | None:
    number = _number(value)
    return float(number) if number is not None and number <= LONGEST_SECONDS else None


def _number(value: str) -> int | None:
    match = _NUMBER.fullmatch(value)
    return int(match[1]) if match else None
