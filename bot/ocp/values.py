"""Tolerant readers of single JSON values: null, missing and of another type are all unknown (None)."""

import json
from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]
LARGEST = 2**63 - 1


def parse(body: bytes) -> Any:
    """Return the JSON in *body*, None if there is none that can be read."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):  # half JSON, another encoding, numbers or nesting out of bounds
        return None


def integer(value: object) -> int | None:
    """Return a whole number, also one that came as text: ids beyond 2^53 do."""
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal() and len(value) < 32:
        value = _number(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if -LARGEST <= value <= LARGEST else None


def _number(value: str) -> int | None:
    try:
        return int(value)
    except ValueError:  # "--1"
        return None


def ident(value: object) -> int | None:
    """Return an id: a whole number above zero."""
    number = integer(value)
    return number if number is not None and number > 0 else None


def text(value: object) -> str | None:
    """
    Return a text as it is spelt, and a number as text; None for an empty one.

    NUL and half surrogates, which JSON can hold, go: neither a database nor Slack takes them.
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    if isinstance(value, int):
        number = integer(value)
        return None if number is None else str(number)
    clean = value.replace("\0", "").encode(errors="replace").decode()
    return clean if clean.strip() else None


def flag(value: object) -> bool | None:
    """Return a truth value; None if it is none."""
    return value if isinstance(value, bool) else None


def first(data: Json, *names: str) -> Any:
    """Return the first member that says something: manuals and samples spell some of them differently."""
    return next((data[name] for name in names if data.get(name) is not None), None)


def items(value: object) -> list[Any]:
    """Return a list's entries, none of anything else."""
    return value if isinstance(value, list) else []


def objects(value: object) -> list[dict[str, Any]]:
    """Return those entries of a list that are JSON objects."""
    return [entry for entry in items(value) if isinstance(entry, dict)]


def idents(value: object) -> tuple[int, ...]:
    """Return the ids in a list; what is none is passed over."""
    return tuple(number for number in map(ident, items(value)) if number is not None)


def name_of(value: object) -> str | None:
    """Return a person's name, which OCP writes as text or as an object with a name, depending on the endpoint."""
    return text(value.get("name")) if isinstance(value, dict) else text(value)
