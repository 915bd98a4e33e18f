"""Forms: what fields a modal has, and the rules for what people type into them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from ipaddress import ip_address
from typing import TypeVar

from .errors import FormRefused
from .redaction import MARK, Redactor, shows_secret
from .texts import N_, Text

T = TypeVar("T")

LONGEST_NAME = 64
MOST_TYPED = 3000
"""What one Slack text field can carry."""

SECRET = N_(
    "This looks as if it holds a password, a token or another secret. Secrets do not go through Slack: leave it out."
)
SECRET_VALUE = N_(
    "Line %(line)s: the value of %(name)s looks like a password, a token or another secret. "
    "Secrets do not go through Slack: leave it out and set it in OCP."
)
BY_SHAPE = Redactor()

_SECRET_ANYWHERE = re.compile(
    r"pass(word|wd|phrase)|pwd|secret|token|credential|keyring|ak_?sk|(access|api|private)_?key"
)
_SECRET_ENDINGS = ("key", "keys", "pass")
_NO_SECRETS = frozenset({"monkey", "donkey", "turkey", "hockey", "bypass", "compass"})
_HOST_NAME = re.compile(
    r"(?=.{1,253}$)([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.?"
)


class FieldKind(Enum):
    """How a field is typed or chosen."""

    TEXT = auto()
    LINES = auto()
    NUMBER = auto()
    CHOICE = auto()


@dataclass(frozen=True, slots=True)
class Option:
    """One entry of a choice; `label` and `description` are message ids."""

    value: str
    label: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form; its texts are message ids. `initial` is a value, for a choice that of an option."""

    id: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    hint: str = ""
    placeholder: str = ""
    initial: str | None = None
    required: bool = True
    longest: int = MOST_TYPED
    lowest: int = 0
    highest: int = 0
    options: tuple[Option, ...] = ()


def filled(fields: Iterable[Field], typed: Mapping[str, str]) -> tuple[Field, ...]:
    """Return *fields* as somebody has filled them in before; what is not in *typed* stays as it is."""
    return tuple(replace(field, initial=typed.get(field.id, field.initial) or None) for field in fields)


class Mistake(ValueError):
    """What is wrong with one answer, in words for the person."""

    def __init__(self, message: str, **fields: object) -> None:
        super().__init__(message)
        self.text = Text(message, fields)


@dataclass(slots=True)
class Answers:
    """What was typed, by field id; reading it gathers every mistake, so that all are shown at once."""

    typed: Mapping[str, object]
    mistakes: dict[str, Text] = field(default_factory=dict)

    def read(self, field_id: str, rule: Callable[[str], T]) -> T | None:
        """Return the answer as *rule* reads it, or None with the mistake noted at the field; a secret is one."""
        value = self.typed.get(field_id)
        text = value.strip() if isinstance(value, str) else ""
        try:
            found = rule(text)
            _must_show_no_secret(text)
        except Mistake as mistake:
            self.mistakes.setdefault(field_id, mistake.text)
            return None
        return found

    def refuse(self, field_id: str, message: str, **fields: object) -> None:
        """Note a mistake that only shows when answers are taken together; the first one at a field stays."""
        self.mistakes.setdefault(field_id, Text(message, fields))

    def check(self) -> None:
        """
        Do nothing if everything could be read.

        Raises:
            FormRefused: with all mistakes, by field.
        """
        if self.mistakes:
            raise FormRefused(self.mistakes)


def cluster_name(value: str) -> str:
    """OCP's rule: starts with a letter; letters, digits, underscore."""
    if not value:
        raise Mistake(N_("Give a name: letters, digits and underscore, starting with a letter."))
    strange = re.search(r"[^A-Za-z0-9_]", value) or re.match(r"[^A-Za-z]", value)
    if strange:
        message = N_('Use letters, digits and underscore, starting with a letter. "%(char)s" is not allowed.')
        if strange.start() == 0 and re.match(r"[0-9_]", value):
            message = N_('Use letters, digits and underscore, starting with a letter. "%(char)s" cannot be the first.')
        raise Mistake(message, char=strange.group())
    if len(value) > LONGEST_NAME:
        raise Mistake(N_("Use at most %(most)s characters; %(given)s are given."), most=LONGEST_NAME, given=len(value))
    return value


def reason(value: str) -> str:
    """Between 3 and 200 characters, on one line."""
    words = " ".join(value.split())
    if not 3 <= len(words) <= 200:
        raise Mistake(N_("Give a reason of 3 to 200 characters; %(given)s are given."), given=len(words))
    return words


def asked_why(typed: str) -> str:
    """Return the reason that a form has asked for at "reason"; raises FormRefused there if it says too little."""
    answers = Answers({"reason": typed})
    words = answers.read("reason", reason)
    answers.check()
    return str(words)


def exactly(name: str) -> Callable[[str], str]:
    """Return the rule for *name* and nothing else."""

    def rule(value: str) -> str:
        if value != name:
            message = N_('"%(value)s" is not its name. Type it exactly as it stands on the card: %(name)s')
            raise Mistake(message, value=_shown(value), name=name)
        return value

    return rule


def task_id(value: str) -> int:
    """Return the id of an OCP task."""
    number = _whole(value)
    if number is None or number < 1:
        raise Mistake(N_('"%(value)s" is not a task id. Example: 31257'), value=_shown(value))
    return number


def choice(*values: str) -> Callable[[str], str]:
    """Return the rule for one of *values*."""

    def rule(value: str) -> str:
        if value not in values:
            raise Mistake(N_("Choose one of the entries."))
        return value

    return rule


def port(lowest: int) -> Callable[[str], int]:
    """Return the rule for a port number from *lowest* to 65535."""

    def rule(value: str) -> int:
        number = _whole(value)
        if number is None or not lowest <= number <= 65535:
            raise Mistake(
                N_('Use a whole number from %(lowest)s to 65535; "%(value)s" is given.'),
                lowest=lowest,
                value=_shown(value),
            )
        return number

    return rule


def address(value: str) -> str:
    """A host name or an IP address; OCP only prints it in the connection string."""
    if not value:
        raise Mistake(N_("Give the host name or IP address that applications connect to."))
    if not _HOST_NAME.fullmatch(value) and not _is_ip(value):
        raise Mistake(N_('"%(value)s" is not a host name or an IP address.'), value=_shown(value))
    return value


def _is_ip(value: str) -> bool:
    try:
        return "%" not in value and ip_address(value) is not None
    except ValueError:
        return False


def package(value: str) -> str:
    """The whole file name of a package in OCP."""
    if not re.fullmatch(r"[A-Za-z0-9._+~-]+\.rpm", value):
        raise Mistake(
            N_('"%(value)s" is not a file name as in OCP, Software Packages. Example: %(example)s'),
            value=_shown(value),
            example="obproxy-ce-4.2.1.0-11.el7.x86_64.rpm",
        )
    return value


def host_ids(value: str) -> tuple[int, ...]:
    """Return OCP's host ids, with commas or blanks between them; may be empty."""
    ids: list[int] = []
    for word in re.split(r"[,，\s]+", value.strip(",， \n")):
        number = _whole(word)
        if word and (number is None or number < 1):
            raise Mistake(N_('"%(word)s" is not a host id. Example: 11, 12, 14'), word=_shown(word))
        if number in ids:
            raise Mistake(N_("Host %(id)s is given twice. Remove one."), id=number)
        ids += [number] if number is not None else []
    return tuple(ids)


@dataclass(frozen=True, slots=True)
class ObLink:
    """An OceanBase cluster to connect to: its name, its own id (not OCP's), and the user."""

    name: str
    id: int
    user: str


def ob_links(value: str) -> tuple[ObLink, ...]:
    """Return one link a line: name, OB cluster id, user; without a user proxyro."""
    links: dict[tuple[str, int], int] = {}
    found = []
    for number, line in _lines(value):
        parts = [part.strip() for part in re.split("[,，]", line)]
        id_ = _whole(parts[1]) if len(parts) in {2, 3} else None
        if id_ is None or id_ < 1 or not all(parts) or any(re.search(r"\s", part) for part in parts):
            raise Mistake(
                N_('Line %(line)s: "%(text)s" is not name, id, user. Example: ob_pay, 1, proxyro'),
                line=number,
                text=_shown(line),
            )
        first = links.setdefault((parts[0], id_), number)
        if first != number:
            raise Mistake(
                N_("Line %(line)s: %(name)s stands on line %(first)s already."),
                line=number,
                name=_shown(parts[0]),
                first=first,
            )
        found.append(ObLink(parts[0], id_, parts[2] if len(parts) == 3 else "proxyro"))
    return tuple(found)


def parameters(value: str) -> dict[str, str]:
    """Return name -> value from one `name=value` a line; a name that says it is a secret is refused."""
    found: dict[str, str] = {}
    first: dict[str, int] = {}
    for number, line in _lines(value):
        name, equals, setting = (part.strip() for part in line.partition("="))
        if says_secret(name):
            raise Mistake(
                N_(
                    "Line %(line)s: %(name)s is a password or another secret. Secrets do not go through Slack: "
                    "leave it out and set it in OCP."
                ),
                line=number,
                name=_shown(_secret_part(name)),
            )
        if shows_secret(setting):
            raise Mistake(SECRET_VALUE, line=number, name=_shown(name))
        if not equals:
            raise Mistake(N_('Line %(line)s: "%(text)s" has no "=".'), line=number, text=_shown(line))
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]*", name):
            raise Mistake(N_('Line %(line)s: "%(name)s" is not a parameter name.'), line=number, name=_shown(name))
        if name in first:
            raise Mistake(
                N_("Line %(line)s: %(name)s stands on line %(first)s already."),
                line=number,
                name=_shown(name),
                first=first[name],
            )
        first[name], found[name] = number, setting
    return found


def says_secret(name: str) -> bool:
    """Whether a parameter's name says that its value is a password, secret, token or key."""
    words = set(re.split(r"[^a-z]+", name.lower())) - _NO_SECRETS
    return _SECRET_ANYWHERE.search(name.lower()) is not None or any(word.endswith(_SECRET_ENDINGS) for word in words)


def _must_show_no_secret(text: str) -> None:
    if shows_secret(text):
        raise Mistake(SECRET)


def _secret_part(line: str) -> str:
    """Return the name among the words of *line* that says it is a secret; the other words may be the secret."""
    return next((word for word in re.findall(r"[A-Za-z0-9_.]+", line) if says_secret(word)), MARK)


def _lines(value: str) -> Iterator[tuple[int, str]]:
    """Yield (number from 1, line) for every line that is not blank."""
    for number, line in enumerate(value.splitlines(), 1):
        if line.strip():
            yield number, line.strip()


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None


def _shown(text: str, most: int = 60) -> str:
    """Return what was typed, for its mistake: never a secret, and not more than fits."""
    text = BY_SHAPE(text)
    return text if len(text) <= most else text[: most - 1] + "…"
