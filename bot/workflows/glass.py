"""Breaking the glass: an admin runs a request without approval, where the rules allow it."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.approvals import Approvals
from bot.domain.errors import GlassOff
from bot.domain.event import Fact, Kind
from bot.domain.form import Answers, exactly, reason
from bot.domain.policy import ADMIN, Policy
from bot.domain.request import RUN_UNAPPROVED, Actor, Request, RevisionId
from bot.ports import Clock, Store, Tx, Wake

from .again import decide_again
from .click import Click, payload_of
from .counting import Counting, ruled
from .pause import must_not_pause, while_barred
from .rights import Rights


@dataclass(frozen=True, slots=True)
class Glass:
    """
    What "Run without approval" does; it never counts as an approval.

    Both methods raise GlassOff, NotAllowed, GroupUnknown, NotAMember, PersonUnknown, TooLate, OldButton, PastDeciding,
    IsPaused or Gone in words for the person. Whoever asked may do it, too, if they are an admin: the record says so.
    """

    store: Store
    clock: Clock
    policy: Policy
    rights: Rights
    wake: Wake

    async def may_break(self, seen: RevisionId, *, by: Actor) -> tuple[Request, Approvals]:
        """Return the request that *by* may run now without approval, and the approvals that it has."""
        await self._must_be_allowed(by)
        async with self.store.reading() as tx:
            request, now = await Click(seen, by, RUN_UNAPPROVED).request(tx), self.clock.now()
            await self._must_be_open(tx, request, now)
            return request, await Counting(self.policy).of(tx, request, now)

    async def break_(self, seen: RevisionId, *, by: Actor, typed_name: str, why: str, origin: str) -> None:
        """
        Run the revision that was *seen*, once for one *origin* (the modal's id), however often that is sent.

        Raises FormRefused at "name" unless *typed_name* is the cluster's, and at "reason" if *why* says too little.
        """
        await self._must_be_allowed(by)

        async def attempt() -> None:
            async with self.store.transaction() as tx:
                if not await _is_done(tx, seen, origin):
                    request = await Click(seen, by, RUN_UNAPPROVED).request(tx)
                    await self._break(tx, request, self._why(request, typed_name, why), by=by, origin=origin)

        await decide_again(attempt)
        self.wake()

    async def _must_be_allowed(self, by: Actor) -> None:
        environment = self.policy.environment
        if not self.policy.break_glass:
            raise GlassOff(f"{by.id} tried to break the glass of {environment}", environment=environment)
        await self.rights.must(ADMIN, by, self.policy)

    async def _must_be_open(self, tx: Tx, request: Request, now: datetime) -> None:
        """Do nothing unless something bars *request* from going out that no reason of an admin's lifts."""
        await must_not_pause(tx, request)
        await Counting(self.policy).must_be_in_time(tx, request, now)

    def _why(self, request: Request, typed_name: str, why: str) -> str:
        """Return the reason; raises FormRefused with every mistake."""
        answers = Answers({"name": typed_name, "reason": why})
        answers.read("name", exactly(request.name))
        words = answers.read("reason", reason)
        if lacks := self.policy.lacks_ticket(why):
            answers.mistakes.setdefault("reason", lacks)
        answers.check()
        return str(words)

    async def _break(self, tx: Tx, request: Request, why: str, *, by: Actor, origin: str) -> None:
        now = self.clock.now()
        await self._must_be_open(tx, request, now)
        approvals = await Counting(self.policy).of(tx, request, now)
        told = {
            "reason": why,
            "was": request.state,
            "given": len(approvals.given),
            "needed": approvals.needed,
            "approved_by": sorted(approvals.given),
            "own": by.id == request.requester,
            "origin": origin,
            "actor_name": by.name,
            **await payload_of(tx, request),
            **ruled(self.policy),
            **await while_barred(tx, request.environment),
        }
        goes = request.run_unapproved(request.revision, by=by.id, now=now)
        await tx.save(goes, Fact(Kind.UNAPPROVED, told, actor=by.id, role=ADMIN), at=now)


async def _is_done(tx: Tx, seen: RevisionId, origin: str) -> bool:
    """Return whether the form was obeyed before: it is never a second decision, whatever has become of the first."""
    request = await tx.request_of_revision(seen)
    done = await tx.events_of(request.id, [Kind.UNAPPROVED]) if request else ()
    return any(event.content.get("origin") == origin for event in done)
