"""Replies: what has happened, as the text of a thread."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.domain.diff import Change
from bot.domain.event import Event, Kind
from bot.domain.request import UserId
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


def reply(events: Sequence[Event], sheet: Sheet, t: Translator, *, mentions: Sequence[UserId]) -> Message:
    """Return a run of whole *events*, oldest first, as one message that mentions *mentions* in its first line."""
    return _message(_lines(events, sheet), t, mentions=mentions[:MOST_MENTIONED], command=_command(events, sheet))


def notice(event: Event, environment: str, t: Translator) -> Message:
    """Return an event of an environment's timeline as a message of its own."""
    return _message(noted(event, environment), t)


def plain(message: Message, t: Translator) -> Message:
    """Return *message* as plain text only, for when Slack has refused its blocks."""
    return Message((), bare(message.blocks, t, most=kit.MOST_TEXT) or message.text)


def _message(lines: Sequence[Words], t: Translator, *, mentions: Sequence[UserId] = (), command: str = "") -> Message:
    drawn = kit.fitting([kit.line(each, t, most=LONGEST) for each in lines], t, most=MOST_IN_LINES)
    summary = list(lines)
    if mentions:
        whom = Text(" %(who)s", {"who": People(mentions)})
        drawn[0] = [*drawn[0], *kit.line(whom, t)]
        summary[0] = Text("%(line)s%(whom)s", {"line": summary[0], "whom": whom})
    parts = [kit.section(drawn), *([kit.preformatted(command)] if command else [])]
    return kit.message([kit.rich(*parts)], summary, t)


def _command(events: Sequence[Event], sheet: Sheet) -> str:
    """Return how to connect, once the cluster is there."""
    is_there = any(event.kind == Kind.SUCCEEDED for event in events)
    return connection(sheet.revision.payload) if is_there else ""


def _lines(events: Sequence[Event], sheet: Sheet) -> list[Words]:
    room = _Room()
    lines = [line for event in events for line in room.told(event, sheet)]
    rest = changes.left_out(room.rest)
    return [*lines, *([rest] if rest else [])] or [Text("-")]


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
