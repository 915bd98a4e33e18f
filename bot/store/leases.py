"""Leases: who does what at the moment, on PostgreSQL. They only save double work; nothing rests on them."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import DateTime, delete, func, or_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from .tables import leases


async def take(connection: AsyncConnection, names: Sequence[str], holder: str, seconds: float) -> frozenset[str]:
    """Take those of *names* that are free, run out or *holder*'s own; return what *holder* has now."""
    now = func.clock_timestamp(type_=DateTime(timezone=True))  # the database's clock: those of the replicas may differ
    rows = [{"name": name, "holder": holder, "until": now + timedelta(seconds=seconds)} for name in sorted(names)]
    wanted = insert(leases).values(rows)
    is_free = or_(leases.c.until < now, leases.c.holder == holder)
    taken = wanted.on_conflict_do_update(
        index_elements=[leases.c.name],
        set_={"holder": wanted.excluded.holder, "until": wanted.excluded.until},
        where=is_free,
    )
    return frozenset((await connection.execute(taken.returning(leases.c.name))).scalars())


async def give_back(connection: AsyncConnection, holder: str) -> None:
    """Remove the leases of *holder*."""
    await connection.execute(delete(leases).where(leases.c.holder == holder))
