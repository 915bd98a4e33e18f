"""Settings: a wrong or missing one is named in one line, with what is expected."""

from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.config import EXPECTED, SECRETS, WrongSetting, from_environment
from bot.domain.redaction import Redactor
from tests.settings import GOOD


def test_the_least_that_is_needed_is_enough() -> None:
    """What is left out has a default that fits."""
    [site] = from_environment(GOOD).environments

    assert site.name == "ocp"
    assert site.url == "http://ocp.example.com:8080"
    assert (site.send_within, site.approvals_last) == (timedelta(minutes=30), timedelta(hours=24))
    assert site.look_seconds == 5.0
    assert site.production
    assert site.rules.viewers == site.rules.requesters == ("everyone",)
    assert site.rules.approvers == site.rules.operators == ("U0123456789", "U0987654321")
    assert site.rules.admins == site.rules.channels == ()
    assert site.operations == {}


def test_people_may_be_user_groups() -> None:
    """In every variable that names people."""
    people = {"APPROVERS": "S0AAAAAAA", "REQUESTERS": "S0BBBBBBB U0123456789", "OPERATORS": "S0CCCCCCC"}
    given = GOOD | people | {"ADMINS": "S0DDDDDDD,U0123456789", "APPROVALS_REQUIRED": "3"}

    rules = from_environment(given).environments[0].rules

    assert rules.approvers == ("S0AAAAAAA",)
    assert rules.requesters == ("S0BBBBBBB", "U0123456789")
    assert rules.operators == ("S0CCCCCCC",)
    assert rules.admins == ("S0DDDDDDD", "U0123456789")
    assert rules.approvals_required == 3


def test_more_approvals_than_approvers_are_refused() -> None:
    """Nobody could ever get a request approved; a user group may have as many as are needed."""
    with pytest.raises(WrongSetting) as refused:
        from_environment(GOOD | {"APPROVALS_REQUIRED": "3"})

    expected = "at most 2, as many as there are approvers"
    assert str(refused.value) == f"APPROVALS_REQUIRED is 3; expected: {expected}"


@pytest.mark.parametrize("name", GOOD)
def test_a_missing_one_is_named(name: str) -> None:
    """Empty counts as missing."""
    with pytest.raises(WrongSetting, match=f"^{name} is missing; expected: "):
        from_environment(GOOD | {name: ""})


@pytest.mark.invariant(7)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_BOT_TOKEN", "xapp-mixed-up"),
        ("SLACK_APP_TOKEN", "xoxb-mixed-up"),
        ("SLACK_API_URL", "slack.com/api"),
        ("APPROVALS_CHANNEL", "#dba-approvals"),
        ("APPROVERS", "dana@example.com"),
        ("APPROVERS", ", ,"),
        ("APPROVERS", "everyone"),
        ("REQUESTERS", "nobody"),
        ("ADMINS", "everyone"),
        ("OPERATORS", "@dana"),
        ("OCP_NAME", "prod west"),
        ("OCP_URL", "http://admin:secret@ocp.example.com"),
        ("OCP_URL", "http://ocp.example.com:99999"),
        ("OCP_USERNAME", "a:b"),
        ("OCP_CA_FILE", "no/such/file.pem"),
        ("OCP_TASK_URL", "http://ocp.example.com/task"),
        ("OCP_TASK_URL", "http://bot:hunter2@ocp.example.com/task/{id}"),
        ("OCP_TASK_URL", "http://ocp.example.com/task/{id}?token=hunter2"),
        ("OCP_ACCOUNT_DEDICATED", "perhaps"),
        ("OCP_EXPORTER_PORT_NAME", "export_port"),
        ("DATABASE_URL", "mysql://db/bot"),
        ("DATABASE_URL", "postgresql://bot:secret@db"),
        ("DATABASE_URL", "postgresql://bot:secret word@db/bot"),
        ("AUDIT_CHANNEL", "#audit"),
        ("AUDIT_KEY", "too short"),
        ("SEND_WITHIN", "soon"),
        ("LOOK_SECONDS", "-3"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_a_wrong_one_is_named_and_its_value_is_not_repeated(name: str, value: str) -> None:
    """A value may be a secret that went into the wrong variable."""
    with pytest.raises(WrongSetting) as refused:
        from_environment(GOOD | {name: value})

    line = str(refused.value)
    assert line.startswith(f"{name} is wrong; expected: ")
    assert "\n" not in line
    assert value not in line


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_may_come_from_a_file(name: str, tmp_path: Path) -> None:
    """As orchestrators mount them; a line end is no part of it."""
    path = tmp_path / "secret"
    given = GOOD | {"DATABASE_URL": "postgresql://bot:secret@db/bot", "AUDIT_KEY": "sixteen letters!"}
    path.write_text(given[name] + "\n")
    settings = from_environment(
        {key: value for key, value in given.items() if key != name} | {f"{name}_FILE": str(path)}
    )

    [site] = settings.environments
    read = site.password if name == "OCP_PASSWORD" else getattr(settings, name.lower())
    assert read.get_secret_value() == given[name]
    with pytest.raises(WrongSetting, match=f"^{name}_FILE is wrong"):
        from_environment(GOOD | {f"{name}_FILE": str(tmp_path / "missing")})


@pytest.mark.invariant(7)
def test_settings_do_not_print_their_secrets() -> None:
    """Neither as text nor as repr."""
    settings = from_environment(GOOD)

    assert not any(secret in f"{settings!r} {settings}" for secret in settings.secrets)


def test_run_refuses_to_start_with_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Exit code 2, no traceback."""
    monkeypatch.chdir(tmp_path)
    for name in EXPECTED:
        monkeypatch.delenv(name, raising=False)
    for name, value in (GOOD | {"APPROVERS": ""}).items():
        monkeypatch.setenv(name, value)

    result = CliRunner().invoke(app, ["run"])

    assert result.exit_code == 2
    assert result.output.startswith("obproxy-bot: APPROVERS is missing; expected: ")
    assert result.output.count("\n") == 1


@pytest.mark.invariant(7)
@pytest.mark.parametrize(
    "url",
    [
        "postgresql://bot:s%2Fcret@db:5432/bot",
        "postgres://bot:s%2Fcret@/bot?host=/run/pg",
        "postgresql://bot@db/bot?sslmode=require&password=s%2Fcret",
    ],
)
def test_the_password_of_the_database_is_a_secret(url: str) -> None:
    """As it stands in the address, and as the server gets it; nothing else of the address is."""
    settings = from_environment(GOOD | {"DATABASE_URL": url})

    assert Redactor(settings.secrets)("bot: s%2Fcret or s/cret") == "bot: *** or ***"
    assert "s%2Fcret" not in repr(settings)


@pytest.mark.invariant(7)
def test_the_key_of_the_anchors_is_a_secret() -> None:
    """And an empty one is none: it would blacken every line."""
    settings = from_environment(GOOD | {"AUDIT_KEY": "sixteen letters!"})

    assert "sixteen letters!" in settings.secrets
    assert "sixteen letters!" not in repr(settings)
    assert "" not in from_environment(GOOD).secrets
