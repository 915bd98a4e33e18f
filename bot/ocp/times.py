"""OCP's times: 0 to 9 fraction digits; Z, +08:00 or +0800."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_TIME = re.compile(
    r"\s*(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{0,9}))?\s*(?:(Z)|([+-]\d\d):?(\d\d))\s*",
    re.ASCII | re.IGNORECASE,
)


def parse_time(value: object) -> datetime | None:
    """Return an aware UTC datetime; None for what is no time, or has no offset and so could be any."""
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    day, clock, fraction, zulu, hours, minutes = match.groups()
    offset = "+00:00" if zulu else f"{hours}:{minutes}"
    micros = (fraction or "")[:6].ljust(6, "0")
    try:
        return datetime.fromisoformat(f"{day}T{clock}.{micros}{offset}").astimezone(UTC)
    except (ValueError, OverflowError):  # a 13th month, a moment before the year 1
        return None


def parse_http_date(value: str) -> datetime | None:
    """Return the moment of an HTTP Date header; None if it is none."""
    try:
        moment = parsedate_to_datetime(value)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError, TypeError):
        return None
