"""Leases: of several replicas one does each kind of work. They save double work; no promise rests on them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from bot.domain.errors import Conflict, StoreUnavailable
from bot.ports import Clock, Store, Work

LEASE_SECONDS = 10.0

GIVE_BACK_SECONDS = 3.0
"""How long the end of a process waits for the database to take its leases: real time."""

log = structlog.get_logger()


@dataclass(slots=True)
class Leases:
    """
    What this replica does at the moment.

    `alone` says that no other replica can be there: then all is ours, and nothing is written. `names` are always asked
    for, `of_ocp` only while this replica `may_lead`: else they run out, and another one that reaches OCP takes them.
    `speed` is how many of the clock's seconds pass in one of the database's. `until` maps a
    lease to the monotonic seconds until which it surely is ours.
    """

    store: Store
    clock: Clock
    holder: str
    names: Sequence[str]
    speed: float = 1.0
    of_ocp: Sequence[str] = ()
    may_lead: Callable[[], bool] = lambda: True
    alone: bool = False
    until: dict[str, float] = field(default_factory=dict)
    is_over: bool = False

    async def renew(self) -> None:
        """Take what is free and keep what is ours; called every third of a lease's life."""
        if not self.is_over and not self.alone:
            await self._renew()

    async def _renew(self) -> None:
        asked_at = self.clock.monotonic()
        names = (*self.names, *self.of_ocp) if self.may_lead() else self.names
        held = await self.store.lease(names, self.holder, LEASE_SECONDS / self.speed) if names else frozenset()
        if self.is_over:  # the end has begun meanwhile
            await self.give_back()
            return
        self._log_changes(held)
        self.until = dict.fromkeys(held, asked_at + LEASE_SECONDS)

    async def give_back(self) -> None:
        """Let another replica go on at once; those of one that cannot say so run out."""
        self.is_over, self.until = True, {}
        if self.alone:
            return
        try:
            async with asyncio.timeout(GIVE_BACK_SECONDS):
                await self.store.give_back(self.holder)
        except (Conflict, StoreUnavailable, TimeoutError) as error:
            log.warning("leases were not given back; they run out", error=str(error) or "no answer in time")

    def has(self, name: str) -> bool:
        """Return whether this replica surely has the lease."""
        return (self.alone and not self.is_over) or self.until.get(name, 0.0) > self.clock.monotonic()

    def only(self, name: str, work: Work) -> Work:
        """Return *work* as it is to be done here: not at all while another replica does it."""

        async def leased() -> None:
            if self.has(name):
                await work()

        return leased

    def _log_changes(self, held: frozenset[str]) -> None:
        if held != frozenset(self.until):
            log.info("leases changed", holder=self.holder, held=sorted(held))
