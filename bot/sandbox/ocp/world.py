"""Everything OCP knows and does, without HTTP: inventory, clusters, tasks, the clock."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from . import create
from .clusters import Cluster, Server
from .graph import install_graph, size_of
from .install import Install
from .inventory import Host, Inventory, seeded
from .script import Script
from .states import not_found
from .task import Task

FIRST_TASK, FIRST_SUBTASK, FIRST_CLUSTER, FIRST_SERVER = 41257, 43100, 27, 57


@dataclass(slots=True, kw_only=True)
class World:
    """
    The state behind the endpoints and the console.

    Callers say `advance()` before they look or act: nothing runs in the background. `rng` makes ids,
    `dice` the order within answers, so that ids do not depend on how often somebody looked.
    """

    now: Callable[[], datetime]
    rng: random.Random
    dice: random.Random
    script: Script
    version: str = "4.0.3"
    keeps_record_after_rollback: bool = False
    conflict_status: int = 400
    inventory: Inventory = field(default_factory=seeded)
    tasks: dict[int, Task] = field(default_factory=dict)
    clusters: dict[int, Cluster] = field(default_factory=dict)
    accepted_creates: list[Any] = field(default_factory=list)
    _last_ids: dict[str, int] = field(default_factory=dict)
    _settled: set[int] = field(default_factory=set)

    @property
    def is_4x(self) -> bool:
        """Whether this OCP answers with what came in 4.3."""
        return tuple(int(part) for part in self.version.split(".")[:2]) >= (4, 3)

    def advance(self) -> datetime:
        """Bring every task and record up to the present, which is returned."""
        now = self.now()
        for task in self.tasks.values():
            task.advance(now)
            if task.id not in self._settled and (task.is_done or task.is_undone):
                self._settled.add(task.id)
                self._settle(task, now)
        return now

    def task(self, number: int) -> Task:
        """Return the task, or refuse with 404."""
        if number not in self.tasks:
            raise not_found("Task", number, "TSK10001")
        return self.tasks[number]

    def create(self, body: Any, *, creator: str) -> Task:
        """Check *body* and start its task; the record and its servers are there at once."""
        now = self.advance()
        create.check(body, self.inventory, is_taken=self._is_taken, conflict_status=self.conflict_status)
        cluster = self._record(body, creator, now)
        task = self._start(cluster, creator, now)
        self.clusters[cluster.id], self.tasks[task.id] = cluster, task
        return task

    def _is_taken(self, name: str) -> bool:
        return any(cluster.name == name for cluster in self.clusters.values())

    def _record(self, body: dict[str, Any], creator: str, now: datetime) -> Cluster:
        return Cluster(
            id=self._next_id("cluster", FIRST_CLUSTER),
            name=body["name"],
            address=body["address"],
            port=body["port"],
            work_mode=body["workMode"],
            creator=creator,
            created_at=now,
            updated_at=now,
            links=create.links_of(body, self.inventory),
            servers=self._servers(body),
            startup_parameters=body.get("startupParameters", []),
            parameters=body.get("parameters", []),
        )

    def _servers(self, body: dict[str, Any]) -> list[Server]:
        install = Install.of(body)
        hosts = [self.inventory.hosts[number] for number in install.host_ids] if install else []
        return [self._server(host, install, body["name"]) for host in hosts if install]

    def _server(self, host: Host, install: Install, cluster_name: str) -> Server:
        package = self.inventory.package(install.version)
        version = package.server_version if package else install.version
        host.serve(cluster_name, version)
        return Server(
            id=self._next_id("server", FIRST_SERVER),
            host=host,
            sql_port=install.sql_port,
            exporter_port=install.exporter_port,
            rpc_port=install.rpc_port,
            version=version,
        )

    def _start(self, cluster: Cluster, creator: str, now: datetime) -> Task:
        addresses = [server.host.address for server in cluster.servers]
        ids = [self._next_id("subtask", FIRST_SUBTASK) for _ in range(size_of(addresses))]
        return Task(
            id=self._next_id("task", FIRST_TASK),
            name="Install obproxy",
            creator=creator,
            started_at=now,
            subtasks=install_graph(addresses, created_at=now, ids=ids, rng=self.rng),
            script=self.script,
            cluster_id=cluster.id,
            cluster_name=cluster.name,
            host_ids=[server.host.id for server in cluster.servers],
        )

    def _settle(self, task: Task, now: datetime) -> None:
        cluster = self.clusters.get(task.cluster_id)
        if cluster is None:
            return
        if task.is_done:
            cluster.run(task.finished_at or now)
            return
        cluster.release_hosts()
        if self.keeps_record_after_rollback:
            cluster.servers.clear()
        else:
            del self.clusters[cluster.id]

    def _next_id(self, kind: str, first: int) -> int:
        self._last_ids[kind] = self._last_ids.get(kind, first - 1) + 1
        return self._last_ids[kind]
