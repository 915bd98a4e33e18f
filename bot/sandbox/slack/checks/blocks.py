"""Blocks: what each may hold, and on which surface it shows."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from .elements import ACCESSORIES, ACTIONS, IMAGE, INPUTS, MODAL_ONLY, SLACK_FILE, placed
from .objects import IDENTIFIER, URL, plain, rich
from .richtext import RICH_TEXT
from .rules import Rule, boolean, complaint, every, listed, one_of, record, string, variants

Surface = Literal["message", "modal", "home"]
BLOCK: Mapping[str, Rule] = {"block_id": IDENTIFIER}


def text_or_fields(block: dict[str, Any], at: str) -> Iterator[str]:
    """A section says something."""
    if "text" not in block and "fields" not in block:
        yield complaint("one of text and fields is required", at)


def one_source(block: dict[str, Any], at: str) -> Iterator[str]:
    """An image comes from a URL or from a Slack file."""
    if ("image_url" in block) == ("slack_file" in block):
        yield complaint("exactly one of image_url and slack_file is required", at)


def action_ids_differ(block: dict[str, Any], at: str) -> Iterator[str]:
    """No two elements of a block share an action id."""
    counted = Counter(element["action_id"] for element in block["elements"] if "action_id" in element)
    for action_id in (name for name, count in counted.items() if count > 1):
        yield complaint(f"action_id already exists: {action_id}", at)


SECTION = record(
    {},
    {
        **BLOCK,
        "text": rich(3000),
        "fields": listed(rich(2000), 1, 10),
        "accessory": variants(placed(ACCESSORIES)),
        "expand": boolean,
    },
)
ACTIONS_BLOCK = record({"elements": listed(variants(placed(ACTIONS)), 1, 25)}, BLOCK)
CONTEXT_TEXT = rich(3000)
CONTEXT_ELEMENTS: Mapping[str, Rule] = {
    "image": every(IMAGE, one_source),
    "plain_text": CONTEXT_TEXT,
    "mrkdwn": CONTEXT_TEXT,
}
IMAGE_BLOCK = record(
    {"alt_text": string(2000)}, {**BLOCK, "title": plain(2000), "image_url": URL, "slack_file": SLACK_FILE}
)
CELL = variants({
    "raw_text": record({"text": string(10_000)}),
    "raw_number": record({}, {"value": lambda _value, _at: (), "text": string(10_000)}),
    "rich_text": record({"elements": RICH_TEXT}, BLOCK),
})  # fmt: skip
COLUMN = record({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean})
TABLE = record({"rows": listed(listed(CELL, 1, 20), 1, 100)}, {**BLOCK, "column_settings": listed(COLUMN, 0, 20)})


def input_block(elements: set[str]) -> Rule:
    """An input with one of these elements."""
    return record(
        {"label": plain(2000), "element": variants(placed(elements))},
        {**BLOCK, "hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    )


def block_on(surface: Surface) -> Rule:
    """Any block that shows on *surface*."""
    inputs = set(INPUTS) if surface == "modal" else INPUTS - MODAL_ONLY
    rules: dict[str, Rule] = {
        "section": every(SECTION, text_or_fields),
        "actions": every(ACTIONS_BLOCK, action_ids_differ),
        "context": record({"elements": listed(variants(CONTEXT_ELEMENTS), 1, 10)}, BLOCK),
        "header": record({"text": plain(150)}, BLOCK),
        "divider": record({}, BLOCK),
        "image": every(IMAGE_BLOCK, one_source),
        "input": input_block(inputs),
        "rich_text": record({"elements": RICH_TEXT}, BLOCK),
    }
    if surface == "message":
        rules |= {"table": TABLE, "markdown": record({"text": string(12_000)}, BLOCK)}
    return variants(rules)


def block_ids_differ(blocks: list[dict[str, Any]], at: str) -> Iterator[str]:
    """No two blocks share a block id."""
    counted = Counter(block["block_id"] for block in blocks if "block_id" in block)
    for block_id in (name for name, count in counted.items() if count > 1):
        yield complaint(f"block_id already exists: {block_id}", at)


def blocks_on(surface: Surface, most: int) -> Rule:
    """The blocks of a message or view: 1 to *most*."""
    return every(listed(block_on(surface), 1, most), block_ids_differ)
