"""How OCP writes hosts (with their nulls), packages, OceanBase clusters and itself."""

from typing import Any

from .inventory import Host, ObCluster, Package

SINCE = "2025-02-01T09:00:00+08:00"
NULL_MEMBERS = (
    "alias",
    "description",
    "idcDescription",
    "publishPorts",
    "regionDescription",
    "serialNumber",
    "typeDescription",
)


def host(machine: Host) -> dict[str, Any]:
    """Return a Host."""
    return (
        dict.fromkeys(NULL_MEMBERS)
        | {
            "id": machine.id,
            "name": machine.name,
            "innerIpAddress": machine.address,
            "sshPort": 22,
            "status": machine.status,
            "kind": "DEDICATED_PHYSICAL_MACHINE",
            "services": machine.services,
        }
        | _place(machine)
        | _system(machine)
    )


def package(item: Package) -> dict[str, Any]:
    """Return a SoftwarePackage."""
    return {
        "id": item.id,
        "name": item.name,
        "version": item.version,
        "buildNumber": item.build,
        "operatingSystem": item.system,
        "architecture": item.architecture,
        "type": item.type,
        "fileName": item.file_name,
        "extension": "rpm",
        "downloadUrl": f"http://192.0.2.10:8080/api/v2/files/sys-package/{item.file_name}",
        "sha1": item.sha1,
        "size": 52428800,
        "deletable": True,
        "createTime": SINCE,
        "installationDataList": [],
    }


def ob_cluster(item: ObCluster) -> dict[str, Any]:
    """Return an ObCluster."""
    return {
        "id": item.id,
        "name": item.name,
        "obClusterId": item.ob_cluster_id,
        "obVersion": item.ob_version,
        "type": item.type,
        "status": item.status,
        "creator": "admin",
        "createTime": SINCE,
        "regionCount": 1,
        "serverCount": 3,
        "tenantCount": 1,
        "standbyClusters": [],
        "rootServers": [{"address": f"192.0.2.{100 + item.ob_cluster_id}:2882", "role": "LEADER", "sql_port": 2881}],
        "zones": [],
    }


def info(version: str) -> dict[str, Any]:
    """Return the bare AppInfo, which no envelope wraps."""
    return {
        "artifact": "ocp-server",
        "name": "ocp-server",
        "group": "com.oceanbase",
        "buildVersion": f"{version}-20250201",
        "buildTime": "2025-02-01T05:43:31.644+08:00",
        "buildJavaVersion": "1.8",
        "springBootVersion": "2.2.5.RELEASE",
    }


def _place(machine: Host) -> dict[str, Any]:
    return {
        "idcId": 1,
        "idcName": machine.idc,
        "regionId": 1,
        "regionName": machine.region,
        "typeId": 1,
        "typeName": "beijing",
        "createTime": SINCE,
        "updateTime": SINCE,
    }


def _system(machine: Host) -> dict[str, Any]:
    is_offline = machine.status == "OFFLINE"
    return {
        "architecture": machine.architecture,
        "operatingSystem": f"4.9.168-018.ali3000.alios7.{machine.architecture}",
        "operatingSystemRelease": "alios7",
        "hostAgentId": 600 + machine.id,
        "hostAgentStatus": "OFFLINE" if is_offline else "AVAILABLE",
        "hostAgentVersion": "3.1.2-20210812221645",
    }
