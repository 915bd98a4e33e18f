"""Counting approvals: a request goes on once enough different people have approved its present revision."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.approvals import GIVEN_BY, Approvals, approvals
from bot.domain.errors import PastDeciding
from bot.domain.event import Event, Fact, Kind
from bot.domain.policy import APPROVER, Policy
from bot.domain.request import Actor, Request, State, UserId
from bot.domain.texts import When
from bot.ports import Tx

from .click import payload_of
from .pause import while_barred


@dataclass(frozen=True, slots=True)
class Counting:
    """Count under one policy."""

    policy: Policy

    async def of(self, tx: Tx, request: Request, now: datetime) -> Approvals:
        """Return the approvals of *request* that count now."""
        events = await tx.events_of(request.id, GIVEN_BY)
        authors, since = await authors_of(tx, request), now - self.policy.approvals_last
        needed, rules = self.policy.approvals_required, self.policy.hash
        return approvals(request, events, needed=needed, authors=authors, since=since, rules=rules)

    async def approve(
        self, tx: Tx, request: Request, approved: Request, *, by: Actor, data: Mapping[str, Any], now: datetime
    ) -> Approvals:
        """
        Store *approved*, what *request* becomes if the approval of *by* is the last one needed; else only count it.

        Return the approvals with it. Raises OwnWords, AlreadyApproved or PastDeciding.
        """
        await self.must_be_in_time(tx, request, now)
        counted = (await self.of(tx, request, now)).with_one(by.id, at=now, number=request.number)
        given = {"given": len(counted.given), "needed": counted.needed, "actor_name": by.name}
        told = {**await payload_of(tx, request), **data, **given, **ruled(self.policy)}
        if counted.are_enough:
            told |= await while_barred(tx, request.environment)
            await tx.save(approved, Fact(Kind.APPROVED, told, actor=by.id, role=APPROVER), at=now)
        else:
            await tx.save(request, Fact(Kind.COUNTED, told, actor=by.id, role=APPROVER), at=now)
        return counted

    async def must_be_in_time(self, tx: Tx, request: Request, now: datetime) -> None:
        """Do nothing if *request* can still be decided on, although no round has ended it yet; raises PastDeciding."""
        if request.state is not State.PENDING:
            return
        until = (await asked_with(tx, request)).time + self.policy.approvals_last
        if now >= until:
            detail = f"{request.id} could be decided on until {until}"
            raise PastDeciding(detail, number=request.number, when=When(until))


def ruled(policy: Policy) -> dict[str, str]:
    """Return what a decision says of the rules under which it was made."""
    return {"policy": policy.hash}


async def is_decided_under(tx: Tx, request: Request, policy: Policy) -> bool:
    """Return whether the last decision to send *request* was made under the rules that hold now."""
    decided = await tx.latest_event(request.id, [Kind.APPROVED, Kind.UNAPPROVED])
    return decided is not None and decided.content.get("policy", "") == policy.hash


async def asked_with(tx: Tx, request: Request) -> Event:
    """Return the event with which the present revision was asked for."""
    asked = await tx.latest_event(request.id, [Kind.ASKED, Kind.EDITED])
    if asked is None:
        raise LookupError(f"nobody has asked for request {request.id}")
    return asked


async def authors_of(tx: Tx, request: Request) -> frozenset[UserId]:
    """Return everybody who wrote part of what *request* asks for, or of what it was made from: they decide nothing."""
    asked = await tx.events_of(request.id, [Kind.ASKED])
    before = [UserId(str(who)) for event in asked for who in event.content.get("authors", ())]
    return await tx.authors(request.id) | {*before, request.requester}
