"""What a thread shows next: a run of whole events as one reply, or nothing yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from .audience import Showing, Who, showing
from .event import Event
from .pace import progress_due

MOST_EVENTS = 50
"""In one reply; what is left makes the next one."""


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
    events: Sequence[Event], *, last_reply_at: datetime | None, now: datetime, is_home: bool, is_alone: bool
) -> Reply | Wait | None:
    """
    Return what the thread with *events* ahead of its cursor shows next; None if there are none.

    *is_home* is the thread where the command was typed, *is_alone* a request's only thread. Operators and approvers
    are mentioned in the approvals channel, the requester at home, so that nobody is called twice for one thing.
    """
    if not events:
        return None
    run = events[:MOST_EVENTS]
    shown = [(event, showing(event.kind)) for event in run]
    texts = [(event, how) for event, how in shown if how.as_text]
    only_progress = bool(texts) and all(how.waits for _, how in texts)
    due = progress_due(last_reply_at)
    if only_progress and due is not None and now < due and len(run) < MOST_EVENTS:
        return Wait(due)
    return Reply(
        upto=run[-1].seq,
        events=tuple(event for event, _ in texts),
        mentions=_mentions([how for _, how in texts], is_home=is_home, is_alone=is_alone),
        broadcast=any(how.broadcast for _, how in texts),
        is_urgent=not only_progress,
    )


def _mentions(shown: Sequence[Showing], *, is_home: bool, is_alone: bool) -> tuple[Who, ...]:
    wanted = {who for how in shown for who in how.mentions}
    if not is_alone:
        wanted &= {Who.REQUESTER} if is_home else {Who.OPERATORS, Who.APPROVERS}
    return tuple(who for who in Who if who in wanted)
