"""Stopping an environment: after a refused log-on no call goes out with the same credentials."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.errors import OcpError, OcpStopped
from bot.domain.event import Fact, Kind, timeline_of
from bot.domain.records import EnvironmentRow, Thread
from bot.domain.request import Place
from bot.ports import Clock, NewId, Store, Tx, Wake

from .again import decide_again

OWED_SINCE = timedelta(seconds=15)
"""A drawing that was noted so long ago may be done at once: none is under way that could overtake it."""


@dataclass(frozen=True, slots=True)
class Brake:
    """
    The stop of one environment, kept in the database and so obeyed after a restart.

    `digest` is that of the credentials and address in use; others lift the stop.
    """

    store: Store
    clock: Clock
    new_id: NewId
    environment: str
    digest: str
    wake: Wake

    async def is_on(self) -> str:
        """Return why calls are stopped, "" if they are not."""
        async with self.store.reading() as tx:
            return self.stops(await tx.environment(self.environment))

    def stops(self, row: EnvironmentRow) -> str:
        """Return why *row* stops calls with these credentials, "" if it does not."""
        return row.stopped if row.stopped_digest == self.digest else ""

    async def heed(self, error: OcpError, asked_at: datetime) -> None:
        """
        Stop all calls if *error* is the refused log-on of a read that began at *asked_at*.

        A page that is not OCP's, in answer to a read, may be a gateway's for a minute: the read is repeated later.
        """
        if isinstance(error, OcpStopped) and error.reason == "credentials":
            await self.pull(error.reason, str(error), asked_at=asked_at)

    async def lift(self) -> bool:
        """Let calls go out again with the same credentials, because an operator says so; return whether they stood."""
        async with self.store.reading() as tx:
            row = await tx.environment(self.environment)
        if row.stopped:
            await self._write(Fact(Kind.RESTARTED), stopped="", digest="")
        return bool(row.stopped)

    async def pull(self, reason: str, detail: str, *, asked_at: datetime) -> None:
        """
        Stop all calls with these credentials, and say so once.

        What OCP was asked at *asked_at* says nothing about a stop that was lifted since: the process may have stood
        still in between. The next call finds out.
        """
        if not await self.is_on():
            fact = Fact(Kind.STOPPED, {"reason": reason, "detail": detail})
            await self._write(fact, stopped=f"{reason}: {detail}", digest=self.digest, asked_at=asked_at)

    async def show_at(self, place: Place) -> None:
        """
        Let what happens to the environment be told at *place* only; called at start, by several replicas at once.

        What another place has not told yet is told here; something that was on its way there may be in both.
        """

        async def attempt() -> None:
            async with self.store.transaction() as tx:
                untold = await tx.leave_other_places(self.environment, place)
                if not await tx.has_thread_of_environment(self.environment, place):
                    row = await tx.environment(self.environment)
                    await tx.save_thread(self._thread(place, cursor=row.seq if untold is None else untold))

        await decide_again(attempt)

    def _thread(self, place: Place, *, cursor: int) -> Thread:
        return Thread(
            id=self.new_id(), request=None, environment=self.environment, place=place, is_home=False, cursor=cursor
        )

    async def release(self) -> None:
        """Lift a stop that other credentials or another address have caused; called at start."""
        async with self.store.reading() as tx:
            row = await tx.environment(self.environment)
        if row.stopped and row.stopped_digest != self.digest:
            await self._write(Fact(Kind.RESTARTED), stopped="", digest="")

    async def _write(self, fact: Fact, *, stopped: str, digest: str, asked_at: datetime | None = None) -> None:
        async def attempt() -> None:
            async with self.store.transaction() as tx:
                row = await tx.environment(self.environment)
                if row.stopped_digest == digest:
                    return  # somebody else was faster; it is told once
                if asked_at is not None and await self._is_lifted_since(tx, asked_at):
                    return
                now = self.clock.now()
                # What refuses a log-on is not silent any more: the stop is told, and the end of it.
                changed = replace(row, stopped=stopped, stopped_digest=digest, away_since=None)
                await tx.save_environment(changed, fact, at=now)
                await tx.owe_cards(self.environment, now - OWED_SINCE)

        await decide_again(attempt)
        self.wake()

    async def _is_lifted_since(self, tx: Tx, time: datetime) -> bool:
        """Return whether a stop was lifted since *time*; a clock that is ahead of ours does not tell."""
        lifted = await tx.latest_event(timeline_of(self.environment), [Kind.RESTARTED])
        return lifted is not None and time <= lifted.time <= self.clock.now()
