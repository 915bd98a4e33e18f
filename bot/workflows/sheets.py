"""Sheets: everything that a card shows, gathered from one request and its timeline."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.approvals import GIVEN_BY, approvals
from bot.domain.event import STATE_KINDS, Event, Kind
from bot.domain.policy import APPROVER, Policies, Policy
from bot.domain.request import Request, State, UserId
from bot.domain.sheet import Environment, Names, Sheet, Unapproved
from bot.ports import Tx

TOLD = (*STATE_KINDS, *GIVEN_BY, Kind.ASKED_AGAIN, Kind.NAMED)
"""The kinds of event that a card shows something of: few, however long a timeline is."""


@dataclass(frozen=True, slots=True)
class Sheets:
    """Gather sheets; of an environment that is not configured any more, what is stored of it."""

    policies: Policies

    async def of(self, tx: Tx, request: Request) -> Sheet:
        """Return the sheet of *request* as it stands in this transaction."""
        told = await tx.events_of(request.id, TOLD)
        cause, named = _latest(told, *STATE_KINDS), _latest(told, Kind.NAMED)
        if cause is None:
            raise LookupError(f"request {request.id} has no event")
        policy, stored = self.policies.get(request), await tx.environment(request.environment)
        watches = await tx.watches_of(request.id)
        sheet = Sheet(
            request=request,
            revision=await tx.revision(request.revision),
            environment=Environment(
                request.environment,
                policy.task_url if policy else "",
                stored.stopped,
                stored.away_since,
                stored.pause,
                is_configured=policy is not None,
            ),
            cause=cause,
            names=Names(named.content.get("labels", {}) if named else {}),
            tasks=tuple(watch.snapshot for watch in watches),
            started_at=watches[0].bound_at if watches else None,
            tried_before=_was_tried_before(told),
            again_of=_number(told, Kind.ASKED, "again_of"),
            asked_again=_number(told, Kind.ASKED_AGAIN, "number"),
            unapproved=_unapproved(told),
        )
        return _ruled(sheet, policy, told) if policy else sheet


def _ruled(sheet: Sheet, policy: Policy, told: Sequence[Event]) -> Sheet:
    """Return *sheet* with what the rules say of it; *told* are the events about asking and approving."""
    is_open = sheet.request.state in {State.PENDING, State.HELD}
    rules = policy.hash if is_open else None  # what was enough then stays the approvals of what has gone out
    return replace(
        sheet,
        approvers=policy.approvers,
        operators=policy.operators,
        approvals_channel=policy.approvals.channel,
        needed=policy.approvals_required,
        approved=approvals(sheet.request, told, needed=policy.approvals_required, rules=rules).given,
        expires_at=_asked_at(sheet.request, told) + policy.approvals_last,
        second_group=policy.second_group,
        is_production=policy.is_production,
        approvals_last=policy.approvals_last,
        every_approver=tuple(dict.fromkeys((*policy.people(APPROVER), *policy.second_group))),
        break_glass=policy.break_glass,
    )


def _asked_at(request: Request, told: Sequence[Event]) -> datetime:
    """Return when the present revision was asked for."""
    return max((event.time for event in told if event.kind in {Kind.ASKED, Kind.EDITED}), default=request.created_at)


def _number(told: Sequence[Event], kind: Kind, name: str) -> int:
    """Return the number of a request that the last event of *kind* names, 0 if there is none."""
    numbers = [event.content.get(name) for event in told if event.kind == kind]
    return next((number for number in reversed(numbers) if isinstance(number, int)), 0)


def _unapproved(told: Sequence[Event]) -> Unapproved | None:
    """Return the last time that somebody ran it without approval."""
    event = _latest(told, Kind.UNAPPROVED)
    return Unapproved(UserId(event.actor), event.time, str(event.content.get("reason", ""))) if event else None


def _latest(told: Sequence[Event], *kinds: Kind) -> Event | None:
    return next((event for event in reversed(told) if event.kind in kinds), None)


def _was_tried_before(told: Sequence[Event]) -> bool:
    """Return whether the last approval came after a send without a clear answer."""
    lost, approved = _latest(told, Kind.UNCERTAIN), _latest(told, Kind.APPROVED)
    return lost is not None and approved is not None and lost.seq < approved.seq
