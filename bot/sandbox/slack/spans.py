"""A stretch of text as a person sees it, whatever markup it came from."""

from dataclasses import dataclass
from typing import Literal

SpanKind = Literal["text", "user", "usergroup", "channel", "broadcast", "link", "date", "emoji", "code", "pre"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """
    *text* in the given *styles* (`bold`, `italic`, `strike`, `code`).

    `target` is the id that a mention means, the URL of a link, or a date's Unix seconds; for a
    date, `text` is Slack's format string.
    """

    kind: SpanKind
    text: str
    target: str = ""
    styles: frozenset[str] = frozenset()
