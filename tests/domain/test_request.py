"""Requests move only where their state leads, and a decision is made once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BotError, NotRequester, OldButton, SelfApproval, TooLate
from bot.domain.request import CLOSABLE, ENDED, MOVES, WITHDRAWABLE, Request, RevisionId, State, UserId
from tests.builders import DANA, INES, NOW, OMAR, a_request, a_revision

from .strategies import requests

LATER = NOW + timedelta(hours=1)
STATES = st.sampled_from(sorted(State))
PEOPLE = st.sampled_from([DANA, OMAR, INES])
REVISIONS = st.sampled_from([RevisionId("revision-1"), RevisionId("revision-0")])

Step = Callable[[Request], Request]
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(lambda seen, by: lambda request: request.approve(seen, by=by, now=LATER), REVISIONS, PEOPLE),
    st.builds(lambda seen, by: lambda request: request.reject(seen, by=by, now=LATER), REVISIONS, PEOPLE),
    st.builds(lambda seen, by: lambda request: request.release(seen, by=by, now=LATER), REVISIONS, PEOPLE),
    st.builds(lambda seen, by: lambda request: request.send_again(seen, by=by, now=LATER), REVISIONS, PEOPLE),
    st.builds(lambda seen, by: lambda request: request.run_unapproved(seen, by=by, now=LATER), REVISIONS, PEOPLE),
    st.builds(lambda seen, by: lambda request: request.close(seen, by=by, now=LATER), REVISIONS, PEOPLE),
    st.builds(lambda seen, by: lambda request: request.withdraw(seen, by=by, now=LATER), REVISIONS, PEOPLE),
    st.builds(
        lambda seen, by: lambda request: request.edit(seen, a_revision(), name="n", reason="r", by=by),
        REVISIONS,
        PEOPLE,
    ),
    st.builds(lambda to: lambda request: request.move(to, now=LATER), STATES),
    st.just(lambda request: request.retry_at(LATER)),
)


@pytest.mark.invariant(5)
@given(requests(), st.lists(STEPS, max_size=12))
def test_no_step_leads_outside_the_moves(request_: Request, steps: list[Step]) -> None:
    """Whatever is tried in whatever order; what has ended stays."""
    for step in steps:
        before = request_
        try:
            request_ = step(before)
        except BotError:
            continue
        if request_.state is not before.state:
            assert request_.state in MOVES[before.state]
        assert (request_.ended_at is not None) == (request_.state in ENDED and before.state not in ENDED) or (
            before.state in ENDED
        )


@pytest.mark.parametrize("state", sorted(ENDED))
@given(to=STATES)
def test_nothing_leaves_an_end(state: State, to: State) -> None:
    request = a_request(state=state)

    assert not request.is_open
    with pytest.raises(OldButton):
        request.move(to, now=LATER)


@pytest.mark.parametrize("state", sorted(State))
@given(to=STATES)
def test_a_move_is_refused_exactly_where_none_leads(state: State, to: State) -> None:
    request = a_request(state=state)

    if to in MOVES.get(state, frozenset()):
        assert request.move(to, now=LATER).state is to
    else:
        with pytest.raises(OldButton):
            request.move(to, now=LATER)


DECISIONS = [
    ("approve", State.PENDING),
    ("reject", State.PENDING),
    ("release", State.HELD),
    ("send_again", State.UNCERTAIN),
]
"""What only an approver other than the requester may do, and the state in which it can be done."""


@pytest.mark.invariant(4)
@pytest.mark.parametrize(("decision", "state"), DECISIONS)
@given(seen=REVISIONS)
def test_nobody_decides_on_their_own_request(decision: str, state: State, seen: RevisionId) -> None:
    """Approving, rejecting, releasing and sending again alike."""
    with pytest.raises((SelfApproval, OldButton)):
        getattr(a_request(state=state), decision)(seen, by=DANA, now=LATER)


@pytest.mark.parametrize(("decision", "state"), [*DECISIONS[2:]])
def test_an_approval_anew_is_a_decision_of_its_own(decision: str, state: State) -> None:
    """Who and when are the present ones, so that the time for sending begins again."""
    request = a_request(state=state)

    decided = getattr(request, decision)(request.revision, by=INES, now=LATER)

    assert (decided.state, decided.decided_by, decided.decided_at) == (State.APPROVED, INES, LATER)
    assert decided.next_try_at == LATER


@pytest.mark.invariant(5)
@pytest.mark.parametrize(("decision", "wanted"), [*DECISIONS, ("close", State.HELD), ("close", State.UNCERTAIN)])
@pytest.mark.parametrize("state", sorted(State))
def test_a_decision_is_possible_in_its_state_only(decision: str, wanted: State, state: State) -> None:
    """Anywhere else whoever comes is too late, or holds an old button."""
    request = a_request(state=state)
    if state is wanted or (decision == "close" and state in CLOSABLE):
        assert getattr(request, decision)(request.revision, by=OMAR, now=LATER).state in MOVES[state]
    else:
        with pytest.raises((TooLate, OldButton)):
            getattr(request, decision)(request.revision, by=OMAR, now=LATER)


@pytest.mark.invariant(4)
@pytest.mark.parametrize("state", sorted(State))
@given(by=PEOPLE)
def test_what_runs_without_approval_is_approved_by_nobody(state: State, by: UserId) -> None:
    """Not even by whoever runs it, nor by whoever approved it before it was held; elsewhere they are too late."""
    request = a_request(state=state)
    if state in {State.PENDING, State.HELD}:
        run = request.run_unapproved(request.revision, by=by, now=LATER)
        assert (run.state, run.decided_by, run.decided_at, run.next_try_at) == (State.APPROVED, None, LATER, LATER)
    else:
        with pytest.raises((TooLate, OldButton)):
            request.run_unapproved(request.revision, by=by, now=LATER)


@pytest.mark.parametrize("state", sorted(CLOSABLE))
def test_a_closed_request_has_ended_and_keeps_who_approved_it(state: State) -> None:
    """Closing is no approval: who closed stands in the timeline. Whoever asked may let go of it, too."""
    request = a_request(state=state)

    closed = request.close(request.revision, by=DANA, now=LATER)

    assert (closed.is_open, closed.ended_at, closed.next_try_at) == (False, LATER, None)
    assert (closed.decided_by, closed.decided_at) == (request.decided_by, request.decided_at)


@pytest.mark.parametrize("state", [State.CLOSED, State.WITHDRAWN, State.EXPIRED])
def test_an_end_by_others_is_not_put_down_to_the_approver(state: State) -> None:
    """Whoever approved it did not close it, so no name is given here."""
    request = a_request(state=state, decided_by=OMAR, decided_at=LATER)

    with pytest.raises(OldButton):
        request.approve(request.revision, by=INES, now=LATER)


@pytest.mark.invariant(5)
@pytest.mark.parametrize("first", ["approve", "reject"])
@given(by=PEOPLE)
def test_the_second_decision_is_told_of_the_first(first: str, by: UserId) -> None:
    """Who, when and what."""
    request = a_request()
    decided = getattr(request, first)(request.revision, by=OMAR, now=LATER)

    with pytest.raises(TooLate) as late:
        decided.approve(request.revision, by=by, now=LATER)

    assert late.value.fields["who"].ids == [OMAR]
    assert late.value.fields["when"].at == LATER
    assert late.value.fields["what"].message == {"approve": "approved", "reject": "rejected"}[first]


@pytest.mark.invariant(4)
@pytest.mark.parametrize("by", [OMAR, INES])
def test_only_whoever_asked_edits_and_withdraws(by: UserId) -> None:
    """Approvers reject, with a reason."""
    request, new = a_request(), a_revision(id=RevisionId("revision-2"), number=2)

    with pytest.raises(NotRequester):
        request.edit(request.revision, new, name="pay_02", reason="why", by=by)
    with pytest.raises(NotRequester):
        request.withdraw(request.revision, by=by, now=LATER)

    edited = request.edit(request.revision, new, name="pay_02", reason="why", by=DANA)
    assert (edited.state, edited.revision, edited.name, edited.reason) == (State.PENDING, new.id, "pay_02", "why")
    assert request.withdraw(request.revision, by=DANA, now=LATER).state is State.WITHDRAWN


@pytest.mark.parametrize("state", sorted(State))
def test_what_is_on_its_way_is_not_edited_or_withdrawn(state: State) -> None:
    request = a_request(state=state)

    if state not in WITHDRAWABLE:
        with pytest.raises((TooLate, OldButton)):
            request.withdraw(request.revision, by=DANA, now=LATER)
    if state is not State.PENDING:
        with pytest.raises((TooLate, OldButton)):
            request.edit(request.revision, a_revision(), name="n", reason="r", by=DANA)


@pytest.mark.invariant(4)
def test_an_old_revision_is_not_decided_on() -> None:
    """Whoever clicks has seen what is sent, or nothing happens."""
    with pytest.raises(OldButton):
        a_request().approve(RevisionId("revision-0"), by=OMAR, now=LATER)


def test_every_state_moves_or_has_ended() -> None:
    assert set(MOVES) | ENDED == set(State)
    assert set(MOVES) & ENDED == set()
