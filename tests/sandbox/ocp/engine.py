"""Builders and claims for tests of the engine alone."""

import random
from datetime import UTC, datetime, timedelta

from bot.sandbox.ocp.graph import install_graph
from bot.sandbox.ocp.script import Failure, Script
from bot.sandbox.ocp.states import Operation, SubtaskStatus, TaskStatus
from bot.sandbox.ocp.subtask import Subtask
from bot.sandbox.ocp.task import Task

START = datetime(2026, 3, 11, 2, 15, 2, 417000, tzinfo=UTC)
PREPARE, INSTALL, BEGIN = "Prepare obproxy install", "Install rpm by package and version", "Start obproxy process"
WAIT, FINISH = "Wait node", "Finish node"


def a_task(hosts: int = 3, *, failures: tuple[Failure, ...] = (), script: Script | None = None) -> Task:
    """Return a fresh install task on so many hosts, each subtask of 6 seconds."""
    addresses = [f"192.0.2.{number}" for number in range(1, hosts + 1)]
    subtasks = install_graph(addresses, created_at=START, ids=range(100, 200), rng=random.Random(7))
    return Task(
        id=41257,
        name="Install obproxy",
        creator="admin",
        started_at=START,
        subtasks=subtasks,
        script=script or Script(failures=list(failures)),
        cluster_id=27,
        cluster_name="pay_01",
    )


def at(seconds: float) -> datetime:
    """Return that many seconds after the task's start."""
    return START + timedelta(seconds=seconds)


def named(task: Task, name: str, branch: int | None = None) -> Subtask:
    """Return the first subtask of that name (and parallelIdx)."""
    found = [s for s in task.subtasks.values() if s.name == name and branch in {None, s.parallel_idx}]
    return found[0]


def states(task: Task) -> set[SubtaskStatus]:
    return {subtask.status for subtask in task.subtasks.values()}


def snapshot(task: Task) -> object:
    """Return everything of the task that an answer could show."""
    own = (task.status, task.operation, task.finished_at, task.prohibits_rollback)
    nodes = [
        (s.id, s.status, s.operation, s.run_time, s.started_at, s.finished_at, s.log)
        for s in sorted(task.subtasks.values(), key=lambda s: s.id)
    ]
    return own, nodes


def failed_task(name: str = INSTALL, branch: int | None = 1, hosts: int = 3) -> Task:
    """Return a task that stands at FAILED because of that subtask."""
    task = a_task(hosts, failures=(Failure(name=name, branch=branch),))
    task.advance(at(300))
    assert (task.status, task.operation) == (TaskStatus.FAILED, Operation.EXECUTE)
    return task
