"""The text after /obproxy, read as a command."""

import re
from dataclasses import dataclass
from difflib import get_close_matches

COMMANDS = ("create", "status", "history", "access", "help")


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


Command = Create | Status | History | Access | Help | Unknown

_LONGEST_NUMBER = 18
_USER = re.compile(r"<@([UW][A-Z0-9]+)(\|[^>]*)?>")
_LINK = re.compile(r"<(?:[^<>|]*\|)?([^<>|]*)>")


def parse(text: str) -> Command:
    """Read the text of a slash command; every text is some command, nothing is raised."""
    word, _, rest = text.strip().partition(" ")
    match word.lower():
        case "" | "help":
            return Help()
        case "create":
            return Create()
        case "status":
            return _status(plain(rest.strip()))
        case "history":
            return _history(rest.strip())
        case "access":
            return Access(plain(rest.strip()) or None)
    return Unknown(word, (get_close_matches(word.lower(), COMMANDS, n=1, cutoff=0.0) or ["help"])[0])


def plain(text: str) -> str:
    """Return *text* as it was typed: a command that escapes has links in <> and three characters as entities."""
    shown = _LINK.sub(r"\1", text)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _status(reference: str) -> Status:
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


def _number(reference: str) -> int | None:
    digits = reference.removeprefix("#")
    is_one = digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_NUMBER
    return int(digits) if is_one else None
