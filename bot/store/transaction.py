"""One transaction: domain objects in and out, one statement each, races named."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Insert,
    RowMapping,
    Select,
    Table,
    Update,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import Conflict
from bot.domain.event import BOT, Event, Fact, Kind, canonical, chain, timeline_of
from bot.domain.records import Act, EnvironmentRow, Thread, Watch
from bot.domain.request import Place, Request, RequestId, Revision, RevisionId, UserId

from . import queries
from .anchors import Anchors
from .rows import (
    SOME_SUBTASKS,
    act_row,
    request_row,
    revision_row,
    thread_row,
    to_act,
    to_request,
    to_revision,
    to_thread,
    to_watch,
    watch_row,
)
from .tables import Utc, acts, counters, environments, events, requests, revisions, threads, watches


class Transaction:
    """
    The Tx of ports, over one connection.

    One that *locks* keeps the request and environment that it reads to itself until it ends: what it decides is
    decided about the newest row (PostgreSQL; SQLite locks the whole file).
    """

    def __init__(self, connection: AsyncConnection, *, locks: bool = True) -> None:
        self._connection = connection
        self._locks = locks

    @property
    def anchors(self) -> Anchors:
        """The anchors in this transaction."""
        return Anchors(self._connection)

    # ------------------------------------------------------------ requests

    async def request(self, request_id: RequestId) -> Request | None:
        """Return a request."""
        return await self._request(requests.c.id == request_id)

    async def request_by_number(self, number: int) -> Request | None:
        """Return a request by the number that people know."""
        return await self._request(requests.c.number == number)

    async def request_by_origin(self, origin: str) -> Request | None:
        """Return the request that a form has led to."""
        return await self._request(requests.c.origin == origin)

    async def request_of_revision(self, revision_id: RevisionId) -> Request | None:
        """Return the request that a revision belongs to."""
        owner = select(revisions.c.request).where(revisions.c.id == revision_id).scalar_subquery()
        return await self._request(requests.c.id == owner)

    async def open_request_named(self, environment: str, name: str) -> Request | None:
        """Return the open request for a cluster name, case ignored."""
        same = and_(requests.c.environment == environment, requests.c.name_key == name.casefold(), requests.c.open)
        return await self._request(same)

    async def requests_named(self, name: str, *, most: int) -> tuple[Request, ...]:
        """Return the requests for a cluster name, newest first."""
        return await self._newest(requests.c.name_key == name.casefold(), most)

    async def requests_by(self, requester: str, *, most: int) -> tuple[Request, ...]:
        """Return a person's requests, newest first."""
        return await self._newest(requests.c.requester == requester, most)

    async def requests_about(
        self, *, name: str | None = None, actors: Sequence[str] = (), most: int
    ) -> tuple[tuple[Request, ...], int]:
        """Return the newest requests for a name, or with a part of one of *actors*; and how many there are."""
        wanted = of_actors(actors) if name is None else requests.c.name_key == name.casefold()
        total = await self._connection.scalar(select(func.count()).select_from(requests).where(wanted))
        return await self._newest(wanted, most), int(total or 0)

    async def actors_called(self, name: str) -> tuple[str, ...]:
        """Return the ids of the people who were called so, case as written, when they did something."""
        said = events.c.data.contains(f'"actor_name":{canonical(name)}', autoescape=True)
        wanted = select(events.c.actor).where(events.c.actor != BOT, said).distinct().order_by(events.c.actor)
        return tuple((await self._connection.execute(wanted)).scalars())

    async def requests_in(self, environment: str, *states: str) -> tuple[Request, ...]:
        """Return the requests in *states*, oldest first."""
        wanted = {"environment": environment, "states": states}
        return tuple(to_request(row) for row in await self._rows(queries.IN_STATES, wanted))

    async def unnamed_requests(self, environment: str) -> tuple[Request, ...]:
        """Return the open requests whose newest revision nobody has asked OCP's names for, oldest first."""
        return tuple(to_request(row) for row in await self._rows(queries.UNNAMED, {"environment": environment}))

    async def next_number(self) -> int:
        """Count on in the row that holds the last number; the row's lock keeps numbers apart."""
        counted = update(counters).where(counters.c.name == "request").values(value=counters.c.value + 1)
        return int((await self._connection.execute(counted.returning(counters.c.value))).scalar_one())

    async def save(self, request: Request, *facts: Fact, at: datetime) -> Request:
        """
        Write *request* with *facts* as its next events.

        Raises:
            Conflict: the row is no longer at `request.version`, or its name or origin is taken.
        """
        new = chain(request.id, request.seq, request.head, facts, at)
        head = new[-1] if new else None
        stored = replace(
            request,
            version=request.version + 1,
            seq=head.seq if head else request.seq,
            head=head.hash if head else request.head,
        )
        await self._write(requests, request_row(stored), "id", request.version)
        await self._add_events(new)
        return stored

    async def _request(self, wanted: ColumnElement[bool]) -> Request | None:
        row = (await self._connection.execute(self._kept(select(requests).where(wanted)))).mappings().first()
        return to_request(row) if row else None

    async def _newest(self, wanted: ColumnElement[bool], most: int) -> tuple[Request, ...]:
        newest = select(requests).where(wanted).order_by(requests.c.number.desc()).limit(most)
        return tuple(to_request(row) for row in (await self._connection.execute(newest)).mappings())

    # ------------------------------------------------------------ revisions, acts

    async def revision(self, revision_id: RevisionId) -> Revision:
        """Return a revision."""
        found = await self._connection.execute(select(revisions).where(revisions.c.id == revision_id))
        return to_revision(found.mappings().one())

    async def authors(self, request_id: RequestId) -> frozenset[UserId]:
        """Return everybody who wrote a revision of a request."""
        wanted = select(revisions.c.author).where(revisions.c.request == request_id)
        return frozenset(UserId(author) for author in (await self._connection.execute(wanted)).scalars())

    async def add_revision(self, request_id: RequestId, revision: Revision, at: datetime) -> None:
        """Store a revision."""
        row = revision_row(request_id, revision) | {"created_at": at}
        await self._connection.execute(insert(revisions).values(row))

    async def open_act(self, request_id: RequestId) -> Act | None:
        """Return the request's act whose outcome is to be found."""
        wanted = select(acts).where(acts.c.request == request_id, acts.c.open)
        row = (await self._connection.execute(wanted)).mappings().first()
        return to_act(row) if row else None

    async def save_act(self, act: Act) -> None:
        """Write an act; the request's version is what guards it."""
        row = act_row(act)
        if not (await self._connection.execute(update(acts).where(acts.c.id == act.id).values(row))).rowcount:
            await self._insert(acts, row)

    # ------------------------------------------------------------ timelines

    async def events(self, timeline: str, after: int = 0) -> tuple[Event, ...]:
        """Return a timeline's events after seq *after*, in order."""
        wanted = {"timeline": timeline, "after": after}
        return tuple(Event(**row) for row in await self._rows(queries.EVENTS_AFTER, wanted))

    async def latest_event(self, timeline: str, kinds: Sequence[str]) -> Event | None:
        """Return the newest event of one of *kinds*."""
        wanted = select(events).where(events.c.timeline == timeline, events.c.kind.in_([str(kind) for kind in kinds]))
        newest = await self._connection.execute(wanted.order_by(events.c.seq.desc()).limit(1))
        row = newest.mappings().first()
        return Event(**row) if row else None

    async def events_of(self, timeline: str, kinds: Sequence[str]) -> tuple[Event, ...]:
        """Return a timeline's events of *kinds*, in order."""
        wanted = {"timeline": timeline, "kinds": [str(kind) for kind in kinds]}
        return tuple(Event(**row) for row in await self._rows(queries.EVENTS_OF, wanted))

    async def changes_in(self, environment: str, since: datetime) -> tuple[Event, ...]:
        """Return what looks at tasks have found since then, of all requests of an environment, oldest first."""
        lively = or_(requests.c.ended_at.is_(None), requests.c.ended_at >= since)
        owners = select(requests.c.id).where(requests.c.environment == environment, lively)
        wanted = select(events).where(events.c.timeline.in_(owners), events.c.kind == Kind.CHANGED.value)
        found = [Event(**row) for row in (await self._connection.execute(wanted)).mappings()]
        return tuple(sorted((event for event in found if event.time >= since), key=lambda event: event.time))

    async def _add_events(self, new: Sequence[Event]) -> None:
        if new:
            rows = [{column: getattr(event, column) for column in (c.name for c in events.c)} for event in new]
            await self._connection.execute(insert(events), rows)

    # ------------------------------------------------------------ watches

    async def watches_of(self, request_id: RequestId) -> tuple[Watch, ...]:
        """Return the tasks of a request, in the order in which they were bound."""
        return tuple(to_watch(row) for row in await self._rows(queries.WATCHES_OF, {"request": request_id}))

    async def due_watches(self, environment: str, now: datetime) -> tuple[Watch, ...]:
        """Return the watches to look at, the longest waiting first."""
        wanted = {"environment": environment, "now": now}
        return tuple(to_watch(row) for row in await self._rows(queries.DUE_WATCHES, wanted))

    async def look_soon(self, environment: str, at: datetime) -> None:
        """Let every task that is watched still be looked at from *at* on."""
        goes_on = and_(watches.c.environment == environment, watches.c.next_look_at > at)
        owed = {"next_look_at": at, "version": watches.c.version + 1}
        await self._connection.execute(update(watches).where(goes_on).values(owed))

    async def bound_tasks(self, environment: str) -> frozenset[int]:
        """Return the ids of all tasks that belong to a request."""
        wanted = select(watches.c.task_id).where(watches.c.environment == environment)
        return frozenset((await self._connection.execute(wanted)).scalars())

    async def old_watches(self, ended_before: datetime, *, most: int) -> tuple[Watch, ...]:
        """Return the watches that still have subtasks, of requests that ended before then."""
        ended = and_(requests.c.ended_at < ended_before, ~requests.c.open, watches.c.next_look_at.is_(None))
        owned = watches.join(requests, requests.c.id == watches.c.request)
        wanted = select(watches).select_from(owned).where(ended, watches.c.snapshot.contains(SOME_SUBTASKS))
        rows = await self._connection.execute(wanted.order_by(watches.c.id).limit(most))
        return tuple(to_watch(row) for row in rows.mappings())

    async def save_watch(self, watch: Watch) -> None:
        """Write a watch; raises Conflict if its snapshot is not the one that was read."""
        await self._write(watches, watch_row(watch), "id", watch.version - 1)

    # ------------------------------------------------------------ threads

    async def threads_of(self, request_id: RequestId) -> tuple[Thread, ...]:
        """Return the threads of a request."""
        return tuple(to_thread(row) for row in await self._rows(queries.THREADS_OF, {"request": request_id}))

    async def thread(self, thread_id: str) -> Thread:
        """Return a thread; raises Conflict if it is not shown any more."""
        found = await self._connection.execute(select(threads).where(threads.c.id == thread_id))
        if (row := found.mappings().one_or_none()) is None:
            raise Conflict(f"thread {thread_id} is not shown any more")
        return to_thread(row)

    async def threads_behind(self) -> tuple[tuple[Thread, int], ...]:
        """Return the threads that lack a root, are behind their timeline or have something in flight, with its end."""
        rows = [dict(row) for row in await self._rows(queries.THREADS_BEHIND)]
        return tuple((to_thread(row), end_of) for row in rows for end_of in [row.pop("end")])

    async def owe_cards(self, environment: str, at: datetime) -> None:
        """Note a drawing that was due *at* on every thread of an open request."""
        is_open = select(requests.c.id).where(requests.c.environment == environment, requests.c.open)
        await self._owe(threads.c.request.in_(is_open), at)

    async def owe_other_cards(self, thread: Thread, at: datetime) -> None:
        """Note a drawing that was due *at* on the other threads of *thread*'s request."""
        await self._owe(and_(threads.c.request == thread.request, threads.c.id != thread.id), at)

    async def unblock(self, place: Place, at: datetime) -> None:
        """Let the threads that are blocked in a channel be tried again from *at* on; teams share some channels."""
        waiting = and_(threads.c.channel == place.channel, threads.c.blocked_until > at)
        tried_at = {"blocked_until": at, "version": threads.c.version + 1}
        await self._connection.execute(update(threads).where(waiting).values(tried_at))

    async def _owe(self, wanted: ColumnElement[bool], at: datetime) -> None:
        """
        Note a drawing, and with the version that there is something newer for whoever is drawing now.

        A post that is under way is not disturbed: who lands it keeps the note (`save_thread`).
        """
        version = case((threads.c.in_flight_id.is_(None), threads.c.version + 1), else_=threads.c.version)
        owed = {"card_in_flight": func.coalesce(threads.c.card_in_flight, at), "version": version}
        await self._connection.execute(update(threads).where(wanted).values(owed))

    async def save_thread(self, thread: Thread) -> Thread:
        """
        Write a thread; a drawing that was owed while its post was under way stays owed.

        Raises:
            Conflict: another sender was faster.
        """
        stored = replace(thread, version=thread.version + 1)
        row = thread_row(stored)
        if thread.version:
            noted = literal(thread.card_in_flight, Utc)
            kept = func.coalesce(noted, threads.c.card_in_flight)
            row["card_in_flight"] = case((threads.c.in_flight_id.is_not(None), kept), else_=noted)
        await self._write(threads, row, "id", thread.version)
        return stored

    # ------------------------------------------------------------ environments

    async def environment(self, name: str) -> EnvironmentRow:
        """Return what is stored of an environment; a new one is empty."""
        found = await self._connection.execute(self._kept(select(environments).where(environments.c.name == name)))
        row = found.mappings().first()
        return EnvironmentRow(**row) if row else EnvironmentRow(name=name)

    async def environments(self) -> tuple[str, ...]:
        """Return the names of all environments that something is stored of."""
        found = await self._connection.execute(select(environments.c.name).order_by(environments.c.name))
        return tuple(found.scalars())

    async def leave_other_places(self, name: str, place: Place) -> int | None:
        """Show the environment's own timeline nowhere but at *place*; return the first cursor left, if there is one."""
        there = and_(threads.c.environment == name, threads.c.channel != place.channel, threads.c.request.is_(None))
        left = (await self._connection.execute(delete(threads).where(there).returning(threads.c.cursor))).scalars()
        return min(left, default=None)

    async def has_thread_of_environment(self, name: str, place: Place) -> bool:
        """Return whether the environment's own timeline is shown at *place* already."""
        here = and_(threads.c.environment == name, threads.c.channel == place.channel, threads.c.request.is_(None))
        return (await self._connection.execute(select(threads.c.id).where(here))).first() is not None

    async def save_environment(self, row: EnvironmentRow, *facts: Fact, at: datetime) -> None:
        """Write an environment with *facts* as the next events of its timeline."""
        new = chain(timeline_of(row.name), row.seq, row.head, facts, at)
        stored = {
            "name": row.name,
            "stopped": row.stopped,
            "stopped_digest": row.stopped_digest,
            "away_since": row.away_since,
            "ocp_version": row.ocp_version,
            "paused": row.paused,
            "paused_by": row.paused_by,
            "paused_name": row.paused_name,
            "paused_at": row.paused_at,
            "version": row.version + 1,
            "seq": new[-1].seq if new else row.seq,
            "head": new[-1].hash if new else row.head,
        }
        await self._write(environments, stored, "name", row.version)
        await self._add_events(new)

    # ------------------------------------------------------------ reading and writing

    async def _rows(self, query: Select[Any], wanted: Mapping[str, Any] | None = None) -> Sequence[RowMapping]:
        rows: Sequence[RowMapping] = (await self._connection.execute(query, wanted)).mappings().all()
        return rows

    def _kept(self, wanted: Select[Any]) -> Select[Any]:
        return wanted.with_for_update() if self._locks else wanted

    async def _write(self, table: Table, row: dict[str, Any], key: str, version: int) -> None:
        """Insert *row* if it was never stored (*version* 0), else update it if it is still at *version*."""
        if version == 0:
            await self._insert(table, row)
            return
        unchanged = and_(table.c[key] == row[key], table.c.version == version)
        if (await self._execute(table, update(table).where(unchanged).values(row))).rowcount != 1:
            raise Conflict(f"{table.name} {row[key]} is past version {version}")

    async def _insert(self, table: Table, row: dict[str, Any]) -> None:
        await self._execute(table, insert(table).values(row))

    async def _execute(self, table: Table, write: Insert | Update) -> CursorResult[Any]:
        """Write to *table*; raises Conflict if what has to be the only one of its kind is there already."""
        try:
            return await self._connection.execute(write)
        except IntegrityError as error:
            raise Conflict(f"{table.name}: {error.orig}") from error


def of_actors(actors: Sequence[str]) -> ColumnElement[bool]:
    """Return that one of *actors* has written an event of a request."""
    return requests.c.id.in_(select(events.c.timeline).where(events.c.actor.in_(actors)))
