"""What differs between two looks at a task: every field of the fingerprint, upstream first."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from .task import Print, Subtask, Task, branches, in_order


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """
    One node, or the task itself (`subtask` None), that differs.

    `was` is None for a node that was not there before, `now` for one that is not there any more. `branch` and `of`
    count the siblings of a parallel stage from 1; 0 of 0 is a lone node.
    """

    subtask: int | None
    name: str
    was: Print | None
    now: Print | None
    branch: int = 0
    of: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the form that is kept in an event."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_json` gave; members that a later version added are passed over."""
        return cls(
            subtask=data.get("subtask"),
            name=str(data.get("name", "")),
            was=_print(data.get("was")),
            now=_print(data.get("now")),
            branch=int(data.get("branch") or 0),
            of=int(data.get("of") or 0),
        )


def _print(data: Mapping[str, Any] | None) -> Print | None:
    if data is None:
        return None
    known = {name: data.get(name) for name in ("operation", "run_time", "start", "finish")}
    return Print(str(data.get("status", "")), **known)


def diff(before: Task, after: Task) -> tuple[Change, ...]:
    """
    Return what changed from *before* to *after*: the task first, then its subtasks, upstream first.

    Only what the fingerprint covers counts: task and subtasks by id with status, operation, runTime, startTime and
    finishTime. The order of subtasks means nothing, and subtasks that *after* does not tell have not changed.
    """
    after = after.over(before)
    changes = [_change_of_task(before, after)] if before.mark != after.mark else []
    return (*changes, *_changes_of_subtasks(before.known_subtasks, after.known_subtasks))


def _change_of_task(before: Task, after: Task) -> Change:
    return Change(subtask=None, name=after.name, was=before.mark, now=after.mark)


def _changes_of_subtasks(before: Iterable[Subtask], after: Iterable[Subtask]) -> list[Change]:
    old = {subtask.id: subtask for subtask in before}
    new = {subtask.id: subtask for subtask in after}
    everyone = {**old, **new}
    places = branches(everyone.values())
    changes = []
    for node in in_order(everyone.values()):
        was = old[node.id].mark if node.id in old else None
        now = new[node.id].mark if node.id in new else None
        if was != now:
            branch, of = places.get(node.id, (0, 0))
            changes.append(Change(subtask=node.id, name=node.name, was=was, now=now, branch=branch, of=of))
    return changes
