"""
Settings (DESIGN, section 10): what is common from variables, the environments from bot.toml, or one from variables.

A wrong one stops the start with a line that names it; of a file every mistake is named at once.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import parse_qs, unquote

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from bot import operations, policy_file
from bot.mistakes import EXPECTED as IN_FILE
from bot.mistakes import TIME
from bot.site_checks import mistakes
from bot.sites import EnvironmentSettings, RulesSettings
from bot.values import (
    EVERYONE,
    Account,
    Anybody,
    CaFile,
    Channel,
    Count,
    Database,
    Duration,
    HttpUrl,
    LookSeconds,
    Name,
    Password,
    People,
    TaskUrl,
    WrongSetting,
    matching,
    secret,
    words,
)

__all__ = ["EXPECTED", "SECRETS", "AuditSettings", "Settings", "WrongSetting", "from_environment", "read"]

POLICY_FILE = "bot.toml"
"""Where the environments stand unless the setting POLICY_FILE says otherwise."""

SECRETS = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "OCP_PASSWORD", "DATABASE_URL", "AUDIT_KEY")
"""Each may also come from the file that NAME_FILE names."""

M = TypeVar("M", bound=BaseModel)
Words = BeforeValidator(words)
AuditKey = Annotated[SecretStr, matching(r"(.{16,})?")]
IDS = "ids of Slack users and user groups, with commas"

EXPECTED = {
    "SLACK_BOT_TOKEN": "the bot token of the Slack app, xoxb-...",
    "SLACK_APP_TOKEN": "an app-level token with connections:write, xapp-...",
    "SLACK_API_URL": "an http or https address, without user, password and query",
    "SLACK_PROXY": "an http or https address",
    "POLICY_FILE": "a file such as bot.toml",
    "APPROVALS_CHANNEL": "the id of the channel for approvals, such as C0123456789",
    "APPROVERS": f"{IDS}, of those who may approve, such as U0123456789; at least one",
    "REQUESTERS": f"{IDS}, of those who may ask, or everyone",
    "OPERATORS": f"{IDS}, or nothing: then the approvers",
    "ADMINS": f"{IDS}, or nothing: then nobody",
    "APPROVALS_REQUIRED": IN_FILE["approvals_required"],
    "APPROVALS_LAST": "a time from 10s to 168h, such as 24h",
    "APPROVALS_SECOND_GROUP": f"{IDS}, or nothing",
    "OCP_NAME": f"the name that people use for this OCP: {IN_FILE['name']}",
    "OCP_URL": IN_FILE["url"],
    "OCP_USERNAME": IN_FILE["username"],
    "OCP_PASSWORD": "the password of the bot's account in OCP",
    "OCP_CA_FILE": IN_FILE["ca_file"],
    "OCP_TASK_URL": IN_FILE["task_url"],
    "OCP_ACCOUNT_DEDICATED": "1 if nobody but this bot uses the account, else 0",
    "OCP_EXPORTER_PORT_NAME": IN_FILE["exporter_port_name"],
    "DATABASE_URL": "sqlite:///path/to/file.db, in a folder that is there and can be written, or postgresql://user:password@host/name",
    "AUDIT_CHANNEL": "the id of the channel that gets the hourly anchors of the record, such as C0123456789",
    "AUDIT_KEY": "at least 16 characters, without a line break, that sign the anchors, or nothing",
    "SEND_WITHIN": TIME,
    "START_PAUSED": "1 to pause every environment at each start, else 0",
    "LOOK_SECONDS": IN_FILE["look_seconds"],
    "LOG_LEVEL": "DEBUG, INFO, WARNING or ERROR",
}


class Common(BaseModel):
    """What all environments share."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, validate_by_name=True)

    slack_bot_token: Annotated[SecretStr, matching(r"xoxb-\S+")] = Field(alias="SLACK_BOT_TOKEN")
    slack_app_token: Annotated[SecretStr, matching(r"xapp-\S+")] = Field(alias="SLACK_APP_TOKEN")
    slack_api_url: HttpUrl = Field("https://slack.com/api", alias="SLACK_API_URL")
    slack_proxy: HttpUrl | None = Field(None, alias="SLACK_PROXY")
    database_url: Database = Field(SecretStr("sqlite:///obproxy-bot.db"), alias="DATABASE_URL")
    audit_channel: Channel | None = Field(None, alias="AUDIT_CHANNEL")
    audit_key: AuditKey = Field(SecretStr(""), alias="AUDIT_KEY")
    start_paused: bool = Field(default=False, alias="START_PAUSED")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", alias="LOG_LEVEL")


class Settings(Common):
    """Everything that can be set; `from_environment` is the way to make one."""

    environments: tuple[EnvironmentSettings, ...] = Field(min_length=1)

    @property
    def secrets(self) -> list[str]:
        """What must never be seen."""
        passwords = [each.password for each in self.environments]
        tokens = (self.slack_bot_token, self.slack_app_token, self.audit_key, *passwords)
        return [token.get_secret_value() for token in tokens if token.get_secret_value()] + self._database_passwords

    @property
    def _database_passwords(self) -> list[str]:
        """The password of DATABASE_URL, as it stands there and as the server gets it; none for a file."""
        url = self.database_url.get_secret_value()
        password = url.partition("://")[2].rpartition("@")[0].partition(":")[2]
        in_query = parse_qs(url.partition("?")[2]).get("password", [])
        return [each for each in (password, unquote(password), *in_query) if each]


class OneEnvironment(BaseModel):
    """The variables that make the one environment where there is no file; fields as in EnvironmentSettings."""

    model_config = Common.model_config

    approvals_channel: Channel = Field(alias="APPROVALS_CHANNEL")
    approvers: Annotated[People, Words, Field(min_length=1)] = Field(alias="APPROVERS")
    requesters: Annotated[Anybody, Words] = Field((EVERYONE,), alias="REQUESTERS")
    operators: Annotated[People, Words] = Field((), alias="OPERATORS")
    admins: Annotated[People, Words] = Field((), alias="ADMINS")
    approvals_required: Count = Field(1, alias="APPROVALS_REQUIRED")
    approvals_last: Duration = Field("24h", alias="APPROVALS_LAST", validate_default=True)
    second_group: Annotated[People, Words] = Field((), alias="APPROVALS_SECOND_GROUP")
    name: Name = Field("ocp", alias="OCP_NAME")
    url: HttpUrl = Field(alias="OCP_URL")
    username: Account = Field(alias="OCP_USERNAME")
    password: Password = Field(alias="OCP_PASSWORD")
    ca_file: CaFile = Field("", alias="OCP_CA_FILE")
    task_url: TaskUrl = Field("", alias="OCP_TASK_URL")
    account_dedicated: bool = Field(default=False, alias="OCP_ACCOUNT_DEDICATED")
    exporter_port_name: Literal["both", "exportPort", "exporterPort"] = Field("both", alias="OCP_EXPORTER_PORT_NAME")
    send_within: Duration = Field("30m", alias="SEND_WITHIN", validate_default=True)
    look_seconds: LookSeconds = Field(5.0, alias="LOOK_SECONDS")


class PolicyFile(BaseModel):
    """Where the file with the environments is."""

    policy_file: str = Field("", alias="POLICY_FILE")


class AuditSettings(BaseModel):
    """What an auditor's commands need: the record, and the key that its anchors are signed with."""

    model_config = Common.model_config

    database_url: Database = Field(SecretStr("sqlite:///obproxy-bot.db"), alias="DATABASE_URL")
    audit_key: AuditKey = Field(SecretStr(""), alias="AUDIT_KEY")


def from_environment(environment: Mapping[str, str], folder: Path | None = None) -> Settings:
    """
    Read the settings. A `bot.toml` in *folder* is used without being named; None: only POLICY_FILE names one.

    Raises:
        WrongSetting: as `read`, or with every mistake in the file, one a line.
    """
    common = read(Common, environment)
    path = _policy_file(environment, folder)
    sites = _of_file(path, environment) if path else (_of_variables(environment),)
    return Settings.model_validate({**dict(common), "environments": sites})


def read(kind: type[M], environment: Mapping[str, str]) -> M:
    """
    Read the settings of *kind*.

    Raises:
        WrongSetting: one is missing or wrong; the first one is named, with what is expected.
    """
    wanted = _names(kind)
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


def _names(kind: type[BaseModel]) -> set[str]:
    return {str(field.alias) for field in kind.model_fields.values()}


def _from_file(name: str, environment: Mapping[str, str]) -> str:
    try:
        return secret(name, environment)
    except (OSError, ValueError):
        raise WrongSetting(f"{name}_FILE is wrong; expected: a file that can be read, with {EXPECTED[name]}") from None


def _policy_file(environment: Mapping[str, str], folder: Path | None) -> Path | None:
    """Return the file with the environments. One that is there but cannot be read counts: it is meant to be used."""
    if named := read(PolicyFile, environment).policy_file:
        return Path(named)
    path = folder / POLICY_FILE if folder else None
    return path if path and (path.is_symlink() or path.exists()) else None


def _of_file(path: Path, environment: Mapping[str, str]) -> tuple[EnvironmentSettings, ...]:
    document = policy_file.load(path)
    known = frozenset(operations.load(exporter_port_names=()))
    made, found = policy_file.environments(document, secret=partial(secret, environment=environment), known=known)
    lines = [f"{path}: {mistake}" for mistake in found]
    lines += _beside(path, environment, policy_file.variables(document))
    if lines:
        raise WrongSetting("\n".join(lines))
    return made


def _beside(path: Path, environment: Mapping[str, str], named: frozenset[str]) -> list[str]:
    """Return a line for each variable that would be ignored beside the file; *named* are those that the file names."""
    spellings = [(name, each) for name in _names(OneEnvironment) - named for each in (name, f"{name}_FILE")]
    idle = sorted(each for name, each in spellings if environment.get(each) and (each == name or name in SECRETS))
    return [f"{each} is set beside {path}; expected: one of them, for the file holds the environments" for each in idle]


def _of_variables(environment: Mapping[str, str]) -> EnvironmentSettings:
    """Return the one environment that the variables make; raises WrongSetting."""
    values = dict(read(OneEnvironment, environment))
    rules = {key: values.pop(key) for key in RulesSettings.model_fields if key in values}
    made = EnvironmentSettings(**values, rules=RulesSettings(**{key: rules[key] for key in rules if rules[key] != ()}))
    for mistake in mistakes(made):
        name = OneEnvironment.model_fields[str(mistake.place[0])].alias
        raise WrongSetting(f"{name} {mistake.what}; expected: {mistake.expected}")
    return made
