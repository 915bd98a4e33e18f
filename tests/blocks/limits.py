"""Slack's limits as contract/slack.md, sections 8 and 9, has them; written from that page, not from the kit."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.ports import Message

Json = Mapping[str, Any]

OVER_ALL_BLOCKS = 10_000
INLINE = {"text", "user", "usergroup", "channel", "date", "link"}
IN_RICH_TEXT = {"rich_text_section", "rich_text_preformatted"}
URL = ("https://", "http://")


def complaints(message: Message) -> list[str]:
    """Return what Slack would refuse in *message*."""
    found = [f"{len(message.blocks)} blocks"] if len(message.blocks) > 50 else []
    if characters(list(message.blocks)) > OVER_ALL_BLOCKS:
        found.append(f"{characters(list(message.blocks))} characters over all blocks")
    if not 1 <= length(message.text) <= 3000:
        found.append(f"text has {length(message.text)}")
    return [*found, *_escaping(message.text), *_blocks(message.blocks)]


def complaints_of_view(view: Json) -> list[str]:
    """Return what Slack would refuse in a modal."""
    found = [*_object(view["title"], 24, {"plain_text"}), *_object(view["close"], 24, {"plain_text"})]
    blocks = view["blocks"]
    if not 1 <= len(blocks) <= 100:
        found.append(f"{len(blocks)} blocks in a view")
    if any(block["type"] == "input" for block in blocks):
        found += _object(view["submit"], 24, {"plain_text"}) if "submit" in view else ["no submit"]
    found += _between(view.get("private_metadata", ""), 0, 3000) + _between(view.get("callback_id", "-"), 1, 255)
    if len(json.dumps(view).encode()) > 250_000:
        found.append("view_too_large")
    if sum(block.get("element", {}).get("focus_on_load", False) for block in blocks) > 1:
        found.append("two elements have the focus")
    return [*found, *_blocks(blocks)]


def length(text: str) -> int:
    """Count UTF-16 units, the larger of what a character may be."""
    return len(text.encode("utf-16-le")) // 2


def characters(value: object) -> int:
    """Count every text in *value*."""
    if isinstance(value, Mapping):
        own = sum(length(item) for name, item in value.items() if name in {"text", "fallback"} and type(item) is str)
        return own + sum(characters(item) for item in value.values() if not isinstance(item, str))
    return sum(map(characters, value)) if isinstance(value, list | tuple) else 0


def _between(text: str, least: int, most: int) -> list[str]:
    return [] if least <= length(text) <= most else [f"{length(text)} characters, not {least} to {most}: {text[:40]!r}"]


def _escaping(text: str) -> Iterator[str]:
    """Yield what is wrong in mrkdwn: a bare < or > outside of our tokens, a bare &."""
    rest = text
    for token in tokens(text):
        rest = rest.replace(token, "", 1)
        if not token.startswith(("<@U", "<@W", "<#C", "<!subteam^S", "<!date^")):
            yield f"a token that is not ours: {token}"
    if "<" in rest or ">" in rest:
        yield "a bare angle bracket"
    for piece in rest.split("&")[1:]:
        if not piece.startswith(("amp;", "lt;", "gt;")):
            yield "a bare ampersand"


def tokens(text: str) -> list[str]:
    """Return the <...> of *text*."""
    return [f"<{piece.split('>')[0]}>" for piece in text.split("<")[1:]]


def _object(value: Json, most: int, kinds: set[str]) -> list[str]:
    found = _between(value["text"], 1, most)
    if value["type"] not in kinds:
        found.append(f"{value['type']} here")
    if value["type"] == "mrkdwn":
        found += _escaping(value["text"]) if value.get("verbatim") is True else ["mrkdwn that is not verbatim"]
    return found


def _blocks(blocks: Sequence[Json]) -> list[str]:
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    found = ["block ids are not unique"] if len(ids) != len(set(ids)) else []
    found += [complaint for id_ in ids for complaint in _between(id_, 1, 255)]
    return [*found, *(complaint for block in blocks for complaint in _BLOCKS[block["type"]](block))]


def _header(block: Json) -> list[str]:
    return _object(block["text"], 150, {"plain_text"})


def _context(block: Json) -> list[str]:
    found = [] if 1 <= len(block["elements"]) <= 10 else ["context elements"]
    return [*found, *(c for each in block["elements"] for c in _object(each, 3000, {"plain_text", "mrkdwn"}))]


def _rich_text(block: Json) -> list[str]:
    found = [] if block["elements"] else ["an empty rich_text"]
    for part in block["elements"]:
        kinds = {"text"} if part["type"] == "rich_text_preformatted" else INLINE
        found += [] if part["type"] in IN_RICH_TEXT and part["elements"] else [f"an odd {part['type']}"]
        found += [complaint for each in part["elements"] for complaint in _inline(each, kinds)]
    return found


def _inline(element: Json, kinds: set[str]) -> list[str]:
    found = [] if element["type"] in kinds else [f"{element['type']} in rich text"]
    if element["type"] in {"text", "link"}:
        found += [] if element["text"] else ["an empty text"]
    if element["type"] == "link":
        found += _url(element["url"])
    if element["type"] == "date":
        is_sound = type(element["timestamp"]) is int and element["timestamp"] >= 0 and element["format"]
        found += [] if is_sound and element["fallback"] else ["a broken date"]
    return found


def _url(url: str) -> list[str]:
    return _between(url, 1, 3000) + ([] if url.startswith(URL) else [f"an address {url[:20]!r}"])


def _actions(block: Json) -> list[str]:
    ids = [each["action_id"] for each in block["elements"]]
    found = [] if 1 <= len(ids) <= 25 and len(ids) == len(set(ids)) else ["actions"]
    return [*found, *(complaint for each in block["elements"] for complaint in _control(each))]


def _control(element: Json) -> list[str]:
    return _overflow(element) if element["type"] == "overflow" else _button(element)


def _overflow(menu: Json) -> list[str]:
    found = [] if 1 <= len(menu["options"]) <= 5 else ["options of an overflow menu"]
    for option in menu["options"]:
        found += _object(option["text"], 75, {"plain_text"}) + _between(option["value"], 1, 150)
    return found


def _button(button: Json) -> list[str]:
    found = _object(button["text"], 75, {"plain_text"}) + _between(button["action_id"], 1, 255)
    found += _between(button["value"], 1, 2000) if "value" in button else []
    found += _url(button["url"]) if "url" in button else []
    found += [] if button.get("style", "primary") in {"primary", "danger"} else ["a style"]
    for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        found += _object(button["confirm"][name], most, {"plain_text"}) if "confirm" in button else []
    return found


def _input(block: Json) -> list[str]:
    element = block["element"]
    found = _object(block["label"], 2000, {"plain_text"}) + _between(element["action_id"], 1, 255)
    found += _object(block["hint"], 2000, {"plain_text"}) if "hint" in block else []
    found += _object(element["placeholder"], 150, {"plain_text"}) if "placeholder" in element else []
    return [*found, *_ELEMENTS[element["type"]](element)]


def _text_input(element: Json) -> list[str]:
    sizes = (element.get("min_length", 0), element.get("max_length", 3000))
    found = [] if 0 <= sizes[0] <= sizes[1] <= 3000 and sizes[1] >= 1 else ["a text input's lengths"]
    return found + (_between(element["initial_value"], 1, sizes[1]) if "initial_value" in element else [])


def _number_input(element: Json) -> list[str]:
    texts = [element[name] for name in ("initial_value", "min_value", "max_value") if name in element]
    is_sound = type(element["is_decimal_allowed"]) is bool and all(type(text) is str for text in texts)
    return [] if is_sound else ["a number input"]


def _select(element: Json) -> list[str]:
    options = element["options"]
    found = [] if 1 <= len(options) <= 100 else ["options"]
    found += [] if element.get("initial_option", options[0]) in options else ["an initial option that is not listed"]
    for option in options:
        found += _object(option["text"], 75, {"plain_text"}) + _between(option["value"], 1, 150)
        found += _object(option["description"], 75, {"plain_text"}) if "description" in option else []
    return found


_BLOCKS = {
    "header": _header,
    "context": _context,
    "rich_text": _rich_text,
    "actions": _actions,
    "input": _input,
}
_ELEMENTS = {"plain_text_input": _text_input, "number_input": _number_input, "static_select": _select}
