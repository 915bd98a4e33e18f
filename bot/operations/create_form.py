"""The form of the create operation: every field of OCP's API that people fill in."""

from bot.domain.form import Field, FieldKind, Option
from bot.domain.texts import N_

RS_LIST, CONFIG_URL = "RS_LIST", "CONFIG_URL"
INSTALL, EMPTY = "install", "empty"
SERVER_PORTS = 1025

FORM = (
    Field(
        id="name",
        label=N_("Cluster name"),
        hint=N_("Letters, digits, underscore; starts with a letter. Cannot be changed later."),
        placeholder="pay_01",
    ),
    Field(
        id="reason",
        label=N_("Reason"),
        hint=N_("Shown to approvers and kept in the record. 3 to 200 characters."),
        placeholder=N_("CHG0012345, second proxy for payments"),
    ),
    Field(
        id="work_mode",
        label=N_("Work mode"),
        kind=FieldKind.CHOICE,
        hint=N_("OCP's console calls this the startup method."),
        placeholder=N_("Choose a work mode"),
        options=(
            Option(CONFIG_URL, "CONFIG_URL", N_("Any number of OB clusters; more can be linked later")),
            Option(RS_LIST, "RS_LIST", N_("Exactly one OB cluster; none can be added later")),
        ),
    ),
    Field(
        id="ob_links",
        label=N_("OceanBase clusters"),
        kind=FieldKind.LINES,
        required=False,
        hint=N_(
            "CONFIG_URL: may stay empty. RS_LIST: exactly one. One a line: name, OB cluster id, user. "
            "Without a user: proxyro."
        ),
        placeholder="ob_pay, 1, proxyro",
    ),
    Field(
        id="install",
        label=N_("Install now"),
        kind=FieldKind.CHOICE,
        initial=INSTALL,
        hint=N_("An empty cluster is legal; hosts can be added later."),
        options=(Option(INSTALL, N_("Install on hosts")), Option(EMPTY, N_("Create it empty"))),
    ),
    Field(
        id="hosts",
        label=N_("Hosts"),
        required=False,
        hint=N_("Host ids from OCP, with commas."),
        placeholder="11, 12, 14",
    ),
    Field(
        id="package",
        label=N_("OBProxy package"),
        required=False,
        hint=N_("File name as in OCP, Software Packages. Must fit the hosts' architecture."),
        placeholder="obproxy-ce-4.2.1.0-11.el7.x86_64.rpm",
    ),
    Field(
        id="sql_port",
        label=N_("SQL port"),
        kind=FieldKind.NUMBER,
        initial="2883",
        lowest=SERVER_PORTS,
        highest=65535,
        hint=N_("1025 to 65535, not the exporter port."),
    ),
    Field(
        id="exporter_port",
        label=N_("Exporter port"),
        kind=FieldKind.NUMBER,
        initial="2884",
        lowest=SERVER_PORTS,
        highest=65535,
        hint=N_("1025 to 65535, not the SQL port."),
    ),
    Field(
        id="address",
        label=N_("Access address"),
        hint=N_("What applications connect to. Only used in the connection string."),
        placeholder="pay.db.example",
    ),
    Field(
        id="port",
        label=N_("Access port"),
        kind=FieldKind.NUMBER,
        initial="2883",
        lowest=1,
        highest=65535,
        hint=N_("Only used in the connection string."),
    ),
    Field(
        id="startup_parameters",
        label=N_("Startup parameters"),
        kind=FieldKind.LINES,
        required=False,
        hint=N_("One name=value a line. No passwords."),
        placeholder="work_thread_num=128",
    ),
    Field(
        id="parameters",
        label=N_("Other parameters"),
        kind=FieldKind.LINES,
        required=False,
        hint=N_("One name=value a line. No passwords."),
        placeholder="proxy_mem_limited=4G",
    ),
)
