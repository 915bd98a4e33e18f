"""A click on a card, or the form that it has opened: which request it is about, and whether it still counts."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.domain.errors import Changed, Gone
from bot.domain.event import Event, Kind
from bot.domain.late import ANSWERS, asked_by, too_late, who_did
from bot.domain.request import Actor, Request, RevisionId, State
from bot.domain.texts import When
from bot.ports import Store, Tx

from .again import decide_again

T = TypeVar("T")
Write = Callable[[Tx, Request], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Click:
    """
    The revision on the card, who pressed, and the states in which the card has the button.

    `answers` are the kinds of event after which it has it no more.
    """

    seen: RevisionId
    by: Actor
    states: frozenset[State]
    answers: frozenset[Kind] = ANSWERS

    async def meets(self, tx: Tx) -> tuple[Request, Event | None]:
        """
        Return the request, and the event that has answered already what its card asked; None if it still asks.

        Raises:
            Gone: no request has that revision.
            TooLate, OldButton: the card asks something else now, and no event says why.
            Changed: it shows an earlier revision.
        """
        request = await tx.request_of_revision(self.seen)
        if request is None:
            raise Gone(f"no request has revision {self.seen}", reference=self.seen)
        answer = None if request.state in self.states else await self._answer(tx, request)
        if answer is None:
            if request.state in self.states and request.revision != self.seen:
                raise await changed(tx, request)
            request.must_be(self.states, self.seen, self.by.id)
        return request, answer

    async def request(self, tx: Tx) -> Request:
        """Return the request, whose card still asks; raises as `meets`, and TooLate with who, when and what."""
        request, answer = await self.meets(tx)
        if answer is not None:
            raise too_late(request.number, answer)
        return request

    async def answer(self, store: Store, write: Callable[[Tx, Request], Awaitable[T]]) -> T:
        """Let *write* answer what the card asks, in one transaction; return what it returns; raises as `request`."""

        async def attempt() -> T:
            async with store.transaction() as tx:
                return await write(tx, await self.request(tx))

        return await decide_again(attempt)

    async def decide(self, store: Store, write: Write, *, is_done: Callable[[Event], bool]) -> None:
        """
        Let *write* answer what a form asks, in one transaction; raises as `request`.

        *is_done* tells whether an earlier answer is the very one that is sent again: then nothing is left to do.
        """

        async def attempt() -> None:
            async with store.transaction() as tx:
                request, answer = await self.meets(tx)
                if answer is None:
                    await write(tx, request)
                elif not is_done(answer):
                    raise too_late(request.number, answer)

        await decide_again(attempt)

    def is_own(self, answer: Event, kind: Kind) -> bool:
        """Whether the same person gave *answer*, of *kind*: a form is sent again, because its first answer was slow."""
        return answer.kind == kind and answer.actor == self.by.id

    async def _answer(self, tx: Tx, request: Request) -> Event | None:
        """Return the first answer after the card asked last."""
        asked = await tx.latest_event(request.id, asked_by(self.states))
        since = await tx.events(request.id, asked.seq) if asked else ()
        return next((event for event in since if event.kind in self.answers), None)


async def changed(tx: Tx, request: Request) -> Changed:
    """Return what whoever looked at an earlier revision of *request* is told."""
    edited = await tx.latest_event(request.id, [Kind.EDITED])
    if edited is None:
        raise LookupError(f"request {request.id} has two revisions and was never edited")
    who, when = who_did(edited), When(edited.time)
    return Changed(f"{request.id} is at {request.revision}", number=request.number, who=who, when=when)


async def payload_of(tx: Tx, request: Request) -> dict[str, str]:
    """Return what a decision is about: the revision, and the hash of what would be sent."""
    return {"revision": request.revision, "payload_hash": (await tx.revision(request.revision)).hash}


async def as_decided(tx: Tx, request: Request) -> dict[str, bool]:
    """Return what holding *request* says of the last decision on it: whether that was to run it without approval."""
    decided = await tx.latest_event(request.id, [Kind.APPROVED, Kind.UNAPPROVED])
    return {"unapproved": True} if decided and decided.kind == Kind.UNAPPROVED else {}
