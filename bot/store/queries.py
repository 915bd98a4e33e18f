"""What the rounds of the workers ask again and again: built once, because building costs more than asking."""

from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, func, or_, select

from bot.domain.event import Kind

from .tables import environments, events, requests, threads, watches


def _unnamed() -> Select[Any]:
    own = events.c.timeline == requests.c.id
    edited = select(func.max(events.c.seq)).where(own, events.c.kind == Kind.EDITED.value).correlate(requests)
    since = func.coalesce(edited.scalar_subquery(), 0)
    naming = events.alias()
    named = exists().where(naming.c.timeline == requests.c.id, naming.c.kind == Kind.NAMED.value, naming.c.seq > since)
    wanted = requests.c.environment == bindparam("environment"), requests.c.open, ~named
    return select(requests).where(*wanted).order_by(requests.c.number)


def _behind() -> Select[Any]:
    timelines = threads.outerjoin(requests, threads.c.request == requests.c.id).outerjoin(
        environments, and_(threads.c.request.is_(None), threads.c.environment == environments.c.name)
    )
    end = func.coalesce(requests.c.seq, environments.c.seq, 0)
    behind = or_(
        threads.c.cursor < end,
        threads.c.in_flight_id.is_not(None),
        threads.c.card_in_flight.is_not(None),
        and_(threads.c.root_ts.is_(None), threads.c.request.is_not(None)),
    )
    return select(threads, end.label("end")).select_from(timelines).where(behind).order_by(threads.c.id)


IN_STATES = (
    select(requests)
    .where(requests.c.environment == bindparam("environment"))
    .where(requests.c.state.in_(bindparam("states", expanding=True)))
    .order_by(requests.c.number)
)
UNNAMED = _unnamed()

DUE_WATCHES = (
    select(watches)
    .where(watches.c.environment == bindparam("environment"), watches.c.next_look_at <= bindparam("now"))
    .order_by(watches.c.next_look_at)
)
WATCHES_OF = (
    select(watches).where(watches.c.request == bindparam("request")).order_by(watches.c.bound_at, watches.c.task_id)
)

THREADS_BEHIND = _behind()
THREADS_OF = select(threads).where(threads.c.request == bindparam("request")).order_by(threads.c.is_home)

EVENTS_AFTER = (
    select(events)
    .where(events.c.timeline == bindparam("timeline"), events.c.seq > bindparam("after"))
    .order_by(events.c.seq)
)
EVENTS_OF = (
    select(events)
    .where(events.c.timeline == bindparam("timeline"), events.c.kind.in_(bindparam("kinds", expanding=True)))
    .order_by(events.c.seq)
)
