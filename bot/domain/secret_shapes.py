"""
What is a secret by its shape, whoever's it is.

Every pattern is linear: what repeats is bounded, possessive, or cannot match what follows it.
"""

import re
from collections.abc import Callable

MARK = "***"

_NAME = (
    r"(?:pass(?:word|wd|phrase)|pwd|secret|token|credentials?|ak_?sk"
    r"|(?:access|secret|api|private|auth|encrypt(?:ion)?|ssh)[ _-]?key(?:[ _-]?(?:id|secret))?"
    r"|密码|口令|密钥|令牌)\d{0,2}"
)
_SEPARATOR = r"""(?:\\{0,7}["'])?\s{0,3}(?:=>|:=|[:=：]=?|\((?=\s?["']))\s{0,3}"""
_ENDS = r"""(?![^\s,;.:!?)\]}"'\\&<])"""
_NOTHING = rf"(?:yes|no|null|none|nil|true|false){_ENDS}"
_PROSE = (
    r"(?:an?|the|is|was|has|are|were|be|must|may|can|cannot|could|should|will|would|not|does|do|and|or|for|of|in|to"
    rf"|required|invalid|expired|incorrect|wrong|missing|empty|failed|error){_ENDS}"
)
_QUOTED = r"""(?P<b>\\{0,7})(?P<q>["'])(?:(?!(?<!\\)(?P=b)(?P=q)).)+"""
_BARE = (
    rf"(?!{_NOTHING})(?!(?<=[:：]\s){_PROSE})(?!password\()"
    r"""(?![{\[(](?:\s|$|["'{}\])]))"""  # an object or a list, which names what is in it
    r"""(?:[^\s"'&<,;)}\]\\]|\\++(?!["'])"""
    r"""|[,;)}\]]++(?!\s|$|["'\\<&]|[A-Za-z_][\w.-]{0,40}\s?[=:]))+"""
)
_VALUE = rf"(?:{_QUOTED}|{_BARE})"

KEY_BLOCK = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]{0,40}KEY-----|\Z)", re.DOTALL
)
IN_URL = re.compile(r"""(://[^\s:/@?#"'<>\\]{0,200}:)[^\s/"'<>\\]+@""")
TOKEN = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{6,}|xapp-[A-Za-z0-9-]{6,}"  # Slack
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])|LTAI[A-Za-z0-9]{12,26}"  # access keys of clouds
    r"|gh[opsru]_[A-Za-z0-9]{20,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"  # GitHub, JSON Web Tokens
    r"|hooks\.slack\.com/services/[\w/]+"
    r")"
)
HEADER = re.compile(
    r"""(authorization\\{0,7}["']?\s{0,3}[:=]\s{0,3}\\{0,7}["']?(?:(?:basic|bearer|digest|token)\s{1,3})?)"""
    rf"""(?!{_PROSE})[^\s"'\\,;<]+""",
    re.IGNORECASE,
)
BARE_HEADER = re.compile(
    r"\b((?:basic\s{1,3}(?=[A-Za-z0-9+/]*[0-9=])(?=[A-Za-z0-9+/]{12})|bearer\s{1,3}(?=[\w.~+/-]*[0-9=])(?=[\w.~+/-]{16})))"
    r"[\w.~+/-]+={0,2}",
    re.IGNORECASE,
)
NAMED = re.compile(rf"(?P<name>{_NAME}{_SEPARATOR}){_VALUE}", re.IGNORECASE)
WORKING_FOLDER = re.compile(r"pwd[:=]\s?/", re.IGNORECASE)
OPTION = re.compile(rf"(?P<name>--[\w-]{{0,30}}?{_NAME}\s{{1,3}})(?!-){_VALUE}", re.IGNORECASE)
SQL = re.compile(rf"(?P<name>\bidentified\s{{1,3}}by\s{{1,3}}(?:password\s{{1,3}})?){_VALUE}", re.IGNORECASE)
CLIENT = re.compile(r"\b(?:mysql|mysqldump|mysqladmin|mariadb|obclient|obdumper|obloader)\b[^\n]*")
CLIENT_OPTION = re.compile(rf"""(?P<name>(?<=[\s"'])-p){_VALUE}""")

HINTS = (
    "://",
    "-----begin",
    *("xox", "xapp-", "akia", "asia", "ltai", "eyj", "gh", "hooks."),
    *("authorization", "basic", "bearer", "identified", "mysql", "mariadb", "obclient", "obdumper", "obloader"),
    *("pass", "pwd", "secret", "token", "credential", "aksk", "ak_sk", "key", "密", "口令", "令牌"),
)
"""One of these is in every text with such a secret; most texts have none, and are done with."""

Replacement = str | Callable[[re.Match[str]], str]


def without_shapes(text: str) -> str:
    """Return *text* with the mark in place of every secret that is one by its shape."""
    lower = text.lower()
    if not any(hint in lower for hint in HINTS):
        return text
    for pattern, replacement in _STEPS:
        text = pattern.sub(replacement, text)
    return text


def _named(match: re.Match[str]) -> str:
    """Return the name, and the mark in the quotes of the value if it has any; the closing one was not taken."""
    if WORKING_FOLDER.match(match.group()):
        return match.group()
    return f"{match['name']}{match['b'] or ''}{match['q'] or ''}{MARK}"


def _client(match: re.Match[str]) -> str:
    return CLIENT_OPTION.sub(_named, match.group())


_STEPS: tuple[tuple[re.Pattern[str], Replacement], ...] = (
    (KEY_BLOCK, MARK),
    (IN_URL, rf"\1{MARK}@"),
    (HEADER, rf"\1{MARK}"),
    (BARE_HEADER, rf"\1{MARK}"),
    (TOKEN, MARK),
    (NAMED, _named),
    (OPTION, _named),
    (SQL, _named),
    (CLIENT, _client),
)
