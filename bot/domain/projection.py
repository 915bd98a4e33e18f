"""What a thread shows next: a run of whole events as one reply, or nothing yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from .audience import Showing, Who, showing
from .event import Event
from .pace import progress_due

MOST_EVENTS = 50
"""In one reply; what is left makes the next one."""

MOST_REPLIES = 4
"""However much was not shown for an outage: the first of so many replies takes what the others leave."""


@dataclass(frozen=True, slots=True)
class Reply:
    """
    Show `events` as one message, then the thread has shown everything up to `upto`.

    Without events only the card tells it.
    """

    upto: int
    events: tuple[Event, ...] = ()
    mentions: tuple[Who, ...] = ()
    broadcast: bool = False
    is_urgent: bool = True


@dataclass(frozen=True, slots=True)
class Wait:
    """Only progress is to be shown, and it is gathered until `until`."""

    until: datetime


def next_step(
    events: Sequence[Event], *, last_reply_at: datetime | None, now: datetime, called: frozenset[Who]
) -> Reply | Wait | None:
    """
    Return what the thread with *events* ahead of its cursor shows next; None if there are none.

    It mentions those of *called* whom the events are for.
    """
    if not events:
        return None
    reply = as_one(events[: max(MOST_EVENTS, len(events) - (MOST_REPLIES - 1) * MOST_EVENTS)], called)
    due = progress_due(last_reply_at)
    if not reply.is_urgent and due is not None and now < due and len(events) < MOST_EVENTS:
        return Wait(due)
    return reply


def as_one(events: Sequence[Event], called: frozenset[Who]) -> Reply:
    """Return *events*, at least one, as one reply, due at once."""
    shown = [(event, showing(event.kind)) for event in events]
    texts = [(event, how) for event, how in shown if how.as_text]
    return Reply(
        upto=events[-1].seq,
        events=tuple(event for event, _ in texts),
        mentions=_mentions([how for _, how in texts], called),
        broadcast=any(how.broadcast for _, how in texts),
        is_urgent=not texts or not all(how.waits for _, how in texts),
    )


def _mentions(shown: Sequence[Showing], called: frozenset[Who]) -> tuple[Who, ...]:
    wanted = called.intersection(who for how in shown for who in how.mentions)
    return tuple(who for who in Who if who in wanted)
