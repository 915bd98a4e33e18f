"""Reads Slack's mrkdwn into spans (contract/slack.md, section 9)."""

import re
from collections.abc import Iterator

from .spans import Span, SpanKind

MARKUP = re.compile(
    r"```(?P<pre>.+?)```"
    r"|`(?P<code>[^`\n]+)`"
    r"|<(?P<token>[^<>\n]+)>"
    r"|(?<![\w*])\*(?P<bold>(?!\s)[^*\n]+?(?<!\s))\*(?![\w*])"
    r"|(?<![\w_])_(?P<italic>(?!\s)[^_\n]+?(?<!\s))_(?![\w_])"
    r"|(?<![\w~])~(?P<strike>(?!\s)[^~\n]+?(?<!\s))~(?![\w~])"
    r"|(?<![\w@])@(?P<bare>here|channel|everyone)\b"
    r"|(?P<url>https?://[^\s<>]+)",
    re.DOTALL,
)
TOKEN = re.compile(r"(?P<sign>[@#!]?)(?P<body>[^|]*)(?:\|(?P<label>.*))?")
STYLES = ("bold", "italic", "strike")
BROADCASTS = frozenset({"here", "channel", "everyone"})


def parse(text: str, *, verbatim: bool = False, styles: frozenset[str] = frozenset()) -> Iterator[Span]:
    """Yield the spans of *text*; unless *verbatim*, a bare @here or URL counts like a token."""
    position = 0
    for match in MARKUP.finditer(text):
        yield from _plain(text[position : match.start()], styles)
        yield from _markup(match, verbatim, styles)
        position = match.end()
    yield from _plain(text[position:], styles)


def unescape(text: str) -> str:
    """Return *text* with Slack's three entities resolved."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _plain(text: str, styles: frozenset[str]) -> Iterator[Span]:
    if text:
        yield Span(kind="text", text=unescape(text), styles=styles)


def _markup(match: re.Match[str], verbatim: bool, styles: frozenset[str]) -> Iterator[Span]:
    kind = match.lastgroup or ""
    inner = match[kind]
    if kind in STYLES:
        yield from parse(inner, verbatim=verbatim, styles=styles | {kind})
    elif kind in {"pre", "code"}:
        yield from _code(kind, inner, styles)
    elif kind == "token":
        yield _token(inner, styles)
    elif verbatim:
        yield from _plain(match[0], styles)
    elif kind == "bare":
        yield Span(kind="broadcast", text=f"@{inner}", target=inner, styles=styles)
    else:
        yield Span(kind="link", text=inner, target=unescape(inner), styles=styles)


def _code(kind: str, inner: str, styles: frozenset[str]) -> Iterator[Span]:
    code: SpanKind = "pre" if kind == "pre" else "code"
    for number, piece in enumerate(re.split(r"<([^<>\n]+)>", inner.strip("\n") if kind == "pre" else inner)):
        if number % 2:
            yield _token(piece, styles | {"code"})
        elif piece:
            yield Span(kind=code, text=unescape(piece), styles=styles)


def _token(inner: str, styles: frozenset[str]) -> Span:
    match = TOKEN.fullmatch(inner)
    sign, body, label = match.group("sign", "body", "label") if match else ("", inner, None)
    if sign == "@":
        return Span(kind="user", text=label or "", target=body, styles=styles)
    if sign == "#":
        return Span(kind="channel", text=label or "", target=body, styles=styles)
    if sign == "!":
        return _special(body, label or "", styles)
    return Span(kind="link", text=unescape(label or body), target=unescape(body), styles=styles)


def _special(body: str, label: str, styles: frozenset[str]) -> Span:
    word, _, rest = body.partition("^")
    if word in BROADCASTS:
        return Span(kind="broadcast", text=f"@{word}", target=word, styles=styles)
    if word == "subteam":
        return Span(kind="usergroup", text=label, target=rest, styles=styles)
    if word == "date":
        seconds, _, pattern = rest.partition("^")
        return Span(kind="date", text=pattern.partition("^")[0], target=seconds, styles=styles)
    return Span(kind="text", text=label or f"<{body}>", styles=styles)
