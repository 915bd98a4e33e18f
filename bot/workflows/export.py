"""Exporting the record: one line an event, as JSON or for a spreadsheet."""

import csv
import io
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from bot.domain.entry import Entry, trace_of
from bot.domain.event import BOT, canonical
from bot.ports import Record, Which

COLUMNS = (
    "number",
    "environment",
    "cluster",
    "at",
    "actor",
    "actor_name",
    "role",
    "kind",
    "policy",
    "payload_hash",
    "trace_id",
    "timeline",
    "seq",
    "data",
    "prev",
    "hash",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the beginning of a formula (OWASP, CSV injection)."""


async def exported(record: Record, which: Which, form: str) -> AsyncIterator[str]:
    """Yield the lines of *which*, oldest event first, line ends included; *form* is "jsonl" or "csv"."""
    written = _WRITTEN[form]
    if form == "csv":
        yield _csv(dict(zip(COLUMNS, COLUMNS, strict=True)))
    async for entry in record.in_time(which):
        yield written(row_of(entry))


def row_of(entry: Entry) -> dict[str, Any]:
    """Return what an export says of an event, by COLUMNS; `data` is the stored text, which `hash` covers."""
    event, data = entry.event, _content(entry)
    return {
        "number": entry.number,
        "environment": entry.environment,
        "cluster": entry.name,
        "at": event.at,
        "actor": event.actor,
        "actor_name": data.get("actor_name", BOT if event.actor == BOT else ""),
        "role": event.role,
        "kind": event.kind,
        "policy": data.get("policy", ""),
        "payload_hash": data.get("payload_hash", ""),
        "trace_id": trace_of(data),
        "timeline": event.timeline,
        "seq": event.seq,
        "data": event.data,
        "prev": event.prev,
        "hash": event.hash,
    }


def _content(entry: Entry) -> Mapping[str, Any]:
    """Return the data as Python values; an export shows also what somebody has made unreadable."""
    try:
        return entry.event.content
    except ValueError:
        return {}


def _jsonl(row: Mapping[str, Any]) -> str:
    return canonical(row) + "\n"


def _csv(row: Mapping[str, Any]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([harmless(value) for value in row.values()])
    return line.getvalue()


def harmless(value: object) -> str:
    """Return *value* as a cell that no spreadsheet takes for a formula: an apostrophe in front makes it text."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


_WRITTEN: Mapping[str, Callable[[Mapping[str, Any]], str]] = {"jsonl": _jsonl, "csv": _csv}
