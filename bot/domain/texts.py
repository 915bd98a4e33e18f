"""Words for people: message ids in pure code, translated by whoever shows them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

_FIELD = re.compile(r"%\((\w+)\)s")


class Translator(Protocol):
    """What a catalogue offers; `gettext.NullTranslations` and Babel's have this shape."""

    def gettext(self, message: str, /) -> str:
        """Return *message* in the reader's language."""
        ...

    def ngettext(self, singular: str, plural: str, n: int, /) -> str:
        """Return the form of the message that fits *n*."""
        ...


def N_(message: str) -> str:
    """Mark *message* for the catalogue; it is translated where it is shown."""
    return message


@dataclass(frozen=True, slots=True)
class People:
    """Slack users in a text: mentions by id where Slack draws them; elsewhere their names, else their ids."""

    ids: Sequence[str]
    names: Sequence[str] = ()

    def __str__(self) -> str:
        return ", ".join(f"@{word}" for word in self.names or self.ids)


@dataclass(frozen=True, slots=True)
class Channels:
    """Slack channels in a text: links by id where Slack draws them."""

    ids: Sequence[str]

    def __str__(self) -> str:
        return ", ".join(f"#{id_}" for id_ in self.ids)


@dataclass(frozen=True, slots=True)
class When:
    """A moment in a text: in the reader's zone where Slack draws it, UTC elsewhere."""

    at: datetime

    def __str__(self) -> str:
        return f"{self.at.astimezone(UTC):%H:%M:%S} UTC"


@dataclass(frozen=True, slots=True)
class Link:
    """An address in a text, under words of its own."""

    url: str
    words: str

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True, slots=True)
class Text:
    """
    A message id with its `%(name)s` fields.

    A field is a number, words of people or OCP (shown literally), or one of Text, People, Channels,
    When, Link.
    """

    message: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    def render(self, t: Translator) -> str:
        """Return the words in *t*'s language, as plain text."""
        return "".join(str(part) for part in self.parts(t))

    def parts(self, t: Translator) -> Iterator["Part"]:
        """Yield the words in *t*'s language, with what Slack draws in its own way still whole."""
        return _fill(t.gettext(self.message), self.fields, t)


@dataclass(frozen=True, slots=True)
class Counted:
    """A text with a plural: `n` chooses the form, and is its %(n)s."""

    one: str
    many: str
    n: int
    fields: Mapping[str, Any] = field(default_factory=dict)

    def render(self, t: Translator) -> str:
        """Return the words in *t*'s language, as plain text."""
        return "".join(str(part) for part in self.parts(t))

    def parts(self, t: Translator) -> Iterator["Part"]:
        """Yield what `Text.parts` yields, in the form that fits `n`."""
        return _fill(t.ngettext(self.one, self.many, self.n), {"n": self.n, **self.fields}, t)


Part = str | People | Channels | When | Link
Words = Text | Counted


def _fill(template: str, fields: Mapping[str, Any], t: Translator) -> Iterator[Part]:
    for index, piece in enumerate(_FIELD.split(template)):
        if index % 2 == 0:
            yield piece.replace("%%", "%")
        else:
            yield from _parts_of(fields.get(piece, ""), t)


def _parts_of(value: object, t: Translator) -> Iterator[Part]:
    if isinstance(value, Text | Counted):
        yield from value.parts(t)
    elif isinstance(value, People | Channels | When | Link):
        yield value
    else:
        yield str(value)
