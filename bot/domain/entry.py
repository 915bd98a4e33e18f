"""Entries: events with what they belong to, as an auditor reads them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .event import Event

_TRACE = re.compile(r"\btraceId (\w[\w.-]*)")


@dataclass(frozen=True, slots=True)
class Entry:
    """
    An event, and the request or environment that it belongs to.

    `end` and `head` are what that one's own row says of its last event, `end` None if there is no such row. `number`
    is None for an environment.
    """

    event: Event
    number: int | None
    environment: str
    name: str
    end: int | None
    head: str

    @property
    def title(self) -> str:
        """What people call its timeline."""
        return title(self.event.timeline, self.number)


def title(timeline: str, number: int | None) -> str:
    """Return what people call a timeline."""
    if number is not None:
        return f"request #{number}"
    kind, _, name = timeline.partition(":")
    return f"environment {name}" if kind == "environment" and name else f"timeline {timeline}"


def trace_of(data: Mapping[str, Any]) -> str:
    """Return the traceId of OCP's answer that an event tells of, "" if it tells none."""
    given = data.get("trace_id") or data.get("traceId")
    found = _TRACE.search(str(data.get("detail", "")))
    return str(given) if given else found[1] if found else ""
