"""Who sees which event how, and which thread calls whom: decided per thread and event, in one place."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from .event import Kind
from .records import Thread


class Who(Enum):
    """
    Whom a reply mentions, in this order.

    APPROVERS are those whose approval is asked for and still missing, EVERY_APPROVER whoever could give one.
    """

    EVERY_APPROVER = auto()
    APPROVERS = auto()
    OPERATORS = auto()
    REQUESTER = auto()
    SECOND_GROUP = auto()


STAFF = frozenset(Who) - {Who.REQUESTER}
"""Those who are called where approvals happen."""

MOST_APPROVERS = 100
"""How many users and user groups one message surely calls: every approver, where somebody runs without approval."""


@dataclass(frozen=True, slots=True)
class Showing:
    """
    How an event appears in a thread.

    `as_text` False: the card alone tells it. `waits` is for progress, which is gathered. `broadcast` also shows the
    reply in the channel.
    """

    as_text: bool
    waits: bool = False
    mentions: tuple[Who, ...] = ()
    broadcast: bool = False


CARD_ONLY = Showing(as_text=False)
PLAIN = Showing(as_text=True)
PROGRESS = Showing(as_text=True, waits=True)
ATTENTION = Showing(as_text=True, mentions=(Who.OPERATORS, Who.REQUESTER), broadcast=True)
FOR_REQUESTER = Showing(as_text=True, mentions=(Who.REQUESTER,))
FOR_APPROVERS = Showing(as_text=True, mentions=(Who.APPROVERS,))
FOR_ALL_APPROVERS = Showing(as_text=True, mentions=(Who.APPROVERS, Who.SECOND_GROUP))
FOR_EVERY_APPROVER = Showing(as_text=True, mentions=(Who.EVERY_APPROVER,), broadcast=True)

_SHOWN: dict[str, Showing] = {
    Kind.ASKED: CARD_ONLY,
    Kind.EDITED: FOR_APPROVERS,
    Kind.WITHDRAWN: PLAIN,
    Kind.EXPIRED: FOR_REQUESTER,
    Kind.COUNTED: PLAIN,
    Kind.REMINDED: FOR_APPROVERS,
    Kind.ESCALATED: FOR_ALL_APPROVERS,
    Kind.ASKED_AGAIN: CARD_ONLY,
    Kind.NAMED: CARD_ONLY,
    Kind.APPROVED: PLAIN,
    Kind.UNAPPROVED: FOR_EVERY_APPROVER,
    Kind.REJECTED: FOR_REQUESTER,
    Kind.SUBMITTING: CARD_ONLY,
    Kind.DELAYED: CARD_ONLY,
    Kind.HELD: ATTENTION,
    Kind.REFUSED: FOR_REQUESTER,
    Kind.UNCERTAIN: ATTENTION,
    Kind.UNCLEAR: ATTENTION,
    Kind.RUNNING: PLAIN,
    Kind.FAILED: ATTENTION,
    Kind.RESUMED: PLAIN,
    Kind.SUCCEEDED: FOR_REQUESTER,
    Kind.ROLLED_BACK: FOR_REQUESTER,
    Kind.CLOSED: FOR_REQUESTER,
    Kind.CHANGED: PROGRESS,
    Kind.TASK_GONE: PLAIN,
    Kind.LATE: ATTENTION,
    Kind.RULES_LOADED: CARD_ONLY,
    Kind.RULES_GONE: CARD_ONLY,
}


def showing(kind: str) -> Showing:
    """Return how an event of *kind* appears; a kind that this version does not know is one plain line."""
    return _SHOWN.get(kind, PLAIN)


def asked_in(thread: Thread, threads: Sequence[Thread]) -> Thread | None:
    """
    Return which of a request's *threads* asks the approvers; None if they see none of them.

    That is the one in the approvals channel, or at home while that one is blocked; never a conversation with one
    person. *thread* counts as open: what is drawn for it is seen only if it is.
    """
    seen = [each for each in _open(thread, threads) if not each.is_direct]
    return min(seen, key=lambda each: each.is_home, default=None)


def called_in(thread: Thread, threads: Sequence[Thread]) -> frozenset[Who]:
    """
    Return whom *thread* mentions, so that nobody is called twice for one thing; *threads* are all of its request.

    Operators and approvers are called where approvals happen, the requester at home, both in the one thread that is
    left where others are blocked. A conversation with one person calls them with every message: nobody is mentioned
    there, and the requester nowhere else.
    """
    if thread.is_direct:
        return frozenset()
    asked = asked_in(thread, threads)
    staff = STAFF if asked and asked.id == thread.id else frozenset()
    is_called_elsewhere = any(each.is_home and each.id != thread.id for each in _open(thread, threads))
    return staff if is_called_elsewhere else staff | {Who.REQUESTER}


def _open(thread: Thread, threads: Sequence[Thread]) -> list[Thread]:
    return [each for each in threads if not each.blocked or each.id == thread.id]
