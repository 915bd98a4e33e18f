"""Every kind of event in words; what this version does not know or cannot read is one plain line."""

from collections.abc import Callable, Mapping

from bot.domain.event import Event, Kind
from bot.domain.sheet import Sheet
from bot.domain.texts import Text, Words

from . import after, approving, before, evidence, glass, pausing, rules, silence
from .kit import literal

UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What reading an event's data may raise when another version wrote it."""

_TOLD: Mapping[str, Callable[[Event, Sheet], list[Words]]] = {
    Kind.ASKED: before.asked,
    Kind.APPROVED: before.approved,
    Kind.COUNTED: approving.counted,
    Kind.EDITED: approving.edited,
    Kind.REMINDED: approving.reminded,
    Kind.ESCALATED: approving.escalated,
    Kind.UNAPPROVED: glass.unapproved,
    Kind.REJECTED: before.rejected,
    Kind.WITHDRAWN: approving.withdrawn,
    Kind.EXPIRED: approving.expired,
    Kind.ASKED_AGAIN: approving.asked_again,
    Kind.SUBMITTING: before.submitting,
    Kind.DELAYED: before.delayed,
    Kind.HELD: before.held,
    Kind.REFUSED: before.refused,
    Kind.UNCERTAIN: before.uncertain,
    Kind.UNCLEAR: evidence.unclear,
    Kind.RUNNING: after.running,
    Kind.FAILED: after.failed,
    Kind.RESUMED: after.resumed,
    Kind.SUCCEEDED: after.succeeded,
    Kind.ROLLED_BACK: after.rolled_back,
    Kind.CLOSED: before.closed,
    Kind.NAMED: after.named,
    Kind.TASK_GONE: after.gone,
    Kind.LATE: after.late,
}

_NOTED: Mapping[str, Callable[[Event, str], list[Words]]] = {
    Kind.STOPPED: after.environment_stopped,
    Kind.RESTARTED: after.environment_restarted,
    Kind.AWAY: silence.away,
    Kind.BACK: silence.back,
    Kind.PAUSED: pausing.paused,
    Kind.UNPAUSED: pausing.resumed,
    Kind.RULES_LOADED: rules.loaded,
    Kind.RULES_CHANGED: rules.changed,
    Kind.RULES_GONE: rules.gone,
}


def told(event: Event, sheet: Sheet) -> list[Words]:
    """Return the lines that tell *event* of a request."""
    if event.kind in _NOTED:
        return noted(event, sheet.request.environment)
    try:
        return _TOLD[event.kind](event, sheet)
    except UNREADABLE:
        return [as_it_is(event)]


def noted(event: Event, environment: str) -> list[Words]:
    """Return the lines that tell *event* of an environment."""
    try:
        return _NOTED[event.kind](event, environment)
    except UNREADABLE:
        return [as_it_is(event)]


def as_it_is(event: Event) -> Text:
    """Return *event* as one plain line."""
    return Text("%(kind)s: %(data)s", {"kind": literal(event.kind, 60), "data": literal(event.data, 300)})
