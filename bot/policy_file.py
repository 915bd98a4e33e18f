"""Reads bot.toml: the environments, or every mistake with its place."""

import re
import tomllib
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, SecretStr, ValidationError

from bot.mistakes import EXPECTED, Mistake, kind, of_value, unknown
from bot.site_checks import mistakes, twice
from bot.sites import EnvironmentSettings, RulesSettings
from bot.values import WrongSetting

M = TypeVar("M", bound=BaseModel)
Secret = Callable[[str], str]
"""Name of a variable -> what it holds, "" if it is not set; raises OSError or ValueError if its file cannot be read."""

RULES = frozenset(RulesSettings.model_fields)
OWN = frozenset(EnvironmentSettings.model_fields) - {"name", "password", "rules", "operations"}
KEYS = RULES | OWN | {"password_env", "operations"}
VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"

ELSEWHERE = "password_env, with the name of a variable: no secret stands in this file"
ENVIRONMENTS = "at least one environment, as a table such as [environments.prod]"


def load(path: Path) -> dict[str, Any]:
    """
    Return what stands in the file.

    Raises:
        WrongSetting: it cannot be read, or is not TOML.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongSetting(f"{path}: is not UTF-8 from byte {error.start} on; expected: TOML") from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "no name of a file"
        raise WrongSetting(f"{path}: cannot be read ({why}); expected: a file with the environments") from None
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise WrongSetting(f"{path}: too many brackets in each other; expected: TOML") from None
    except ValueError as error:
        raise WrongSetting(f"{path}: {_syntax(str(error), text)}; expected: TOML") from None


def _syntax(said: str, text: str) -> str:
    """Return what tomllib *said* of *text*, with the place in front: "line 3, column 5: Invalid statement"."""
    said = " ".join(said.split())
    match = re.fullmatch(r"(.*) \(at (line \d+, column \d+|end of document)\)", said)
    if match is None:
        return said
    last = f"line {len(text.splitlines()) or 1}, its end"
    return f"{last if match[2] == 'end of document' else match[2]}: {match[1]}"


def variables(document: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the variables that *document* takes passwords from."""
    tables = document.get("environments")
    rows = tables.values() if isinstance(tables, dict) else ()
    named = [each.get("password_env") for each in rows if isinstance(each, dict)]
    return frozenset(name for name in named if isinstance(name, str))


def environments(
    document: Mapping[str, Any], *, secret: Secret, known: frozenset[str]
) -> tuple[tuple[EnvironmentSettings, ...], list[Mistake]]:
    """
    Return the environments of *document* that can be made, and every mistake.

    *known* are the keys of the operations that may have rules of their own.
    """
    reading = _Reading(secret, known)
    tables = document.get("environments")
    reading.unknown(document, {"environments"})
    if tables is None or tables == {}:
        reading.found.append(Mistake(("environments",), "is missing", ENVIRONMENTS))
    elif not isinstance(tables, dict):
        reading.found.append(Mistake(("environments",), kind(tables), ENVIRONMENTS))
    else:
        reading.read(tables)
    return tuple(reading.made), reading.found


@dataclass(slots=True)
class _Reading:
    """What has been read so far, and what was wrong with it."""

    secret: Secret
    known: frozenset[str]
    made: list[EnvironmentSettings] = field(default_factory=list)
    found: list[Mistake] = field(default_factory=list)

    def read(self, tables: Mapping[str, Any]) -> None:
        """Read all tables of environments."""
        for name, table in tables.items():
            if isinstance(table, dict):
                self._environment(name, table)
            else:
                self.found.append(Mistake(("environments", name), kind(table), "a table"))
        self.found += [each.under("environments") for each in twice(self.made)]

    def unknown(self, table: Mapping[str, Any], keys: AbstractSet[str], *at: str) -> None:
        """Note the keys of *table* that are none of *keys*."""
        for key in [each for each in table if each not in keys]:
            is_password = key == "password" and "password_env" in keys
            mistake = Mistake((key,), "is unknown", ELSEWHERE) if is_password else unknown(key, keys)
            self.found.append(mistake.under(*at))

    def _environment(self, name: str, table: Mapping[str, Any]) -> None:
        at = ("environments", name)
        password, before = self._password(table, *at), len(self.found)
        self.unknown(table, KEYS, *at)
        given = {key: table[key] for key in OWN & table.keys()} | {"name": name, "password": password}
        given["rules"] = self._valid(RulesSettings, _rules(table), *at) or RulesSettings()
        given["operations"] = self._operations(table, *at)
        made = self._valid(EnvironmentSettings, given, *at)
        if made is not None and len(self.found) == before:
            self.found += [each.under(*at) for each in mistakes(made)]
        if made is not None:
            self.made.append(made)

    def _password(self, table: Mapping[str, Any], *at: str) -> SecretStr:
        """Return the password; what is wrong with it is noted, without the name: somebody may have put the password."""
        variable = table.get("password_env")
        try:
            what, value = _held(variable, self.secret)
        except (OSError, ValueError):
            what, value = "names a variable whose file cannot be read", ""
        if what:
            self.found.append(Mistake((*at, "password_env"), what, EXPECTED["password_env"]))
        return SecretStr(value or "unknown")

    def _operations(self, table: Mapping[str, Any], *at: str) -> dict[str, RulesSettings]:
        """Return the whole rules of each operation: what its table does not set is the environment's."""
        tables = table.get("operations", {})
        if not isinstance(tables, dict):
            self.found.append(Mistake((*at, "operations"), kind(tables), EXPECTED["operations"]))
            return {}
        self.unknown(tables, self.known, *at, "operations")
        made: dict[str, RulesSettings] = {}
        for key in [each for each in tables if each in self.known]:
            rules = self._operation(_rules(table), tables[key], *at, "operations", key)
            made |= {key: rules} if rules else {}
        return made

    def _operation(self, inherited: Mapping[str, Any], table: object, *at: str) -> RulesSettings | None:
        if not isinstance(table, dict):
            self.found.append(Mistake(at, kind(table), "a table"))
            return None
        self.unknown(table, RULES, *at)
        own = _rules(table)
        return self._valid(RulesSettings, {**inherited, **own}, *at, of=own.keys())

    def _valid(self, model: type[M], given: Mapping[str, Any], *at: str, of: Any = None) -> M | None:
        """Return *given* as a *model*, or None and note what is wrong; of the keys *of* only, if there are any."""
        try:
            return model.model_validate(given)
        except ValidationError as error:
            for each in error.errors(include_url=False, include_context=False):
                if (of is None or each["loc"][0] in of) and each["type"] != "default_factory_not_called":
                    self.found.append(of_value(each["loc"], each["type"], each["input"]).under(*at))
            return None


def _held(variable: object, secret: Secret) -> tuple[str, str]:
    """Return (what is wrong, the password)."""
    if variable is None:
        return "is missing", ""
    if not isinstance(variable, str):
        return kind(variable), ""
    if not re.fullmatch(VARIABLE, variable):
        return "is no name of a variable", ""
    value = secret(variable)
    if not value:
        return "names a variable that is not set", ""
    return ("", value) if re.fullmatch(r".+", value) else ("names a variable that holds a line break", "")


def _rules(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: table[key] for key in RULES & table.keys()}
