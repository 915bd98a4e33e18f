"""Slack's date formats, in UTC (Slack, Date formatting; ``date_pretty`` is written like ``date``)."""

import re
from datetime import UTC, datetime

TOKEN = re.compile(r"{([a-z_]+)}")


def formatted(timestamp: str, pattern: str) -> str:
    """Return *pattern* with its tokens filled in; an unreadable timestamp leaves it as it is."""
    if not timestamp.isdigit():
        return pattern
    moment = datetime.fromtimestamp(int(timestamp), UTC)
    return TOKEN.sub(lambda match: _token(moment, match[1], match[0]), pattern)


def _token(moment: datetime, name: str, unknown: str) -> str:
    day, clock = f"{moment.day}", f"{moment.hour % 12 or 12}:{moment:%M}"
    ordinal = {1: "st", 2: "nd", 3: "rd"}.get(moment.day % 10 if moment.day not in {11, 12, 13} else 0, "th")
    values = {
        "date_num": f"{moment:%Y-%m-%d}",
        "date_slash": f"{moment:%d/%m/%Y}",
        "date": f"{moment:%B} {day}{ordinal}, {moment.year}",
        "date_short": f"{moment:%b} {day}, {moment.year}",
        "date_long": f"{moment:%A, %B} {day}{ordinal}, {moment.year}",
        "time": f"{clock} {moment:%p}",
        "time_secs": f"{clock}:{moment:%S %p}",
    }
    return values.get(name.removesuffix("_pretty"), unknown)
