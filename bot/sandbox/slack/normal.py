"""Fills in what Slack fills in: block ids, action ids and the defaults of texts and inputs."""

import copy
import secrets
from collections.abc import Iterator
from typing import Any

from .model import Json


def filled_in(blocks: list[Json]) -> list[Json]:
    """Return a copy of *blocks* the way Slack keeps and sends them."""
    copied = copy.deepcopy(blocks)
    for block in copied:
        block.setdefault("block_id", secrets.token_urlsafe(4)[:5])
        if block["type"] == "input":
            block.setdefault("optional", False)
            block.setdefault("dispatch_action", False)
        for element in elements_of(block):
            if element["type"] not in {"image", "plain_text", "mrkdwn"}:
                element.setdefault("action_id", secrets.token_urlsafe(4)[:5])
    fill_texts(copied)
    return copied


def elements_of(block: Json) -> Iterator[Json]:
    """Yield the interactive elements (and images) of a block."""
    if "element" in block:
        yield block["element"]
    if "accessory" in block:
        yield block["accessory"]
    if block["type"] in {"actions", "context"}:
        yield from block["elements"]


def fill_texts(value: Any) -> None:
    """Set ``emoji`` and ``verbatim`` where they were left out, anywhere in *value*."""
    if isinstance(value, list):
        for item in value:
            fill_texts(item)
    elif isinstance(value, dict):
        if value.get("type") == "plain_text":
            value.setdefault("emoji", True)
        elif value.get("type") == "mrkdwn":
            value.setdefault("verbatim", False)
        for item in value.values():
            fill_texts(item)
