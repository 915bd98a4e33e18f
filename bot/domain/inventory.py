"""What OCP has: clusters, hosts and packages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """An OBProxy cluster in OCP's list. `servers` maps server ip to its status."""

    id: int
    name: str
    address: str = ""
    port: int = 0
    work_mode: str = ""
    created_at: datetime | None = None
    creator: str = ""
    servers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClusterList:
    """All pages of the list, and the server's own time of the first page."""

    clusters: tuple[Cluster, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Host:
    """A host that OCP knows."""

    id: int
    name: str
    ip: str
    status: str = ""
    architecture: str = ""


@dataclass(frozen=True, slots=True)
class Package:
    """A software package in OCP."""

    file_name: str
    name: str
    version: str
    build: str
    architecture: str


@dataclass(frozen=True, slots=True)
class ObCluster:
    """An OceanBase cluster that OCP knows; `id` is the cluster's own, what links want."""

    name: str
    id: int
    version: str = ""
