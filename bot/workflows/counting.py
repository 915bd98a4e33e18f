"""Counting approvals: a request goes on once enough different people have approved its present revision."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.approvals import GIVEN_BY, Approvals, approvals
from bot.domain.event import Fact, Kind
from bot.domain.policy import APPROVER, Policy
from bot.domain.request import Actor, Request
from bot.ports import Tx

from .click import payload_of
from .pause import while_paused


@dataclass(frozen=True, slots=True)
class Counting:
    """Count under one policy."""

    policy: Policy

    async def of(self, tx: Tx, request: Request, now: datetime) -> Approvals:
        """Return the approvals of *request* that count now."""
        events = await tx.events_of(request.id, GIVEN_BY)
        authors, since = await tx.authors(request.id), now - self.policy.approvals_last
        return approvals(request, events, needed=self.policy.approvals_required, authors=authors, since=since)

    async def approve(
        self, tx: Tx, request: Request, approved: Request, *, by: Actor, data: Mapping[str, Any], now: datetime
    ) -> bool:
        """
        Store *approved*, what *request* becomes if the approval of *by* is the last one needed; else only count it.

        Return whether it was. Raises OwnWords or AlreadyApproved.
        """
        counted = (await self.of(tx, request, now)).with_one(by.id, at=now, number=request.number)
        given = {"given": len(counted.given), "needed": counted.needed, "actor_name": by.name}
        told = {**await payload_of(tx, request), **data, **given}
        if counted.are_enough:
            told |= await while_paused(tx, request.environment)
            await tx.save(approved, Fact(Kind.APPROVED, told, actor=by.id, role=APPROVER), at=now)
        else:
            await tx.save(request, Fact(Kind.COUNTED, told, actor=by.id, role=APPROVER), at=now)
        return counted.are_enough
