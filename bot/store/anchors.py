"""Anchors and the list of heads that they cover; both only grow."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    and_,
    exists,
    insert,
    literal,
    null,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.anchor import Anchor, AnchorRow, Head
from bot.domain.errors import Conflict
from bot.domain.merkle import Frontier

from .tables import anchors, environments, heads, requests

OF_ENVIRONMENT = "environment:"


class Anchors:
    """The AnchorRows of ports, over one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def last(self) -> AnchorRow | None:
        """Return the newest anchor."""
        newest = select(anchors).order_by(anchors.c.number.desc()).limit(1)
        row = (await self._connection.execute(newest)).mappings().first()
        return _to_row(row) if row else None

    async def new_heads(self) -> tuple[Head, ...]:
        """Return the ends that are in no anchor yet, requests by number, then environments: as of one moment."""
        ends = union_all(_ends_of_requests(), _ends_of_environments()).subquery()
        wanted = select(ends).order_by(ends.c.number.is_(None), ends.c.number, ends.c.timeline)
        return tuple(Head(**row) for row in (await self._connection.execute(wanted)).mappings())

    async def add(self, row: AnchorRow, new: Sequence[Head]) -> None:
        """Store an anchor, and *new* at the end of the list of heads; raises Conflict if its number is taken."""
        first = row.anchor.heads - len(new)
        try:
            await self._connection.execute(insert(anchors).values(_row(row)))
        except IntegrityError as error:
            raise Conflict(f"anchor {row.anchor.number}: {error.orig}") from error
        if new:
            await self._connection.execute(insert(heads), [_head_row(first + at, head) for at, head in enumerate(new)])

    async def owed(self) -> tuple[AnchorRow, ...]:
        """Return the anchors that are still to be logged or posted, oldest first."""
        is_unposted = and_(anchors.c.channel != "", anchors.c.ts == "")
        wanted = select(anchors).where(or_(~anchors.c.is_logged, is_unposted)).order_by(anchors.c.number)
        return tuple(_to_row(row) for row in (await self._connection.execute(wanted)).mappings())

    async def save(self, before: AnchorRow, after: AnchorRow) -> None:
        """Write where it was told; raises Conflict if another replica did. What it says is never written again."""
        told = {name: getattr(after, name) for name in ("is_logged", "tried_at", "ts")}
        is_same = anchors.c.tried_at.is_not_distinct_from(before.tried_at)
        unchanged = and_(anchors.c.number == before.anchor.number, anchors.c.ts == before.ts, is_same)
        if (await self._connection.execute(update(anchors).where(unchanged).values(told))).rowcount != 1:
            raise Conflict(f"anchor {before.anchor.number} was told by another")


def to_anchor(row: RowMapping) -> Anchor:
    """Return the anchor of a row."""
    return Anchor(**{name: row[name] for name in ("number", "at", "heads", "requests", "root", "prev", "mac")})


def timeline_of_environment() -> ColumnElement[str]:
    """Return the id of an environment's timeline, for a statement."""
    return literal(OF_ENVIRONMENT).concat(environments.c.name)


def _ends_of_requests() -> Select[Any]:
    table = requests.c
    wanted = select(table.id.label("timeline"), table.seq, table.head.label("hash"), table.number)
    return wanted.where(table.seq > 0, ~_is_covered(table.id, table.seq))


def _ends_of_environments() -> Select[Any]:
    table, timeline = environments.c, timeline_of_environment()
    wanted = select(timeline.label("timeline"), table.seq, table.head.label("hash"), null().label("number"))
    return wanted.where(table.seq > 0, ~_is_covered(timeline, table.seq))


def _is_covered(timeline: ColumnElement[str], seq: ColumnElement[int]) -> ColumnElement[bool]:
    return exists().where(heads.c.timeline == timeline, heads.c.seq == seq)


def _head_row(position: int, head: Head) -> dict[str, Any]:
    return {"position": position, "timeline": head.timeline, "seq": head.seq, "hash": head.hash}


def _row(row: AnchorRow) -> dict[str, Any]:
    said = {name: getattr(row.anchor, name) for name in Anchor.__dataclass_fields__}
    told = {name: getattr(row, name) for name in ("ident", "channel", "is_logged", "tried_at", "ts")}
    return said | told | {"frontier": str(row.frontier)}


def _to_row(row: RowMapping) -> AnchorRow:
    told = {name: row[name] for name in ("ident", "channel", "is_logged", "tried_at", "ts")}
    return AnchorRow(anchor=to_anchor(row), frontier=Frontier.read(row["frontier"]), **told)
