"""Create an OBProxy cluster (OCP API, Create an OBProxy cluster)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain import form
from bot.domain.answer import Call
from bot.domain.form import Answers, Field
from bot.domain.inventory import Cluster
from bot.domain.sheet import Names
from bot.domain.texts import N_, Text
from bot.ports import Detail, Evidence

from .create_body import CreateBody, InstallPart, Link, Parameter
from .create_form import CONFIG_URL, EMPTY, FORM, INSTALL, RS_LIST, SERVER_PORTS
from .create_typed import exporter_port, fields_of


@dataclass(frozen=True, slots=True)
class CreateCluster:
    """
    The create operation.

    The payload is the very body that OCP gets, so what is approved is what is sent. The exporter port goes out under
    every name in `exporter_port_names`: OCP's documents call it exportPort and exporterPort on the same page.
    """

    exporter_port_names: tuple[str, ...] = ("exportPort", "exporterPort")
    key: str = "obproxy.create"
    title: str = N_("create OBProxy cluster %(name)s")
    task_name: str = "Install obproxy"
    form: tuple[Field, ...] = FORM

    def read(self, typed: Mapping[str, object]) -> tuple[str, str, Mapping[str, Any]]:
        """Return (cluster name, reason, body) of what was typed; raises FormRefused with every mistake."""
        answers = Answers(typed)
        name = answers.read("name", form.cluster_name)
        reason = answers.read("reason", form.reason)
        work_mode = answers.read("work_mode", form.choice(RS_LIST, CONFIG_URL))
        links = answers.read("ob_links", form.ob_links)
        _check_links(answers, work_mode, links)
        install = self._install_part(answers)
        address = answers.read("address", form.address)
        port = answers.read("port", form.port(1))
        startup = answers.read("startup_parameters", form.parameters)
        other = answers.read("parameters", form.parameters)
        _check_twice(answers, startup, other)
        answers.check()
        body = CreateBody(
            name=name,
            address=address,
            port=port,
            work_mode=work_mode,
            install=install,
            links=[Link(name=link.name, id=link.id, user=link.user) for link in links or ()],
            startup_parameters=_parameters(startup),
            parameters=_parameters(other),
        )
        return str(name), str(reason), body.to_json(self.exporter_port_names)

    def _install_part(self, answers: Answers) -> InstallPart | None:
        choice = answers.read("install", form.choice(INSTALL, EMPTY))
        hosts = answers.read("hosts", form.host_ids)
        if choice == EMPTY:
            if hosts:
                answers.refuse(
                    "hosts", N_('"Create it empty" takes no hosts. Remove them, or choose "Install on hosts".')
                )
            return None
        if hosts == ():
            answers.refuse("hosts", N_('Give at least one host id, or choose "Create it empty".'))
        package = answers.read("package", form.package)
        sql_port = answers.read("sql_port", form.port(SERVER_PORTS))
        exporter_port = answers.read("exporter_port", form.port(SERVER_PORTS))
        if sql_port is not None and sql_port == exporter_port:
            answers.refuse("exporter_port", N_("The SQL port is %(port)s already. Choose another port."), port=sql_port)
        if hosts and package and sql_port and exporter_port:
            return InstallPart(hosts=list(hosts), package=package, sql_port=sql_port, exporter_port=exporter_port)
        return None

    def typed(self, reason: str, payload: Mapping[str, Any]) -> Mapping[str, str]:
        """Return what can be typed into the form to get *reason* and the body *payload*, by field id."""
        return fields_of(reason, payload)

    def call(self, payload: Mapping[str, Any]) -> Call:
        """Return the call that does it."""
        return Call("POST", "/api/v2/obproxy/clusters", payload)

    def wanted(self, payload: Mapping[str, Any]) -> frozenset[str]:
        """Return the keys of the hosts, OB clusters and package."""
        install = payload.get("obproxyInstallParam") or {}
        hosts = {f"host:{id_}" for id_ in install.get("hostIds", ())}
        links = {f"ob:{link['clusterName']}:{link['obClusterId']}" for link in payload["obLinks"]}
        packages = {f"package:{install['version']}"} if install else set()
        return frozenset(hosts | links | packages)

    def details(self, payload: Mapping[str, Any], names: Names) -> tuple[Detail, ...]:
        """Return what a card says of the body, every id with OCP's name for it."""
        install = payload.get("obproxyInstallParam")
        return (
            *(
                _install_details(install, names)
                if install
                else (Detail(N_("Hosts"), (Text(N_("none, it is created empty")),)),)
            ),
            Detail(
                N_("OceanBase"), tuple(_link(link, names) for link in payload["obLinks"]) or (Text(N_("none yet")),)
            ),
            Detail(N_("Work mode"), (Text("%(mode)s", {"mode": payload["workMode"]}),)),
            Detail(N_("Access"), (Text("%(address)s:%(port)s", payload),)),
            *_parameter_details(payload),
        )

    def recognise(self, payload: Mapping[str, Any], evidence: Evidence) -> int | None:
        """
        Return the task that surely came from this payload (DESIGN, section 5), or None.

        Surely: the account is ours alone, the cluster is there with our address and work mode, and either a task's
        tags name it or exactly one task of our account belongs to nobody, while no other create is unsettled.
        """
        is_there = any(_is_ours(cluster, payload, evidence.account) for cluster in evidence.clusters)
        if not evidence.dedicated or not is_there:
            return None
        free = [task for task in evidence.tasks if task.id not in evidence.bound and task.name == self.task_name]
        tagged = [task.id for task in free if payload["name"] in task.clusters]
        ours = [task.id for task in free if task.creator == evidence.account and evidence.alone]
        candidates = tagged or ours
        return candidates[0] if len(candidates) == 1 else None


def _is_ours(cluster: Cluster, payload: Mapping[str, Any], account: str) -> bool:
    seen = (cluster.name, cluster.address, cluster.work_mode)
    is_same = seen == (payload["name"], payload["address"], payload["workMode"])
    return is_same and cluster.creator in {"", account}


def _check_links(answers: Answers, work_mode: str | None, links: tuple[form.ObLink, ...] | None) -> None:
    if work_mode != RS_LIST or links is None or len(links) == 1:
        return
    if links:
        message = N_(
            "RS_LIST takes exactly one OB cluster; %(given)s are given. Remove %(extra)s, or choose CONFIG_URL."
        )
        answers.refuse("ob_links", message, given=len(links), extra=len(links) - 1)
    else:
        answers.refuse("ob_links", N_("RS_LIST takes exactly one OB cluster. Give one, or choose CONFIG_URL."))


def _check_twice(answers: Answers, startup: Mapping[str, str] | None, other: Mapping[str, str] | None) -> None:
    for name in sorted((startup or {}).keys() & (other or {}).keys()):
        answers.refuse("parameters", N_("%(name)s stands in the startup parameters already. Remove one."), name=name)


def _parameters(settings: Mapping[str, str] | None) -> list[Parameter]:
    return [Parameter(name=name, value=value) for name, value in (settings or {}).items()]


def _install_details(install: Mapping[str, Any], names: Names) -> tuple[Detail, ...]:
    hosts = tuple(_named(names, f"host:{id_}", N_("host %(id)s"), {"id": id_}) for id_ in install["hostIds"])
    package = install["version"]
    exporter = exporter_port(install)
    ports = Text(N_("SQL %(sql)s, exporter %(exporter)s"), {"sql": install["sqlPort"], "exporter": exporter})
    return (
        Detail(N_("Hosts"), hosts),
        Detail(N_("Package"), (_named(names, f"package:{package}", "%(file)s", {"file": package}),)),
        Detail(N_("Ports"), (ports,)),
    )


def _named(names: Names, key: str, bare: str, fields: Mapping[str, Any]) -> Text:
    """Return OCP's words for *key*, or the bare thing with what is known of it."""
    if names.labels.get(key):
        return Text("%(label)s", {"label": names.labels[key]})
    thing = Text(bare, fields)
    return Text(
        N_("%(thing)s (not in OCP)") if key in names.labels else N_("%(thing)s (OCP's name not read yet)"),
        {"thing": thing},
    )


def _link(link: Mapping[str, Any], names: Names) -> Text:
    key = f"ob:{link['clusterName']}:{link['obClusterId']}"
    fields = {"name": link["clusterName"], "id": link["obClusterId"], "user": link["username"]}
    if names.labels.get(key):
        return Text(N_("%(name)s (id %(id)s) as %(user)s"), fields)
    if key in names.labels:
        return Text(N_("%(name)s (id %(id)s, not in OCP) as %(user)s"), fields)
    return Text(N_("%(name)s (id %(id)s, not checked in OCP yet) as %(user)s"), fields)


def _parameter_details(payload: Mapping[str, Any]) -> tuple[Detail, ...]:
    groups = ((N_("Startup parameters"), "startupParameters"), (N_("Other parameters"), "parameters"))
    return tuple(
        Detail(label, tuple(Text("%(name)s=%(value)s", parameter) for parameter in payload[key]))
        for label, key in groups
        if payload[key]
    )
