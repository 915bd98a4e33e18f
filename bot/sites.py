"""The environments that the bot works for: each is one OCP, with its rules of who may do what there."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from bot.values import (
    EVERYONE,
    Account,
    Anybody,
    CaFile,
    Channel,
    Channels,
    Count,
    Duration,
    HttpUrl,
    LookSeconds,
    Name,
    Password,
    Pattern,
    People,
    TaskUrl,
)

STRICT = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)
PORTS = {"http": 80, "https": 443}


class RulesSettings(BaseModel):
    """
    Who may do what, where, and after how many approvals.

    People are ids of Slack users (U, W) and user groups (S). Nothing in `channels` is every channel. Operators that
    nobody names are the approvers.
    """

    model_config = STRICT

    viewers: Anybody = (EVERYONE,)
    requesters: Anybody = (EVERYONE,)
    approvers: People = ()
    operators: People = Field(default_factory=lambda given: given.get("approvers", ()))
    admins: People = ()
    channels: Channels = ()
    approvals_required: Count = 1


class EnvironmentSettings(BaseModel):
    """
    One OCP, the bot's account there, and the rules.

    `operations` holds the whole rules of each operation that has some of its own; `rules_of` is the way to read them.
    """

    model_config = STRICT

    name: Name
    url: HttpUrl
    username: Account
    password: Password
    approvals_channel: Channel
    ca_file: CaFile = ""
    account_dedicated: bool = False
    task_url: TaskUrl = ""
    exporter_port_name: Literal["both", "exportPort", "exporterPort"] = "both"
    production: bool = True
    ticket_pattern: Pattern = ""
    ticket_example: str = Field("", max_length=100)
    send_within: Duration = timedelta(minutes=30)
    look_seconds: LookSeconds = 5.0
    approvals_last: Duration = timedelta(hours=24)
    second_group: People = ()
    break_glass: bool = False
    rules: RulesSettings
    operations: Mapping[str, RulesSettings] = Field(default_factory=dict)

    def rules_of(self, operation: str) -> RulesSettings:
        """Return the rules of the operation with that key."""
        return self.operations.get(operation, self.rules)

    @property
    def ocp(self) -> tuple[str, int, str]:
        """What two spellings of one OCP's address share: host, port and path."""
        parts = urlsplit(self.url)
        host = (parts.hostname or "").rstrip(".")
        return host, parts.port or PORTS[parts.scheme], parts.path.rstrip("/")


NO_RULE = frozenset({"password", "ca_file", "task_url", "exporter_port_name", "look_seconds"})
"""What says how the bot works, not who may do what; and the secret."""


def content(environment: EnvironmentSettings) -> dict[str, object]:
    """
    Return everything of *environment* that is a rule, as JSON: whoever writes the same rules otherwise gets the same.

    Lists are sorted, times are seconds, and an operation is there only if its rules differ from the environment's.
    """
    plain = _plain(environment.model_dump(exclude=set(NO_RULE)))
    differing = {key: rules for key, rules in plain["operations"].items() if rules != plain["rules"]}
    return {**plain, "operations": differing}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(value[key]) for key in sorted(value)}
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    return sorted(set(value)) if isinstance(value, tuple) else value
