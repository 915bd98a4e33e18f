"""The way back: what somebody types into the create form to get a body that is there already."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.form import MOST_TYPED

from .create_form import EMPTY, INSTALL


def fields_of(reason: str, body: Mapping[str, Any]) -> dict[str, str]:
    """Return field id -> text: reading it gives *reason* and *body* again."""
    return {
        "name": body["name"],
        "reason": reason,
        "work_mode": body["workMode"],
        "ob_links": "\n".join(_short([_link(each) for each in body["obLinks"]])),
        "address": body["address"],
        "port": str(body["port"]),
        "startup_parameters": _parameters(body["startupParameters"]),
        "parameters": _parameters(body["parameters"]),
        **_install(body.get("obproxyInstallParam")),
    }


def exporter_port(install: Mapping[str, Any]) -> Any:
    """Return the exporter port of an install part, under whichever name it goes out."""
    return install.get("exportPort", install.get("exporterPort"))


def _install(install: Mapping[str, Any] | None) -> dict[str, str]:
    if install is None:
        return {"install": EMPTY}
    return {
        "install": INSTALL,
        "hosts": "".join(_short([[str(id_) for id_ in install["hostIds"]]])),
        "package": install["version"],
        "sql_port": str(install["sqlPort"]),
        "exporter_port": str(exporter_port(install)),
    }


def _link(link: Mapping[str, Any]) -> list[str]:
    user = [] if link["username"] == "proxyro" else [link["username"]]
    return [link["clusterName"], str(link["obClusterId"]), *user]


def _short(lines: Sequence[Sequence[str]]) -> list[str]:
    """Return *lines* with commas between their words, and blanks where the field has room for them."""
    spaced = [", ".join(words) for words in lines]
    return spaced if len("\n".join(spaced)) <= MOST_TYPED else [",".join(words) for words in lines]


def _parameters(parameters: Sequence[Mapping[str, str]]) -> str:
    return "\n".join(f"{each['name']}={each['value']}" for each in parameters)
