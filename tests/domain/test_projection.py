"""What a thread shows next: every event once and in order, whatever was shown when."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.audience import showing
from bot.domain.event import Event, Kind
from bot.domain.pace import PROGRESS_SECONDS
from bot.domain.projection import Reply, Wait, next_step
from tests.builders import NOW, an_event

KINDS = st.lists(st.sampled_from([*Kind, "of.a.later.version"]), max_size=130)
PAUSES = st.lists(st.integers(0, 40), min_size=1)


@pytest.mark.invariant(2)
@given(KINDS, PAUSES, st.booleans(), st.booleans())
def test_every_event_is_shown_once_and_in_order(
    kinds: list[str], pauses: list[int], is_home: bool, is_alone: bool
) -> None:
    """However they come and whenever somebody looks: what has words is in one reply, the cursor ends at the end."""
    events = [an_event(kind, seq=number) for number, kind in enumerate(kinds, 1)]

    replies = shown(events, pauses, is_home=is_home, is_alone=is_alone)

    assert [event for reply in replies for event in reply.events] == [e for e in events if showing(e.kind).as_text]
    assert [reply.upto for reply in replies] == sorted({reply.upto for reply in replies})
    assert (replies[-1].upto if replies else 0) == len(events)


@pytest.mark.invariant(2)
@given(st.integers(1, 49), st.integers(0, int(PROGRESS_SECONDS * 1000) - 1))
def test_progress_is_gathered_and_never_dropped(count: int, milliseconds: int) -> None:
    """Within a quarter of a minute after a reply it waits; then all of it is one reply."""
    events = [an_event(Kind.CHANGED, seq=number) for number in range(1, count + 1)]
    early = NOW + timedelta(milliseconds=milliseconds)

    step = next_step(events, last_reply_at=NOW, now=early, is_home=False, is_alone=False)
    assert isinstance(step, Wait)
    later = next_step(events, last_reply_at=NOW, now=step.until, is_home=False, is_alone=False)

    assert isinstance(later, Reply)
    assert list(later.events) == events


def shown(events: list[Event], pauses: list[int], *, is_home: bool, is_alone: bool) -> list[Reply]:
    """Return the replies of a thread that is looked at after each of *pauses* seconds, again and again."""
    replies: list[Reply] = []
    cursor, now, last = 0, NOW, None
    while True:
        now += timedelta(seconds=pauses[len(replies) % len(pauses)])
        step = next_step(events[cursor:], last_reply_at=last, now=now, is_home=is_home, is_alone=is_alone)
        if step is None:
            return replies
        if isinstance(step, Wait):
            now = waited(step, now)
        else:
            replies.append(step)
            cursor, last = step.upto, now


def waited(step: Wait, now: datetime) -> datetime:
    """Return the time after waiting, which must not be over before it began."""
    assert step.until > now
    return step.until
