"""Asking: what was typed becomes a request that waits for approval."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.errors import FormRefused
from bot.domain.event import Fact, Kind, canonical, digest
from bot.domain.policy import REQUESTER, Policy
from bot.domain.records import Thread
from bot.domain.request import Actor, Place, Request, RequestId, Revision, RevisionId, UserId
from bot.domain.texts import N_, Text
from bot.ports import Clock, NewId, Operation, Store, Tx, Wake

from .again import decide_again


@dataclass(frozen=True, slots=True)
class Ask:
    """Turn the answers of a form into a request, once."""

    store: Store
    clock: Clock
    new_id: NewId
    policy: Policy
    wake: Wake

    async def ask(
        self, operation: Operation, typed: Mapping[str, object], *, by: Actor, origin: str, home: Place
    ) -> Request:
        """
        Return the new request, or the one that the same *origin* (the modal's id) has led to already.

        Raises:
            FormRefused: what was typed has mistakes, or an open request wants the same name.
        """
        name, reason, payload = operation.read(typed)
        revision = self._revision(payload, by.id)

        async def attempt() -> Request:
            async with self.store.transaction() as tx:
                earlier = await tx.request_by_origin(origin)
                if earlier:
                    return await self._same(tx, earlier, revision)
                await self._name_is_free(tx, name)
                request = Request(
                    id=RequestId(self.new_id()),
                    number=await tx.next_number(),
                    environment=self.policy.environment,
                    operation=operation.key,
                    name=name,
                    reason=reason,
                    requester=by.id,
                    origin=origin,
                    home=home,
                    revision=revision.id,
                    created_at=self.clock.now(),
                )
                return await self._store(tx, request, revision, by)

        request = await decide_again(attempt)
        self.wake()
        return request

    def _revision(self, payload: Mapping[str, Any], author: UserId) -> Revision:
        hash_ = digest(canonical(payload))
        return Revision(id=RevisionId(self.new_id()), number=1, payload=payload, hash=hash_, author=author)

    async def _same(self, tx: Tx, earlier: Request, revision: Revision) -> Request:
        """Return *earlier* if it asks for the same: Slack or the person has sent the form twice."""
        if (await tx.revision(earlier.revision)).hash != revision.hash:
            message = N_(
                "#%(number)s was saved with what you typed before. Close this form; its card is in the channel."
            )
            raise FormRefused({"name": Text(message, {"number": earlier.number})})
        return earlier

    async def _name_is_free(self, tx: Tx, name: str) -> None:
        rival = await tx.open_request_named(self.policy.environment, name)
        if rival:
            message = N_(
                "#%(number)s asks for %(name)s already. Choose another name, or wait until #%(number)s has ended."
            )
            raise FormRefused({"name": Text(message, {"number": rival.number, "name": rival.name})})

    async def _store(self, tx: Tx, request: Request, revision: Revision, by: Actor) -> Request:
        asked = {
            "number": request.number,
            "operation": request.operation,
            "environment": request.environment,
            "name": request.name,
            "reason": request.reason,
            "revision": revision.id,
            "payload_hash": revision.hash,
            "actor_name": by.name,
        }
        fact = Fact(Kind.ASKED, asked, actor=by.id, role=REQUESTER)
        stored = await tx.save(request, fact, at=request.created_at)
        await tx.add_revision(request.id, revision, request.created_at)
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
