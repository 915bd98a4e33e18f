"""Following a timeline event by event: what of it is not as it was written."""

from collections.abc import Iterator
from dataclasses import dataclass

from .entry import Entry
from .event import Event, Kind, hash_of

CHANGED = "was changed, or another event was put in its place: its hash does not fit what it says"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written: where (`seq` None: the whole of it), and what is wrong, for a log."""

    where: str
    what: str
    seq: int | None = None

    def __str__(self) -> str:
        return f"{self.where}{'' if self.seq is None else f', event {self.seq}'}: {self.what}"


@dataclass(slots=True)
class Following:
    """One timeline, of which events come in the order of seq; `last` is the one that came last."""

    last: Entry | None = None

    def takes(self, entry: Entry) -> Iterator[Finding]:
        """Yield what is wrong with the next event."""
        event = entry.event
        expected, head = (self.last.event.seq + 1, self.last.event.hash) if self.last else (1, "")
        self.last = entry
        if event.seq != expected:
            yield Finding(entry.title, _missing(expected, event.seq - 1))
        if event.hash != hash_of(event):
            yield Finding(entry.title, CHANGED, event.seq)
        elif event.prev != head and event.seq == expected:
            yield Finding(entry.title, f"does not follow from event {expected - 1}", event.seq)
        yield from _named(entry)

    def ends(self) -> Iterator[Finding]:
        """Yield what is wrong with the end of the timeline, by what its request or environment says of it."""
        if self.last is None:
            return
        event, end, head, where = self.last.event, self.last.end, self.last.head, self.last.title
        if end is None:
            yield Finding(where, "has events, and belongs to no request or environment")
        elif end > event.seq:
            yield Finding(where, f"its end was cut: {_missing(event.seq + 1, end)}")
        elif end < event.seq:
            yield Finding(where, f"goes on after event {end}, which its own row says is the last", event.seq)
        elif head != event.hash:
            yield Finding(where, "its own row names another last event", event.seq)


def _missing(first: int, last: int) -> str:
    if last < first:
        return f"an event stands before event {first} that was never the next one"
    return f"event {first} is missing" if first == last else f"events {first} to {last} are missing"


def _named(entry: Entry) -> Iterator[Finding]:
    """Yield that a request's first event gives it another number than its row, if so."""
    if entry.event.kind != Kind.ASKED or entry.number is None:
        return
    said = _number(entry.event)
    if said is not None and said != entry.number:
        yield Finding(entry.title, f"says that it is request #{said}", entry.event.seq)


def _number(event: Event) -> object:
    try:
        return event.content.get("number")
    except ValueError:  # no JSON any more; its hash tells
        return None
