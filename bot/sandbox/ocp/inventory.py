"""What OCP already knows when somebody wants an OBProxy cluster: hosts, packages, OceanBase clusters."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

USABLE = frozenset({"AVAILABLE", "ONLINE"})


@dataclass(slots=True, kw_only=True)
class Host:
    """A machine; `services` holds OCP's own dicts with `name` and `type`."""

    id: int
    name: str
    address: str
    architecture: str = "x86_64"
    status: str = "AVAILABLE"
    idc: str = "am171"
    region: str = "beijing"
    services: list[dict[str, Any]] = field(default_factory=list)

    @property
    def has_obproxy(self) -> bool:
        """Whether an OBProxy already stands here."""
        return any(service["type"] == "OB_PROXY" for service in self.services)

    def serve(self, cluster_name: str, version: str) -> None:
        """Note the OBProxy of *cluster_name* on this host."""
        service = {"name": cluster_name, "type": "OB_PROXY", "version": version, "softwarePackageId": None}
        self.services.append(service)
        self.status = "ONLINE"

    def release(self, cluster_name: str) -> None:
        """Forget that OBProxy again."""
        self.services = [service for service in self.services if service["name"] != cluster_name]
        self.status = "ONLINE" if self.services else "AVAILABLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """An uploaded package; `file_name` is what create takes as version."""

    id: int
    name: str
    version: str
    build: str
    system: str
    architecture: str
    type: str = "OBPROXY_INSTALL_PACKAGE"

    @property
    def file_name(self) -> str:
        """Name, version, build, system and architecture in one."""
        return f"{self.name}-{self.version}-{self.build}.{self.system}.{self.architecture}.rpm"

    @property
    def server_version(self) -> str:
        """The version as a running OBProxy shows it."""
        return f"{self.version}-{self.build}"

    @property
    def sha1(self) -> str:
        """A made-up digest that stays the same."""
        return hashlib.sha1(self.file_name.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObCluster:
    """An OceanBase cluster; `id` is OCP's, `ob_cluster_id` the cluster's own."""

    id: int
    name: str
    ob_cluster_id: int
    ob_version: str = "4.2.1.0"
    type: str = "PRIMARY"
    status: str = "RUNNING"


@dataclass(slots=True)
class Inventory:
    """Id -> thing, in three dicts; tests add what they need."""

    hosts: dict[int, Host] = field(default_factory=dict)
    packages: dict[int, Package] = field(default_factory=dict)
    ob_clusters: dict[int, ObCluster] = field(default_factory=dict)

    def add_host(self, number: int, **changes: Any) -> Host:
        """Add `proxy-host-<number>` with an address of the documentation range, free unless *changes* say else."""
        fields = {"name": f"proxy-host-{number}", "address": f"192.0.2.{number}"} | changes
        return self.hosts.setdefault(number, Host(id=number, **fields))

    def add_package(self, version: str, build: str, *, system: str, architecture: str, **changes: Any) -> Package:
        """Add an `obproxy-ce` package, under the next id."""
        number = max(self.packages, default=30) + 1
        fields = {"name": "obproxy-ce", "version": version, "build": build} | changes
        package = Package(id=number, system=system, architecture=architecture, **fields)
        return self.packages.setdefault(number, package)

    def add_ob_cluster(self, name: str, ob_cluster_id: int, **changes: Any) -> ObCluster:
        """Add an OceanBase cluster; OCP's id for it is another number on purpose."""
        number = 1_000_001 + len(self.ob_clusters)
        cluster = ObCluster(id=number, name=name, ob_cluster_id=ob_cluster_id, **changes)
        return self.ob_clusters.setdefault(number, cluster)

    def package(self, file_name: object) -> Package | None:
        """Return the OBProxy package of exactly that file name."""
        found = (package for package in self.packages.values() if package.file_name == file_name)
        return next((package for package in found if package.type == "OBPROXY_INSTALL_PACKAGE"), None)

    def ob_cluster(self, name: object, ob_cluster_id: object) -> ObCluster | None:
        """Return the OceanBase cluster that has this name and this own id."""
        wanted = (name, ob_cluster_id)
        return next((c for c in self.ob_clusters.values() if (c.name, c.ob_cluster_id) == wanted), None)


def seeded() -> Inventory:
    """Return the inventory that every sandbox starts with."""
    inventory = Inventory()
    for number in (11, 12, 13, 14, 15):
        inventory.add_host(number)
    inventory.hosts[13].serve("legacy_proxy", "4.2.1.0-11")
    inventory.add_host(16, status="OFFLINE")
    inventory.add_host(21, architecture="aarch64")
    for architecture in ("x86_64", "aarch64"):
        inventory.add_package("4.2.1.0", "11", system="el7", architecture=architecture)
    inventory.add_package("4.3.2.0", "26", system="el8", architecture="x86_64")
    for number, name in enumerate(("ob_pay", "ob_orders", "ob_dwh"), start=1):
        inventory.add_ob_cluster(name, number)
    return inventory
