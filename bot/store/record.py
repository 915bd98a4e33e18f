"""The whole record for an auditor: long answers are streamed, so that memory does not grow with them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, exists, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.anchor import Anchor, Head
from bot.domain.entry import Entry
from bot.domain.event import Event, digest
from bot.ports import Which

from .anchors import OF_ENVIRONMENT, timeline_of_environment, to_anchor
from .tables import anchors, counters, environments, events, heads, requests, revisions

ROWS_AT_ONCE = 500


class StoredRecord:
    """The Record of ports, in one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def timelines(self) -> AsyncIterator[Entry]:
        """Yield every event, timeline by timeline, in the order of seq."""
        async for row in self._rows(_entries().order_by(events.c.timeline, events.c.seq)):
            yield _to_entry(row)

    async def in_time(self, which: Which) -> AsyncIterator[Entry]:
        """Yield the events of *which*, oldest first."""
        order = events.c.at, events.c.timeline, events.c.seq
        async for row in self._rows(_entries().where(*_wanted(which)).order_by(*order)):
            yield _to_entry(row)

    async def empty(self) -> AsyncIterator[tuple[str, int | None]]:
        """Yield the timelines of requests and environments that have lost all their events."""
        of_requests = select(requests.c.id, requests.c.number).where(requests.c.seq > 0, ~_has_events(requests.c.id))
        async for row in self._rows(of_requests.order_by(requests.c.number)):
            yield row["id"], row["number"]
        timeline = timeline_of_environment()
        of_environments = select(timeline.label("id")).where(environments.c.seq > 0, ~_has_events(timeline))
        async for row in self._rows(of_environments.order_by(environments.c.name)):
            yield row["id"], None

    async def numbers(self) -> AsyncIterator[int]:
        """Yield the numbers of all requests, ascending."""
        async for row in self._rows(select(requests.c.number).order_by(requests.c.number)):
            yield row["number"]

    async def counted(self) -> int:
        """Return the last number that was given to a request."""
        counted = select(counters.c.value).where(counters.c.name == "request")
        return int((await self._connection.execute(counted)).scalar_one_or_none() or 0)

    async def loose_revisions(self) -> AsyncIterator[tuple[int, int]]:
        """Yield the revisions whose payload has another hash, or a hash that no event of their request names."""
        said = events.c.data.contains(literal('"payload_hash":"').concat(revisions.c.hash).concat('"'))
        is_named = exists().where(events.c.timeline == revisions.c.request, said)
        columns = requests.c.number.label("request"), revisions.c.number, revisions.c.payload, revisions.c.hash
        joined = revisions.outerjoin(requests, requests.c.id == revisions.c.request)
        wanted = select(*columns, is_named.label("is_named")).select_from(joined)
        async for row in self._rows(wanted.order_by(requests.c.number, revisions.c.number)):
            if not row["is_named"] or digest(row["payload"]) != row["hash"]:
                yield row["request"], row["number"]

    async def anchors(self) -> AsyncIterator[Anchor]:
        """Yield the stored anchors in their order."""
        async for row in self._rows(select(anchors).order_by(anchors.c.number)):
            yield to_anchor(row)

    async def heads(self) -> AsyncIterator[tuple[int, Head, str | None]]:
        """Yield the list of heads, each with the hash that its event has now."""
        same = and_(events.c.timeline == heads.c.timeline, events.c.seq == heads.c.seq)
        joined = heads.outerjoin(events, same).outerjoin(requests, requests.c.id == heads.c.timeline)
        columns = heads.c.position, heads.c.timeline, heads.c.seq, heads.c.hash, requests.c.number
        wanted = select(*columns, events.c.hash.label("now")).select_from(joined)
        async for row in self._rows(wanted.order_by(heads.c.position)):
            head = Head(row["timeline"], row["seq"], row["hash"], row["number"])
            yield row["position"], head, row["now"]

    async def _rows(self, wanted: Select[Any]) -> AsyncIterator[RowMapping]:
        async with self._connection.stream(wanted, execution_options={"yield_per": ROWS_AT_ONCE}) as found:
            async for row in found.mappings():
                yield row


def _entries() -> Select[Any]:
    """Return every event with its owner."""
    timeline = timeline_of_environment()
    owned = events.outerjoin(requests, requests.c.id == events.c.timeline)
    owned = owned.outerjoin(environments, and_(requests.c.id.is_(None), timeline == events.c.timeline))
    return select(
        events,
        requests.c.number,
        func.coalesce(requests.c.name, "").label("name"),
        func.coalesce(requests.c.environment, environments.c.name, "").label("environment"),
        func.coalesce(requests.c.seq, environments.c.seq).label("end"),
        func.coalesce(requests.c.head, environments.c.head, "").label("head"),
    ).select_from(owned)


def _wanted(which: Which) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if which.since is not None:
        wanted.append(events.c.at >= _as_stored(which.since))
    if which.until is not None:
        wanted.append(events.c.at < _as_stored(which.until))
    if which.environment is not None:
        own = events.c.timeline == f"{OF_ENVIRONMENT}{which.environment}"
        wanted.append(or_(requests.c.environment == which.environment, own))
    if which.number is not None:
        wanted.append(requests.c.number == which.number)
    if which.name is not None:
        wanted.append(requests.c.name_key == which.name.casefold())
    if which.actor is not None:
        theirs = events.alias()
        wanted.append(requests.c.id.in_(select(theirs.c.timeline).where(theirs.c.actor == which.actor)))
    return wanted


def _as_stored(moment: datetime) -> str:
    """Return whole seconds as `at` begins; what is stored of them goes on with a fraction or a zone: it is greater."""
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat()


def _has_events(timeline: ColumnElement[str]) -> ColumnElement[bool]:
    return exists().where(events.c.timeline == timeline)


def _to_entry(row: RowMapping) -> Entry:
    event = Event(**{name: row[name] for name in Event.__dataclass_fields__})
    return Entry(event, row["number"], row["environment"], row["name"], row["end"], row["head"])
