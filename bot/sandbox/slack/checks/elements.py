"""Block elements: what each may hold, and where it may stand."""

from collections.abc import Iterator, Mapping
from typing import Any

from .objects import (
    CONFIRM,
    GROUP,
    IDENTIFIER,
    OPTION,
    OVERFLOW_OPTION,
    RICH_OPTION,
    URL,
    choice,
    menu,
    plain,
)
from .rules import Rule, boolean, complaint, every, integer, listed, one_of, record, string

ANY = string(3000, 0)
ACTION: Mapping[str, Rule] = {"action_id": IDENTIFIER, "confirm": CONFIRM}
FIELD: Mapping[str, Rule] = {"action_id": IDENTIFIER, "focus_on_load": boolean, "placeholder": plain(150)}
SELECT: Mapping[str, Rule] = {**FIELD, "confirm": CONFIRM}
MULTI: Mapping[str, Rule] = {**SELECT, "max_selected_items": integer(1)}
PICKER: Mapping[str, Rule] = {**SELECT, "timezone": string(255)}
FILTER = record(
    {},
    {
        "include": listed(one_of("im", "mpim", "private", "public")),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
CONVERSATION: Mapping[str, Rule] = {"default_to_current_conversation": boolean, "filter": FILTER}
DISPATCH = record({"trigger_actions_on": listed(one_of("on_enter_pressed", "on_character_entered"), 1, 2)})
MENU: Mapping[str, Rule] = {"options": listed(OPTION, 1, 100), "option_groups": listed(GROUP, 1, 100)}
SLACK_FILE = record({}, {"id": string(255), "url": URL})
IMAGE = record({"alt_text": string(2000)}, {"image_url": URL, "slack_file": SLACK_FILE})


def lengths_agree(element: dict[str, Any], at: str) -> Iterator[str]:
    """min_length does not exceed max_length."""
    if element.get("min_length", 0) > element.get("max_length", 3000):
        yield complaint("min_length must not be more than max_length", at)


def numeric(value: Any, at: str) -> Iterator[str]:
    """A number written as a string."""
    if not isinstance(value, str):
        yield complaint("must be a string", at)
    elif not value.removeprefix("-").replace(".", "", 1).isdigit():
        yield complaint("must be a number", at)


TEXT_FIELD: Mapping[str, Rule] = {**FIELD, "initial_value": ANY, "dispatch_action_config": DISPATCH}
TEXT_INPUT = record(
    {}, {**TEXT_FIELD, "multiline": boolean, "min_length": integer(0, 3000), "max_length": integer(1, 3000)}
)
NUMBER = record(
    {"is_decimal_allowed": boolean},
    {**TEXT_FIELD, "initial_value": numeric, "min_value": numeric, "max_value": numeric},
)
STYLE = one_of("primary", "danger")
BUTTON = record(
    {"text": plain(75)},
    {**ACTION, "value": string(2000), "url": URL, "style": STYLE, "accessibility_label": string(75)},
)


def static(extra: Mapping[str, Rule]) -> Rule:
    """A menu whose options stand in the block."""
    return menu(record({}, {**MENU, **extra}))


def several(name: str, rule: Rule = ANY) -> dict[str, Rule]:
    """The properties of a multi select with initial values called *name*."""
    return {**MULTI, name: listed(rule, 1, 100)}


OPTIONAL_TEXT = record({}, TEXT_FIELD)
TICKS: Mapping[str, Rule] = {"options": listed(RICH_OPTION, 1, 10)}
TICK: Mapping[str, Rule] = {**ACTION, "focus_on_load": boolean}
ELEMENTS: Mapping[str, Rule] = {
    "button": BUTTON,
    "overflow": record({"options": listed(OVERFLOW_OPTION, 1, 5)}, ACTION),
    "image": IMAGE,
    "plain_text_input": every(TEXT_INPUT, lengths_agree),
    "number_input": NUMBER,
    "email_text_input": OPTIONAL_TEXT,
    "url_text_input": OPTIONAL_TEXT,
    "static_select": static({**SELECT, "initial_option": OPTION}),
    "multi_static_select": static(several("initial_options", OPTION)),
    "external_select": record({}, {**SELECT, "min_query_length": integer(0), "initial_option": OPTION}),
    "multi_external_select": record({}, {**several("initial_options", OPTION), "min_query_length": integer(0)}),
    "users_select": record({}, {**SELECT, "initial_user": ANY}),
    "multi_users_select": record({}, several("initial_users")),
    "channels_select": record({}, {**SELECT, "initial_channel": ANY, "response_url_enabled": boolean}),
    "multi_channels_select": record({}, several("initial_channels")),
    "conversations_select": record(
        {}, {**SELECT, **CONVERSATION, "initial_conversation": ANY, "response_url_enabled": boolean}
    ),
    "multi_conversations_select": record({}, {**several("initial_conversations"), **CONVERSATION}),
    "checkboxes": choice(record(TICKS, {**TICK, "initial_options": listed(RICH_OPTION, 1, 10)})),
    "radio_buttons": choice(record(TICKS, {**TICK, "initial_option": RICH_OPTION})),
    "datepicker": record({}, {**SELECT, "initial_date": string(10)}),
    "timepicker": record({}, {**PICKER, "initial_time": string(5)}),
    "datetimepicker": record({}, {**TICK, "initial_date_time": integer(0)}),
}
TYPED = frozenset({"plain_text_input", "number_input", "email_text_input", "url_text_input"})
MODAL_ONLY = frozenset({"number_input", "email_text_input", "url_text_input"})
ACCESSORIES = ELEMENTS.keys() - TYPED - {"datetimepicker"}
ACTIONS = ELEMENTS.keys() - TYPED - {"image"}
INPUTS = ELEMENTS.keys() - {"button", "overflow", "image"}


def placed(names: frozenset[str] | set[str]) -> dict[str, Rule]:
    """Return the rules of the elements with these names."""
    return {name: ELEMENTS[name] for name in names}
