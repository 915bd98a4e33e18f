"""Approvals are counted by people, of the present revision, and only while they are young."""

from datetime import timedelta

import pytest

from bot.domain.approvals import approvals
from bot.domain.errors import AlreadyApproved, OwnWords
from bot.domain.event import BOT, Event
from bot.domain.request import RevisionId, UserId
from tests.builders import DANA, INES, NOW, OMAR, a_request, an_event

MIA = UserId("U0MIA")


def given(who: str, *, minutes: int = 0, kind: str = "approval.counted", revision: str = "revision-1") -> Event:
    return an_event(kind, {"revision": revision}, actor=who, at=NOW + timedelta(minutes=minutes))


def test_different_people_count_once_each() -> None:
    """Whoever approves twice is one person still, and approved when they did last."""
    found = approvals(a_request(), [given(OMAR), given(INES, minutes=1), given(OMAR, minutes=2)], needed=3)

    assert found.given == {OMAR: NOW + timedelta(minutes=2), INES: NOW + timedelta(minutes=1)}
    assert not found.are_enough
    assert found.with_one(MIA, at=NOW, number=1042).are_enough


@pytest.mark.invariant(4)
@pytest.mark.parametrize(
    "event",
    [
        given(OMAR, revision="revision-0"),
        given(DANA),
        given(INES),
        given(BOT, kind="request.approved"),
        given(OMAR, kind="request.rejected"),
        given(OMAR, kind="request.run_unapproved"),
        given(OMAR, minutes=-60),
    ],
    ids=["another revision", "who asked", "an author", "the bot", "no approval", "run without approval", "too old"],
)
def test_what_does_not_count(event: Event) -> None:
    """Of another revision, by somebody who wrote it, by nobody, or longer ago than approvals last."""
    since = NOW - timedelta(minutes=60)

    assert approvals(a_request(), [event], needed=1, authors=[INES], since=since).given == {}


@pytest.mark.invariant(4)
def test_an_author_is_told_that_their_approval_does_not_count() -> None:
    """Whoever wrote part of what is asked for is no second pair of eyes."""
    with pytest.raises(OwnWords):
        approvals(a_request(), [], needed=1, authors=[DANA, OMAR]).with_one(OMAR, at=NOW, number=1042)


def test_a_second_approval_by_the_same_person_is_answered() -> None:
    """When they approved, and how many there are."""
    one = approvals(a_request(), [given(OMAR)], needed=2)

    with pytest.raises(AlreadyApproved) as told:
        one.with_one(OMAR, at=NOW + timedelta(minutes=1), number=1042)

    assert (told.value.fields["when"].at, told.value.fields["given"], told.value.fields["needed"]) == (NOW, 1, 2)


def test_whoever_has_approved_may_let_it_go_out_where_the_others_still_count() -> None:
    """ "Send now" on a held request by one of its approvers: no further person is needed."""
    both = approvals(a_request(), [given(OMAR), given(INES, kind="request.approved")], needed=2)

    assert both.with_one(OMAR, at=NOW, number=1042).are_enough


def test_where_nobody_has_to_approve_none_is_enough() -> None:
    assert approvals(a_request(revision=RevisionId("revision-1")), [], needed=0).are_enough
