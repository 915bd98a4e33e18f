"""The sizes and shapes that Slack refuses, one rule at a time (contract/slack.md, section 8)."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.slack.checks.messages import check_message, check_metadata
from bot.sandbox.slack.checks.modals import check_view
from bot.sandbox.slack.errors import Refused

from .blocks import a_modal, field, option, plain, section

Block = dict[str, Any]
CONFIRM = {"title": plain("Sure?"), "text": plain("Really"), "confirm": plain("Yes"), "deny": plain("No")}


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def a_button(**changed: Any) -> Block:
    return actions({"type": "button", "text": plain("Go"), **changed})


def a_select(*options: Block, **more: Any) -> Block:
    return actions({"type": "static_select", "options": list(options), **more})


def rich(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def rich_section(*elements: Block) -> Block:
    return {"type": "rich_text_section", "elements": list(elements)}


def text(words: str = "x", **style: bool) -> Block:
    return {"type": "text", "text": words, **({"style": style} if style else {})}


def mrkdwn(words: str) -> Block:
    return {"type": "mrkdwn", "text": words}


INLINE = [
    text(bold=True, code=True),
    {"type": "user", "user_id": "U1"},
    {"type": "usergroup", "usergroup_id": "S1"},
    {"type": "link", "url": "https://example.com", "text": "there"},
    {"type": "date", "timestamp": 1, "format": "{date}", "fallback": "then"},
    {"type": "emoji", "name": "eyes"},
    {"type": "broadcast", "range": "here"},
    {"type": "channel", "channel_id": "C1"},
]
LIST = {"type": "rich_text_list", "style": "bullet", "indent": 1, "elements": [rich_section(text())]}
PREFORMATTED = {"type": "rich_text_preformatted", "elements": [text("a & <b>")]}
QUOTE = {"type": "rich_text_quote", "elements": INLINE}

GOOD_BLOCKS = {
    "header": {"type": "header", "text": plain("x" * 150)},
    "section text": section("x" * 3000),
    "section fields": {"type": "section", "fields": [mrkdwn("x" * 1300)] * 10},
    "context": {"type": "context", "elements": [mrkdwn("x")] * 10},
    "actions": actions(*({"type": "button", "action_id": f"{n}", "text": plain("Go")} for n in range(25))),
    "button": a_button(text=plain("x" * 75), value="x" * 2000, style="danger", confirm=CONFIRM),
    "select": a_select(*[option("a" * 75)] * 100),
    "option value": a_select({"text": plain("x"), "value": "x" * 150}),
    "initial option": a_select(option("a"), initial_option=option("a")),
    "overflow": actions({"type": "overflow", "options": [option("a")] * 5}),
    "rich text": rich(rich_section(*INLINE), LIST, PREFORMATTED, QUOTE),
    "divider": {"type": "divider"},
    "image": {"type": "image", "image_url": "https://example.com/x.png", "alt_text": "x"},
    "table": {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * 20] * 100},
}
BAD_BLOCKS = {
    "header": {"type": "header", "text": plain("x" * 151)},
    "header in mrkdwn": {"type": "header", "text": mrkdwn("x")},
    "section text": section("x" * 3001),
    "empty text": section(""),
    "empty section": {"type": "section"},
    "section field": {"type": "section", "fields": [mrkdwn("x" * 2001)]},
    "section fields": {"type": "section", "fields": [mrkdwn("x")] * 11},
    "context": {"type": "context", "elements": [mrkdwn("x")] * 11},
    "actions": actions(*({"type": "button", "action_id": f"{n}", "text": plain("Go")} for n in range(26))),
    "same action id": actions(*[{"type": "button", "action_id": "go", "text": plain("Go")}] * 2),
    "button text": a_button(text=plain("x" * 76)),
    "button in mrkdwn": a_button(text=mrkdwn("x")),
    "button value": a_button(value="x" * 2001),
    "button style": a_button(style="default"),
    "action id": a_button(action_id="x" * 256),
    "confirm title": a_button(confirm=CONFIRM | {"title": plain("x" * 101)}),
    "confirm text": a_button(confirm=CONFIRM | {"text": plain("x" * 301)}),
    "confirm answer": a_button(confirm=CONFIRM | {"deny": plain("x" * 31)}),
    "confirm without answer": a_button(confirm={"title": plain("x"), "text": plain("x")}),
    "no options": a_select(),
    "options": a_select(*[option("a")] * 101),
    "options and groups": a_select(option("a"), option_groups=[{"label": plain("x"), "options": [option("a")]}]),
    "option text": a_select({"text": plain("x" * 76), "value": "x"}),
    "option value": a_select({"text": plain("x"), "value": "x" * 151}),
    "option without value": a_select({"text": plain("x")}),
    "option in mrkdwn": a_select({"text": mrkdwn("x"), "value": "x"}),
    "initial option": a_select(option("a"), initial_option=option("b")),
    "initial option apart from its description": a_select(
        option("a"), initial_option=option("a") | {"description": plain("x")}
    ),
    "overflow": actions({"type": "overflow", "options": [option("a")] * 6}),
    "placeholder": a_select(option("a"), placeholder=plain("x" * 151)),
    "radio buttons": actions({"type": "radio_buttons", "options": [option("a")] * 11}),
    "text input outside input": actions({"type": "plain_text_input"}),
    "number input in a message": field("port", {"type": "number_input", "is_decimal_allowed": False}),
    "unknown property": section("x", colour="red"),
    "unknown block": {"type": "fireworks"},
    "no type": {"text": plain("x")},
    "image without alt text": {"type": "image", "image_url": "https://example.com/x.png"},
    "empty rich text": rich(rich_section(text(""))),
    "rich text of strings": rich("x"),  # type: ignore[arg-type]
    "user in preformatted": rich({"type": "rich_text_preformatted", "elements": [{"type": "user", "user_id": "U1"}]}),
    "unknown style": rich(rich_section(text(blink=True))),
    "list of texts": rich({"type": "rich_text_list", "style": "bullet", "elements": [text()]}),
    "table row": {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * 21]},
    "empty cell": {"type": "table", "rows": [[{"type": "raw_text", "text": ""}]]},
}


@pytest.mark.parametrize("block", GOOD_BLOCKS.values(), ids=GOOD_BLOCKS.keys())
def test_a_block_within_the_limits(block: Block) -> None:
    check_message([block])


@pytest.mark.parametrize("block", BAD_BLOCKS.values(), ids=BAD_BLOCKS.keys())
def test_a_block_beyond_a_limit(block: Block) -> None:
    with pytest.raises(Refused, match=r"invalid_blocks .*json-pointer:/blocks/0"):
        check_message([block])


@pytest.mark.parametrize(
    ("error", "blocks"),
    [
        ("invalid_blocks", [section("x")] * 51),
        ("invalid_blocks", [section("x", block_id="same")] * 2),
        ("msg_blocks_too_long", [section("x" * 2641)] * 5),
        ("msg_blocks_too_long", [section("&amp;" * 529)] * 5),
        ("msg_blocks_too_long", [rich(PREFORMATTED | {"elements": [text("x" * 13_201)]})]),
        ("invalid_attachments", [GOOD_BLOCKS["table"]] * 2),
        ("invalid_blocks_format", {"type": "divider"}),
    ],
)
def test_blocks_taken_together(error: str, blocks: Any) -> None:
    with pytest.raises(Refused) as refused:
        check_message(blocks)

    assert refused.value.error == error


def test_fifty_blocks_of_13200_characters() -> None:
    check_message([section("x" * 264)] * 50)


NAME = field("name", {"type": "plain_text_input"})
NUMBER = {"type": "number_input", "is_decimal_allowed": False}
GOOD_VIEWS = {
    "title": a_modal(NAME, title=plain("x" * 24)),
    "blocks": a_modal(*[section("x")] * 100),
    "metadata": a_modal(NAME, private_metadata="x" * 3000, callback_id="x" * 255),
    "number": a_modal(field("port", NUMBER | {"min_value": "1", "max_value": "65535", "initial_value": "-2.5"})),
    "checkboxes": a_modal(field("tls", {"type": "checkboxes", "options": [option("a")] * 10})),
    "external": a_modal(field("host", {"type": "multi_external_select", "min_query_length": 0})),
}
BAD_VIEWS = {
    "title": (a_modal(NAME, title=plain("x" * 25)), "/view/title/text"),
    "submit": (a_modal(NAME, submit=plain("x" * 25)), "/view/submit/text"),
    "no title": ({"type": "modal", "blocks": [section("x")]}, "/view"),
    "no submit": ({"type": "modal", "title": plain("x"), "blocks": [NAME]}, "/view"),
    "blocks": (a_modal(*[section("x")] * 101), "/view/blocks"),
    "no blocks": (a_modal(), "/view/blocks"),
    "metadata": (a_modal(NAME, private_metadata="x" * 3001), "/view/private_metadata"),
    "callback id": (a_modal(NAME, callback_id="x" * 256), "/view/callback_id"),
    "same block id": (a_modal(NAME, NAME), "/view/blocks"),
    "two focused": (a_modal(*(field(n, {"type": "datepicker", "focus_on_load": True}) for n in "ab")), "/view"),
    "label": (a_modal(NAME | {"label": plain("x" * 2001)}), "/view/blocks/0/label/text"),
    "button as input": (a_modal(field("go", {"type": "button", "text": plain("x")})), "/view/blocks/0/element/type"),
    "number as number": (a_modal(field("port", NUMBER | {"max_value": 9})), "/view/blocks/0/element/max_value"),
    "decimals unsaid": (a_modal(field("port", {"type": "number_input"})), "/view/blocks/0/element"),
    "max length": (
        a_modal(field("x", {"type": "plain_text_input", "max_length": 3001})),
        "/view/blocks/0/element/max_length",
    ),
    "lengths": (
        a_modal(field("x", {"type": "plain_text_input", "min_length": 9, "max_length": 3})),
        "/view/blocks/0/element",
    ),
    "table": (a_modal(GOOD_BLOCKS["table"]), "/view/blocks/0/type"),
    "home": ({"type": "home", "blocks": [section("x")]}, "/view/type"),
}


@pytest.mark.parametrize("view", GOOD_VIEWS.values(), ids=GOOD_VIEWS.keys())
def test_a_view_within_the_limits(view: Block) -> None:
    check_view(view, kind="modal")


@pytest.mark.parametrize(("view", "pointer"), BAD_VIEWS.values(), ids=BAD_VIEWS.keys())
def test_a_view_beyond_a_limit(view: Block, pointer: str) -> None:
    with pytest.raises(Refused, match="invalid_arguments") as refused:
        check_view(view, kind="modal")

    assert refused.value.messages[0].endswith(f"[json-pointer:{pointer}]")


def test_a_view_of_more_than_250_kilobytes() -> None:
    with pytest.raises(Refused, match="view_too_large"):
        check_view(a_modal(*[section("x" * 3000)] * 90), kind="modal")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "text", "x"]), inner),
    max_leaves=8,
)
TYPES = ["section", "input", "actions", "rich_text", "table", "mrkdwn", "static_select", "checkboxes", "button"]
KEYS = ["text", "fields", "accessory", "element", "elements", "options", "option_groups", "rows", "initial_option"]
BLOCKISH = st.recursive(
    ANYTHING,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.builds(
            lambda kind, rest: {**rest, "type": kind},
            st.sampled_from(TYPES),
            st.dictionaries(st.sampled_from(KEYS), inner),
        )
    ),
    max_leaves=12,
)


@given(BLOCKISH)
def test_whatever_is_sent_is_accepted_or_refused(value: Any) -> None:
    """A check never breaks on the shape of what it looks at."""
    for check in (check_message, check_metadata, lambda view: check_view(view, kind="modal")):
        for sent in (value, [value], a_modal(value), {"event_type": "x", "event_payload": value}):
            with suppress(Refused):
                check(sent)
