"""OCP's records of OBProxy clusters."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .inventory import Host, ObCluster


@dataclass(slots=True, kw_only=True)
class Server:
    """One OBProxy process on a host."""

    id: int
    host: Host
    sql_port: int
    exporter_port: int
    rpc_port: int | None
    version: str
    status: str = "CREATING"
    operate_status: str = "OPERATING"

    def run(self) -> None:
        """The install is done."""
        self.status, self.operate_status = "RUNNING", "NORMAL"


@dataclass(frozen=True, slots=True)
class Link:
    """An OceanBase cluster that the OBProxy cluster reaches, and the account for it."""

    ob_cluster: ObCluster
    username: str


@dataclass(slots=True, kw_only=True)
class Cluster:
    """The record; it exists from the accepted create on, whatever becomes of the task."""

    id: int
    name: str
    address: str
    port: int
    work_mode: str
    creator: str
    created_at: datetime
    updated_at: datetime
    links: list[Link] = field(default_factory=list)
    servers: list[Server] = field(default_factory=list)
    startup_parameters: list[dict[str, Any]] = field(default_factory=list)
    parameters: list[dict[str, Any]] = field(default_factory=list)

    def run(self, now: datetime) -> None:
        """All servers are up."""
        for server in self.servers:
            server.run()
        self.updated_at = now

    def release_hosts(self) -> None:
        """Give the hosts back after a rollback."""
        for server in self.servers:
            server.host.release(self.name)
