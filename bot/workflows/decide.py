"""Deciding: approve, reject, or send a held request after all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.errors import FormRefused, Gone, TooLate
from bot.domain.event import Fact, Kind
from bot.domain.form import Mistake, reason
from bot.domain.policy import APPROVER, Policy
from bot.domain.request import Actor, Request, RevisionId, State
from bot.domain.texts import People
from bot.ports import Clock, Store, Tx, Wake

from .again import decide_again

Decision = Callable[[Request, datetime], Request]


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

    async def approve(self, seen: RevisionId, *, by: Actor) -> Request:
        """Approve the revision that was *seen*."""
        return await self._decide(
            seen, by, Kind.APPROVED, {}, lambda request, now: request.approve(seen, by=by.id, now=now)
        )

    async def send_now(self, seen: RevisionId, *, by: Actor) -> Request:
        """Let a held request be sent after all; OCP is looked at again before."""
        data = {"after": State.HELD}
        return await self._decide(
            seen, by, Kind.APPROVED, data, lambda request, now: request.release(seen, by=by.id, now=now)
        )

    async def may_reject(self, seen: RevisionId, *, by: Actor) -> Request:
        """Return the request that *by* may reject now, so that no form opens in vain."""
        self.policy.must_approve(by.id)
        async with self.store.reading() as tx:
            request = await tx.request_of_revision(seen)
        if request is None:
            raise Gone(f"no request has revision {seen}", reference=seen)
        request.reject(seen, by=by.id, now=self.clock.now())
        return request

    async def reject(self, seen: RevisionId, *, by: Actor, why: str) -> Request:
        """Reject the revision that was *seen*; raises FormRefused at "reason" if *why* says too little."""
        try:
            words = reason(why)
        except Mistake as mistake:
            raise FormRefused({"reason": mistake.text}) from mistake

        data = {"reason": words}
        return await self._decide(
            seen, by, Kind.REJECTED, data, lambda request, now: request.reject(seen, by=by.id, now=now)
        )

    async def _decide(
        self, seen: RevisionId, by: Actor, kind: Kind, data: Mapping[str, str], decision: Decision
    ) -> Request:
        self.policy.must_approve(by.id)

        async def attempt() -> Request:
            async with self.store.transaction() as tx:
                request = await tx.request_of_revision(seen)
                if request is None:
                    raise Gone(f"no request has revision {seen}", reference=seen)
                now = self.clock.now()
                try:
                    decided = decision(request, now)
                except TooLate as late:
                    if (kind, request.state, request.decided_by) == (Kind.REJECTED, State.REJECTED, by.id):
                        return request  # the same form again, because its first answer was slow
                    raise await _named(tx, request, late) from late
                seen_payload = {"revision": seen, "payload_hash": (await tx.revision(seen)).hash}
                told = {**seen_payload, **data, "actor_name": by.name}
                fact = Fact(kind, told, actor=by.id, role=APPROVER)
                return await tx.save(decided, fact, at=now)

        request = await decide_again(attempt)
        self.wake()
        return request


async def _named(tx: Tx, request: Request, late: TooLate) -> TooLate:
    """Return *late* with the name of who was faster, for places where Slack draws no mention."""
    decided = await tx.latest_event(request.id, [Kind.APPROVED, Kind.REJECTED])
    name = decided.content.get("actor_name") if decided else None
    who = People([decided.actor], [name]) if decided and name else late.fields["who"]
    return TooLate(str(late), **{**late.fields, "who": who})
