"""Every look that the bot has ever stored, kept by the database itself in the very transaction that stored it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from bot.domain.event import Event, Kind
from bot.store.database import Database

Mark = Mapping[str, Any]
Marks = Mapping[int | None, Mark]

_COLUMNS = "watch TEXT, seq INTEGER, snapshot TEXT"
_KEEP = "INSERT INTO looks (watch, seq, snapshot) SELECT NEW.id, seq, NEW.snapshot FROM requests WHERE id = NEW.request"
_ON_SQLITE = (
    f"CREATE TABLE IF NOT EXISTS looks (number INTEGER PRIMARY KEY AUTOINCREMENT, {_COLUMNS})",
    f"CREATE TRIGGER IF NOT EXISTS first_look AFTER INSERT ON watches BEGIN {_KEEP}; END",
    f"CREATE TRIGGER IF NOT EXISTS next_look AFTER UPDATE ON watches BEGIN {_KEEP}; END",
)
_ON_POSTGRESQL = (
    f"CREATE TABLE IF NOT EXISTS looks (number BIGINT GENERATED ALWAYS AS IDENTITY, {_COLUMNS})",
    f"CREATE OR REPLACE FUNCTION keep_look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {_KEEP}; RETURN NULL; END $$",
    "CREATE OR REPLACE TRIGGER every_look AFTER INSERT OR UPDATE ON watches FOR EACH ROW EXECUTE FUNCTION keep_look()",
)


@dataclass(frozen=True, slots=True)
class Look:
    """One stored look at a task. `seq` is the last event before the transaction that stored it."""

    watch: str
    seq: int
    marks: Marks


async def keep_looks(database: Database) -> None:
    """Let the database keep all looks from now on; again changes nothing."""
    async with database.engine.begin() as connection:
        for statement in _ON_SQLITE if database.is_sqlite else _ON_POSTGRESQL:
            await connection.execute(text(statement))


async def kept_looks(database: Database) -> tuple[Look, ...]:
    """Return all looks, oldest first."""
    async with database.engine.connect() as connection:
        rows = await connection.execute(text("SELECT watch, seq, snapshot FROM looks ORDER BY number"))
        return tuple(Look(row.watch, row.seq, _marks(json.loads(row.snapshot))) for row in rows)


def untold(looks: Iterable[Look], events: Iterable[Event]) -> list[str]:
    """Return where the events and the stored looks tell different stories: a change without event, or the reverse."""
    told = {event.seq: _changes(event) for event in events if event.kind == Kind.CHANGED}
    found: list[str] = []
    last: dict[str, Look] = {}
    for look in looks:
        before = last.get(look.watch, look)
        differs = _difference(before.marks, look.marks)
        if differs and told.pop(look.seq + 1, None) != differs:
            found.append(f"no event tells what changed for {sorted(map(str, differs))} after event {look.seq}")
        last[look.watch] = look
    return found + [f"event {seq} tells of changes that no two looks show" for seq in told]


def _marks(snapshot: Mapping[str, Any]) -> Marks:
    return {None: snapshot["mark"]} | {each["id"]: each["mark"] for each in snapshot["subtasks"] or ()}


def _difference(before: Marks, after: Marks) -> dict[int | None, tuple[Mark | None, Mark | None]]:
    nodes = {**before, **after}
    both = {node: (before.get(node), after.get(node)) for node in nodes}
    return {node: (was, now) for node, (was, now) in both.items() if was != now}


def _changes(event: Event) -> dict[int | None, tuple[Mark | None, Mark | None]]:
    return {change["subtask"]: (change["was"], change["now"]) for change in event.content["changes"]}
