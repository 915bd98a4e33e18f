"""Builders of Block Kit for the tests."""

from typing import Any

Block = dict[str, Any]


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def section(text: str, **more: Any) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(action_id: str, text: str, value: str, **more: Any) -> Block:
    element = {"type": "button", "action_id": action_id, "text": plain(text), "value": value, **more}
    return {"type": "actions", "elements": [element]}


def option(value: str) -> Block:
    return {"text": plain(value.title()), "value": value}


def field(block_id: str, element: Block, **more: Any) -> Block:
    element = {"action_id": "v", **element}
    return {"type": "input", "block_id": block_id, "label": plain(block_id.title()), "element": element, **more}


def a_modal(*blocks: Block, **more: Any) -> Block:
    return {"type": "modal", "title": plain("Create"), "submit": plain("Send"), "blocks": list(blocks), **more}


def form(channel: str) -> Block:
    modes = [option("managed"), option("direct")]
    return a_modal(
        field("name", {"type": "plain_text_input", "max_length": 20}),
        field(
            "mode",
            {"type": "static_select", "action_id": "mode", "options": modes, "initial_option": modes[0]},
            dispatch_action=True,
        ),
        field("hosts", {"type": "multi_external_select", "action_id": "hosts", "min_query_length": 0}),
        field("port", {"type": "number_input", "is_decimal_allowed": False, "max_value": "65535"}, optional=True),
        callback_id="create",
        private_metadata=channel,
        notify_on_close=True,
    )
