"""An OCP task: a DAG of subtasks, as one look at its detail shows it."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto
from typing import Self

PENDING, READY, RUNNING, CANCELING = "PENDING", "READY", "RUNNING", "CANCELING"
FAILED, SUCCESSFUL = "FAILED", "SUCCESSFUL"
ROLLBACK = "ROLLBACK"


@dataclass(frozen=True, slots=True)
class Print:
    """The part of a task's or subtask's fingerprint that can change. Times are OCP's own text; None is unknown."""

    status: str
    operation: str | None = None
    run_time: int | None = None
    start: str | None = None
    finish: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtask:
    """One node. `upstreams` and `downstreams` hold subtask ids; `branch` is OCP's parallelIdx, -1 for a lone node."""

    id: int
    name: str
    mark: Print
    upstreams: tuple[int, ...] = ()
    downstreams: tuple[int, ...] = ()
    branch: int = -1
    timeout_seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """
    One look at a task (OCP API, Query task details).

    `subtasks` is None when the answer had none to tell, which is not the same as empty. Unknown states stay as
    OCP spelt them. `clusters` are the OBProxy cluster names in its tags (OCP 4.3 and later).
    """

    id: int
    name: str
    mark: Print
    subtasks: tuple[Subtask, ...] | None = None
    creator: str | None = None
    prohibit_rollback: bool | None = None
    clusters: tuple[str, ...] = ()
    started_at: datetime | None = None

    def over(self, before: Self) -> Self:
        """Return this look with what it did not tell taken from the one *before*: missing subtasks change nothing."""
        return replace(self, subtasks=before.subtasks) if self.subtasks is None else self

    @property
    def known_subtasks(self) -> tuple[Subtask, ...]:
        """The subtasks, none if they are not known."""
        return self.subtasks or ()

    @property
    def is_undoing(self) -> bool:
        """Whether a rollback is what it does now."""
        return self.mark.operation == ROLLBACK


class Outcome(Enum):
    """What a look means for the request."""

    WORKING = auto()
    FAILED = auto()
    DONE = auto()
    ROLLED_BACK = auto()


def outcome(task: Task) -> Outcome:
    """
    Tell what the state of *task* means; what is unknown counts as working, never as finished.

    Done: SUCCESSFUL, operation not ROLLBACK, every subtask SUCCESSFUL. SUCCESSFUL with PENDING subtasks, or in a
    rollback, means undone. Unknown subtasks keep it open.
    """
    if task.mark.status == FAILED:
        return Outcome.FAILED
    if task.mark.status != SUCCESSFUL or task.subtasks is None:
        return Outcome.WORKING
    states = {subtask.mark.status for subtask in task.subtasks}
    if PENDING in states or task.is_undoing:
        return Outcome.ROLLED_BACK
    return Outcome.DONE if states <= {SUCCESSFUL} else Outcome.WORKING


def in_order(subtasks: Iterable[Subtask]) -> tuple[Subtask, ...]:
    """
    Return *subtasks* upstream first; ties by branch, then id.

    Only the edges give the order. Edges to unknown ids are ignored; what stands in a cycle comes in the order of ids.
    """
    nodes = {subtask.id: subtask for subtask in subtasks}
    waits_for, leads_to = _edges(nodes)
    ready = [_rank(nodes[id_]) for id_ in nodes if not waits_for[id_]]
    heapq.heapify(ready)
    rest = sorted(id_ for id_ in nodes if waits_for[id_])
    ordered: list[Subtask] = []
    while len(ordered) < len(nodes):
        if not ready:
            stuck = next(id_ for id_ in rest if waits_for[id_])
            waits_for[stuck].clear()
            heapq.heappush(ready, _rank(nodes[stuck]))
        subtask = nodes[heapq.heappop(ready)[1]]
        ordered.append(subtask)
        for id_ in leads_to[subtask.id]:
            if subtask.id in waits_for[id_]:
                waits_for[id_].discard(subtask.id)
                if not waits_for[id_]:
                    heapq.heappush(ready, _rank(nodes[id_]))
    return tuple(ordered)


def _rank(subtask: Subtask) -> tuple[int, int]:
    return (subtask.branch, subtask.id)


def _edges(nodes: Mapping[int, Subtask]) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """Return (id -> ids it waits for, id -> ids that wait for it); either side of an edge is enough to know it."""
    waits_for: dict[int, set[int]] = defaultdict(set)
    leads_to: dict[int, set[int]] = defaultdict(set)
    for node in nodes.values():
        pairs = [(up, node.id) for up in node.upstreams] + [(node.id, down) for down in node.downstreams]
        for up, down in pairs:
            if up in nodes and down in nodes and up != down:
                waits_for[down].add(up)
                leads_to[up].add(down)
    return waits_for, leads_to


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a task is: subtasks by state, and how many of `total` are done (undone, in a rollback)."""

    done: int
    total: int
    by_state: Mapping[str, int]


def progress(task: Task) -> Progress:
    """Count *task*'s subtasks; in a rollback PENDING is what is done, so the count never seems to fall."""
    by_state = Counter(subtask.mark.status for subtask in task.known_subtasks)
    done = by_state[PENDING if task.is_undoing else SUCCESSFUL]
    return Progress(done, len(task.known_subtasks), dict(sorted(by_state.items())))


def branches(subtasks: Iterable[Subtask]) -> dict[int, tuple[int, int]]:
    """Return subtask id -> (its branch from 1, branches of its stage) for those with siblings of the same name."""
    stages: dict[str, list[Subtask]] = defaultdict(list)
    for subtask in subtasks:
        if subtask.branch >= 0:
            stages[subtask.name].append(subtask)
    with_siblings = [stage for stage in stages.values() if len(stage) > 1]
    return {s.id: (s.branch + 1, max(len(stage), s.branch + 1)) for stage in with_siblings for s in stage}
