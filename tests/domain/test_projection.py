"""What a thread shows next, and how much of a backlog at once."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.audience import Who
from bot.domain.event import Event, Kind
from bot.domain.pace import PROGRESS_SECONDS
from bot.domain.projection import MOST_EVENTS, MOST_REPLIES, Reply, Wait, next_step
from tests.builders import NOW, an_event

EVERYBODY = frozenset(Who)
KINDS = st.sampled_from([*Kind, "of.another.version"])
PAUSES = st.lists(st.integers(0, 40), min_size=1)


def test_progress_waits_and_is_gathered() -> None:
    """Fifteen seconds after the last reply, in one."""
    events = [an_event(Kind.CHANGED, seq=seq) for seq in range(1, 4)]
    since = NOW - timedelta(seconds=5)

    waits = next_step(events, last_reply_at=since, now=NOW, called=EVERYBODY)
    due = next_step(events, last_reply_at=since, now=NOW + timedelta(seconds=10), called=EVERYBODY)

    assert waits == Wait(NOW + timedelta(seconds=10))
    assert due == Reply(upto=3, events=tuple(events), is_urgent=False)


def test_what_matters_takes_the_progress_before_it_along() -> None:
    """At once, and it calls those whom it is for, if this thread calls them."""
    events = [an_event(Kind.CHANGED, seq=1), an_event(Kind.FAILED, seq=2)]

    step = next_step(events, last_reply_at=NOW, now=NOW, called=frozenset({Who.OPERATORS}))

    assert step == Reply(upto=2, events=tuple(events), mentions=(Who.OPERATORS,), broadcast=True)


@given(st.lists(KINDS, max_size=2_000))
def test_however_much_was_missed_a_handful_of_replies_tells_it(kinds: list[str]) -> None:
    """Every event is in one of them, in order."""
    events = [an_event(kind, seq=seq) for seq, kind in enumerate(kinds, 1)]

    replies = _caught_up(events)

    assert len(replies) <= MOST_REPLIES
    assert [event for each in replies for event in each.events] == [e for e in events if _is_shown(e)]
    assert [each.upto for each in replies] == sorted({each.upto for each in replies})


def test_a_backlog_keeps_its_end_in_small_replies() -> None:
    """The first reply takes what the others leave."""
    events = [an_event(Kind.CHANGED, seq=seq) for seq in range(1, 721)]

    assert [len(each.events) for each in _caught_up(events)] == [570, MOST_EVENTS, MOST_EVENTS, MOST_EVENTS]


@pytest.mark.invariant(2)
@given(st.lists(KINDS, max_size=130), PAUSES)
def test_every_event_is_shown_once_and_in_order(kinds: list[str], pauses: list[int]) -> None:
    """However they come and whenever somebody looks: what has words is in one reply, the cursor ends at the end."""
    events = [an_event(kind, seq=number) for number, kind in enumerate(kinds, 1)]

    replies = _looked_at(events, pauses)

    assert [event for reply in replies for event in reply.events] == [e for e in events if _is_shown(e)]
    assert [reply.upto for reply in replies] == sorted({reply.upto for reply in replies})
    assert (replies[-1].upto if replies else 0) == len(events)


@pytest.mark.invariant(2)
@given(st.integers(1, 49), st.integers(0, int(PROGRESS_SECONDS * 1000) - 1))
def test_progress_is_gathered_and_never_dropped(count: int, milliseconds: int) -> None:
    """Within a quarter of a minute after a reply it waits; then all of it is one reply."""
    events = [an_event(Kind.CHANGED, seq=number) for number in range(1, count + 1)]
    early = NOW + timedelta(milliseconds=milliseconds)

    step = next_step(events, last_reply_at=NOW, now=early, called=EVERYBODY)
    assert isinstance(step, Wait)
    later = next_step(events, last_reply_at=NOW, now=step.until, called=EVERYBODY)

    assert isinstance(later, Reply)
    assert list(later.events) == events


def _looked_at(events: list[Event], pauses: list[int]) -> list[Reply]:
    """Return the replies of a thread that is looked at after each of *pauses* seconds, again and again."""
    replies: list[Reply] = []
    cursor, now, last = 0, NOW, None
    while True:
        now += timedelta(seconds=pauses[len(replies) % len(pauses)])
        step = next_step(events[cursor:], last_reply_at=last, now=now, called=EVERYBODY)
        if step is None:
            return replies
        if isinstance(step, Wait):
            now = _waited(step, now)
        else:
            replies.append(step)
            cursor, last = step.upto, now


def _waited(step: Wait, now: datetime) -> datetime:
    """Return the time after waiting, which must not be over before it began."""
    assert step.until > now
    return step.until


def _caught_up(events: list[Event]) -> list[Reply]:
    replies, cursor = [], 0
    while isinstance(step := next_step(events[cursor:], last_reply_at=None, now=NOW, called=EVERYBODY), Reply):
        replies.append(step)
        cursor = step.upto
    return replies


def _is_shown(event: Event) -> bool:
    step = next_step([event], last_reply_at=None, now=NOW, called=EVERYBODY)
    return isinstance(step, Reply) and bool(step.events)
