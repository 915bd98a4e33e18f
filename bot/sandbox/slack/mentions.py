"""Finds what a message mentions: people, user groups and broadcasts, as Slack would parse it."""

from collections.abc import Iterator
from typing import Any

from .model import Json, Message
from .mrkdwn import parse
from .richtext import inline_span
from .spans import Span

MENTIONS = frozenset({"user", "usergroup", "broadcast"})
SILENT = frozenset({"options", "option_groups", "initial_option", "initial_options", "confirm"})


def mentions_of(message: Message) -> set[str]:
    """Return user ids, user group ids, and `here`, `channel` or `everyone`; text and blocks both count."""
    spans = [*parse(message.text, verbatim=not message.link_names), *_in(message.blocks), *_in(message.attachments)]
    return {span.target for span in spans if span.kind in MENTIONS}


def _in(value: Any) -> Iterator[Span]:
    if isinstance(value, list):
        for item in value:
            yield from _in(item)
    elif isinstance(value, dict):
        yield from _in_object(value)


def _in_object(value: Json) -> Iterator[Span]:
    kind = value.get("type")
    if kind == "mrkdwn":
        yield from parse(value["text"], verbatim=bool(value.get("verbatim")))
    elif kind == "markdown":
        yield from parse(value["text"])
    elif kind in MENTIONS:
        yield inline_span(value)
    else:
        yield from _in([item for name, item in value.items() if name not in SILENT])
