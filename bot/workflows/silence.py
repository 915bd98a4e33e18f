"""A silence of OCP as it is stored and told: once when it begins, once when it is over with what happened meanwhile."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.domain.event import Fact, Kind
from bot.domain.meanwhile import moved_to
from bot.domain.records import EnvironmentRow
from bot.domain.request import Request, State
from bot.ports import Clock, Store, Tx, Wake

from .again import decide_again
from .stop import OWED_SINCE, Brake

LOOKED_WITHIN = timedelta(seconds=60)
"""How long the notice that OCP is back waits for the looks at all tasks."""

Changed = tuple[EnvironmentRow, list[Fact]] | None
"""What becomes of an environment and what is told of that; None if somebody else has told it already."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Silence:
    """The silence of one OCP in the database, where all replicas see it."""

    store: Store
    clock: Clock
    environment: str
    brake: Brake
    wake: Wake

    async def row(self) -> EnvironmentRow:
        """Return the environment as it is stored."""
        async with self.store.reading() as tx:
            return await tx.environment(self.environment)

    async def begin(self, since: datetime, seen: EnvironmentRow) -> None:
        """
        Tell that OCP has been silent *since*; a stop is told by itself and is no silence.

        *seen* is the environment as it was when that was decided: a replica that stood still since writes nothing.
        """

        async def silent(_: Tx, row: EnvironmentRow) -> Changed:
            if row.version != seen.version or row.away_since is not None or self.brake.stops(row):
                return None
            return replace(row, away_since=since), [Fact(Kind.AWAY, {"since": since.isoformat()})]

        await self._write(silent)

    async def go_on(self) -> datetime:
        """Let all that has waited be due now: looks at tasks, sends, looks for lost creates; return when that was."""
        now = self.clock.now()

        async def attempt() -> None:
            async with self.store.transaction() as tx:
                await tx.look_soon(self.environment, now)
                for request in await tx.requests_in(self.environment, State.APPROVED, State.UNCERTAIN):
                    await tx.save(request.retry_at(await _soonest(tx, request, now)), at=now)

        await decide_again(attempt)
        self.wake()
        return now

    async def is_looked_at(self, until: datetime) -> bool:
        """Return whether all tasks were looked at since OCP answered, at *until*, or that has taken too long."""
        async with self.store.reading() as tx:
            left = await tx.due_watches(self.environment, until)
        return not left or self.clock.now() - until >= LOOKED_WITHIN

    async def end(self, since: datetime, until: datetime, version: str) -> None:
        """
        Tell that the silence from *since* to *until* is over, and what *version* OCP has ("" if it does not say).

        It tells how many tasks are left to be looked at, too.
        """
        await self._write(partial(self._over, since=since, until=until, version=version))

    async def _over(self, tx: Tx, row: EnvironmentRow, *, since: datetime, until: datetime, version: str) -> Changed:
        """Count in the transaction that tells it, so that the notice says what the timelines before it say."""
        if row.away_since != since:
            return None
        now_is = version or row.ocp_version
        was = {"was_version": row.ocp_version} if now_is != row.ocp_version else {}
        told = {
            "since": since.isoformat(),
            "seconds": round((until - since).total_seconds()),
            "version": now_is,
            **was,
            "counts": moved_to(await tx.changes_in(self.environment, since)),
            "left": len(await tx.due_watches(self.environment, until)),
        }
        log.info("OCP answers again; what has waited goes on", **told)
        return replace(row, away_since=None, ocp_version=now_is), [Fact(Kind.BACK, told)]

    async def note(self, version: str, seen: EnvironmentRow) -> None:
        """Keep OCP's version in the place of the one *seen*; a change without a silence is told to nobody."""

        async def noted(_: Tx, row: EnvironmentRow) -> Changed:
            return None if row.ocp_version != seen.ocp_version else (replace(row, ocp_version=version), [])

        await self._write(noted)

    async def _write(self, change: Callable[[Tx, EnvironmentRow], Awaitable[Changed]]) -> None:
        async def attempt() -> None:
            async with self.store.transaction() as tx:
                changed = await change(tx, await tx.environment(self.environment))
                if changed is None:
                    return
                row, facts = changed
                now = self.clock.now()
                await tx.save_environment(row, *facts, at=now)
                if facts:
                    await tx.owe_cards(self.environment, now - OWED_SINCE)

        await decide_again(attempt)
        self.wake()


async def _soonest(tx: Tx, request: Request, now: datetime) -> datetime:
    """Return when *request* may be tried: a lost create is looked for once nobody can be waiting for its answer."""
    act = await tx.open_act(request.id)
    return max(now, act.claimed_until) if act else now
