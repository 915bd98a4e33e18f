"""What is said of a mistake in bot.toml: its place, what is wrong there, what is expected."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Self

TYPES: tuple[tuple[tuple[type, ...], str], ...] = (
    ((bool,), "is true or false"),
    ((str,), "is text"),
    ((int, float), "is a number"),
    ((list, tuple), "is a list"),
    ((dict,), "is a table"),
)
PERSON = "the id of a Slack user (U0123456789) or user group (S0123456789)"
PEOPLE = "a list of ids of Slack users (U0123456789) and user groups (S0123456789)"
CHANNEL = "the id of a channel, such as C0123456789"
TIME = "a time from 10s to 168h, such as 30m, 90s or 1h"
FLAG = "true or false"
EXPECTED: Mapping[str, str] = {
    "name": "1 to 40 letters, digits, - and _",
    "url": "OCP's address, such as http://ocp.example.com:8080, without user, password and query",
    "username": "the name of the bot's account in OCP",
    "password_env": "the name of a variable that is set and holds the password of the bot's account in OCP",
    "ca_file": "an existing file with the certificate of OCP's authority",
    "account_dedicated": "true if nobody but this bot uses the account, else false",
    "task_url": "an address with {id} where the task's id goes, without password and token: everybody sees it",
    "exporter_port_name": "both, exportPort or exporterPort",
    "approvals_channel": CHANNEL,
    "production": FLAG,
    "ticket_pattern": "a regular expression, such as CHG[0-9]{7}",
    "ticket_example": "a ticket of at most 100 characters that matches ticket_pattern",
    "send_within": TIME,
    "look_seconds": "seconds between two looks at a running task, 0.1 to 60",
    "approvals_last": TIME,
    "second_group": PEOPLE,
    "break_glass": FLAG,
    "viewers": f'{PEOPLE}, or ["everyone"]',
    "requesters": f'{PEOPLE}, or ["everyone"]',
    "approvers": PEOPLE,
    "operators": PEOPLE,
    "admins": PEOPLE,
    "also_approve": PEOPLE,
    "channels": "a list of ids of channels, such as C0123456789",
    "approvals_required": "how many different approvers a request needs: 0 (none) to 10",
    "operations": 'a table for each operation, such as [environments.prod.operations."obproxy.create"]',
}
ITEM = {
    "viewers": f'{PERSON}, or "everyone"',
    "requesters": f'{PERSON}, or "everyone"',
    "channels": CHANNEL,
}
"""What is expected of one in a list; a PERSON where nothing is said."""

Place = tuple[str | int, ...]
"""The keys that lead to a value; a number is an index in a list."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A place, what is wrong there, and what is expected instead. As text it is one line, and holds no value."""

    place: Place
    what: str
    expected: str

    def under(self, *keys: str) -> Self:
        """Return the same mistake, seen from the table that holds *keys*."""
        return replace(self, place=(*keys, *self.place))

    def __str__(self) -> str:
        """Return it as a line of what is said at the start."""
        return f"{spelled(self.place)}: {self.what}; expected: {self.expected}"


def spelled(place: Place) -> str:
    """Return *place* as TOML writes it: a dotted key, and the index in a list."""
    parts = [f"[{key}]" if isinstance(key, int) else f".{quoted(key)}" for key in place]
    return "".join(parts).removeprefix(".")


def quoted(key: str) -> str:
    """Return *key* as it stands in TOML, in quotes if it needs them."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key)


def of_value(place: Place, sort: str, value: object) -> Mistake:
    """Return what is said of *value* in an environment's table, which pydantic refuses with an error of *sort*."""
    key = str(place[0])
    if key == "name":
        return Mistake((), "is no name of an environment", EXPECTED["name"])
    what = "is missing" if sort == "missing" else kind(value) if sort.endswith("_type") else "is wrong"
    return Mistake(place, what, EXPECTED[key] if len(place) == 1 else ITEM.get(key, PERSON))


def unknown(key: str, keys: Iterable[str]) -> Mistake:
    """Return what is said of *key* where only *keys* can stand: with the nearest of them, or all."""
    near = get_close_matches(key.lower(), sorted(keys), n=1) or sorted(keys)
    return Mistake((key,), "is unknown", f"{'one of ' if len(near) > 1 else ''}{', '.join(map(quoted, near))}")


def kind(value: object) -> str:
    """Return what *value* is, in the words of TOML."""
    return next((words for types, words in TYPES if isinstance(value, types)), "is a date or time")
