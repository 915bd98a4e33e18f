"""What OCP checks before it takes a create request."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from . import checks
from .checks import Problem
from .clusters import Link
from .install import Install, install_sense, install_shape
from .inventory import Inventory
from .states import Refused

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
WORK_MODES = ("CONFIG_URL", "RS_LIST")


def check(body: Any, inventory: Inventory, *, is_taken: Callable[[str], bool], conflict_status: int) -> None:
    """
    Refuse *body* as OCP would: shape first, then the name, then what the inventory says.

    The name comes before the hosts, so that a repeated create meets its own name.
    """
    if not isinstance(body, dict):
        raise Refused(400, "COM10001", "Illegal argument: the body must be a JSON object.")
    _refuse(_shape(body))
    if is_taken(body["name"]):
        raise Refused(conflict_status, "COM10006", f"An OBProxy cluster named {body['name']} already exists.")
    _refuse(_sense(body, inventory))


def links_of(body: dict[str, Any], inventory: Inventory) -> list[Link]:
    """Return the links of a checked body."""
    found = ((inventory.ob_cluster(e["clusterName"], e["obClusterId"]), e["username"]) for e in _entries(body))
    return [Link(cluster, username) for cluster, username in found if cluster]


def _refuse(problems: Iterable[Problem]) -> None:
    found = list(problems)
    if not found:
        return
    details = tuple(problem.as_detail() for problem in found) if len(found) > 1 else ()
    message = "; ".join(problem.message for problem in found)
    raise Refused(400, "COM10001", f"Illegal argument: {message}.", details)


def _shape(body: dict[str, Any]) -> Iterator[Problem]:
    yield from _name(body)
    yield from checks.text(body, "address")
    yield from checks.port(body, "port", lowest=1)
    if body.get("workMode") not in WORK_MODES:
        yield Problem("workMode", body.get("workMode"), "workMode must be CONFIG_URL or RS_LIST")
    yield from _links_shape(body)
    yield from checks.settings(body, "startupParameters")
    yield from checks.settings(body, "parameters")
    yield from install_shape(body)


def _name(body: dict[str, Any]) -> Iterator[Problem]:
    name = body.get("name")
    if not isinstance(name, str) or not name:
        yield Problem("name", name, "name must not be blank")
    elif not NAME.fullmatch(name):
        yield Problem("name", name, "name must start with a letter and hold letters, digits and underscores only")


def _links_shape(body: dict[str, Any]) -> Iterator[Problem]:
    entries = body.get("obLinks", [])
    if not isinstance(entries, list):
        yield Problem("obLinks", entries, "obLinks must be an array")
        return
    if body.get("workMode") == "RS_LIST" and len(entries) != 1:
        yield Problem("obLinks", entries, "obLinks must hold exactly one cluster when workMode is RS_LIST")
    for index, entry in enumerate(entries):
        yield from _link_shape(entry, f"obLinks[{index}]")


def _link_shape(entry: object, field: str) -> Iterator[Problem]:
    if not isinstance(entry, dict):
        yield Problem(field, entry, f"{field} must be an object")
        return
    yield from checks.text(entry, "clusterName", within=f"{field}.")
    yield from checks.text(entry, "username", within=f"{field}.")
    if not checks.is_whole(entry.get("obClusterId")):
        yield Problem(f"{field}.obClusterId", entry.get("obClusterId"), f"{field}.obClusterId must be a number")


def _sense(body: dict[str, Any], inventory: Inventory) -> Iterator[Problem]:
    for index, entry in enumerate(_entries(body)):
        name, number = entry["clusterName"], entry["obClusterId"]
        if inventory.ob_cluster(name, number) is None:
            text = f"obLinks[{index}]: no OceanBase cluster has clusterName {name} and obClusterId {number}"
            yield Problem(f"obLinks[{index}]", entry, text)
    install = Install.of(body)
    if install:
        yield from install_sense(install, inventory)


def _entries(body: dict[str, Any]) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = body.get("obLinks", [])
    return entries
