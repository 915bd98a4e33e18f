"""The kit: blocks within Slack's limits (contract, section 8), words as what cannot become markup (section 9)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.domain.texts import N_, Channels, Link, Part, People, Text, Translator, When, Words
from bot.ports import Message

from .escape import TIME, channel, cut, in_utc, is_url, marked_up, one_line, person, units

Element = dict[str, Any]
Block = dict[str, Any]
Line = list[Element]

MOST_BLOCKS = 50
MOST_CHARACTERS = 10_000
MOST_TEXT = 3_000
LONGEST_LINE = 1_200
BOLD: Mapping[str, bool] = {"bold": True}


def plain(text: str, most: int) -> Element:
    """Return a plain_text object; emoji codes in it stay codes, because it may hold people's words."""
    return {"type": "plain_text", "text": cut(one_line(text), most) or "-", "emoji": False}


def header(words: Words, t: Translator) -> Block:
    """Return a header."""
    return {"type": "header", "text": plain(words.render(t), 150)}


def line(words: Words, t: Translator, *, time: str = TIME, most: int = LONGEST_LINE) -> Line:
    """Return *words* as rich_text elements, cut to *most* characters; *time* is how Slack writes a moment."""
    elements: Line = []
    for part in words.parts(t):
        room = most - sum(map(size, elements))
        if room <= 0:
            break
        for element in _elements(part, time, room):
            _add(elements, element)
    return elements


def bold(words: Words, t: Translator) -> Line:
    """Return *words* as one bold text."""
    return [{"type": "text", "text": cut(one_line(words.render(t)), 150) or "-", "style": dict(BOLD)}]


def _elements(part: object, time: str, room: int) -> Iterator[Element]:
    if isinstance(part, People):
        for index, id_ in enumerate(part.ids):
            if index:
                yield _text(", ")
            yield person(id_)
    elif isinstance(part, Channels):
        for index, id_ in enumerate(part.ids):
            if index:
                yield _text(", ")
            yield channel(id_)
    elif isinstance(part, When):
        yield _date(part, time)
    elif isinstance(part, Link) and is_url(part.url):
        yield {"type": "link", "url": part.url, "text": cut(one_line(part.words), room) or part.url}
    elif words := cut(one_line(str(part)), room):
        yield _text(words)


def _text(text: str) -> Element:
    return {"type": "text", "text": text}


def _date(when: When, time: str) -> Element:
    seconds = int(when.at.timestamp())
    return {"type": "date", "timestamp": seconds, "format": time, "fallback": in_utc(when, time)}


def _add(elements: Line, element: Element) -> None:
    """Append *element*, as part of the last one where both are bare text."""
    if elements and element.keys() == elements[-1].keys() == {"type", "text"}:
        elements[-1]["text"] += element["text"]
    else:
        elements.append(element)


def size(value: object) -> int:
    """Return the characters that people read in *value*, which may be an element, a block or a list of them."""
    if isinstance(value, dict):
        shown = sum(units(item) for name, item in value.items() if name in {"text", "fallback"} and _is_text(item))
        return shown + sum(size(item) for item in value.values() if not _is_text(item))
    return sum(map(size, value)) if isinstance(value, list | tuple) else 0


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def more(n: int) -> Text:
    """Return the words for what was left out."""
    return Text(N_("and %(n)s more"), {"n": n})


def fitting(lines: Sequence[Line], t: Translator, *, most: int) -> list[Line]:
    """Return the first of *lines*, as many as *most* characters hold, and a last one that counts the rest."""
    kept: list[Line] = []
    room = most
    for index, each in enumerate(lines):
        room -= size(each) + 1
        if room < 0 and index:
            return [*kept, line(more(len(lines) - index), t)]
        kept.append(each)
    return kept


def section(lines: Sequence[Line]) -> Element:
    """Return *lines* as one rich_text_section."""
    elements: Line = []
    for index, each in enumerate(lines):
        for element in [*([_text("\n")] if index else []), *each]:
            _add(elements, dict(element))
    return {"type": "rich_text_section", "elements": elements or [_text("-")]}


def preformatted(text: str) -> Element:
    """Return *text* as it stands, in a fixed-width font; the caller has cut it."""
    return {"type": "rich_text_preformatted", "elements": [_text(text or " ")]}


def rich(*parts: Element) -> Block:
    """Return a rich_text block."""
    return {"type": "rich_text", "elements": list(parts)}


def context(words: Words, t: Translator) -> Block:
    """Return a small grey line. *words* must hold nothing but our own words, numbers, people and moments."""
    text = {"type": "mrkdwn", "text": marked_up(words.parts(t), most=MOST_TEXT, dates=True), "verbatim": True}
    return {"type": "context", "elements": [text]}


def message(blocks: Sequence[Block], summary: Sequence[Words], t: Translator) -> Message:
    """Return a message of *blocks*, and of *summary*, a line each, for notifications and screen readers."""
    pieces: list[Part] = []
    for index, words in enumerate(summary):
        pieces += ["\n"] if index else []
        pieces += (one_line(part) if isinstance(part, str) else part for part in words.parts(t))
    return Message(tuple(blocks[:MOST_BLOCKS]), marked_up(pieces, most=MOST_TEXT) or "-")


def joined(texts: Sequence[Words], by: str = ", ") -> Text:
    """Return *texts* as one, *by* between them."""
    fields = {f"part_{index}": each for index, each in enumerate(texts)}
    return Text(by.join(f"%({name})s" for name in fields), fields)


def literal(text: object, most: int = 120) -> Text:
    """Return what people, hosts or OCP wrote, cut to *most* characters."""
    return Text("%(literal)s", {"literal": cut(str(text), most)})
