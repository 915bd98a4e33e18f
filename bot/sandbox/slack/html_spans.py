"""Draws spans of text as HTML."""

from collections.abc import Callable, Iterable, Mapping
from html import escape

from .dates import formatted
from .spans import Span

TAGS: Mapping[str, str] = {"bold": "b", "italic": "i", "strike": "s", "code": "code", "underline": "u"}
EMOJI: Mapping[str, str] = {
    ":white_check_mark:": "✅",
    ":x:": "❌",
    ":warning:": "⚠️",
    ":hourglass_flowing_sand:": "⏳",
    ":no_entry:": "⛔",
    ":eyes:": "👀",
    ":rocket:": "🚀",
    ":lock:": "🔒",
}


def painted(spans: Iterable[Span], name_of: Callable[[str], str]) -> str:
    """Return *spans* as escaped HTML; people and channels by name, dates in UTC."""
    return "".join(_styled(span, _inner(span, name_of)) for span in spans)


def _inner(span: Span, name_of: Callable[[str], str]) -> str:
    if span.kind in {"user", "usergroup"}:
        return f'<span class="mention">@{escape(name_of(span.target))}</span>'
    if span.kind == "channel":
        return f'<span class="mention">#{escape(name_of(span.target))}</span>'
    if span.kind == "broadcast":
        return f'<span class="mention broadcast">{escape(span.text)}</span>'
    if span.kind == "date":
        return escape(formatted(span.target, span.text))
    return _text(span)


def _text(span: Span) -> str:
    if span.kind == "link" and span.target.startswith(("https://", "http://")):
        return f'<a href="{escape(span.target)}">{escape(span.text)}</a>'
    if span.kind in {"code", "pre"}:
        return f"<{span.kind}>{escape(span.text)}</{span.kind}>"
    return with_emoji(span.text)


def with_emoji(text: str) -> str:
    """Return *text* escaped, with the emoji names that Slack would draw."""
    drawn = escape(text)
    for name, sign in EMOJI.items():
        drawn = drawn.replace(name, sign)
    return drawn


def _styled(span: Span, drawn: str) -> str:
    for style in sorted(span.styles & TAGS.keys()):
        drawn = f"<{TAGS[style]}>{drawn}</{TAGS[style]}>"
    return drawn
