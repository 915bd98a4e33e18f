"""OCP's endpoints over a World: what each one reads, does and answers as `data`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import render_cluster, render_inventory, render_task
from .envelope import Nothing
from .paging import fits, listed, page_of, resembles
from .states import not_found
from .world import World

Query = Mapping[str, str]
Data = dict[str, Any] | Nothing


@dataclass(frozen=True, slots=True)
class Lists:
    """The GETs of lists."""

    world: World

    def clusters(self, query: Query) -> Data:
        """List OBProxy clusters, oldest first; there is no filter by name."""
        return page_of([render_cluster.cluster(record) for record in self.world.clusters.values()], query)

    def tasks(self, query: Query) -> Data:
        """List tasks, newest first; the name filter is fuzzy."""
        states, types = listed(query, "status"), listed(query, "type")
        found = [t for t in self.world.tasks.values() if resembles(t.name, query, "name") and fits(t.status, states)]
        newest_first = sorted(found, key=lambda task: task.id, reverse=True) if fits("MANUAL", types) else []
        return page_of([render_task.short(task, self.world) for task in newest_first], query)

    def hosts(self, query: Query) -> Data:
        """List hosts."""
        hosts = [render_inventory.host(host) for host in self.world.inventory.hosts.values()]
        return page_of([host for host in hosts if _is_wanted_host(host, query)], query)

    def packages(self, query: Query) -> Data:
        """List software packages of every type."""
        filters = {name: listed(query, name) for name in ("type", "version", "operatingSystem", "architecture")}
        packages = [render_inventory.package(package) for package in self.world.inventory.packages.values()]
        named = [package for package in packages if resembles(package["name"], query, "keyword")]
        return page_of([p for p in named if all(fits(p[key], wanted) for key, wanted in filters.items())], query)

    def ob_clusters(self, query: Query) -> Data:
        """List OceanBase clusters; the name filter is fuzzy."""
        states = listed(query, "status")
        clusters = [render_inventory.ob_cluster(cluster) for cluster in self.world.inventory.ob_clusters.values()]
        return page_of(
            [c for c in clusters if resembles(c["name"], query, "name") and fits(c["status"], states)], query
        )


@dataclass(frozen=True, slots=True)
class Objects:
    """The GETs of one thing."""

    world: World

    def cluster(self, number: int) -> Data:
        """Show one OBProxy cluster."""
        if number not in self.world.clusters:
            raise not_found("OBProxy cluster", number, "ODP21001")
        return render_cluster.cluster(self.world.clusters[number])

    def host(self, number: int) -> Data:
        """Show one host."""
        if number not in self.world.inventory.hosts:
            raise not_found("Host", number, "CMP07005")
        return render_inventory.host(self.world.inventory.hosts[number])

    def task(self, number: int) -> Data:
        """Show one task with its graph."""
        return render_task.wrapped(self.world.task(number), self.world)

    def log(self, number: int, subtask_id: int) -> Data:
        """Show the whole log of one subtask."""
        return {"log": self.world.task(number).subtask(subtask_id).log}


@dataclass(frozen=True, slots=True)
class Actions:
    """The POSTs; the world has been advanced to the present before."""

    world: World

    def create(self, body: Any, creator: str) -> Data:
        """Start the install of a new cluster, and remember what was asked for."""
        task = self.world.create(body, creator=creator)
        self.world.accepted_creates.append(body)
        return render_task.created(task, self.world)

    def retry(self, number: int) -> Data:
        """Retry a FAILED task."""
        task = self.world.task(number)
        task.retry(self.world.now())
        return render_task.wrapped(task, self.world)

    def rollback(self, number: int) -> Data:
        """Roll a FAILED task back; from 4.3 on the answer has no data."""
        task = self.world.task(number)
        task.rollback(self.world.now())
        return Nothing.NOTHING if self.world.is_4x else render_task.wrapped(task, self.world)

    def retry_subtask(self, number: int, subtask_id: int) -> Data:
        """Retry one FAILED subtask."""
        task = self.world.task(number)
        subtask = task.retry_subtask(subtask_id, self.world.now())
        return render_task.node(subtask, task, self.world)

    def skip(self, number: int, subtask_id: int) -> Data:
        """Count one FAILED subtask as done."""
        self.world.task(number).skip(subtask_id, self.world.now())
        return Nothing.NOTHING

    def cancel(self, number: int, subtask_id: int) -> Data:
        """Interrupt one RUNNING subtask."""
        self.world.task(number).cancel(subtask_id, self.world.now())
        return Nothing.NOTHING


def _is_wanted_host(host: dict[str, Any], query: Query) -> bool:
    services = {service["type"] for service in host["services"]}
    words = [host["name"], host["innerIpAddress"], *(service["name"] for service in host["services"])]
    included, excluded = listed(query, "includedServiceType"), listed(query, "excludedServiceType")
    return (
        fits(host["status"], listed(query, "status"))
        and any(resembles(word, query, "keyword") for word in words)
        and (not included or bool(services & included))
        and not services & excluded
    )
