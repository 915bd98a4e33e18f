"""The text after /obproxy, read as a command."""

from dataclasses import dataclass
from difflib import get_close_matches

COMMANDS = ("create", "status", "help")


@dataclass(frozen=True, slots=True)
class Create:
    """Open the form."""


@dataclass(frozen=True, slots=True)
class Status:
    """Show one request by number, the requests for a cluster name, or (both None) the person's own."""

    number: int | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Help:
    """Show what can be typed."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not a command; `nearest` is what was perhaps meant."""

    word: str
    nearest: str


Command = Create | Status | Help | Unknown

_LONGEST_NUMBER = 18


def parse(text: str) -> Command:
    """Read the text of a slash command; every text is some command, nothing is raised."""
    word, _, rest = text.strip().partition(" ")
    match word.lower():
        case "" | "help":
            return Help()
        case "create":
            return Create()
        case "status":
            return _status(rest.strip())
    return Unknown(word, (get_close_matches(word.lower(), COMMANDS, n=1, cutoff=0.0) or ["help"])[0])


def _status(reference: str) -> Status:
    digits = reference.removeprefix("#")
    if digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_NUMBER:
        return Status(number=int(digits))
    return Status(name=reference or None)
