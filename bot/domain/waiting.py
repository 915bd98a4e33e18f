"""Waiting for approval: when the approvers are reminded, and when the time is over."""

from collections.abc import Collection
from datetime import datetime, timedelta

REMIND_AFTER = (timedelta(minutes=30), timedelta(hours=2), timedelta(hours=8))
"""After so long the approvers are reminded."""

SECOND_GROUP_FROM = timedelta(hours=2)
"""From this reminder on a second group is asked, too."""

REMIND_AT_MOST_EVERY = timedelta(minutes=30)
"""How often whoever asked may remind them."""

LOOK_EVERY = timedelta(minutes=30)


def reminder_due(
    asked_at: datetime, told: Collection[timedelta], now: datetime, *, last: timedelta
) -> timedelta | None:
    """
    Return the reminder that is due *now*, None if there is none; *told* are those that were given already.

    After a long stop only the newest is given. None is due once the *last* moment is there.
    """
    passed = [after for after in REMIND_AFTER if after < last and asked_at + after <= now]
    latest = max(passed, default=None)
    return None if latest is None or any(after >= latest for after in told) else latest


def next_deadline(asked_at: datetime, now: datetime, *, last: timedelta) -> datetime:
    """
    Return when to look next at what was asked at *asked_at*: a reminder is due then, or its end.

    Never later than in half an hour: a start with another setting may have moved the end.
    """
    moments = [asked_at + after for after in (*REMIND_AFTER, last) if after <= last]
    return min([*(moment for moment in moments if moment > now), now + LOOK_EVERY])
