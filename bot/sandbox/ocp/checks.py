"""Small checks of a request body; each returns the problems it found."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeGuard

OBJECT = "createObproxyClusterParam"


@dataclass(frozen=True, slots=True)
class Problem:
    """A field that OCP does not take, and what it says about it."""

    field: str
    rejected: object
    message: str

    def as_detail(self) -> dict[str, object]:
        """Return the entry of `subErrors`."""
        return {"object": OBJECT, "field": self.field, "rejectedValue": self.rejected, "message": self.message}


def text(body: dict[str, Any], name: str, *, within: str = "") -> Iterator[Problem]:
    """Want a string that is not blank."""
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        yield Problem(within + name, value, f"{within}{name} must be a text and not blank")


def port(body: dict[str, Any], name: str, *, within: str = "", lowest: int = 1024) -> Iterator[Problem]:
    """Want a port number from *lowest* up."""
    value: object = body.get(name)
    if not is_whole(value) or not lowest <= value <= 65535:
        yield Problem(within + name, value, f"{within}{name} must be between {lowest} and 65535")


def settings(body: dict[str, Any], name: str) -> Iterator[Problem]:
    """Want an array of name and value, both strings; a missing array counts as empty."""
    entries = body.get(name, [])
    if not isinstance(entries, list):
        yield Problem(name, entries, f"{name} must be an array")
        return
    for index, entry in enumerate(entries):
        fits = isinstance(entry, dict) and all(isinstance(entry.get(key), str) for key in ("name", "value"))
        if not fits or not entry["name"]:
            yield Problem(f"{name}[{index}]", entry, f"{name}[{index}] must have a name and a value, both texts")


def is_whole(value: object) -> TypeGuard[int]:
    """Whether *value* is a JSON integer; true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool)
