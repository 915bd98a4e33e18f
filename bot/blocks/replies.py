"""Replies: what has happened, as the text of a thread."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.domain.audience import MOST_APPROVERS, Who, showing
from bot.domain.diff import Change
from bot.domain.event import Event, Kind
from bot.domain.sheet import Sheet
from bot.domain.texts import People, Text, Translator, Words
from bot.ports import Message

from . import changes, kit
from .bare import bare
from .facts import connection
from .telling import UNREADABLE, as_it_is, noted, told

MOST_IN_LINES = 9_000
LONGEST = 700
MOST_MENTIONED = 10


def reply(events: Sequence[Event], sheet: Sheet, t: Translator, *, mentions: Sequence[str]) -> Message:
    """Return a run of whole *events*, oldest first, as one message; *mentions* stand where they are called for."""
    lines, at = _lines(events, sheet)
    calls = Calls(mentions[: _most_mentioned(events)], at)
    return _message(lines, t, calls=calls, command=_command(events, sheet))


def notice(event: Event, environment: str, t: Translator) -> Message:
    """Return an event of an environment's timeline as a message of its own."""
    return _message(noted(event, environment), t, calls=Calls())


def plain(message: Message, t: Translator) -> Message:
    """Return *message* as plain text only, for when Slack has refused its blocks."""
    return Message((), bare(message.blocks, t, most=kit.MOST_TEXT) or message.text)


@dataclass(frozen=True, slots=True)
class Calls:
    """Whom a message mentions, and at the end of which of its lines."""

    whom: Sequence[str] = ()
    at: int = 0


def _message(lines: Sequence[Words], t: Translator, *, calls: Calls, command: str = "") -> Message:
    drawn = kit.fitting([kit.line(each, t, most=LONGEST) for each in lines], t, most=MOST_IN_LINES)
    summary = list(lines)
    if calls.whom:
        whom = Text(" %(who)s", {"who": People(calls.whom)})
        at = min(calls.at, len(drawn) - 1)
        drawn[at] = [*drawn[at], *kit.line(whom, t)]
        summary[at] = Text("%(line)s%(whom)s", {"line": summary[at], "whom": whom})
    parts = [kit.section(drawn), *([kit.preformatted(command)] if command else [])]
    return kit.message([kit.rich(*parts)], summary, t)


def _most_mentioned(events: Sequence[Event]) -> int:
    """Return how many are called at most: where every approver has to be, those come on top."""
    is_for_every = any(Who.EVERY_APPROVER in showing(event.kind).mentions for event in events)
    return MOST_MENTIONED + (MOST_APPROVERS if is_for_every else 0)


def _command(events: Sequence[Event], sheet: Sheet) -> str:
    """Return how to connect, once the cluster is there."""
    is_there = any(event.kind == Kind.SUCCEEDED for event in events)
    return connection(sheet.revision.payload) if is_there else ""


def _lines(events: Sequence[Event], sheet: Sheet) -> tuple[list[Words], int]:
    """Return the lines of all *events*, and the number of the first one that somebody is called for."""
    room, lines, at = _Room(), list[Words](), None
    for event in events:
        at = len(lines) if at is None and showing(event.kind).mentions else at
        lines += room.told(event, sheet)
    rest = changes.left_out(room.rest)
    return [*lines, *([rest] if rest else [])] or [Text("-")], at or 0


@dataclass(slots=True)
class _Room:
    """How many changes a reply still names; the rest is gathered, to be counted."""

    left: int = changes.MOST_CHANGES
    rest: list[Change] = field(default_factory=list)

    def told(self, event: Event, sheet: Sheet) -> Iterator[Words]:
        """Yield the lines of *event*."""
        if event.kind != Kind.CHANGED:
            yield from told(event, sheet)
            return
        try:
            found, task = changes.of(event)
            lines = changes.lines(found[: self.left], task)
        except UNREADABLE:
            yield as_it_is(event)
            return
        yield from lines
        self.rest += found[self.left :]
        self.left -= min(self.left, len(found))
