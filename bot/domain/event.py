"""Events: the append-only, hash-chained timeline of a request or an environment."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

BOT = "bot"
"""Actor and role of what the bot does by itself."""


class Kind(StrEnum):
    """What can happen. A stored kind that is not listed here is shown as one plain line."""

    ASKED = "request.asked"
    EDITED = "request.edited"
    WITHDRAWN = "request.withdrawn"
    EXPIRED = "request.expired"
    APPROVED = "request.approved"
    UNAPPROVED = "request.run_unapproved"
    REJECTED = "request.rejected"
    SUBMITTING = "request.submitting"
    DELAYED = "request.delayed"
    HELD = "request.held"
    REFUSED = "request.refused"
    UNCERTAIN = "request.uncertain"
    UNCLEAR = "request.unclear"
    RUNNING = "request.running"
    FAILED = "request.failed"
    RESUMED = "request.resumed"
    SUCCEEDED = "request.succeeded"
    ROLLED_BACK = "request.rolled_back"
    CLOSED = "request.closed"
    COUNTED = "approval.counted"
    REMINDED = "approval.reminded"
    ESCALATED = "approval.escalated"
    ASKED_AGAIN = "again.asked"
    NAMED = "names.found"
    CHANGED = "task.changed"
    TASK_GONE = "task.gone"
    LATE = "answer.late"
    STOPPED = "environment.stopped"
    RESTARTED = "environment.restarted"
    AWAY = "environment.away"
    BACK = "environment.back"
    RULES_LOADED = "policy.loaded"
    RULES_CHANGED = "policy.changed"
    RULES_GONE = "policy.gone"
    PAUSED = "environment.paused"
    UNPAUSED = "environment.resumed"


STATE_KINDS = tuple(kind for kind in Kind if kind.value.startswith("request."))
"""The kinds whose latest event says why a request is in its present state."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that has just happened, before it has a place in a timeline. `data` must be JSON."""

    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)
    actor: str = BOT
    role: str = BOT


@dataclass(frozen=True, slots=True)
class Event:
    """
    One row of a timeline.

    `timeline` is the id of a request or of an environment; `seq` counts from 1 without gaps; `at` is ISO text in UTC;
    `data` is canonical JSON kept as text, because `hash` covers the stored bytes and `prev`.
    """

    timeline: str
    seq: int
    at: str
    actor: str
    role: str
    kind: str
    data: str
    prev: str
    hash: str

    @property
    def content(self) -> dict[str, Any]:
        """The data as Python values."""
        content = json.loads(self.data)
        return content if isinstance(content, dict) else {"value": content}

    @property
    def time(self) -> datetime:
        """`at` as an aware datetime."""
        return datetime.fromisoformat(self.at)


def canonical(value: object) -> str:
    """Return *value* as JSON that is the same text for the same content."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(text: str) -> str:
    """Return the SHA-256 of *text* in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def timeline_of(environment: str) -> str:
    """Return the id of an environment's own timeline."""
    return f"environment:{environment}"


def chain(timeline: str, seq: int, head: str, facts: Iterable[Fact], at: datetime) -> list[Event]:
    """Return *facts* as the events that follow event *seq*, whose hash is *head* ("" before the first)."""
    events: list[Event] = []
    for number, fact in enumerate(facts, seq + 1):
        stamp = at.astimezone(UTC).isoformat()
        stored = (timeline, number, stamp, fact.actor, fact.role, str(fact.kind), canonical(fact.data))
        events.append(Event(*stored, prev=head, hash=_hash(*stored, head)))
        head = events[-1].hash
    return events


def first_broken(events: Sequence[Event]) -> int | None:
    """Return the seq of the first event of a whole timeline that does not follow from the one before it, or None."""
    head = ""
    for expected, event in enumerate(events, 1):
        if event.seq != expected or event.prev != head or event.hash != hash_of(event):
            return expected
        head = event.hash
    return None


def hash_of(event: Event) -> str:
    """Return the hash that *event* must have, by what it says and the `prev` that it names."""
    stored = (event.timeline, event.seq, event.at, event.actor, event.role, event.kind, event.data)
    return _hash(*stored, event.prev)


def _hash(*stored: str | int) -> str:
    return digest(canonical(stored))
