"""Query parameters that lists share: page, size, sort and comma-separated filters."""

from collections.abc import Mapping
from typing import Any

from .states import Refused

Entries = list[dict[str, Any]]
LARGEST_PAGE = 2000


def page_of(entries: Entries, query: Mapping[str, str]) -> dict[str, Any]:
    """Return `contents` and `page` of what *query* asks for; beyond the last page contents are empty."""
    number = _whole(query, "page", default=1, most=2**31)
    size = _whole(query, "size", default=10, most=LARGEST_PAGE)
    ordered = _sorted(entries, query.get("sort", ""))
    total = len(entries)
    page = {"number": number, "size": size, "totalElements": total, "totalPages": -(-total // size)}
    return {"contents": ordered[(number - 1) * size : number * size], "page": page}


def listed(query: Mapping[str, str], name: str) -> frozenset[str]:
    """Return the values of a comma list; empty when the filter is not there."""
    return frozenset(value for value in query.get(name, "").split(",") if value)


def fits(value: str, wanted: frozenset[str]) -> bool:
    """Whether *value* passes a comma-list filter; an empty filter lets everything pass."""
    return not wanted or value in wanted


def resembles(value: str, query: Mapping[str, str], name: str) -> bool:
    """Whether *value* holds the keyword of a fuzzy filter, ignoring case."""
    return query.get(name, "").lower() in value.lower()


def _whole(query: Mapping[str, str], name: str, *, default: int, most: int) -> int:
    text = query.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
        raise Refused(400, "COM10001", f"Illegal argument: {name} must be between 1 and {most}.")
    return int(text)


def _sorted(entries: Entries, sort: str) -> Entries:
    if not sort or not entries:
        return entries
    field, _, direction = sort.partition(",")
    if all(field not in entry for entry in entries):
        raise Refused(400, "COM10011", f"Cannot sort by {field}.")
    # Not every entry has every member (finishTime), and members are of one type only.
    return sorted(entries, key=lambda e: (field in e, str(e.get(field, "")).zfill(24)), reverse=direction == "desc")
