"""
Tolerant readers of what OCP tells: tasks, clusters, hosts, packages (OCP API, and the quirks of its pages).

Each returns None for what cannot be told apart from nothing; none raises, whatever the JSON is.
"""

from typing import Any

from bot.domain.inventory import Cluster, Host, ObCluster, Package
from bot.domain.task import Print, Subtask, Task

from .times import parse_time
from .values import Json, first, flag, ident, idents, integer, name_of, objects, text

UNKNOWN = "UNKNOWN"
OBPROXY_PACKAGE = "OBPROXY_INSTALL_PACKAGE"


def read_task(data: object) -> Task | None:
    """Return a task; None without an id. Times stay OCP's own text, states its own words."""
    id_ = ident(data.get("id")) if isinstance(data, dict) else None
    if id_ is None or not isinstance(data, dict):
        return None
    tags = [text(tag.get("obproxyClusterName")) for tag in objects(data.get("tags"))]
    return Task(
        id=id_,
        name=text(data.get("name")) or "",
        mark=_print(data),
        subtasks=_subtasks(data),
        creator=name_of(data.get("creator")),
        prohibit_rollback=flag(data.get("prohibitRollback")),
        clusters=tuple(dict.fromkeys(name for name in tags if name)),
        started_at=parse_time(data.get("startTime")),
    )


def _print(data: Json) -> Print:
    operation = text(data.get("operation"))
    return Print(
        status=text(data.get("status")) or UNKNOWN,
        operation=operation.upper() if operation else None,
        run_time=integer(data.get("runTime")),
        start=text(data.get("startTime")),
        finish=text(data.get("finishTime")),
    )


def _subtasks(data: Json) -> tuple[Subtask, ...] | None:
    """Return the nodes, None if they are not told; older answers call them `tasks`."""
    told = next((data[name] for name in ("subtasks", "tasks") if isinstance(data.get(name), list)), None)
    if told is None:
        return None
    found = [_subtask(entry) for entry in told]
    readable = tuple(subtask for subtask in found if subtask is not None)
    return readable if len(readable) == len(found) else (*readable, _stand_in())


def _stand_in() -> Subtask:
    """Return what stands for unreadable nodes: without it, a task would look finished that may not be."""
    return Subtask(id=0, name="", mark=Print(UNKNOWN))


def _subtask(entry: Any) -> Subtask | None:
    id_ = ident(entry.get("id")) if isinstance(entry, dict) else None
    if id_ is None:
        return None
    branch = integer(first(entry, "parallelIdx", "paralleIdx"))
    return Subtask(
        id=id_,
        name=text(entry.get("name")) or "",
        mark=_print(entry),
        upstreams=idents(first(entry, "upstreams", "upstream")),
        downstreams=idents(first(entry, "downstreams", "downstream")),
        branch=-1 if branch is None else branch,
        timeout_seconds=integer(entry.get("timeout")),
    )


def read_cluster(data: Json) -> Cluster | None:
    """
    Return an OBProxy cluster; None without a name.

    One without a readable id gets 0: its name is taken all the same, and the check before a create must see it.
    """
    name = text(data.get("name"))
    if name is None:
        return None
    servers = {
        text(server.get("ip")): text(server.get("status")) or UNKNOWN for server in objects(data.get("obproxies"))
    }
    return Cluster(
        id=ident(data.get("id")) or 0,
        name=name,
        address=text(data.get("address")) or "",
        port=integer(data.get("port")) or 0,
        work_mode=text(data.get("workMode")) or "",
        created_at=parse_time(data.get("createTime")),
        creator=text(data.get("creatorName")) or name_of(data.get("creator")) or "",
        servers={ip: status for ip, status in servers.items() if ip},
    )


def read_host(data: Json) -> Host | None:
    """Return a host; None without an id."""
    id_ = ident(data.get("id"))
    if id_ is None:
        return None
    ip = text(data.get("innerIpAddress")) or ""
    return Host(
        id=id_,
        name=text(data.get("name")) or ip,
        ip=ip,
        status=text(data.get("status")) or "",
        architecture=text(data.get("architecture")) or "",
    )


def read_package(data: Json) -> Package | None:
    """Return an OBProxy package; None for another kind, or without the file name that a create asks for."""
    file_name = text(data.get("fileName"))
    kind = text(data.get("type"))
    if file_name is None or kind not in {OBPROXY_PACKAGE, None}:
        return None
    return Package(
        file_name=file_name,
        name=text(data.get("name")) or "",
        version=text(data.get("version")) or "",
        build=text(data.get("buildNumber")) or "",
        architecture=text(data.get("architecture")) or "",
    )


def read_ob_cluster(data: Json) -> ObCluster | None:
    """Return an OceanBase cluster; None without its own id, for which OCP's id must never stand in."""
    name, id_ = text(data.get("name")), ident(data.get("obClusterId"))
    if name is None or id_ is None:
        return None
    return ObCluster(name, id_, text(data.get("obVersion")) or "")


def contents_of(data: object) -> list[Any] | None:
    """Return a page's entries; None if it does not tell them, which is not an empty list."""
    told = data.get("contents") if isinstance(data, dict) else data
    return told if isinstance(told, list) else None


def total_of(data: object) -> int | None:
    """Return how many entries all pages have together, None if it does not say."""
    page = data.get("page") if isinstance(data, dict) else None
    return integer(page.get("totalElements")) if isinstance(page, dict) else None
