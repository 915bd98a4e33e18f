"""Who sees which event how: decided per thread and event, in one place."""

from dataclasses import dataclass
from enum import Enum, auto

from .event import Kind


class Who(Enum):
    """Whom a reply mentions."""

    APPROVERS = auto()
    OPERATORS = auto()
    REQUESTER = auto()


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

_SHOWN: dict[str, Showing] = {
    Kind.ASKED: CARD_ONLY,
    Kind.NAMED: CARD_ONLY,
    Kind.APPROVED: PLAIN,
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
}


def showing(kind: str) -> Showing:
    """Return how an event of *kind* appears; a kind that this version does not know is one plain line."""
    return _SHOWN.get(kind, PLAIN)
