"""Differences: everything that differs between two looks, and nothing else."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.diff import Change, diff
from bot.domain.task import Print, Task, in_order

from .strategies import tasks

Prints = dict[int | None, Print]


def prints(task: Task) -> Prints:
    """Return subtask id -> fingerprint; the task's own under None."""
    return {None: task.mark, **{each.id: each.mark for each in task.known_subtasks}}


def applied(changes: tuple[Change, ...], to: Mapping[int | None, Print]) -> Prints:
    """Return fingerprints with *changes* made."""
    result = dict(to)
    for change in changes:
        if change.now is None:
            del result[change.subtask]
        else:
            result[change.subtask] = change.now
    return result


@pytest.mark.invariant(3)
@given(tasks())
def test_a_look_does_not_differ_from_itself(task: Task) -> None:
    assert diff(task, task) == ()


@pytest.mark.invariant(3)
@given(tasks(known=True), tasks())
def test_the_changes_lead_from_one_look_to_the_next(before: Task, after: Task) -> None:
    """Nothing that differs is missing, and each change knows what was."""
    changes = diff(before, after)

    assert applied(changes, prints(before)) == prints(after.over(before))
    assert all(change.was == prints(before).get(change.subtask) for change in changes)
    assert all(change.was != change.now for change in changes)
    assert len({change.subtask for change in changes}) == len(changes)


@given(tasks(known=True), tasks(known=True).flatmap(lambda t: st.tuples(st.just(t), st.permutations(t.known_subtasks))))
def test_the_order_of_subtasks_means_nothing(before: Task, pair: tuple[Task, list[object]]) -> None:
    after, shuffled = pair

    assert diff(before, replace(after, subtasks=tuple(shuffled))) == diff(before, after)  # type: ignore[arg-type]


@pytest.mark.invariant(3)
@given(tasks(), tasks())
def test_subtasks_that_are_not_told_have_not_changed(before: Task, after: Task) -> None:
    """At most the task's own change is left."""
    assert {change.subtask for change in diff(before, replace(after, subtasks=None))} <= {None}


@given(tasks(known=True), tasks(known=True))
def test_the_task_comes_first_then_upstream_first(before: Task, after: Task) -> None:
    everyone = {**{s.id: s for s in before.known_subtasks}, **{s.id: s for s in after.known_subtasks}}
    expected = [None, *(each.id for each in in_order(everyone.values()))]

    found = [change.subtask for change in diff(before, after)]

    assert found == [id_ for id_ in expected if id_ in found]


@pytest.mark.invariant(3)
@given(tasks(), tasks())
def test_a_change_survives_its_json(before: Task, after: Task) -> None:
    """An event keeps all of it; members of later versions are passed over."""
    for change in diff(before, after):
        stored = json.loads(json.dumps({**change.to_json(), "later": 1}))

        assert Change.from_json(stored) == change
