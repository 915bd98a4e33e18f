"""Sheets: everything that a card shows, gathered from one request and its timeline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.approvals import GIVEN_BY, approvals
from bot.domain.event import STATE_KINDS, Event, Kind
from bot.domain.policy import Policy
from bot.domain.request import Request
from bot.domain.sheet import Environment, Names, Sheet
from bot.ports import Tx


@dataclass(frozen=True, slots=True)
class Sheets:
    """Gather sheets under one policy."""

    policy: Policy

    async def of(self, tx: Tx, request: Request) -> Sheet:
        """Return the sheet of *request* as it stands in this transaction."""
        cause = await tx.latest_event(request.id, STATE_KINDS)
        named = await tx.latest_event(request.id, [Kind.NAMED])
        watches = await tx.watches_of(request.id)
        stored = await tx.environment(request.environment)
        told = await tx.events_of(request.id, (Kind.ASKED, Kind.EDITED, Kind.ASKED_AGAIN, *GIVEN_BY))
        if cause is None:
            raise LookupError(f"request {request.id} has no event")
        return Sheet(
            request=request,
            revision=await tx.revision(request.revision),
            environment=Environment(
                request.environment, self.policy.task_url, stored.stopped, stored.away_since, stored.pause
            ),
            cause=cause,
            names=Names(named.content.get("labels", {}) if named else {}),
            tasks=tuple(watch.snapshot for watch in watches),
            started_at=watches[0].bound_at if watches else None,
            approvers=self.policy.approvers,
            operators=self.policy.operators,
            approvals_channel=self.policy.approvals.channel,
            tried_before=await _was_tried_before(tx, request),
            needed=self.policy.approvals_required,
            approved=approvals(request, told, needed=self.policy.approvals_required).given,
            expires_at=_asked_at(request, told) + self.policy.approvals_last,
            second_group=self.policy.second_group,
            is_production=self.policy.is_production,
            approvals_last=self.policy.approvals_last,
            again_of=_number(told, Kind.ASKED, "again_of"),
            asked_again=_number(told, Kind.ASKED_AGAIN, "number"),
        )


def _asked_at(request: Request, told: Sequence[Event]) -> datetime:
    """Return when the present revision was asked for."""
    return max((event.time for event in told if event.kind in {Kind.ASKED, Kind.EDITED}), default=request.created_at)


def _number(told: Sequence[Event], kind: Kind, name: str) -> int:
    """Return the number of a request that the last event of *kind* names, 0 if there is none."""
    numbers = [event.content.get(name) for event in told if event.kind == kind]
    return next((number for number in reversed(numbers) if isinstance(number, int)), 0)


async def _was_tried_before(tx: Tx, request: Request) -> bool:
    """Return whether the last approval came after a send without a clear answer."""
    lost = await tx.latest_event(request.id, [Kind.UNCERTAIN])
    approved = await tx.latest_event(request.id, [Kind.APPROVED]) if lost else None
    return lost is not None and approved is not None and lost.seq < approved.seq
