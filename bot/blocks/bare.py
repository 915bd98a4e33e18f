"""Blocks as plain text, for when Slack has refused them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.domain.texts import N_, Part, People, Text, Translator, When

from .escape import marked_up, units

ENOUGH = 50
"""Room below which a further block is not begun."""


def bare(blocks: Iterable[Mapping[str, Any]], t: Translator, *, most: int) -> str:
    """Return what *blocks* say in at most *most* characters; only their own mentions stay mentions."""
    kept: list[str] = []
    room = most
    for block in blocks:
        text = _context(block) if block["type"] == "context" else _marked(block, t, room)
        room -= units(text) + 1
        if text and room >= 0:
            kept.append(text)
        if room < ENOUGH:
            break
    return "\n".join(kept)


def _context(block: Mapping[str, Any]) -> str:
    """Return the texts of a context block, which are mrkdwn of our own already."""
    return "\n".join(element["text"] for element in block["elements"])


def _marked(block: Mapping[str, Any], t: Translator, room: int) -> str:
    parts = [part for line in _lines(block, t) for part in (*line, "\n")]
    return marked_up(parts[:-1], most=max(1, room - 1), bare=True)


def _lines(block: Mapping[str, Any], t: Translator) -> Iterator[list[Part]]:
    if block["type"] == "header":
        yield [block["text"]["text"]]
    elif block["type"] == "rich_text":
        for section in block["elements"]:
            yield [_part(element) for element in section["elements"]]
    elif block["type"] == "actions":
        urls = [f"{each['text']['text']}: {each['url']}" for each in block["elements"] if "url" in each]
        missing = [] if urls else [Text(N_("Slack refused the buttons of this message.")).render(t)]
        yield [*urls, *missing]


def _part(element: Mapping[str, Any]) -> Part:
    match element["type"]:
        case "user":
            return People([element["user_id"]])
        case "usergroup":
            return People([element["usergroup_id"]])
        case "channel":
            return f"#{element['channel_id']}"
        case "date":
            return When(datetime.fromtimestamp(element["timestamp"], UTC))
        case "link":
            return f"{element['text']}: {element['url']}"
    return str(element["text"])
