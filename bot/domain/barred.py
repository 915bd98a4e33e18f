"""Why nothing can be sent to an OCP now, in the codes that cards and answers explain."""

from datetime import datetime
from typing import Protocol

from .pause import PAUSED, Paused

STOPPED, UNREACHABLE = "stopped", "unreachable"


class Known(Protocol):
    """What is known of an environment, as stored or as people see it."""

    @property
    def pause(self) -> Paused | None: ...
    @property
    def stopped(self) -> str: ...
    @property
    def away_since(self) -> datetime | None: ...


def barred(environment: Known) -> str:
    """Return PAUSED, STOPPED or UNREACHABLE, or "" if what is approved goes out."""
    if environment.pause:
        return PAUSED
    if environment.stopped:
        return STOPPED
    return UNREACHABLE if environment.away_since else ""
