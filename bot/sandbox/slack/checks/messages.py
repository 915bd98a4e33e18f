"""Messages: their blocks taken together, and their metadata."""

import json
from collections.abc import Iterator
from typing import Any

from bot.sandbox.slack.errors import Refused

from .blocks import blocks_on
from .rules import Rule, length

MOST_BLOCKS = 50
MOST_CHARACTERS = 13_200  # over all blocks: bolt-js issue 2509, not in Slack's documentation
MOST_IN_TABLES = 10_000
MOST_IN_MARKDOWN = 12_000
MOST_METADATA_BYTES = 1_024  # Slack publishes no figure; the contract says to stay below this
SHOWN = frozenset({"text", "fallback"})


def check_message(blocks: Any) -> None:
    """
    Check the blocks of a message.

    Raises:
        Refused: `invalid_blocks_format`, `invalid_blocks`, `msg_blocks_too_long` or `invalid_attachments`.
    """
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    if complaints := list(_message_rule()(blocks, "/blocks") if blocks else ()):
        raise Refused("invalid_blocks", complaints)
    if characters(blocks) > MOST_CHARACTERS:
        raise Refused("msg_blocks_too_long")
    _check_tables([block for block in blocks if block["type"] == "table"])
    if sum(length(block["text"]) for block in blocks if block["type"] == "markdown") > MOST_IN_MARKDOWN:
        raise Refused("msg_blocks_too_long")


def characters(value: Any) -> int:
    """Count the characters of all texts in *value*, as written: an entity counts in full."""
    if isinstance(value, dict):
        return sum(
            length(item) if name in SHOWN and isinstance(item, str) else characters(item)
            for name, item in value.items()
        )
    return sum(map(characters, value)) if isinstance(value, list) else 0


def check_metadata(metadata: Any) -> None:
    """
    Check a message's metadata: scalars, flat objects, or lists of flat objects.

    Raises:
        Refused: `invalid_metadata_format` or `metadata_too_large`.
    """
    if complaints := list(_metadata_complaints(metadata)):
        raise Refused("invalid_metadata_format", complaints)
    if len(json.dumps(metadata).encode()) > MOST_METADATA_BYTES:
        raise Refused("metadata_too_large")


def _message_rule() -> Rule:
    return blocks_on("message", MOST_BLOCKS)


def _check_tables(tables: list[dict[str, Any]]) -> None:
    if len(tables) > 1:
        raise Refused("invalid_attachments", ["only_one_table_allowed"])
    if characters(tables) > MOST_IN_TABLES:
        raise Refused("invalid_attachments", ["table is too large"])


def _metadata_complaints(metadata: Any) -> Iterator[str]:
    if not isinstance(metadata, dict) or metadata.keys() - {"event_type", "event_payload", "entities"}:
        yield "metadata must hold event_type and event_payload"
        return
    if not isinstance(metadata.get("event_type"), str) or not metadata["event_type"]:
        yield "event_type is required"
    payload = metadata.get("event_payload")
    if not isinstance(payload, dict):
        yield "event_payload must be an object"
        return
    yield from (f"event_payload.{name} is nested too deeply" for name, value in payload.items() if not _is_flat(value))


def _is_flat(value: Any) -> bool:
    if isinstance(value, list):
        return all(_is_flat_object(item) for item in value)
    return _is_scalar(value) or _is_flat_object(value)


def _is_flat_object(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_scalar, value.values()))


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool)
