"""Asking: what was typed becomes a request that waits for approval."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.errors import FormRefused, Gone, OldButton
from bot.domain.event import Fact, Kind, canonical, digest
from bot.domain.policy import REQUESTER, Policy
from bot.domain.records import Thread
from bot.domain.request import ASKED_AGAIN_AFTER, Actor, Place, Request, RequestId, Revision, RevisionId, UserId
from bot.domain.texts import N_, Text
from bot.domain.waiting import next_deadline
from bot.ports import Clock, NewId, Operation, Store, Tx, Wake

from .again import decide_again
from .counting import authors_of, ruled
from .pause import while_barred
from .rights import Rights


@dataclass(frozen=True, slots=True)
class Ask:
    """Turn the answers of a form into a request, once."""

    store: Store
    clock: Clock
    new_id: NewId
    policy: Policy
    rights: Rights
    wake: Wake

    async def may_ask(self, channel: str, *, by: Actor) -> None:
        """
        Do nothing if *by* may ask in *channel*; what a submission needs is read then.

        Raises:
            NotAllowed, GroupUnknown, NotAMember, PersonUnknown, WrongChannel: in words for the person.
        """
        self.policy.must_be_here(channel)
        await self._may_ask(by)

    async def may_ask_again(self, seen: RevisionId, *, by: Actor) -> tuple[Request, Revision]:
        """Return the request that has ended without effect, and what it asked for; raises as `ask` and `may_ask`."""
        await self._may_ask(by)
        async with self.store.reading() as tx:
            old = await self._ended(tx, seen)
            self.policy.must_be_here(old.home.channel)
            return old, await tx.revision(seen)

    async def _may_ask(self, by: Actor) -> None:
        await asyncio.gather(self.rights.must(REQUESTER, by, self.policy), self.rights.read_approvers(self.policy))

    async def ask(
        self,
        operation: Operation,
        typed: Mapping[str, object],
        *,
        by: Actor,
        origin: str,
        home: Place,
        again: RevisionId | None = None,
    ) -> Request:
        """
        Return the new request, or the one that the same *origin* (the modal's id) has led to already.

        *again* is the revision of a request that has ended without effect: both name each other.

        Raises:
            FormRefused: what was typed has mistakes, an open request wants the same name, or too few could approve.
            NotAllowed, GroupUnknown, NotAMember, PersonUnknown, WrongChannel: they may not ask here.
            Gone, OldButton: what *again* names cannot be asked for again.
        """
        name, reason, payload = read(operation, typed, self.policy)
        await self.rights.must_as_form_opened(REQUESTER, by, self.policy)
        members = await self.rights.approvers(self.policy)
        revision = a_revision(self.new_id, payload, by.id)

        async def attempt() -> Request:
            async with self.store.transaction() as tx:
                earlier = await tx.request_by_origin(origin)
                if earlier:
                    return await self._same(tx, earlier, revision, reason)
                await name_is_free(tx, self.policy.environment, name)
                old, now = await self._ended(tx, again) if again else None, self.clock.now()
                self.policy.must_be_here((old.home if old else home).channel)
                before = await authors_of(tx, old) if old else frozenset()
                self.policy.must_have_approvers({by.id, *before}, members)
                request = Request(
                    id=RequestId(self.new_id()),
                    number=await tx.next_number(),
                    environment=self.policy.environment,
                    operation=operation.key,
                    name=name,
                    reason=reason,
                    requester=by.id,
                    origin=origin,
                    home=old.home if old else home,
                    revision=revision.id,
                    created_at=now,
                    next_try_at=next_deadline(now, now, last=self.policy.approvals_last),
                )
                return await self._store(tx, request, revision, by, old, before)

        request = await decide_again(attempt)
        self.wake()
        return request

    async def _ended(self, tx: Tx, seen: RevisionId) -> Request:
        request = await tx.request_of_revision(seen)
        if request is None:
            raise Gone(f"no request has revision {seen}", reference=seen)
        if request.state not in ASKED_AGAIN_AFTER:
            raise OldButton(f"{request.id} is {request.state}", number=request.number)
        return request

    async def _same(self, tx: Tx, earlier: Request, revision: Revision, reason: str) -> Request:
        """Return *earlier* if it asks for the same: Slack or the person has sent the form twice."""
        is_same = (earlier.environment, earlier.reason) == (self.policy.environment, reason)
        if not is_same or (await tx.revision(earlier.revision)).hash != revision.hash:
            message = N_(
                "#%(number)s was saved with what you typed before. Close this form; its card is in the channel."
            )
            raise FormRefused({"name": Text(message, {"number": earlier.number})})
        return earlier

    async def _store(
        self, tx: Tx, request: Request, revision: Revision, by: Actor, old: Request | None, before: frozenset[UserId]
    ) -> Request:
        asked = {
            "number": request.number,
            "operation": request.operation,
            "environment": request.environment,
            "name": request.name,
            "reason": request.reason,
            "revision": revision.id,
            "payload_hash": revision.hash,
            "actor_name": by.name,
            **({"again_of": old.number, "authors": sorted(before)} if old else {}),
            **ruled(self.policy),
        }
        facts, now = [Fact(Kind.ASKED, asked, actor=by.id, role=REQUESTER)], request.created_at
        if self.policy.approvals_required == 0:
            request = request.approve_unasked(now=now)
            told = {"revision": revision.id, "payload_hash": revision.hash, "needed": 0, **ruled(self.policy)}
            facts.append(Fact(Kind.APPROVED, told | await while_barred(tx, request.environment)))
        stored = await tx.save(request, *facts, at=now)
        if old:
            again = Fact(
                Kind.ASKED_AGAIN, {"number": request.number, "actor_name": by.name}, actor=by.id, role=REQUESTER
            )
            await tx.save(old, again, at=now)
        await tx.add_revision(request.id, revision, now)
        for place in self._places(request.home):
            await tx.save_thread(self._thread(stored, place))
        return stored

    def _places(self, home: Place) -> list[Place]:
        """Return where the request is shown: for approval, and where it was typed if that is another channel."""
        is_elsewhere = home.channel not in {"", self.policy.approvals.channel}
        return [self.policy.approvals, *([home] if is_elsewhere else [])]

    def _thread(self, request: Request, place: Place) -> Thread:
        return Thread(
            id=self.new_id(),
            request=request.id,
            environment=request.environment,
            place=place,
            is_home=place != self.policy.approvals,
        )


def a_revision(new_id: NewId, payload: Mapping[str, Any], author: UserId) -> Revision:
    """Return the first revision of a request, which asks for *payload*."""
    hash_ = digest(canonical(payload))
    return Revision(id=RevisionId(new_id()), number=1, payload=payload, hash=hash_, author=author)


def read(operation: Operation, typed: Mapping[str, object], policy: Policy) -> tuple[str, str, Mapping[str, Any]]:
    """Return (object's name, reason, payload) of what was *typed*; raises FormRefused with every mistake."""
    lacks = policy.lacks_ticket(str(typed.get("reason") or ""))
    mistakes = {"reason": lacks} if lacks else {}
    try:
        understood = operation.read(typed)
    except FormRefused as refused:
        raise FormRefused({**mistakes, **refused.at}) from refused
    if mistakes:
        raise FormRefused(mistakes)
    return understood


async def name_is_free(tx: Tx, environment: str, name: str, *, but: Request | None = None) -> None:
    """Do nothing if no open request, *but* this one, asks for a cluster *name*; raises FormRefused."""
    rival = await tx.open_request_named(environment, name)
    if rival and (but is None or rival.id != but.id):
        message = N_("#%(number)s asks for %(name)s already. Choose another name, or wait until #%(number)s has ended.")
        raise FormRefused({"name": Text(message, {"number": rival.number, "name": rival.name})})
