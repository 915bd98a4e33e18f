"""How OCP writes tasks: the create answer, the task module's detail, the short entries of the list."""

from typing import Any

from .console import PERSON
from .states import Operation
from .subtask import Subtask
from .task import Task
from .times import stamp, whole_stamp
from .world import World

EXECUTOR = "192.0.2.10"


def created(task: Task, world: World) -> dict[str, Any]:
    """Return a TaskInstance: creator a string, no createTime; context and className only before 4.3."""
    nodes = [_bare_node(subtask, world) for subtask in _shuffled(task, world)]
    answer = _common(task) | {"creator": task.creator, "subtasks": nodes}
    if not world.is_4x:
        answer["context"] = _context(task)
    return answer


def wrapped(task: Task, world: World) -> dict[str, Any]:
    """Return a WrappedTaskInstance: creator an object, tags from 4.3 on."""
    answer = _common(task) | {
        "createTime": whole_stamp(task.started_at),
        "creator": _creator(task),
        "prohibitRollback": task.prohibits_rollback,
        "subtasks": [node(subtask, task, world) for subtask in _shuffled(task, world)],
    }
    if world.is_4x:
        answer |= {"tags": _tags(task, world), "isRemote": False}
    return answer


def short(task: Task, world: World) -> dict[str, Any]:
    """Return a list entry: no edges, and before 4.3 no operation of the task."""
    answer = {
        "id": task.id,
        "name": task.name,
        "status": task.status,
        "creator": _creator(task),
        "subtasks": [_short_node(subtask) for subtask in _shuffled(task, world)],
    } | _times(task)
    if world.is_4x:
        # The 4.3+ sample says "execute" for a task that was rolled back.
        operation = Operation.EXECUTE if task.is_undone else task.operation
        answer |= {"tags": _tags(task, world), "operation": operation.lower()}
    return answer


def node(subtask: Subtask, task: Task, world: World) -> dict[str, Any]:
    """Return one subtask as the task module writes it."""
    answer = _node(subtask) | {"createTime": whole_stamp(subtask.created_at)} | _times(subtask)
    if subtask.started_at:
        answer["executor"] = EXECUTOR
    if world.is_4x:
        answer |= {"taskId": task.id, "prohibitSkip": subtask.prohibit_skip}
    return answer


def _common(task: Task) -> dict[str, Any]:
    return {
        "id": task.id,
        "name": task.name,
        "status": task.status,
        "operation": task.operation,
        "type": "MANUAL",
        "taskDefinitionId": -1,
        "executor": EXECUTOR,
    } | _times(task)


def _context(task: Task) -> dict[str, Any]:
    hosts = {"host_ids": [str(number) for number in task.host_ids]} if task.host_ids else {}
    prohibits = "true" if task.prohibits_rollback else "false"
    return {"listMap": hosts, "parallel": False, "parallelIdx": -1, "stringMap": {"prohibit_rollback": prohibits}}


def _creator(task: Task) -> dict[str, Any]:
    return {"id": 100 if task.creator == PERSON else 300, "name": task.creator}


def _tags(task: Task, world: World) -> list[dict[str, Any]]:
    is_gone = task.cluster_id not in world.clusters
    return [{"deleted": is_gone, "obproxyClusterId": task.cluster_id, "obproxyClusterName": task.cluster_name}]


def _times(thing: Task | Subtask) -> dict[str, Any]:
    times = {"startTime": thing.started_at, "finishTime": thing.finished_at}
    return {name: stamp(moment) for name, moment in times.items() if moment}


def _shuffled(task: Task, world: World) -> list[Subtask]:
    return world.dice.sample(list(task.subtasks.values()), len(task.subtasks))


def _bare_node(subtask: Subtask, world: World) -> dict[str, Any]:
    if world.is_4x:
        return _node(subtask)
    name = "".join(word.capitalize() for word in subtask.name.split())
    return _node(subtask) | {"className": f"sandbox.ocp.task.obproxy.{name}Task"}


def _node(subtask: Subtask) -> dict[str, Any]:
    return _short_node(subtask) | {
        "seriesId": subtask.series_id,
        "parallelIdx": subtask.parallel_idx,
        "nodeType": "JAVA_TASK",
        "timeout": subtask.timeout_seconds,
        "runTime": subtask.run_time,
        "prohibitRollback": subtask.prohibit_rollback,
        "upstreams": subtask.upstreams,
        "downstreams": subtask.downstreams,
    }


def _short_node(subtask: Subtask) -> dict[str, Any]:
    return {
        "id": subtask.id,
        "name": subtask.name,
        "description": subtask.name,
        "status": subtask.status,
        "operation": subtask.operation,
    }
