"""Views: modals and Home tabs."""

import json
from collections.abc import Iterator
from typing import Any

from bot.sandbox.slack.errors import Refused

from .blocks import blocks_on
from .objects import plain
from .rules import Rule, boolean, complaint, every, record, string, variants

MOST_BLOCKS = 100
MOST_BYTES = 250_000


def check_view(view: Any, *, kind: str) -> None:
    """
    Check a view for a method that takes a *kind* (`modal` or `home`).

    Raises:
        Refused: `invalid_arguments` with pointers, or `view_too_large`.
    """
    if not isinstance(view, dict):
        raise Refused("invalid_arguments", [complaint("must be an object", "/view")])
    if len(json.dumps(view).encode()) > MOST_BYTES:
        raise Refused("view_too_large")
    rule = variants({kind: _modal() if kind == "modal" else _home()})
    if complaints := list(rule(view, "/view")):
        raise Refused("invalid_arguments", complaints)


def _modal() -> Rule:
    required = {"title": plain(24), "blocks": blocks_on("modal", MOST_BLOCKS)}
    own = dict.fromkeys(("clear_on_close", "notify_on_close", "submit_disabled"), boolean)
    return every(
        record(required, {**_shared(), **own, "submit": plain(24), "close": plain(24)}),
        submit_with_inputs,
        focus_once,
    )


def _home() -> Rule:
    return every(record({"blocks": blocks_on("home", MOST_BLOCKS)}, _shared()), focus_once)


def _shared() -> dict[str, Rule]:
    return {
        "private_metadata": string(3000, 0),
        "callback_id": string(255, 0),
        "external_id": string(255, 0),
    }


def submit_with_inputs(view: dict[str, Any], at: str) -> Iterator[str]:
    """A modal with an input has a submit button."""
    if "submit" not in view and any(block["type"] == "input" for block in view["blocks"]):
        yield complaint("submit is required when an input block is within blocks array", at)


def focus_once(view: dict[str, Any], at: str) -> Iterator[str]:
    """One element of a view may take the focus."""
    if json.dumps(view["blocks"]).count('"focus_on_load": true') > 1:
        yield complaint("focus_on_load may be set on one element", at)
