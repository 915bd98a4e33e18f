"""Settings from the environment (DESIGN, section 10); a wrong one stops the start with one line that names it."""

import os
import re
import ssl
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

SECRETS = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "OCP_PASSWORD", "DATABASE_URL", "AUDIT_KEY")
"""Each may also come from the file that NAME_FILE names."""

_DURATION = re.compile(r"(\d+)\s*(s|m|h)")
M = TypeVar("M", bound=BaseModel)
_SECONDS = {"s": 1, "m": 60, "h": 3600}
LONGEST_SECONDS = 7 * 24 * 3600


class WrongSetting(Exception):
    """One line: the variable, and what is expected."""


def _matching(pattern: str) -> AfterValidator:
    def check(value: Any) -> Any:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if not re.fullmatch(pattern, text):
            raise ValueError(pattern)
        return value

    return AfterValidator(check)


def _words(value: object) -> object:
    return [word for word in re.split(r"[,\s]+", value) if word] if isinstance(value, str) else value


def _duration(value: object) -> object:
    if not isinstance(value, str):
        return value
    match = _DURATION.fullmatch(value.strip())
    if match is None:
        raise ValueError(value)
    if not 10 <= (seconds := int(match[1]) * _SECONDS[match[2]]) <= LONGEST_SECONDS:
        raise ValueError(value)
    return timedelta(seconds=seconds)


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    is_bare = not (parts.username or parts.query or parts.port == 0 or re.search(r"\s", value))
    if parts.scheme not in {"http", "https"} or not parts.hostname or not is_bare:
        raise ValueError(value)
    return value.rstrip("/")


def _task_url(value: str) -> str:
    if value and ("{id}" not in value or urlsplit(value).scheme not in {"http", "https"}):
        raise ValueError(value)
    return value


def _database(value: SecretStr) -> SecretStr:
    url = value.get_secret_value()
    if re.fullmatch(r"sqlite(\+aiosqlite)?:///.+", url):
        folder = Path(url.partition(":///")[2]).resolve().parent
        is_right = folder.is_dir() and os.access(folder, os.W_OK)
    else:
        is_right = bool(re.fullmatch(r"postgres(ql)?(\+psycopg)?://\S*/\S+", url))
    if not is_right:
        raise ValueError("DATABASE_URL")
    return value


def _file(value: str) -> str:
    try:
        if value:
            ssl.create_default_context(cafile=value)
    except OSError as error:  # ssl.SSLError is one
        raise ValueError(value) from error
    return value


HttpUrl = Annotated[str, AfterValidator(_http_url)]
Called = Annotated[str, _matching(r"[UWS][A-Z0-9]{4,}")]
User = Annotated[str, _matching(r"[UW][A-Z0-9]{4,}")]
Channel = Annotated[str, _matching(r"[CG][A-Z0-9]{4,}")]
People = Annotated[tuple[User, ...], BeforeValidator(_words)]
Group = Annotated[tuple[Called, ...], BeforeValidator(_words)]
Database = Annotated[SecretStr, AfterValidator(_database)]
AuditKey = Annotated[SecretStr, _matching(r"(.{16,})?")]

EXPECTED = {
    "SLACK_BOT_TOKEN": "the bot token of the Slack app, xoxb-...",
    "SLACK_APP_TOKEN": "an app-level token with connections:write, xapp-...",
    "SLACK_API_URL": "an http or https address, without user, password and query",
    "SLACK_PROXY": "an http or https address",
    "APPROVALS_CHANNEL": "the id of the channel for approvals, such as C0123456789",
    "APPROVERS": "the Slack user ids of those who may approve, with commas, such as U0123456789; at least one",
    "OPERATORS": "Slack user ids with commas, or nothing: then the approvers",
    "APPROVALS_REQUIRED": "how many different approvers a request needs: 0 (none) to 10",
    "APPROVALS_LAST": "a time from 10s to 168h, such as 24h",
    "APPROVALS_SECOND_GROUP": "ids of Slack users and user groups with commas, or nothing",
    "OCP_NAME": "the name that people use for this OCP: 1 to 40 letters, digits, - and _",
    "OCP_URL": "OCP's address, such as http://ocp.example.com:8080, without user, password and query",
    "OCP_USERNAME": "the name of the bot's account in OCP",
    "OCP_PASSWORD": "the password of the bot's account in OCP",
    "OCP_CA_FILE": "an existing file with the certificate of OCP's authority",
    "OCP_TASK_URL": "an address with {id} where the task's id goes",
    "OCP_ACCOUNT_DEDICATED": "1 if nobody but this bot uses the account, else 0",
    "OCP_EXPORTER_PORT_NAME": "both, exportPort or exporterPort",
    "DATABASE_URL": "sqlite:///path/to/file.db, in a folder that is there and can be written, or postgresql://user:password@host/name",
    "AUDIT_CHANNEL": "the id of the channel that gets the hourly anchors of the record, such as C0123456789",
    "AUDIT_KEY": "at least 16 characters, without a line break, that sign the anchors, or nothing",
    "SEND_WITHIN": "a time from 10s to 168h, such as 30m, 90s or 1h",
    "START_PAUSED": "1 to pause every environment at each start, else 0",
    "LOOK_SECONDS": "seconds between two looks at a running task, 0.1 to 60",
    "LOG_LEVEL": "DEBUG, INFO, WARNING or ERROR",
}


class Settings(BaseModel):
    """Everything that can be set; `from_environment` is the way to make one."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    slack_bot_token: Annotated[SecretStr, _matching(r"xoxb-\S+")] = Field(alias="SLACK_BOT_TOKEN")
    slack_app_token: Annotated[SecretStr, _matching(r"xapp-\S+")] = Field(alias="SLACK_APP_TOKEN")
    slack_api_url: HttpUrl = Field("https://slack.com/api", alias="SLACK_API_URL")
    slack_proxy: HttpUrl | None = Field(None, alias="SLACK_PROXY")
    approvals_channel: Channel = Field(alias="APPROVALS_CHANNEL")
    approvers: Annotated[People, Field(min_length=1)] = Field(alias="APPROVERS")
    operators: People = Field((), alias="OPERATORS")
    approvals_required: Annotated[int, Field(ge=0, le=10)] = Field(1, alias="APPROVALS_REQUIRED")
    approvals_last: Annotated[timedelta, BeforeValidator(_duration)] = Field(
        timedelta(hours=24), alias="APPROVALS_LAST"
    )
    approvals_second_group: Group = Field((), alias="APPROVALS_SECOND_GROUP")
    ocp_name: Annotated[str, _matching(r"[A-Za-z0-9_-]{1,40}")] = Field("ocp", alias="OCP_NAME")
    ocp_url: HttpUrl = Field(alias="OCP_URL")
    ocp_username: Annotated[str, _matching(r"[^:\s]+")] = Field(alias="OCP_USERNAME")
    ocp_password: Annotated[SecretStr, _matching(r".+")] = Field(alias="OCP_PASSWORD")
    ocp_ca_file: Annotated[str, AfterValidator(_file)] = Field("", alias="OCP_CA_FILE")
    ocp_task_url: Annotated[str, AfterValidator(_task_url)] = Field("", alias="OCP_TASK_URL")
    ocp_account_dedicated: bool = Field(default=False, alias="OCP_ACCOUNT_DEDICATED")
    ocp_exporter_port_name: Literal["both", "exportPort", "exporterPort"] = Field(
        "both", alias="OCP_EXPORTER_PORT_NAME"
    )
    database_url: Database = Field(SecretStr("sqlite:///obproxy-bot.db"), alias="DATABASE_URL")
    audit_channel: Channel | None = Field(None, alias="AUDIT_CHANNEL")
    audit_key: AuditKey = Field(SecretStr(""), alias="AUDIT_KEY")
    send_within: Annotated[timedelta, BeforeValidator(_duration)] = Field(timedelta(minutes=30), alias="SEND_WITHIN")
    start_paused: bool = Field(default=False, alias="START_PAUSED")
    look_seconds: Annotated[float, Field(ge=0.1, le=60)] = Field(5.0, alias="LOOK_SECONDS")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", alias="LOG_LEVEL")

    @property
    def secrets(self) -> list[str]:
        """What must never be seen."""
        tokens = (self.slack_bot_token, self.slack_app_token, self.ocp_password, self.audit_key)
        return [token.get_secret_value() for token in tokens if token.get_secret_value()] + self._database_passwords

    @property
    def _database_passwords(self) -> list[str]:
        """The password of DATABASE_URL, as it stands there and as the server gets it; none for a file."""
        log_on = self.database_url.get_secret_value().partition("://")[2].rpartition("@")[0]
        password = log_on.partition(":")[2]
        return [password, unquote(password)] if password else []


class AuditSettings(BaseModel):
    """What an auditor's commands need: the record, and the key that its anchors are signed with."""

    model_config = Settings.model_config

    database_url: Database = Field(SecretStr("sqlite:///obproxy-bot.db"), alias="DATABASE_URL")
    audit_key: AuditKey = Field(SecretStr(""), alias="AUDIT_KEY")


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Read the settings; raises as `read`."""
    return read(Settings, environment)


def read(kind: type[M], environment: Mapping[str, str]) -> M:
    """
    Read the settings of *kind*.

    Raises:
        WrongSetting: one is missing or wrong; the first one is named, with what is expected.
    """
    wanted = {str(field.alias) for field in kind.model_fields.values()}
    given = {name: value for name, value in environment.items() if name in wanted and value != ""}
    given |= {
        name: _from_file(name, environment) for name in SECRETS if environment.get(f"{name}_FILE") and name in wanted
    }
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        verb = "is wrong" if name in given else "is missing"
        raise WrongSetting(f"{name} {verb}; expected: {EXPECTED[name]}") from None


def _from_file(name: str, environment: Mapping[str, str]) -> str:
    try:
        return Path(environment[f"{name}_FILE"]).read_text().strip()
    except (OSError, UnicodeDecodeError):
        raise WrongSetting(f"{name}_FILE is wrong; expected: a file that can be read, with {EXPECTED[name]}") from None
