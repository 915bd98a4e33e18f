"""What people read of a request in one place, as a list of things told, to be compared with its timeline."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.event import Event, Kind

TOLD_BY_THE_CARD = frozenset({Kind.ASKED, Kind.ASKED_AGAIN, Kind.NAMED, Kind.SUBMITTING, Kind.DELAYED})
MOST_FAILURES = 5
"""How many failed subtasks a reply names with a line each."""

OPENINGS = {
    Kind.APPROVED: "📨 (Approved by|Released by|To be sent again, decided by|Nobody has to approve in) ",
    Kind.COUNTED: "⏳ Approved by ",
    Kind.EDITED: "⏳ Changed by ",
    Kind.ESCALATED: "⏳ Waiting for .*; a second group is asked",
    Kind.REMINDED: "⏳ (Waiting for |.* reminds you: waiting for )",
    Kind.WITHDRAWN: "⚪ Withdrawn by ",
    Kind.EXPIRED: "⚪ Expired: ",
    Kind.UNAPPROVED: r"🟠 .* ran (their own )?#\d+ without approval, ",
    Kind.REJECTED: "⛔ Rejected by ",
    Kind.HELD: "✋ (Approved|Run without approval), not sent: ",
    Kind.REFUSED: "⛔ (OCP refused it: |Not sent: |Not sent again: )",
    Kind.UNCERTAIN: "❓ No clear answer from OCP at ",
    Kind.UNCLEAR: "❓ Looked ",
    Kind.RUNNING: r"🔄 (OCP had it: task|OCP task \S+ is open|Task \S+ attached by) ?",
    Kind.FAILED: "❌ Failed at ",
    Kind.RESUMED: "🔄 Retried in OCP, |⏪ Rolling back, started in OCP, ",
    Kind.SUCCEEDED: "✅ Done: ",
    Kind.ROLLED_BACK: "🔙 Rolled back: ",
    Kind.CLOSED: "⚪ Closed by ",
    Kind.TASK_GONE: "❓ OCP does not know task ",
    Kind.LATE: "❓ OCP's answer came only now: ",
}
"""How the reply for an event begins; a failure has one such line for each failed subtask."""

CHANGE = re.compile(
    r": (?:(\S+) → ([^\s,]+)|new, ([^\s,]+)|not there any more, was ([^\s,]+)|([^\s,]+)( still|, ran again))"
)


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
        second = "".join(self.card.splitlines()[1:2])
        return re.split(r" of \d", second)[0], self.card.partition("Asked by")[2]

    def more(self, wanted: Sequence[str]) -> Counter[str]:
        """Return what is told more often than it is *wanted*."""
        return Counter(self.lines) - Counter(wanted)

    def less(self, wanted: Sequence[str]) -> Counter[str]:
        """Return what is *wanted* and not told."""
        return Counter(wanted) - Counter(self.lines)


def expected(events: Sequence[Event]) -> list[str]:
    """Return what a thread has to tell of a whole timeline."""
    return [line for event in events for line in _told(event)]


def lines_of(text: str) -> list[str]:
    """Return what the replies of a thread tell."""
    return [line for each in text.splitlines() for line in _read(each)]


def _told(event: Event) -> Iterator[str]:
    if event.kind == Kind.CHANGED:
        yield from (_change(change["was"], change["now"]) for change in event.content["changes"])
    elif event.kind == Kind.FAILED:
        yield from [event.kind] * min(max(len(event.content["failed"]), 1), MOST_FAILURES)
    elif event.kind not in TOLD_BY_THE_CARD:
        yield event.kind


def _change(was: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> str:
    before, after = was and was["status"], now and now["status"]
    if before == after:
        return f"{after} again or still"
    return f"{before or 'nothing'} → {after or 'nothing'}"


def _read(line: str) -> Iterator[str]:
    kind = next((kind for kind, opening in OPENINGS.items() if re.match(opening, line)), None)
    change = CHANGE.search(line)
    if kind is not None:
        yield kind.value
    elif change is not None:
        was, now, new, gone, same, _ = change.groups()
        yield f"{same} again or still" if same else f"{was or gone or 'nothing'} → {now or new or 'nothing'}"
