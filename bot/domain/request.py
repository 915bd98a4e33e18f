"""A request: one operation that somebody asked for, from the modal to the OCP task."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NewType, Self

from .errors import NotRequester, OldButton, SelfApproval, TooLate
from .texts import N_, People, Text, When

RequestId = NewType("RequestId", str)
RevisionId = NewType("RevisionId", str)
UserId = NewType("UserId", str)


class State(StrEnum):
    """Where a request stands."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    SUBMITTING = "SUBMITTING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    ROLLED_BACK = "ROLLED_BACK"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"
    HELD = "HELD"
    OCP_REFUSED = "OCP_REFUSED"
    UNCERTAIN = "UNCERTAIN"
    CLOSED = "CLOSED"


def _to(*states: State) -> frozenset[State]:
    return frozenset(states)


MOVES: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.PENDING: _to(State.APPROVED, State.REJECTED, State.WITHDRAWN, State.EXPIRED),
        State.APPROVED: _to(
            State.SUBMITTING,
            State.RUNNING,
            State.OCP_REFUSED,
            State.UNCERTAIN,
            State.HELD,
            State.PENDING,
            State.WITHDRAWN,
            State.EXPIRED,
        ),
        State.HELD: _to(State.APPROVED, State.RUNNING, State.CLOSED),
        State.SUBMITTING: _to(State.APPROVED, State.RUNNING, State.OCP_REFUSED, State.UNCERTAIN),
        State.UNCERTAIN: _to(State.RUNNING, State.OCP_REFUSED, State.APPROVED, State.CLOSED),
        State.RUNNING: _to(State.FAILED, State.SUCCEEDED, State.ROLLED_BACK, State.CLOSED),
        State.FAILED: _to(State.RUNNING, State.SUCCEEDED, State.ROLLED_BACK, State.CLOSED),
    }
)

ENDED = frozenset(set(State) - set(MOVES))
"""States that nothing leaves."""

CLOSABLE = frozenset({State.UNCERTAIN, State.HELD})
"""States in which an operator may let go of a request: nothing of it is known to run."""

WITHDRAWABLE = frozenset({State.PENDING, State.APPROVED})
"""States in which whoever asked may take it back: nothing is on its way to OCP."""

RUN_UNAPPROVED = frozenset({State.PENDING, State.HELD})
"""States in which an admin may run a request without approval, where the rules allow it."""

ASKED_AGAIN_AFTER = frozenset({State.OCP_REFUSED, State.REJECTED, State.EXPIRED, State.WITHDRAWN})
"""Ends after which the same may be asked for again, changed or not: nothing of it was created."""

_ENDED_BY_OTHERS = frozenset({State.CLOSED, State.WITHDRAWN, State.EXPIRED})
"""Ends that whoever decided on a request has no part in."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts: their Slack user id, and what they are called then (for show only)."""

    id: UserId
    name: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A Slack channel: team id, channel id."""

    team: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One payload of a request: what exactly would be sent. `payload` is the canonical form's content."""

    id: RevisionId
    number: int
    payload: Mapping[str, Any]
    hash: str
    author: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """
    One operation that somebody asked for, with a reason.

    Changing it means returning the next one; `version` lets the store notice that somebody else was faster.
    `seq` and `head` are the end of its timeline: number and hash of the last event. All times are aware UTC.
    """

    id: RequestId
    number: int
    environment: str
    operation: str
    name: str
    reason: str
    requester: UserId
    origin: str
    home: Place
    revision: RevisionId
    created_at: datetime
    state: State = State.PENDING
    decided_by: UserId | None = None
    decided_at: datetime | None = None
    next_try_at: datetime | None = None
    ended_at: datetime | None = None
    version: int = 0
    seq: int = 0
    head: str = ""

    @property
    def is_open(self) -> bool:
        """Whether something can still happen to it; an open request keeps its cluster name to itself."""
        return self.state not in ENDED

    def approve(self, seen: RevisionId, *, by: UserId, now: datetime) -> Self:
        """
        Return the approved request.

        Raises:
            TooLate: somebody decided already.
            OldButton: *seen* is not its present revision, or it is past deciding.
            SelfApproval: *by* asked for it.
        """
        return self._approved_from(State.PENDING, seen, by=by, now=now)

    def release(self, seen: RevisionId, *, by: UserId, now: datetime) -> Self:
        """Return the held request approved anew: *by* takes it on themselves that it is still wanted; as `approve`."""
        return self._approved_from(State.HELD, seen, by=by, now=now)

    def send_again(self, seen: RevisionId, *, by: UserId, now: datetime) -> Self:
        """Return the uncertain request approved anew: a send decision of its own, under the rules of `approve`."""
        return self._approved_from(State.UNCERTAIN, seen, by=by, now=now)

    def reject(self, seen: RevisionId, *, by: UserId, now: datetime) -> Self:
        """Return the rejected request; raises as `approve` does."""
        self._may_decide(State.PENDING, seen, by)
        return replace(self, state=State.REJECTED, decided_by=by, decided_at=now, ended_at=now, next_try_at=None)

    def approve_unasked(self, *, now: datetime) -> Self:
        """Return the request approved by nobody, because nobody has to."""
        return replace(self, state=State.APPROVED, decided_at=now, next_try_at=now)

    def run_unapproved(self, seen: RevisionId, *, by: UserId, now: datetime) -> Self:
        """
        Return the request that goes out because *by*, an admin, says so: approved by nobody.

        Who did it stands in the timeline alone, so that nothing takes them for an approver. Raises TooLate, OldButton.
        """
        self.must_be(RUN_UNAPPROVED, seen, by)
        return replace(self, state=State.APPROVED, decided_by=None, decided_at=now, next_try_at=now)

    def edit(self, seen: RevisionId, to: Revision, *, name: str, reason: str, by: UserId) -> Self:
        """
        Return the request that asks for *to* instead of what was *seen*; it still waits for approval.

        Raises:
            TooLate, OldButton: as `approve` does.
            NotRequester: somebody else asked for it.
        """
        self.must_be({State.PENDING}, seen, by)
        self.must_be_own(by)
        return replace(self, revision=to.id, name=name, reason=reason)

    def withdraw(self, seen: RevisionId, *, by: UserId, now: datetime, is_admin: bool = False) -> Self:
        """Return the withdrawn request, *is_admin* if *by* may take back others' too; raises as `edit` does."""
        self.must_be(WITHDRAWABLE, seen, by)
        if not is_admin:
            self.must_be_own(by)
        return self.move(State.WITHDRAWN, now=now)

    def must_be_own(self, by: UserId) -> None:
        """Do nothing if *by* asked for it; raises NotRequester."""
        if by != self.requester:
            who = People([self.requester])
            raise NotRequester(f"{by} did not ask for {self.id}", number=self.number, who=who)

    def close(self, seen: RevisionId, *, by: UserId, now: datetime) -> Self:
        """Return the closed request: nothing is sent or looked for any more; raises TooLate or OldButton."""
        self.must_be(CLOSABLE, seen, by)
        return self.move(State.CLOSED, now=now)

    def must_be(self, states: Collection[State], seen: RevisionId, by: UserId) -> None:
        """
        Do nothing if it is in one of *states*, at the revision that *by* has *seen*.

        Raises:
            TooLate: it is not, because somebody decided.
            OldButton: it is not for another reason, or *seen* is not its present revision.
        """
        if self.state not in states:
            raise self._late(by)
        if seen != self.revision:
            raise OldButton(f"{self.id} is at {self.revision}, clicked on {seen}", number=self.number)

    def _approved_from(self, state: State, seen: RevisionId, *, by: UserId, now: datetime) -> Self:
        self._may_decide(state, seen, by)
        return replace(self, state=State.APPROVED, decided_by=by, decided_at=now, next_try_at=now)

    def _may_decide(self, state: State, seen: RevisionId, by: UserId) -> None:
        self.must_be({state}, seen, by)
        if by == self.requester:
            raise SelfApproval(f"{by} decided on their own {self.id}", number=self.number)

    def _late(self, by: UserId) -> TooLate | OldButton:
        """Return what is known here of who was faster; the timeline knows of closing, attaching and adopting, too."""
        detail = f"{by} clicked on {self.id}, {self.state}"
        if self.decided_by is None or self.decided_at is None or self.state in _ENDED_BY_OTHERS:
            return OldButton(detail, number=self.number)
        what = N_("rejected") if self.state is State.REJECTED else N_("approved")
        who, when = People([self.decided_by]), When(self.decided_at)
        return TooLate(detail, number=self.number, who=who, when=when, what=Text(what))

    def move(self, to: State, *, now: datetime) -> Self:
        """
        Return the request in state *to*.

        Raises:
            OldButton: its present state does not lead there.
        """
        if to not in MOVES.get(self.state, frozenset()):
            raise OldButton(f"{self.id}: {self.state} does not lead to {to}", number=self.number)
        return replace(self, state=to, next_try_at=None, ended_at=now if to in ENDED else None)

    def retry_at(self, when: datetime) -> Self:
        """Return the request due again at *when*: the next try to send it, or the next look for it."""
        return replace(self, next_try_at=when)
