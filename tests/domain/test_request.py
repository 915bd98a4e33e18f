"""Requests move only where their state leads, and a decision is made once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BotError, OldButton, SelfApproval, TooLate
from bot.domain.request import ENDED, MOVES, Request, RevisionId, State, UserId
from tests.builders import DANA, INES, NOW, OMAR, a_request

from .strategies import requests

LATER = NOW + timedelta(hours=1)
STATES = st.sampled_from(sorted(State))
PEOPLE = st.sampled_from([DANA, OMAR, INES])
REVISIONS = st.sampled_from([RevisionId("revision-1"), RevisionId("revision-0")])

Step = Callable[[Request], Request]
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(lambda seen, by: lambda request: request.approve(seen, by=by, now=LATER), REVISIONS, PEOPLE),
    st.builds(lambda seen, by: lambda request: request.reject(seen, by=by, now=LATER), REVISIONS, PEOPLE),
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


@pytest.mark.invariant(4)
@given(REVISIONS)
def test_nobody_decides_on_their_own_request(seen: RevisionId) -> None:
    """Approving and rejecting alike."""
    request = a_request()

    with pytest.raises((SelfApproval, OldButton)):
        request.approve(seen, by=DANA, now=LATER)
    with pytest.raises((SelfApproval, OldButton)):
        request.reject(seen, by=DANA, now=LATER)


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
def test_an_old_revision_is_not_decided_on() -> None:
    """Whoever clicks has seen what is sent, or nothing happens."""
    with pytest.raises(OldButton):
        a_request().approve(RevisionId("revision-0"), by=OMAR, now=LATER)


def test_every_state_moves_or_has_ended() -> None:
    assert set(MOVES) | ENDED == set(State)
    assert set(MOVES) & ENDED == set()
