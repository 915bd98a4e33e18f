"""What is told of the record: requests, each with all its events."""

from dataclasses import dataclass

from .event import Event
from .sheet import Sheet


@dataclass(frozen=True, slots=True)
class Chapter:
    """One request and all its events, in order."""

    sheet: Sheet
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """
    What was found for a `History`: the newest requests first, of `total`.

    `people` are the ids of those whom it is about, none if it is about a number or a name.
    """

    chapters: tuple[Chapter, ...]
    total: int
    people: tuple[str, ...] = ()
