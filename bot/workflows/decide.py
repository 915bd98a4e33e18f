"""Deciding: approve, reject, or send a held request after all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.approvals import Approvals
from bot.domain.event import Fact, Kind
from bot.domain.form import asked_why
from bot.domain.policy import APPROVER, Policy
from bot.domain.request import Actor, Request, RevisionId, State
from bot.ports import Clock, Store, Tx, Wake

from .click import Click, payload_of
from .counting import Counting, ruled
from .pause import must_not_be_paused
from .rights import Rights

Approval = Callable[[Request, datetime], Request]
PENDING, HELD = frozenset({State.PENDING}), frozenset({State.HELD})


@dataclass(frozen=True, slots=True)
class Decide:
    """
    What an approver's button does.

    Every method raises NotAllowed, GroupUnknown, NotAMember, PersonUnknown, SelfApproval, OwnWords, TooLate, OldButton,
    PastDeciding or Gone in words for the person; `approve` and `send_now` AlreadyApproved, too, and `send_now`
    IsPaused.
    """

    store: Store
    clock: Clock
    policy: Policy
    rights: Rights
    wake: Wake

    async def approve(self, seen: RevisionId, *, by: Actor) -> Approvals:
        """Approve the revision that was *seen*, and return its approvals; it is sent once enough people have."""
        click = Click(seen, by, PENDING)
        return await self._approve(click, {}, lambda request, now: request.approve(seen, by=by.id, now=now))

    async def send_now(self, seen: RevisionId, *, by: Actor) -> Approvals:
        """
        Let a held request be sent after all, and return its approvals; OCP is looked at again before.

        That is an approval, too: the other ones that it needs must be young enough to count.
        """
        await self.rights.must(APPROVER, by, self.policy)
        click, data = Click(seen, by, HELD), {"after": State.HELD}
        await must_not_be_paused(self.store, click)
        return await self._approve(click, data, lambda request, now: request.release(seen, by=by.id, now=now))

    async def may_reject(self, seen: RevisionId, *, by: Actor) -> Request:
        """Return the request that *by* may reject now, so that no form opens in vain."""
        await self.rights.must(APPROVER, by, self.policy)
        async with self.store.reading() as tx:
            request = await Click(seen, by, PENDING).request(tx)
            await self._rejected(tx, request, seen, by)
        return request

    async def reject(self, seen: RevisionId, *, by: Actor, why: str) -> None:
        """Reject the revision that was *seen*; raises FormRefused at "reason" if *why* says too little."""
        await self.rights.must(APPROVER, by, self.policy)
        click, reason = Click(seen, by, PENDING), asked_why(why)

        async def write(tx: Tx, request: Request) -> None:
            rejected = await self._rejected(tx, request, seen, by)
            told = {**await payload_of(tx, request), "reason": reason, "actor_name": by.name, **ruled(self.policy)}
            fact = Fact(Kind.REJECTED, told, actor=by.id, role=APPROVER)
            await tx.save(rejected, fact, at=rejected.ended_at or self.clock.now())

        await click.decide(self.store, write, is_done=lambda answer: click.is_own(answer, Kind.REJECTED))
        self.wake()

    async def _approve(self, click: Click, data: Mapping[str, str], approval: Approval) -> Approvals:
        await self.rights.must(APPROVER, click.by, self.policy)

        async def write(tx: Tx, request: Request) -> Approvals:
            now = self.clock.now()
            approved = approval(request, now)
            return await Counting(self.policy).approve(tx, request, approved, by=click.by, data=data, now=now)

        counted = await click.answer(self.store, write)
        self.wake()
        return counted

    async def _rejected(self, tx: Tx, request: Request, seen: RevisionId, by: Actor) -> Request:
        now, counting = self.clock.now(), Counting(self.policy)
        rejected = request.reject(seen, by=by.id, now=now)
        await counting.must_be_in_time(tx, request, now)
        (await counting.of(tx, request, now)).must_be_others(by.id, request.number)
        return rejected
