"""The text after /obproxy, read as a command."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

COMMANDS = ("create", "status", "history", "access", "pause", "resume", "help")


@dataclass(frozen=True, slots=True)
class Create:
    """Open the form."""


@dataclass(frozen=True, slots=True)
class Status:
    """Show one request by number, the requests for a cluster name, or (both None) the person's own."""

    number: int | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class History:
    """
    Tell the whole record of one request by number, or of the requests for a cluster name or with a part of a person's.

    A person is given by id (`user`) or by what they were `called` then; all None: the person who asks.
    """

    number: int | None = None
    name: str | None = None
    user: str | None = None
    called: str | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """Send nothing to an environment until it is resumed; either is "" if it was not given."""

    environment: str
    reason: str


@dataclass(frozen=True, slots=True)
class Resume:
    """Lift the pause of an environment, "" if none was given."""

    environment: str


@dataclass(frozen=True, slots=True)
class Access:
    """Tell what the person may do, in all environments or in the one with that name."""

    environment: str | None = None


@dataclass(frozen=True, slots=True)
class Help:
    """Show what can be typed."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not a command; `nearest` is what was perhaps meant."""

    word: str
    nearest: str


Command = Create | Status | History | Access | Pause | Resume | Help | Unknown

_LONGEST_NUMBER = 18
_USER = re.compile(r"<@([UW][A-Z0-9]+)(\|[^>]*)?>")
_QUOTES = "\"'“”„‘’«»`"
_LINK = re.compile(r"<(?:[^<>|]*\|)?([^<>|]*)>")


def parse(text: str) -> Command:
    """Read the text of a slash command; every text is some command, nothing is raised."""
    word, rest = _halves(text)
    read = _READERS.get(word.lower())
    if read:
        return read(rest)
    return Unknown(word, (get_close_matches(word.lower(), COMMANDS, n=1, cutoff=0.0) or ["help"])[0])


def plain(text: str) -> str:
    """Return *text* as it was typed: a command that escapes has links in <> and three characters as entities."""
    shown = _LINK.sub(r"\1", text)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _halves(text: str) -> tuple[str, str]:
    """Return the first word of *text* and what stands after it, without the spaces around."""
    word, rest = (*text.split(maxsplit=1), "", "")[:2]
    return word, rest.strip()


def _unquoted(text: str) -> str:
    """Return *text* without the quotes around it, of whatever kind a keyboard has made them."""
    is_quoted = len(text) > 1 and text[0] in _QUOTES and text[-1] in _QUOTES
    return text[1:-1].strip() if is_quoted else text


def _status(typed: str) -> Status:
    reference = plain(typed)
    number = _number(reference)
    return Status(number=number) if number is not None else Status(name=reference or None)


def _history(reference: str) -> History:
    """Read a person as Slack escapes one, <@U0123456789|dana>, or as @dana where the command does not escape."""
    if user := _USER.fullmatch(reference):
        return History(user=user[1])
    typed = plain(reference)
    if typed.startswith("@") and typed != "@":
        return History(called=typed.removeprefix("@"))
    number = _number(typed)
    return History(number=number) if number is not None else History(name=typed or None)


def _access(typed: str) -> Access:
    return Access(_unquoted(plain(typed)) or None)


def _pause(typed: str) -> Pause:
    environment, reason = _halves(plain(typed))
    return Pause(_unquoted(environment), _unquoted(reason))


def _resume(typed: str) -> Resume:
    return Resume(_unquoted(plain(typed)))


def _number(reference: str) -> int | None:
    digits = reference.removeprefix("#")
    is_one = digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_NUMBER
    return int(digits) if is_one else None


_READERS: Mapping[str, Callable[[str], Command]] = {
    "": lambda _: Help(),
    "help": lambda _: Help(),
    "create": lambda _: Create(),
    "status": _status,
    "history": _history,
    "access": _access,
    "pause": _pause,
    "resume": _resume,
}
