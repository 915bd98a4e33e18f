"""Tasks: order, progress and what a look means."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.task import (
    FAILED,
    PENDING,
    RUNNING,
    SUCCESSFUL,
    Outcome,
    Print,
    Subtask,
    Task,
    branches,
    in_order,
    outcome,
    progress,
)
from tests.builders import a_mark, a_task, stages

from .strategies import PRINTS, nodes, tasks

FINISHED = {Outcome.DONE, Outcome.FAILED, Outcome.ROLLED_BACK}


def edges(subtasks: tuple[Subtask, ...]) -> set[tuple[int, int]]:
    ids = {each.id for each in subtasks}
    ups = {(up, each.id) for each in subtasks for up in each.upstreams}
    downs = {(each.id, down) for each in subtasks for down in each.downstreams}
    return {(up, down) for up, down in ups | downs if up in ids and down in ids and up != down}


@given(nodes())
def test_order_loses_nothing_and_repeats_nothing(subtasks: tuple[Subtask, ...]) -> None:
    """Cycles and unknown ids included."""
    assert sorted(each.id for each in in_order(subtasks)) == sorted(each.id for each in subtasks)


@given(nodes().flatmap(lambda subtasks: st.tuples(st.just(subtasks), st.permutations(subtasks))))
def test_order_comes_from_the_edges_alone(pair: tuple[tuple[Subtask, ...], list[Subtask]]) -> None:
    """In which order OCP lists subtasks means nothing."""
    subtasks, shuffled = pair

    assert in_order(shuffled) == in_order(subtasks)


@given(nodes())
def test_order_is_upstream_first(subtasks: tuple[Subtask, ...]) -> None:
    """Without cycles every edge points forwards; only those from smaller to greater ids are kept, so there is none."""
    sound = tuple(
        replace(
            each,
            upstreams=tuple(up for up in each.upstreams if up < each.id),
            downstreams=tuple(down for down in each.downstreams if down > each.id),
        )
        for each in subtasks
    )

    place = {each.id: index for index, each in enumerate(in_order(sound))}

    assert all(place[up] < place[down] for up, down in edges(sound))


def test_siblings_come_by_branch() -> None:
    """OCP's install task reads like its picture."""
    ordered = in_order(reversed(stages()))

    assert [each.id for each in ordered] == [each.id for each in stages()]
    assert [each.branch for each in ordered[1:4]] == [0, 1, 2]


@given(tasks())
def test_progress_counts_every_subtask_once(task: Task) -> None:
    """By state and in all."""
    found = progress(task)

    assert sum(found.by_state.values()) == found.total == len(task.known_subtasks)
    assert 0 <= found.done <= found.total


def test_a_rollback_counts_what_is_undone() -> None:
    """PENDING is what a rollback leaves behind."""
    undoing = a_task(RUNNING, SUCCESSFUL, SUCCESSFUL, mark=a_mark(RUNNING, operation="ROLLBACK"))

    assert progress(undoing).done == 10


@given(tasks(known=True))
def test_successful_with_a_pending_subtask_is_never_done(task: Task) -> None:
    """OCP calls a finished rollback SUCCESSFUL too."""
    waiting = Subtask(id=99, name="Wait node", mark=Print(PENDING))
    task = replace(task, mark=replace(task.mark, status=SUCCESSFUL), subtasks=(*task.known_subtasks, waiting))

    assert outcome(task) is Outcome.ROLLED_BACK


@given(tasks(), st.text(max_size=9).filter(lambda status: status not in {FAILED, SUCCESSFUL}))
def test_an_unknown_state_never_ends(task: Task, status: str) -> None:
    """Only what is known to be an end is one."""
    assert outcome(replace(task, mark=replace(task.mark, status=status))) is Outcome.WORKING


@given(tasks(known=True), PRINTS)
def test_done_means_that_every_subtask_is(task: Task, mark: Print) -> None:
    """No other combination is done."""
    is_all_there = all(each.mark.status == SUCCESSFUL for each in task.known_subtasks)
    is_done = task.mark.status == SUCCESSFUL and task.mark.operation != "ROLLBACK" and is_all_there

    assert (outcome(task) is Outcome.DONE) == is_done


@given(tasks())
def test_a_task_whose_subtasks_are_not_told_is_not_done(task: Task) -> None:
    """Unknown is not empty."""
    assert outcome(replace(task, subtasks=None)) in {Outcome.WORKING, Outcome.FAILED}


@given(tasks(), tasks())
def test_missing_subtasks_change_nothing(before: Task, after: Task) -> None:
    """A look without subtasks keeps those of the look before; one with them keeps its own."""
    assert after.over(before).subtasks == (before.subtasks if after.subtasks is None else after.subtasks)


@given(nodes())
def test_branches_are_counted_from_one(subtasks: tuple[Subtask, ...]) -> None:
    """A node without siblings of its name has none; no branch is beyond its stage."""
    places = branches(subtasks)

    stages = Counter(each.name for each in subtasks if each.branch >= 0)
    assert places.keys() == {each.id for each in subtasks if each.branch >= 0 and stages[each.name] > 1}
    assert all(1 <= branch <= of for branch, of in places.values())
