"""What whoever asked can do about their request until it goes out: change it, take it back, remind the approvers."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.domain.errors import FormRefused, RemindedAlready
from bot.domain.event import Fact, Kind
from bot.domain.form import asked_why
from bot.domain.late import ENDS_WITHDRAWAL
from bot.domain.policy import ADMIN, REQUESTER, Policy
from bot.domain.request import WITHDRAWABLE, Actor, Request, Revision, RevisionId, State
from bot.domain.texts import N_, Text, When
from bot.domain.waiting import REMIND_AT_MOST_EVERY, SECOND_GROUP_FROM, next_deadline
from bot.ports import Clock, NewId, Operation, Store, Tx, Wake

from .again import decide_again
from .ask import a_revision, name_is_free, read
from .click import Click, payload_of
from .counting import Counting, asked_with, authors_of, ruled
from .rights import Rights

PENDING = frozenset({State.PENDING})


@dataclass(frozen=True, slots=True)
class Own:
    """
    The requester's own buttons.

    Every method raises NotRequester, NotAllowed, GroupUnknown, NotAMember, PersonUnknown, TooLate, OldButton or Gone in
    words for the person; `edit` and `withdraw` FormRefused, `remind` RemindedAlready. An admin may withdraw, too.
    """

    store: Store
    clock: Clock
    new_id: NewId
    policy: Policy
    rights: Rights
    wake: Wake

    async def may_edit(self, seen: RevisionId, *, by: Actor) -> tuple[Request, Revision]:
        """Return the request that *by* may change now, and what it asks for."""
        await asyncio.gather(self.rights.must(REQUESTER, by, self.policy), self.rights.read_approvers(self.policy))
        async with self.store.reading() as tx:
            request = await Click(seen, by, PENDING).request(tx)
            request.must_be_own(by.id)
            return request, await tx.revision(seen)

    async def edit(
        self, operation: Operation, typed: Mapping[str, object], seen: RevisionId, *, by: Actor, origin: str
    ) -> None:
        """Let the request ask for what was *typed*, once for one *origin* (the modal's id): approvals are void."""
        name, reason, payload = read(operation, typed, self.policy)
        await self.rights.must_as_form_opened(REQUESTER, by, self.policy)
        members = await self.rights.approvers(self.policy)
        new = a_revision(self.new_id, payload, by.id)

        async def attempt() -> None:
            async with self.store.transaction() as tx:
                if not await _is_saved(tx, seen, origin):
                    request = await Click(seen, by, PENDING).request(tx)
                    self.policy.must_have_approvers({by.id, *await authors_of(tx, request)}, members)
                    await self._edit(tx, request, new, name=name, reason=reason, by=by, origin=origin)

        await decide_again(attempt)
        self.wake()

    async def may_withdraw(self, seen: RevisionId, *, by: Actor) -> Request:
        """Return the request that *by* may take back now."""
        async with self.store.reading() as tx:
            request = await self._withdrawal(seen, by).request(tx)
        await self._role_over(request, by)
        return request

    async def withdraw(self, seen: RevisionId, *, by: Actor, why: str) -> None:
        """Take a request back that is not on its way to OCP yet; its cluster name is free again."""
        click, reason = self._withdrawal(seen, by), asked_why(why) if why.strip() else ""
        async with self.store.reading() as tx:
            request, _ = await click.meets(tx)
        role = await self._role_over(request, by)

        async def write(tx: Tx, request: Request) -> None:
            now = self.clock.now()
            withdrawn = request.withdraw(seen, by=by.id, now=now, is_admin=role == ADMIN)
            data = {"reason": reason, "was": request.state, "actor_name": by.name, **ruled(self.policy)}
            data |= await payload_of(tx, request)
            await tx.save(withdrawn, Fact(Kind.WITHDRAWN, data, actor=by.id, role=role), at=now)

        await click.decide(self.store, write, is_done=lambda answer: click.is_own(answer, Kind.WITHDRAWN))
        self.wake()

    async def remind(self, seen: RevisionId, *, by: Actor) -> Request:
        """Remind the approvers, and return the request; not more often than every half hour."""
        await self.rights.must_be_member(by)

        async def attempt() -> Request:
            async with self.store.transaction() as tx:
                request = await Click(seen, by, PENDING).request(tx)
                request.must_be_own(by.id)
                return await self._remind(tx, request, by)

        request = await decide_again(attempt)
        self.wake()
        return request

    async def _role_over(self, request: Request, by: Actor) -> str:
        """Return the role by which *by* may take *request* back; raises NotRequester, NotAMember or PersonUnknown."""
        if by.id != request.requester and await self.rights.has(ADMIN, by, self.policy):
            return ADMIN
        await self.rights.must_be_member(by)
        request.must_be_own(by.id)
        return REQUESTER

    def _withdrawal(self, seen: RevisionId, by: Actor) -> Click:
        return Click(seen, by, WITHDRAWABLE, ENDS_WITHDRAWAL)

    async def _edit(
        self, tx: Tx, request: Request, new: Revision, *, name: str, reason: str, by: Actor, origin: str
    ) -> None:
        now, old = self.clock.now(), await tx.revision(request.revision)
        changed = replace(new, number=old.number + 1)
        until = next_deadline(now, now, last=self.policy.approvals_last)
        edited = request.edit(old.id, changed, name=name, reason=reason, by=by.id).retry_at(until)
        if (old.hash, request.reason) == (new.hash, reason):
            raise FormRefused({"name": Text(N_("Nothing is changed. Change a field, or close this form."))})
        await name_is_free(tx, request.environment, name, but=request)
        voided = sorted((await Counting(self.policy).of(tx, request, now)).given)
        data = {
            "revision": new.id,
            "number": changed.number,
            "payload_hash": new.hash,
            "name": name,
            "reason": reason,
            "was": old.id,
            "voided": voided,
            "origin": origin,
            "actor_name": by.name,
            **ruled(self.policy),
        }
        await tx.add_revision(request.id, changed, now)
        await tx.save(edited, Fact(Kind.EDITED, data, actor=by.id, role=REQUESTER), at=now)

    async def _remind(self, tx: Tx, request: Request, by: Actor) -> Request:
        now = self.clock.now()
        last = await tx.latest_event(request.id, [Kind.REMINDED, Kind.ESCALATED])
        if last is not None and now < (until := last.time + REMIND_AT_MOST_EVERY):
            detail = f"the approvers of {request.id} were reminded at {last.at}"
            raise RemindedAlready(detail, number=request.number, when=When(last.time), until=When(until))
        approvals, asked = await Counting(self.policy).of(tx, request, now), await asked_with(tx, request)
        is_for_more = bool(self.policy.second_group) and now >= asked.time + SECOND_GROUP_FROM
        data = {
            "since": asked.at,
            "until": (asked.time + self.policy.approvals_last).isoformat(),
            "given": len(approvals.given),
            "needed": approvals.needed,
            "actor_name": by.name,
        }
        kind = Kind.ESCALATED if is_for_more else Kind.REMINDED
        return await tx.save(request, Fact(kind, data, actor=by.id, role=REQUESTER), at=now)


async def _is_saved(tx: Tx, seen: RevisionId, origin: str) -> bool:
    """Return whether the form was saved before: Slack or the person has sent it twice."""
    request = await tx.request_of_revision(seen)
    edited = await tx.latest_event(request.id, [Kind.EDITED]) if request else None
    return edited is not None and edited.content.get("origin") == origin
