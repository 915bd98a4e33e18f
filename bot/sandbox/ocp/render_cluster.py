"""How OCP writes OBProxy clusters."""

from collections import Counter
from typing import Any

from .clusters import Cluster, Link, Server
from .console import PERSON
from .times import whole_stamp

CONFIG_URL = "http://192.0.2.10:8080/services?Action=GetObProxyConfig&User_ID=alibaba&UID=admin&ObproxyClusterName="


def cluster(record: Cluster) -> dict[str, Any]:
    """Return an ObproxyCluster; list and detail write the same."""
    return {
        "id": record.id,
        "name": record.name,
        "address": record.address,
        "port": record.port,
        "workMode": record.work_mode,
        "configUrl": CONFIG_URL + record.name,
        "creatorId": 100 if record.creator == PERSON else 300,
        "creatorName": record.creator,
        "createTime": whole_stamp(record.created_at),
        "updateTime": whole_stamp(record.updated_at),
        "parameterVersion": 1,
        "obLinks": [_link(link) for link in record.links],
        "obproxies": [_server(server, record) for server in record.servers],
    } | _counts(record)


def _counts(record: Cluster) -> dict[str, Any]:
    versions = Counter(server.version for server in record.servers)
    idcs = Counter(server.host.idc for server in record.servers)
    return {
        "versions": [{"version": version, "count": count} for version, count in versions.items()],
        "topo": [{"idcName": idc, "count": count} for idc, count in idcs.items()],
    }


def _link(link: Link) -> dict[str, Any]:
    return {
        "clusterId": link.ob_cluster.id,
        "clusterName": link.ob_cluster.name,
        "clusterType": link.ob_cluster.type,
        "connections": 0.0,
        "obClusterId": link.ob_cluster.ob_cluster_id,
        "status": link.ob_cluster.status,
        "username": link.username,
    }


def _server(server: Server, record: Cluster) -> dict[str, Any]:
    answer = {
        "id": server.id,
        "clusterId": record.id,
        "hostId": server.host.id,
        "ip": server.host.address,
        "idcName": server.host.idc,
        "architecture": server.host.architecture,
        "sqlPort": server.sql_port,
        "exporterPort": server.exporter_port,
        "version": server.version,
        "status": server.status,
        "operateStatus": server.operate_status,
        "parameterVersion": 1,
    }
    return answer if server.rpc_port is None else answer | {"rpcPort": server.rpc_port}
