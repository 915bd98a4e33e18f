"""The last line: no configured secret leaves in a message or a form, wherever it came from."""

from collections.abc import Mapping
from typing import Any

from bot.domain.redaction import Redactor, each_text
from bot.ports import Message

SHOWN = frozenset({"text", "fallback", "url", "image_url", "alt_text", "initial_value"})
"""The members of blocks and views that hold words; all others are ids and kinds, which must stay as they are."""


def in_message(message: Message, redact: Redactor) -> Message:
    """Return *message* without configured secrets."""
    return Message(tuple(_cleaned(dict(block), redact) for block in message.blocks), redact.own(message.text))


def in_view(view: Mapping[str, Any], redact: Redactor) -> dict[str, Any]:
    """Return *view* without configured secrets."""
    cleaned: dict[str, Any] = _cleaned(dict(view), redact)
    return cleaned


def _cleaned(block: dict[str, Any], redact: Redactor) -> Any:
    return each_text(block, lambda _, key, text: redact.own(text) if key in SHOWN else text)
