"""The whole record of requests, as an answer to one person: every event with who, role, when and what."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.chapter import Chapter, Told
from bot.domain.entry import trace_of
from bot.domain.event import Event, Kind
from bot.domain.request import Request
from bot.domain.sheet import Sheet
from bot.domain.slash import History
from bot.domain.texts import N_, Counted, People, Text, Translator, When, Words
from bot.ports import Message

from . import changes, kit, marks
from .escape import DATED
from .kit import Line, joined, literal
from .telling import UNREADABLE, as_it_is, told

MOST_IN_ALL = 8_500
LONGEST = 900
MOST_CHANGES = 3
SHORT_HASH = 8


def history(found: Told, wanted: History, t: Translator) -> Message:
    """Return what was found, as much of it as a message holds, and how the rest can be had."""
    heading = _heading(found, wanted)
    page = _Page(t)
    page.add(heading)
    blocks = [kit.rich(kit.section([kit.line(heading, t)]))]
    for chapter in found.chapters:
        lines = list(page.of(chapter))
        blocks += [kit.rich(kit.section(lines))] if lines else []
    rest = _rest(page, found)
    blocks += [kit.rich(kit.section([kit.line(rest, t)]), kit.preformatted(_command(found, wanted)))] if rest else []
    return kit.message(blocks, [heading, *([rest] if rest else [])], t)


@dataclass(slots=True)
class _Page:
    """What still fits; once something does not, nothing after it is shown, and `left` counts it."""

    t: Translator
    room: int = MOST_IN_ALL
    shown: int = 0
    left: int = 0

    def add(self, words: Words) -> Line | None:
        """Return *words* as a line, None if there is no room for it."""
        line = kit.line(words, self.t, time=DATED, most=LONGEST)
        self.room -= kit.size(line) + 1
        return line if self.room >= 0 else None

    def of(self, chapter: Chapter) -> Iterator[Line]:
        """Yield the lines of a request: its state, then its events."""
        title = None if self.left else self.add(_title(chapter.sheet.request))
        if title is not None:
            self.shown += 1
            yield title
        for event in chapter.events:
            line = None if self.left or title is None else self.add(_line(event, chapter.sheet))
            if line is None:
                self.left += 1
            else:
                yield line


def _heading(found: Told, wanted: History) -> Words:
    if wanted.number is not None:
        return Text(N_("The whole record of #%(number)s:"), {"number": wanted.number})
    if wanted.name is not None:
        return _of_name(found.total, literal(wanted.name, 64))
    return _of_person(found.total, _people(found, wanted))


def _of_name(total: int, name: Text) -> Words:
    if not total:
        return Text(N_("No request for %(name)s."), {"name": name})
    return Counted(
        "%(n)s request for %(name)s, newest first:",
        "%(n)s requests for %(name)s, newest first:",
        total,
        {"name": name},
    )


def _of_person(total: int, who: object) -> Words:
    if not total:
        return Text(N_("No request in which %(who)s had a part."), {"who": who})
    return Counted(
        "%(n)s request in which %(who)s had a part, newest first:",
        "%(n)s requests in which %(who)s had a part, newest first:",
        total,
        {"who": who},
    )


def _people(found: Told, wanted: History) -> object:
    """Return whom it is about: a private answer calls nobody."""
    return People(found.people[:10]) if found.people else literal(f"@{wanted.called}", 80)


def _title(request: Request) -> Text:
    mark, words = marks.of(request)
    fields = {
        "mark": mark,
        "state": Text(words),
        "number": request.number,
        "environment": literal(request.environment, 40),
        "name": literal(request.name, 64),
    }
    return Text(N_("%(mark)s #%(number)s, %(environment)s, %(name)s: %(state)s"), fields)


def _line(event: Event, sheet: Sheet) -> Text:
    """Return one event: its number, when, who in which role, what, and what it refers to."""
    what = joined(_what(event, sheet), " ")
    refers = _refers(event)
    fields = {
        "seq": event.seq,
        "when": When(event.time),
        "who": _who(event),
        "role": literal(event.role, 40),
        "what": joined([what, joined(refers)], " · ") if refers else what,
    }
    if event.actor == event.role:  # the bot's own doing
        return Text(N_("%(seq)s. %(when)s, %(who)s: %(what)s"), fields)
    return Text(N_("%(seq)s. %(when)s, %(who)s (%(role)s): %(what)s"), fields)


def _who(event: Event) -> object:
    if event.actor == event.role:
        return literal(event.actor, 40)
    try:
        name = event.content.get("actor_name")
    except UNREADABLE:
        name = None
    return literal(name, 80) if name else People([event.actor])


def _what(event: Event, sheet: Sheet) -> list[Words]:
    """Return what a thread says of it; of many changes the first ones."""
    if event.kind != Kind.CHANGED:
        return told(event, sheet)
    try:
        found, task = changes.of(event)
        rest = changes.left_out(found[MOST_CHANGES:])
        return [*changes.lines(found[:MOST_CHANGES], task), *([rest] if rest else [])]
    except UNREADABLE:
        return [as_it_is(event)]


def _refers(event: Event) -> list[Words]:
    try:
        data = event.content
    except UNREADABLE:
        return []
    named = {
        N_("payload %(value)s"): str(data.get("payload_hash") or "")[:SHORT_HASH],
        N_("task %(value)s"): str(data.get("task") or ""),
        N_("traceId %(value)s"): trace_of(data),
    }
    return [Text(message, {"value": literal(value, 80)}) for message, value in named.items() if value]


def _rest(page: _Page, found: Told) -> Words | None:
    """Return how much is not shown, None if everything is."""
    requests = found.total - page.shown
    events = Counted("%(n)s more event", "%(n)s more events", page.left)
    others = Counted("%(n)s more request", "%(n)s more requests", requests)
    parts: list[Words] = [*([events] if page.left else []), *([others] if requests > 0 else [])]
    if not parts:
        return None
    message = N_("Not shown here: %(what)s. Whoever runs the bot gets all of it:")
    return Text(message, {"what": joined(parts)})


def _command(found: Told, wanted: History) -> str:
    """Return what writes the whole record; a name that a shell would not take as a word is left to its reader."""
    if wanted.number is not None:
        return f"obproxy-bot audit export --request {wanted.number}"
    if wanted.name is not None:
        return f"obproxy-bot audit export --cluster {wanted.name if wanted.name.isidentifier() else '{name}'}"
    return "\n".join(f"obproxy-bot audit export --actor {user}" for user in found.people[:10])
