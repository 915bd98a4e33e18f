"""Whatever people press and however time passes, the engine keeps its promises."""

from collections.abc import Callable
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.ocp import Refused
from bot.sandbox.ocp.runs import MOST_BUSY
from bot.sandbox.ocp.script import Failure, Script
from bot.sandbox.ocp.states import Operation, SubtaskStatus, TaskStatus
from bot.sandbox.ocp.task import Task

from .engine import BEGIN, INSTALL, PREPARE, START, WAIT, a_task, snapshot

NAMES = [PREPARE, INSTALL, WAIT, BEGIN, "Finish node"]
VERBS = ["wait", "wait", "retry", "rollback", "retry_subtask", "skip", "cancel"]
Step = tuple[str, int]
Before = dict[int, tuple[SubtaskStatus, Operation]]

failures = st.builds(
    Failure,
    name=st.sampled_from(NAMES),
    branch=st.sampled_from([None, 0, 1]),
    times=st.integers(1, 3),
    undo=st.booleans(),
)
steps = st.lists(
    st.tuples(st.sampled_from(VERBS), st.integers(0, 60)),
    max_size=25,
)
scripts = st.builds(
    Script,
    default_seconds=st.sampled_from([0.0, 0.4, 3.0]),
    failures=st.lists(failures, max_size=5),
    retries_by_name=st.dictionaries(st.sampled_from(NAMES), st.integers(0, 2), max_size=2),
    enforces_timeouts=st.booleans(),
    seconds_by_name=st.dictionaries(st.sampled_from(NAMES), st.sampled_from([1.0, 40.0]), max_size=2),
)


@settings(max_examples=300, deadline=None)
@given(hosts=st.sampled_from([0, 1, 3, 12]), script=scripts, steps=steps, flagged=st.sets(st.sampled_from(NAMES)))
def test_any_sequence_keeps_the_invariants(hosts: int, script: Script, steps: list[Step], flagged: set[str]) -> None:
    task, now = a_task(hosts, script=script), START
    for subtask in task.subtasks.values():
        subtask.prohibit_skip = subtask.name in flagged
        subtask.prohibit_rollback = subtask.name in flagged and subtask.name != PREPARE
    for verb, number in steps:
        if verb == "wait":
            now = _wait(task, now, seconds=number)
        else:
            _press(task, verb, number, now)
        _check(task)


@settings(max_examples=150, deadline=None)
@given(hosts=st.sampled_from([0, 1, 3, 12]), script=scripts, steps=steps)
def test_every_task_can_be_brought_to_an_end(hosts: int, script: Script, steps: list[Step]) -> None:
    """Left alone it comes to rest, and whatever it rests at, retry or rollback leads out in the end."""
    task, now = a_task(hosts, script=script), START
    for verb, number in steps:
        now += timedelta(seconds=number)
        task.advance(now)
        _press(task, verb, number, now)
    for _ in range(60):
        now += timedelta(seconds=4000)
        task.advance(now)
        if task.status is TaskStatus.SUCCESSFUL:
            return
        assert task.status is TaskStatus.FAILED
        script.enforces_timeouts = False
        _press(task, "rollback" if task.operation is Operation.ROLLBACK else "retry", 0, now)
    raise AssertionError("never came to an end")


def _wait(task: Task, now: datetime, *, seconds: int) -> datetime:
    """Let time pass tick by tick, looking at every single one."""
    for _ in range(seconds):
        before = {s.id: (s.status, s.operation) for s in task.subtasks.values()}
        now += timedelta(seconds=1)
        task.advance(now)
        _check(task)
        _check_starts(task, before)
    return now


def _press(task: Task, verb: str, number: int, now: datetime) -> None:
    """Press one button; a refusal must leave everything as it was."""
    before = snapshot(task)
    subtask = _chosen(task, number)
    calls: dict[str, Callable[[], object]] = {
        "wait": lambda: None,
        "retry": lambda: task.retry(now),
        "rollback": lambda: task.rollback(now),
        "retry_subtask": lambda: task.retry_subtask(subtask, now),
        "skip": lambda: task.skip(subtask, now),
        "cancel": lambda: task.cancel(subtask, now),
    }
    try:
        calls[verb]()
    except Refused:
        assert snapshot(task) == before


def _chosen(task: Task, number: int) -> int:
    """Every other time one of those on which something can be pressed, if there are any."""
    lively = [s.id for s in task.subtasks.values() if s.status in {SubtaskStatus.FAILED, SubtaskStatus.RUNNING}]
    pool = sorted(lively if lively and number % 2 else task.subtasks)
    return pool[number // 2 % len(pool)]


def _check(task: Task) -> None:
    subtasks = list(task.subtasks.values())
    assert sum(s.is_busy for s in subtasks) <= MOST_BUSY
    if task.is_done:
        assert all(s.status is SubtaskStatus.SUCCESSFUL for s in subtasks)
    if task.is_undone:
        assert all(s.status is SubtaskStatus.PENDING for s in subtasks)
    if task.status is TaskStatus.FAILED:
        assert any(s.status is SubtaskStatus.FAILED for s in subtasks)
    if task.status is not TaskStatus.RUNNING:
        assert not any(s.is_busy for s in subtasks)
        assert task.finished_at is not None
    assert all(s.started_at for s in subtasks if s.finished_at)


def _check_starts(task: Task, before: Before) -> None:
    """What left PENDING had its upstreams SUCCESSFUL; what is being undone had its downstreams PENDING."""
    for subtask in task.subtasks.values():
        was, _ = before[subtask.id]
        if subtask.status is was:
            continue
        if subtask.operation is Operation.ROLLBACK and subtask.status is SubtaskStatus.READY:
            assert all(task.subtasks[n].status is SubtaskStatus.PENDING for n in subtask.downstreams)
        if was is SubtaskStatus.PENDING:
            assert not any(s.status is SubtaskStatus.FAILED for s in task.subtasks.values())
            assert all(task.subtasks[n].status is SubtaskStatus.SUCCESSFUL for n in subtask.upstreams)
