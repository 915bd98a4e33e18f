"""What is said of an outage's subtasks is what the looks after it have found."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.diff import Change, diff
from bot.domain.event import Event
from bot.domain.meanwhile import moved_to
from tests.builders import a_mark, a_task, an_event

S, R, F, P = "SUCCESSFUL", "RUNNING", "FAILED", "PENDING"
STATES = st.lists(st.sampled_from([S, R, F, P]), min_size=12, max_size=12)


def look(changes: Sequence[Change]) -> Event:
    return an_event("task.changed", {"task": 1, "changes": [change.to_json() for change in changes]})


def test_a_subtask_counts_once_in_the_state_that_it_has_now() -> None:
    """Over several looks; the task itself is no subtask."""
    looks = [a_task(R), a_task(R, R, R), a_task(F, S, R, F)]

    assert moved_to([look(diff(*pair)) for pair in pairwise(looks)]) == {S: 1, R: 1, F: 1}


def test_nothing_has_moved_where_nothing_was_seen() -> None:
    """And what came back to where it was has not moved either."""
    there, back = a_task(R, P), a_task(R, R)

    assert moved_to([]) == {}
    assert moved_to([look(diff(there, back)), look(diff(back, there))]) == {}


def test_what_has_failed_again_counts() -> None:
    """The same state, and another end."""
    failed, again = a_mark(F), a_mark(F, 300, run_time=2)

    assert moved_to([look([Change(subtask=1, name="Install rpm", was=failed, now=again)])]) == {F: 1}


def test_two_requests_may_have_subtasks_of_the_same_id() -> None:
    """Another OCP under the same name counts from the start."""
    change = Change(subtask=1, name="Install rpm", was=a_mark(R), now=a_mark(S))
    [first] = [look([change])]
    second = an_event("task.changed", {"task": 2, "changes": [change.to_json()]}, seq=2)

    assert moved_to([first, second]) == {S: 1}
    assert moved_to([first, replace(first, timeline="request-2")]) == {S: 2}


def test_what_another_version_wrote_is_passed_over() -> None:
    """It says nothing that could be counted."""
    assert moved_to([an_event("task.changed", {"changes": changes}) for changes in ({"new": 1}, [3], None)]) == {}


@given(st.lists(STATES, min_size=2, max_size=5))
def test_only_the_first_and_the_last_look_matter(states: list[list[str]]) -> None:
    """However often somebody looked in between."""
    looks = [a_task(R, *each) for each in states]

    all_looks = moved_to([look(diff(*pair)) for pair in pairwise(looks)])

    assert all_looks == moved_to([look(diff(looks[0], looks[-1]))])
