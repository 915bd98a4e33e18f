"""Reads a list to its end, although entries come and go while its pages are read."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.domain.errors import OcpUnavailable

from .heard import Heard
from .reading import contents_of, total_of
from .reads import opened
from .times import parse_http_date, parse_time
from .values import Json, ident

T = TypeVar("T")
MOST_PAGES = 500
PASSES = 2
Fetch = Callable[[int], Awaitable[Heard]]
"""Returns the answer for a page; they count from 1."""


@dataclass(slots=True)
class Listing:
    """The entries in OCP's order, each once, and OCP's time of the first page as text, "" if it told none."""

    at: str | None = None
    found: dict[str, Any] = field(default_factory=dict)

    def read(self, reader: Callable[[Json], T | None]) -> tuple[T, ...]:
        """Return what *reader* makes of the entries; what it cannot read is passed over."""
        objects = (entry for entry in self.found.values() if isinstance(entry, dict))
        return tuple(known for known in map(reader, objects) if known is not None)


async def whole_list(fetch: Fetch, *, size: int) -> Listing:
    """
    Return all entries of a list that is read in pages of *size*.

    An entry removed meanwhile moves another one from the page that comes to the one that was read. So a list whose
    count changes, or is not reached, is read once more, and what either pass saw is there.

    Raises:
        OcpUnavailable: a page without contents, the same page again and again, or no end.
    """
    listing = Listing()
    for _ in range(PASSES):
        if await _walk(fetch, size, listing):
            break
    return listing


async def _walk(fetch: Fetch, size: int, listing: Listing) -> bool:
    """Add what one pass sees to *listing*; return whether it saw as many as OCP counted all the time."""
    seen: set[str] = set()
    counts: set[int | None] = set()
    for number in range(1, MOST_PAGES + 1):
        heard = await fetch(number)
        listing.at = _time(heard) if listing.at is None else listing.at
        entries, total = _page(heard)
        counts.add(total)
        fresh = entries.keys() - seen
        seen |= fresh
        listing.found.update(entries)
        is_enough = total is None or len(seen) >= total
        if not fresh and entries and not is_enough:
            raise OcpUnavailable(f"page {number} repeats earlier ones: {len(seen)} entries of {total}")
        is_last = total is not None and is_enough and len(entries) < size
        if not fresh or is_last:
            return is_enough and len(counts) == 1
    raise OcpUnavailable(f"a list without an end: {len(seen)} entries in {MOST_PAGES} pages")


def _page(heard: Heard) -> tuple[dict[str, Any], int | None]:
    """Return (key -> entry, how many entries OCP counts)."""
    data = opened(heard).data
    contents = contents_of(data)
    if contents is None:
        raise OcpUnavailable(f"{heard.brief}: a list without contents")
    return {_key(entry): entry for entry in contents}, total_of(data)


def _key(entry: Any) -> str:
    """Return what tells an entry from others: its id, else all of it."""
    id_ = ident(entry.get("id")) if isinstance(entry, dict) else None
    return json.dumps(entry, sort_keys=True) if id_ is None else str(id_)


def _time(heard: Heard) -> str:
    """Return OCP's time of an answer: its envelope's, else that of the Date header."""
    told = heard.envelope.timestamp if heard.envelope else ""
    if parse_time(told):
        return told
    date = parse_http_date(heard.headers.get("date", ""))
    return date.isoformat() if date else ""
