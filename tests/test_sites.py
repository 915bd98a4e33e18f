"""bot.toml: what it makes, and each mistake in a line that names its place."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from typer.testing import CliRunner

from bot.cli import app
from bot.config import EXPECTED, Settings, WrongSetting, from_environment
from bot.sites import EnvironmentSettings, content
from tests.settings import BESIDE, BOT_TOML, COMMON, GOOD, ONE, PROD, STAGING

Load = Callable[..., Settings]
Refused = Callable[..., list[str]]

PERSON = "the id of a Slack user (U0123456789) or user group (S0123456789)"
PEOPLE = "a list of ids of Slack users (U0123456789) and user groups (S0123456789)"
CHANNEL = "the id of a channel, such as C0123456789"
TIME = "a time from 10s to 168h, such as 30m, 90s or 1h"
PASSWORD = "the name of a variable that is set and holds the password of the bot's account in OCP"
OPERATION = '[environments.prod.operations."obproxy.create"]\n'
MANY = str([f"U01234567{number:02}" for number in range(10, 110)])
TASK_URL = "an address with {{id}} where the task's id goes, without password and token: everybody sees it"
RULES = "admins, also_approve, approvals_required, approvers, channels, operators, requesters, viewers"


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Read the settings with a bot.toml of that text beside."""

    def read(text: str, **changes: str) -> Settings:
        (tmp_path / "bot.toml").write_text(text)
        return from_environment(BESIDE | changes, tmp_path)

    return read


@pytest.fixture
def refused(load: Load, tmp_path: Path) -> Refused:
    """Read settings that are refused; return the lines, with the file by its bare name."""

    def read(text: str, **changes: str) -> list[str]:
        with pytest.raises(WrongSetting) as error:
            load(text, **changes)
        return str(error.value).replace(str(tmp_path / "bot.toml"), "bot.toml").split("\n")

    return read


def prod(*lines: str) -> str:
    """Return the text of a file with one environment; a line replaces the one of its key."""
    keys = tuple(f"{line.partition(' ')[0]} =" for line in lines)
    kept = [line for line in PROD.splitlines() if not line.startswith(keys)]
    return "\n".join(["[environments.prod]", *kept, *lines]) + "\n"


def test_the_least_that_a_file_needs_is_enough(load: Load) -> None:
    """Defaults are those of the variables, and of the file's own keys."""
    of_file, _ = load(BOT_TOML).environments
    [of_variables] = from_environment(GOOD).environments

    assert of_file.name == "prod"
    assert of_file.password.get_secret_value() == "of-prod"
    own = {"name", "url", "password"}
    assert of_file.model_dump(exclude=own) == of_variables.model_dump(exclude=own)


def test_every_key_is_taken(load: Load) -> None:
    """With the values that stand there."""
    [site] = load(
        prod(
            'task_url = "https://ocp.example.com/t/{id}"',
            "account_dedicated = true",
            'exporter_port_name = "exportPort"',
            "production = false",
            'ticket_pattern = "CHG[0-9]{7}"',
            'ticket_example = "CHG0012345"',
            'send_within = "10m"',
            "look_seconds = 2",
            'approvals_last = "12h"',
            'second_group = ["S0123456789"]',
            "break_glass = true",
            'viewers = ["everyone"]',
            'requesters = ["S0AAAAAAA"]',
            'operators = ["U0BBBBBBB"]',
            'admins = ["W0CCCCCCC"]',
            'channels = ["C0DDDDDDD", "G0EEEEEEE"]',
            "approvals_required = 2",
        )
    ).environments

    assert (site.task_url, site.exporter_port_name) == ("https://ocp.example.com/t/{id}", "exportPort")
    assert (site.account_dedicated, site.production, site.break_glass) == (True, False, True)
    assert (site.ticket_pattern, site.ticket_example) == ("CHG[0-9]{7}", "CHG0012345")
    assert (site.send_within, site.approvals_last) == (timedelta(minutes=10), timedelta(hours=12))
    assert (site.look_seconds, site.second_group) == (2.0, ("S0123456789",))
    assert (site.rules.viewers, site.rules.requesters) == (("everyone",), ("S0AAAAAAA",))
    assert (site.rules.operators, site.rules.admins) == (("U0BBBBBBB",), ("W0CCCCCCC",))
    assert (site.rules.channels, site.rules.approvals_required) == (("C0DDDDDDD", "G0EEEEEEE"), 2)


def test_an_operation_inherits_what_it_does_not_set(load: Load) -> None:
    """And an operation without a table of its own has the environment's rules."""
    [site] = load(
        prod('channels = ["C0DDDDDDD"]', 'operators = ["U0BBBBBBB"]') + OPERATION + 'approvers = ["U0AAAAAAA"]\n'
    ).environments

    assert site.rules_of("obproxy.create") == site.rules.model_copy(update={"approvers": ("U0AAAAAAA",)})
    assert site.rules_of("another") == site.rules


def test_operators_that_nobody_names_are_the_approvers_of_the_operation(load: Load) -> None:
    """Not those of the environment."""
    [site] = load(prod() + OPERATION + 'approvers = ["U0AAAAAAA"]\n').environments

    assert site.rules.operators == site.rules.approvers
    assert site.rules_of("obproxy.create").operators == ("U0AAAAAAA",)


def test_nobody_approves_where_no_approval_is_needed(load: Load) -> None:
    """Then the operators have to be named."""
    [site] = load(prod("approvers = []", "approvals_required = 0", 'operators = ["U0AAAAAAA"]')).environments

    assert site.rules.approvers == ()


def test_settings_of_the_file_cannot_be_changed(load: Load) -> None:
    """Neither an environment nor its rules."""
    site = load(BOT_TOML).environments[0]

    with pytest.raises(ValidationError):
        site.name = "other"
    with pytest.raises(ValidationError):
        site.rules.approvals_required = 0


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "environments: is missing; expected: at least one environment, as a table such as [environments.prod]"),
        (
            "environments = 3",
            "environments: is a number; expected: at least one environment, as a table such as [environments.prod]",
        ),
        ("environments.prod = true", "environments.prod: is true or false; expected: a table"),
        (f"enviroments = 1\n{prod()}", "enviroments: is unknown; expected: environments"),
        (
            prod().replace(".prod", '."prod west"'),
            'environments."prod west": is no name of an environment; expected: 1 to 40 letters, digits, - and _',
        ),
        (prod('aprovers = ["U0123456789"]'), "environments.prod.aprovers: is unknown; expected: approvers"),
        (
            prod('password = "hunter2"'),
            "environments.prod.password: is unknown; expected: password_env, with the name of a variable: "
            "no secret stands in this file",
        ),
        (prod('password_env = "OCP_PROD_PASS"'), f"{{}}password_env: names a variable that is not set; {PASSWORD}"),
        (prod('password_env = "hunter-2"'), f"{{}}password_env: is no name of a variable; {PASSWORD}"),
        (prod("password_env = 3"), f"{{}}password_env: is a number; {PASSWORD}"),
        (prod('approvers = "U0123456789"'), f"{{}}approvers: is text; {PEOPLE}"),
        (prod('approvers = ["U0123456789", "@dana"]'), f"{{}}approvers[1]: is wrong; {PERSON}"),
        (prod("approvers = [3]"), f"{{}}approvers[0]: is a number; {PERSON}"),
        (prod('approvers = ["everyone"]'), f"{{}}approvers[0]: is wrong; {PERSON}"),
        (prod('operators = ["everyone"]'), f"{{}}operators[0]: is wrong; {PERSON}"),
        (prod('admins = ["everyone"]'), f"{{}}admins[0]: is wrong; {PERSON}"),
        (prod('second_group = ["everyone"]'), f"{{}}second_group[0]: is wrong; {PERSON}"),
        (prod('viewers = ["nobody"]'), f'{{}}viewers[0]: is wrong; {PERSON}, or "everyone"'),
        (prod("requesters = {}"), f'{{}}requesters: is a table; {PEOPLE}, or ["everyone"]'),
        (prod('channels = ["#dba"]'), f"{{}}channels[0]: is wrong; {CHANNEL}"),
        (prod('approvals_channel = "#dba"'), f"{{}}approvals_channel: is wrong; {CHANNEL}"),
        (prod("url = 2026-11-01"), "{}url: is a date or time; OCP's address, such as http://ocp.example.com:8080, "
         "without user, password and query"),
        (prod('url = "http://a:b@ocp"'), "{}url: is wrong; OCP's address, such as http://ocp.example.com:8080, "
         "without user, password and query"),
        (prod('username = "a:b"'), "{}username: is wrong; the name of the bot's account in OCP"),
        (prod('ca_file = "no/such.pem"'), "{}ca_file: is wrong; an existing file with the certificate of OCP's "
         "authority"),
        (prod('task_url = "http://ocp/task"'), "{}task_url: is wrong; " + TASK_URL),
        (prod('exporter_port_name = "port"'), "{}exporter_port_name: is wrong; both, exportPort or exporterPort"),
        (prod("account_dedicated = 1"), "{}account_dedicated: is a number; true if nobody but this bot uses the "
         "account, else false"),
        (prod('production = "no"'), "{}production: is text; true or false"),
        (prod("break_glass = 1"), "{}break_glass: is a number; true or false"),
        (prod("send_within = 1800"), f"{{}}send_within: is a number; {TIME}"),
        (prod('approvals_last = "9s"'), f"{{}}approvals_last: is wrong; {TIME}"),
        (prod("look_seconds = nan"), "{}look_seconds: is wrong; seconds between two looks at a running "
         "task, 0.1 to 60"),
        (prod('approvals_required = "2"'), "{}approvals_required: is text; how many different approvers a request "
         "needs: 0 (none) to 10"),
        (prod("approvals_required = true"), "{}approvals_required: is true or false; how many different approvers a "
         "request needs: 0 (none) to 10"),
        (prod("approvals_required = 11"), "{}approvals_required: is wrong; how many different approvers a request "
         "needs: 0 (none) to 10"),
        (prod("approvals_required = 3"), "{}approvals_required: is 3; at most 2, as many as there are approvers"),
        (prod('approvers = ["U0123456789", "U0123456789"]', "approvals_required = 2"), "{}approvals_required: is 2; "
         "at most 1, as many as there are approvers"),
        (prod("approvers = []", 'operators = ["U0123456789"]'), "{}approvers: names nobody; who approves, for "
         "approvals_required is 1"),
        (prod("operators = []"), "{}operators: names nobody; who is called when something fails"),
        (prod("break_glass = true"), "{}admins: names nobody; who may break the glass, for break_glass is true"),
        (
            prod(
                "approvers = []",
                "approvals_required = 0",
                'operators = ["U0123456789"]',
                'admins = ["U0123456789"]',
                "break_glass = true",
            ),
            "{}approvers: names nobody; who is called when the glass is broken, here or in second_group",
        ),
        (
            prod("also_approve = " + MANY, 'admins = ["U0123456789"]', "break_glass = true"),
            "{}break_glass: is true, with 101 approvers; at most 100 users and groups in approvers, also_approve and "
            "second_group, to be called",
        ),
        (prod('ticket_pattern = "CHG["', 'ticket_example = "CHG1"'), "{}ticket_pattern: is wrong; a regular "
         "expression, such as CHG[0-9]{{7}}"),
        (prod('ticket_pattern = "CHG"'), "{}ticket_example: is missing; a ticket that matches ticket_pattern, to "
         "show people"),
        (prod('ticket_example = "CHG"'), "{}ticket_example: stands without ticket_pattern; both, or neither"),
        (prod('ticket_pattern = "CHG[0-9]{7}"', 'ticket_example = "CHG1"'), "{}ticket_example: does not match "
         "ticket_pattern; a text in which the pattern is found"),
        (prod("operations = 3"), "{}operations: is a number; a table for each operation, such as "
         '[environments.prod.operations."obproxy.create"]'),
        (prod('operations."obproxy.drop" = {}'), '{}operations."obproxy.drop": is unknown; "obproxy.create"'),
        (prod("operations.obproxy.create = {}"), '{}operations.obproxy: is unknown; "obproxy.create"'),
        (prod('operations."obproxy.create" = []'), '{}operations."obproxy.create": is a list; a table'),
        (prod() + OPERATION + 'url = "x"', f'{{}}operations."obproxy.create".url: is unknown; one of {RULES}'),
        (prod() + OPERATION + 'admins = ["U0123456789", ""]', f'{{}}operations."obproxy.create".admins[1]: is wrong; '
         f"{PERSON}"),
        (prod() + OPERATION + "approvals_required = 3", '{}operations."obproxy.create".approvals_required: is 3; '
         "at most 2, as many as there are approvers"),
        (prod('operators = ["U0123456789"]') + OPERATION + "approvers = []", '{}operations."obproxy.create".approvers: '
         "names nobody; who approves, for approvals_required is 1"),
        (prod() + OPERATION + "operators = []", '{}operations."obproxy.create".operators: names nobody; '
         "who is called when something fails"),
        (
            prod('admins = ["U0123456789"]', "break_glass = true") + OPERATION + "admins = []",
            '{}operations."obproxy.create".admins: names nobody; who may break the glass, for break_glass is true',
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_with_its_place(refused: Refused, text: str, line: str) -> None:
    """It says what is expected there; what stands there is not repeated, for it may be a secret."""
    if line.startswith("{}"):
        place, _, expected = line.replace("{{", "{").replace("}}", "}").removeprefix("{}").partition("; ")
        line = f"environments.prod.{place}; expected: {expected}"

    assert refused(text) == [f"bot.toml: {line}"]


@pytest.mark.parametrize("key", [line.partition(" ")[0] for line in PROD.splitlines() if "approvers" not in line])
def test_a_missing_key_is_named(refused: Refused, key: str) -> None:
    """Those that have no default."""
    [line] = refused(re.sub(rf"{key} = .*\n", "", prod()))

    assert line.startswith(f"bot.toml: environments.prod.{key}: is missing; expected: ")


def test_all_mistakes_are_told_at_once(refused: Refused) -> None:
    """One a line, in both environments, and those beside the file."""
    staging = f"\n[environments.staging]\n{STAGING}\nproduktion = false\n"

    lines = refused(prod('admins = ["@dana"]', "url = 3") + staging, OCP_URL="x")

    assert [line.partition("; expected: ")[0] for line in lines] == [
        "bot.toml: environments.prod.admins[0]: is wrong",
        "bot.toml: environments.prod.url: is a number",
        "bot.toml: environments.staging.produktion: is unknown",
        "OCP_URL is set beside bot.toml",
    ]


def test_what_an_operation_inherits_is_told_once(refused: Refused) -> None:
    """At the environment, where it stands; also what only fits badly together."""
    assert len(refused(prod('admins = ["@dana"]') + OPERATION + "approvals_required = 2")) == 1
    assert len(refused(prod("approvals_required = 3") + OPERATION + 'channels = ["C0123456789"]')) == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://OCP.example.com",
        "https://ocp.example.com:443/",
        "https://ocp.example.com./",
        "http://ocp.example.com:443",
    ],
)
def test_an_ocp_has_one_environment(refused: Refused, url: str) -> None:
    """However its address is spelled: one OCP would be written to from two."""
    text = BOT_TOML.replace("https://staging.example.com", url)

    expected = "one environment for each OCP"
    assert refused(text) == [f"bot.toml: environments.staging.url: is the OCP of prod; expected: {expected}"]


def test_two_paths_or_ports_of_a_host_are_two_ocps(load: Load) -> None:
    """A gateway may stand in front of several."""
    for url in ("https://ocp.example.com:8443", "https://ocp.example.com/staging"):
        assert len(load(BOT_TOML.replace("https://staging.example.com", url)).environments) == 2


def test_names_differ_in_more_than_case(refused: Refused) -> None:
    """People type them as they like."""
    text = BOT_TOML.replace("environments.staging", "environments.Prod")

    place = "environments.Prod: is prod, but for upper and lower case"
    assert refused(text) == [f"bot.toml: {place}; expected: another name"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[environments.prod\nurl = 1", "line 1, column 19: Expected ']' at the end of a table declaration"),
        ("[environments.prod]\nurl = ", "line 2, its end: Invalid value"),
        ("\n\nurl = '''", "line 3, "),
        ("a = 1\na = 2", "line 2, its end: Cannot overwrite a value"),
        ("a = " + "[" * 5000, "too many brackets in each other"),
        ("a = " + "9" * 5000, "Exceeds the limit"),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(refused: Refused, text: str, line: str) -> None:
    """In one line, as all others."""
    [told] = refused(text)

    assert told.startswith(f"bot.toml: {line}")
    assert told.endswith("; expected: TOML")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """It is meant to be used, whether it is named or lies there."""
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9")
    (tmp_path / "bot.toml").symlink_to(tmp_path / "gone")

    for named, folder, reason in (
        (tmp_path / "none.toml", None, "cannot be read (No such file or directory)"),
        (tmp_path, None, "cannot be read (Is a directory)"),
        (tmp_path / "latin.toml", None, "is not UTF-8 from byte 5 on"),
        (None, tmp_path, "cannot be read (No such file or directory)"),
    ):
        with pytest.raises(WrongSetting) as error:
            from_environment(BESIDE | ({"POLICY_FILE": str(named)} if named else {}), folder)
        assert str(error.value).startswith(f"{named or tmp_path / 'bot.toml'}: {reason}; expected: ")


def test_the_file_is_named_or_lies_in_the_folder(tmp_path: Path, load: Load) -> None:
    """POLICY_FILE comes first; without a file the variables make one environment."""
    other = tmp_path / "policy.toml"
    other.write_text(prod().replace(".prod", ".other"))
    named = BESIDE | {"POLICY_FILE": str(other)}

    assert [site.name for site in load(BOT_TOML).environments] == ["prod", "staging"]
    assert [site.name for site in from_environment(named, tmp_path).environments] == ["other"]
    assert [site.name for site in from_environment(GOOD).environments] == ["ocp"]


@pytest.mark.parametrize("name", [*ONE, "REQUESTERS", "ADMINS", "OCP_NAME", "SEND_WITHIN", "OCP_PASSWORD_FILE"])
def test_a_variable_beside_the_file_is_refused(refused: Refused, name: str) -> None:
    """Ignored in silence it would be a trap; an empty one is none."""
    expected = "one of them, for the file holds the environments"
    assert refused(BOT_TOML, **{name: "x"}) == [f"{name} is set beside bot.toml; expected: {expected}"]


def test_the_file_may_name_a_variable_of_the_one_environment(load: Load) -> None:
    """As the place of a password."""
    [site] = load(prod('password_env = "OCP_PASSWORD"'), OCP_PASSWORD="s3cret", OCP_URL="").environments

    assert site.password.get_secret_value() == "s3cret"


@pytest.mark.invariant(7)
def test_a_password_may_come_from_a_file(load: Load, refused: Refused, tmp_path: Path) -> None:
    """As every secret; a file that cannot be read is told at the place that names it."""
    (tmp_path / "password").write_text("s3cret\n")
    text = prod('password_env = "PW"')

    [site] = load(text, PW_FILE=str(tmp_path / "password")).environments
    assert site.password.get_secret_value() == "s3cret"
    place = "bot.toml: environments.prod.password_env: names a variable"
    assert refused(text, PW_FILE=str(tmp_path)) == [f"{place} whose file cannot be read; expected: {PASSWORD}"]
    assert refused(text, PW="s3\ncret") == [f"{place} that holds a line break; expected: {PASSWORD}"]


@pytest.mark.invariant(7)
def test_the_passwords_of_all_environments_are_secrets(load: Load) -> None:
    """And neither printed nor part of the record."""
    settings = load(BOT_TOML)

    assert {"of-prod", "of-staging"} <= set(settings.secrets)
    told = f"{settings!r} {[content(site) for site in settings.environments]}"
    assert not any(secret in told for secret in settings.secrets)


def of(load: Load, *lines: str, more: str = "") -> dict[str, object]:
    """Return the content of the one environment with these lines."""
    [site] = load(prod(*lines) + more).environments
    return content(site)


def test_the_content_holds_every_rule_as_json(load: Load) -> None:
    """Times in seconds, lists sorted."""
    held = of(load, 'send_within = "10m"', 'approvers = ["U0BBBBBBB", "U0AAAAAAA"]')

    assert json.loads(json.dumps(held)) == held
    assert held == {
        "name": "prod",
        "url": "https://ocp.example.com",
        "username": "obproxy-bot",
        "account_dedicated": False,
        "approvals_channel": "C0123456789",
        "production": True,
        "ticket_pattern": "",
        "ticket_example": "",
        "send_within": 600,
        "approvals_last": 86400,
        "second_group": [],
        "break_glass": False,
        "rules": {
            "viewers": ["everyone"],
            "requesters": ["everyone"],
            "approvers": ["U0AAAAAAA", "U0BBBBBBB"],
            "operators": ["U0AAAAAAA", "U0BBBBBBB"],
            "admins": [],
            "also_approve": [],
            "channels": [],
            "approvals_required": 1,
        },
        "operations": {},
    }


def test_the_content_is_the_same_however_the_rules_are_written(load: Load) -> None:
    """Order, defaults that are written out, and operations that change nothing make no difference."""
    plain = of(load)

    assert of(load, 'approvers = ["U0987654321", "U0123456789"]', 'send_within = "1800s"', "production = true") == plain
    assert of(load, more=OPERATION) == plain
    assert of(load, more=OPERATION + 'approvers = ["U0987654321", "U0123456789"]') == plain
    assert of(load, "look_seconds = 3", 'exporter_port_name = "exportPort"', 'task_url = "http://x/{id}"') == plain


@pytest.mark.parametrize(
    "line",
    [
        "production = false",
        "approvals_required = 2",
        'approvers = ["U0123456789"]',
        'url = "https://other.example.com"',
    ],
)
def test_the_content_changes_with_every_rule(load: Load, line: str) -> None:
    """Also with one of an operation alone."""
    plain = of(load)

    assert of(load, line) != plain
    assert of(load, more=OPERATION + "approvals_required = 2") != plain


def test_every_field_of_an_environment_is_a_rule_or_known_as_none() -> None:
    """Whoever adds a field decides which it is: a rule is there unless NO_RULE names it."""
    [site] = from_environment(GOOD).environments

    left_out = EnvironmentSettings.model_fields.keys() - content(site).keys()
    assert left_out == {"password", "ca_file", "task_url", "exporter_port_name", "look_seconds"}


def test_run_tells_every_mistake_of_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Exit code 2, a line each, the file from the working directory."""
    for name in EXPECTED:
        monkeypatch.delenv(name, raising=False)
    for name, value in COMMON.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    Path("bot.toml").write_text("[environments.prod]\n[environments.staging]\n")

    result = CliRunner().invoke(app, ["run"])

    assert result.exit_code == 2
    assert result.output.count("\nobproxy-bot: bot.toml: environments.staging.") == 4
    assert result.output.startswith("obproxy-bot: bot.toml: environments.prod.password_env: is missing; expected: ")


NEEDED = [line.partition(" ")[0] for line in PROD.splitlines()]
OTHERS = ["admins", "operations", "look_seconds", "ticket_pattern", "ticket_example", "ca_file", "send_within", "x"]
KEYS = st.sampled_from([*NEEDED, *OTHERS, '"a\\nb"', "password_env.a", f"url{'.a' * 1200}"])
VALUES = st.one_of(
    st.sampled_from(["1", "0x" + "f" * 5000, "-1.5", "nan", "inf", "true", "2026-11-01", "07:32:00", "[]", "{}", '""']),
    st.sampled_from(
        ['["U0123456789"]', '"((((("', '"a{99999999999}"', '"http://[::1"', '"\\u0000"', '"[[a]"', '"10s"']
    ),
    st.lists(st.text(max_size=12).map(json.dumps)).map(lambda items: f"[{', '.join(items)}]"),
    st.text().map(json.dumps),
)
LINES = st.tuples(KEYS, VALUES).map(" = ".join)
HEADS = ["[environments]", "[environments.prod]", "[[environments.a]]", '[environments."\\n"]', OPERATION]
MIXED = st.lists(st.one_of(LINES, st.sampled_from(HEADS))).map("\n".join)
CHANGED = st.lists(LINES, max_size=5, unique_by=lambda line: re.split(r"[ .]", line)[0]).map(lambda some: prod(*some))
FILES = st.one_of(st.text(), MIXED, CHANGED)


@pytest.mark.invariant(7)
@given(FILES)
def test_no_file_leads_to_another_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Whatever stands in it: it is taken, or refused in lines that each begin with the file."""
    path = tmp_path_factory.getbasetemp() / "bot.toml"
    path.write_bytes(text.encode())

    lines = _told(path)

    assert all(line.startswith(f"{path}: ") and "; expected: " in line for line in lines)


def _told(path: Path) -> list[str]:
    try:
        return [] if from_environment(BESIDE, path.parent).environments else ["no environment"]
    except WrongSetting as error:
        return str(error).splitlines()
