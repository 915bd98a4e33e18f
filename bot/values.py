"""What a single value of the settings looks like, whether it comes from a variable or from bot.toml."""

import os
import re
import ssl
import warnings
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from bot.domain.redaction import shows_secret

EVERYONE = "everyone"
LONGEST_SECONDS = 7 * 24 * 3600
_DURATION = re.compile(r"([0-9]{1,9})\s*(s|m|h)")
_SECONDS = {"s": 1, "m": 60, "h": 3600}


class WrongSetting(Exception):
    """One line a mistake: the variable, or the file and the place in it, and what is expected."""


def matching(pattern: str) -> AfterValidator:
    """Let a text, or a secret one, pass if all of it matches *pattern*."""

    def check(value: Any) -> Any:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if not re.fullmatch(pattern, text):
            raise ValueError(pattern)
        return value

    return AfterValidator(check)


def words(value: object) -> object:
    """Return the words of a variable, which stand between commas or spaces."""
    return [word for word in re.split(r"[,\s]+", value) if word] if isinstance(value, str) else value


def secret(name: str, environment: Mapping[str, str]) -> str:
    """
    Return the secret that the variable *name* holds, or the file that NAME_FILE names; "" if neither is set.

    Raises:
        OSError, ValueError: the file cannot be read.
    """
    if path := environment.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    return environment.get(name, "")


def _listed(value: object) -> object:
    """Let a list be a tuple, so that strict models take it."""
    return tuple(value) if isinstance(value, list) else value


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
    is_address = "{id}" in value and urlsplit(value).scheme in {"http", "https"}
    if value and (not is_address or shows_secret(value)):
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


def _ca_file(value: str) -> str:
    try:
        if value:
            ssl.create_default_context(cafile=value)
    except OSError as error:  # ssl.SSLError is one
        raise ValueError(value) from error
    return value


def _pattern(value: str) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a later Python may read otherwise is no mistake in this one
            re.compile(value)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(value) from error
    return value


HttpUrl = Annotated[str, AfterValidator(_http_url)]
TaskUrl = Annotated[str, AfterValidator(_task_url)]
CaFile = Annotated[str, AfterValidator(_ca_file)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Database = Annotated[SecretStr, AfterValidator(_database)]
Password = Annotated[SecretStr, matching(r".+")]
Account = Annotated[str, matching(r"[^:\s]+")]
Name = Annotated[str, matching(r"[A-Za-z0-9_-]{1,40}")]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
LookSeconds = Annotated[float, Field(ge=0.1, le=60)]
Channel = Annotated[str, matching(r"[CG][A-Z0-9]{4,}")]
Channels = Annotated[tuple[Channel, ...], BeforeValidator(_listed)]
People = Annotated[tuple[Annotated[str, matching(r"[UWS][A-Z0-9]{4,}")], ...], BeforeValidator(_listed)]
"""Ids of users (U, W) and user groups (S) of Slack."""

Anybody = Annotated[tuple[Annotated[str, matching(rf"{EVERYONE}|[UWS][A-Z0-9]{{4,}}")], ...], BeforeValidator(_listed)]
"""The same, or everyone: that word alone, or beside ids."""

Count = Annotated[int, Field(ge=0, le=10)]
