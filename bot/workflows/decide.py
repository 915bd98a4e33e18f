"""Deciding: approve, reject, or send a held request after all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.event import Event, Fact, Kind
from bot.domain.form import asked_why
from bot.domain.policy import APPROVER, Policy
from bot.domain.request import Actor, Request, RevisionId, State
from bot.ports import Clock, Store, Tx, Wake

from .click import Click, payload_of

Decision = Callable[[Request, datetime], Request]
PENDING, HELD = frozenset({State.PENDING}), frozenset({State.HELD})


@dataclass(frozen=True, slots=True)
class Decide:
    """
    What an approver's button does.

    Every method raises NotAllowed, SelfApproval, TooLate, OldButton or Gone in words for the person.
    """

    store: Store
    clock: Clock
    policy: Policy
    wake: Wake

    async def approve(self, seen: RevisionId, *, by: Actor) -> None:
        """Approve the revision that was *seen*."""
        click = Click(seen, by, PENDING)
        await self._decide(click, Kind.APPROVED, {}, lambda request, now: request.approve(seen, by=by.id, now=now))

    async def send_now(self, seen: RevisionId, *, by: Actor) -> None:
        """Let a held request be sent after all; OCP is looked at again before."""
        click, data = Click(seen, by, HELD), {"after": State.HELD}
        await self._decide(click, Kind.APPROVED, data, lambda request, now: request.release(seen, by=by.id, now=now))

    async def may_reject(self, seen: RevisionId, *, by: Actor) -> Request:
        """Return the request that *by* may reject now, so that no form opens in vain."""
        self.policy.must_approve(by.id)
        async with self.store.reading() as tx:
            request = await Click(seen, by, PENDING).request(tx)
        request.reject(seen, by=by.id, now=self.clock.now())
        return request

    async def reject(self, seen: RevisionId, *, by: Actor, why: str) -> None:
        """Reject the revision that was *seen*; raises FormRefused at "reason" if *why* says too little."""
        click, data = Click(seen, by, PENDING), {"reason": asked_why(why)}
        await self._decide(click, Kind.REJECTED, data, lambda request, now: request.reject(seen, by=by.id, now=now))

    async def _decide(self, click: Click, kind: Kind, data: Mapping[str, str], decision: Decision) -> None:
        self.policy.must_approve(click.by.id)

        async def write(tx: Tx, request: Request) -> None:
            now = self.clock.now()
            decided = decision(request, now)
            told = {**await payload_of(tx, request), **data, "actor_name": click.by.name}
            await tx.save(decided, Fact(kind, told, actor=click.by.id, role=APPROVER), at=now)

        def is_done(answer: Event) -> bool:
            return kind == Kind.REJECTED and click.is_own(answer, kind)

        await click.decide(self.store, write, is_done=is_done)
        self.wake()
