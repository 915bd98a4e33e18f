"""The install part of a create request: which hosts, ports and package."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from . import checks
from .checks import Problem
from .inventory import USABLE, Host, Inventory

PART = "obproxyInstallParam."


@dataclass(frozen=True, slots=True)
class Install:
    """The part of a body that has passed `install_shape`, with at least one host."""

    host_ids: list[int]
    sql_port: int
    exporter_port: int
    rpc_port: int | None
    version: str

    @classmethod
    def of(cls, body: dict[str, Any]) -> Self | None:
        """Return the install part, or None when nothing is to be installed."""
        part = body.get("obproxyInstallParam") or {}
        if not part.get("hostIds"):
            return None
        exporter = part[exporter_field(part)]
        return cls(part["hostIds"], part["sqlPort"], exporter, part.get("rpcPort"), part["version"])


def exporter_field(part: dict[str, Any]) -> str:
    """Return the spelling that *part* uses; `exportPort` is the tables', `exporterPort` the samples'."""
    return "exporterPort" if "exportPort" not in part and "exporterPort" in part else "exportPort"


def install_shape(body: dict[str, Any]) -> Iterator[Problem]:
    """Check types and ranges; without hosts nothing else in the part matters."""
    part = body.get("obproxyInstallParam")
    if part is None:
        return
    if not isinstance(part, dict):
        yield Problem("obproxyInstallParam", part, "obproxyInstallParam must be an object")
        return
    host_ids = part.get("hostIds")
    if not isinstance(host_ids, list) or not all(checks.is_whole(number) for number in host_ids):
        yield Problem(f"{PART}hostIds", host_ids, "hostIds must be an array of numbers")
    elif host_ids:
        yield from _with_hosts(part)


def _with_hosts(part: dict[str, Any]) -> Iterator[Problem]:
    if len(set(part["hostIds"])) < len(part["hostIds"]):
        yield Problem(f"{PART}hostIds", part["hostIds"], "hostIds must not repeat a host")
    yield from checks.text(part, "version", within=PART)
    yield from _ports(part)


def _ports(part: dict[str, Any]) -> Iterator[Problem]:
    names = ["sqlPort", exporter_field(part)] + (["rpcPort"] if part.get("rpcPort") is not None else [])
    problems = [problem for name in names for problem in checks.port(part, name, within=PART)]
    yield from problems
    if not problems and len({part[name] for name in names}) < len(names):
        yield Problem(f"{PART}{names[1]}", part[names[1]], f"{', '.join(names)} must differ from each other")


def install_sense(install: Install, inventory: Inventory) -> Iterator[Problem]:
    """Check hosts and package against the inventory."""
    package = inventory.package(install.version)
    if package is None:
        text = f"version {install.version} is not the fileName of an OBProxy package"
        yield Problem(f"{PART}version", install.version, text)
    for number in install.host_ids:
        host = inventory.hosts.get(number)
        trouble = _trouble(host, package.architecture if package else None)
        if trouble:
            yield Problem(f"{PART}hostIds", number, f"hostIds: host {number} {trouble}")


def _trouble(host: Host | None, architecture: str | None) -> str | None:
    if host is None:
        return "does not exist"
    if host.status not in USABLE:
        return f"is {host.status}"
    if host.has_obproxy:
        return "already has an OBProxy"
    if architecture and architecture != host.architecture:
        return f"is {host.architecture}, but the package of that version is for {architecture}"
    return None
