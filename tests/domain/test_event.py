"""The chain of events: whole as written, and a break is found wherever somebody wrote over it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.event import Event, Fact, Kind, canonical, chain, digest, first_broken
from tests.builders import NOW

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)
FACTS = st.builds(Fact, kind=st.sampled_from(sorted(Kind)), data=st.dictionaries(st.text(max_size=5), JSON, max_size=3))
TIMELINES = st.lists(FACTS, min_size=2, max_size=6).map(lambda facts: chain("request-1", 0, "", facts, NOW))


@given(st.lists(FACTS, max_size=6), st.integers(0, 6))
def test_a_timeline_verifies_however_it_was_written(facts: list[Fact], at: int) -> None:
    """In one go or in two, an event has the same hash."""
    first = chain("request-1", 0, "", facts[:at], NOW)
    head = first[-1].hash if first else ""
    both = [*first, *chain("request-1", len(first), head, facts[at:], NOW)]

    assert both == chain("request-1", 0, "", facts, NOW)
    assert first_broken(both) is None


@pytest.mark.invariant(3)
@given(TIMELINES, st.data())
def test_a_removed_event_is_found(events: list[Event], data: st.DataObject) -> None:
    """But not a cut end: nothing follows from it."""
    gone = data.draw(st.integers(0, len(events) - 2))

    assert first_broken([*events[:gone], *events[gone + 1 :]]) == gone + 1
    assert first_broken(events[:-1]) is None


@given(TIMELINES, st.data())
def test_swapped_events_are_found(events: list[Event], data: st.DataObject) -> None:
    one, other = sorted(data.draw(st.permutations(range(len(events))))[:2])
    swapped = list(events)
    swapped[one], swapped[other] = swapped[other], swapped[one]

    assert first_broken(swapped) == one + 1


@given(TIMELINES, st.data())
def test_a_repeated_event_is_found(events: list[Event], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(events) - 1))

    assert first_broken([*events[: index + 1], *events[index:]]) == index + 2


@pytest.mark.parametrize("name", ["timeline", "at", "actor", "role", "kind", "data", "prev", "hash"])
@given(TIMELINES, st.text(max_size=8), st.data())
def test_a_changed_event_is_found(name: str, events: list[Event], text: str, data: st.DataObject) -> None:
    """Whichever column was written over."""
    index = data.draw(st.integers(0, len(events) - 1))
    assume(getattr(events[index], name) != text)
    column: dict[str, Any] = {name: text}
    changed = [*events[:index], replace(events[index], **column), *events[index + 1 :]]

    assert first_broken(changed) == index + 1


@given(TIMELINES, st.data())
def test_a_change_that_mends_its_own_hash_is_found(events: list[Event], data: st.DataObject) -> None:
    """Whoever knows the formula still breaks the next event."""
    index = data.draw(st.integers(0, len(events) - 2))
    head = events[index].prev
    [forged] = chain("request-1", index, head, [Fact("request.approved", {"forged": True})], NOW)

    assert first_broken([*events[:index], forged, *events[index + 1 :]]) == index + 2


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=5))
def test_the_same_content_is_the_same_text(content: dict[str, object]) -> None:
    """In whatever order it was put together."""
    turned = dict(reversed(content.items()))

    assert canonical(turned) == canonical(content)
    assert digest(canonical(turned)) == digest(canonical(content))


def test_times_are_stored_in_utc() -> None:
    """Whatever zone they came in."""
    there = datetime(2026, 11, 24, 22, 2, tzinfo=timezone(timedelta(hours=8)))

    [event] = chain("request-1", 0, "", [Fact("request.asked")], there)

    assert event.at == "2026-11-24T14:02:00+00:00"
    assert event.time == there
    assert event.time.tzinfo == UTC
