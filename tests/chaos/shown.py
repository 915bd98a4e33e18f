"""What people read in a thread, as a list of things told, to be compared with the timeline."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.event import Event, Kind

TOLD_BY_THE_CARD = frozenset({Kind.ASKED, Kind.NAMED, Kind.SUBMITTING, Kind.DELAYED})

OPENINGS = {
    Kind.APPROVED: "📨 (Approved by|Released by|To be sent again, decided by) ",
    Kind.HELD: "✋ Approved, not sent: ",
    Kind.UNCERTAIN: "❓ No clear answer from OCP at ",
    Kind.UNCLEAR: "❓ Looked ",
    Kind.RUNNING: r"🔄 (OCP had it: task|OCP task \S+ is open|Task \S+ attached by) ?",
    Kind.FAILED: "❌ Failed at ",
    Kind.RESUMED: "🔄 Retried in OCP, ",
    Kind.SUCCEEDED: "✅ Done: ",
}
"""How the reply for an event begins; one host has one line for a failure."""

CHANGE = re.compile(r"(\S+) → ([^\s,]+)")


@dataclass(frozen=True, slots=True)
class Shown:
    """
    One thread of a request.

    `copies` counts its cards in that place, `card` is the text of the one in use, `facts` what all cards must agree
    on, and `lines` what its replies tell, in order.
    """

    place: str
    copies: int
    card: str
    lines: Sequence[str]

    @property
    def facts(self) -> tuple[str, str]:
        """The state, and all from the requester on: between them stands who is asked to approve, here or there."""
        lines = self.card.splitlines()
        return lines[1].split(" of 1")[0], self.card.partition("Asked by")[2]


def expected(events: Sequence[Event]) -> list[str]:
    """Return what a thread has to tell of a whole timeline."""
    return [line for event in events for line in _told(event)]


def lines_of(text: str) -> list[str]:
    """Return what the replies of a thread tell."""
    return [line for each in text.splitlines() for line in _read(each)]


def _told(event: Event) -> Iterator[str]:
    if event.kind == Kind.CHANGED:
        states = [(change["was"]["status"], change["now"]["status"]) for change in event.content["changes"]]
        yield from (f"{was} → {now}" for was, now in states if was != now)
    elif event.kind not in TOLD_BY_THE_CARD:
        yield event.kind


def _read(line: str) -> Iterator[str]:
    kind = next((kind for kind, opening in OPENINGS.items() if re.match(opening, line)), None)
    change = CHANGE.search(line)
    if kind is not None:
        yield kind.value
    elif change is not None:
        yield f"{change[1]} → {change[2]}"
