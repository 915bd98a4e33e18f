"""The fields of a view or message: what each holds, in the shape of Slack's ``state.values``."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .checks.objects import all_options, same
from .model import Json
from .normal import elements_of
from .views import Values


@dataclass(frozen=True, slots=True)
class Slot:
    """Under which names an element type keeps its state and gets its initial value."""

    state: str
    initial: str
    empty: Any = None


TEXT = Slot("value", "initial_value")
ONE = Slot("selected_option", "initial_option")
SEVERAL = Slot("selected_options", "initial_options", [])
SLOTS: Mapping[str, Slot] = {
    "plain_text_input": TEXT,
    "number_input": TEXT,
    "email_text_input": TEXT,
    "url_text_input": TEXT,
    "static_select": ONE,
    "external_select": ONE,
    "radio_buttons": ONE,
    "multi_static_select": SEVERAL,
    "multi_external_select": SEVERAL,
    "checkboxes": SEVERAL,
    "users_select": Slot("selected_user", "initial_user"),
    "multi_users_select": Slot("selected_users", "initial_users", []),
    "channels_select": Slot("selected_channel", "initial_channel"),
    "multi_channels_select": Slot("selected_channels", "initial_channels", []),
    "conversations_select": Slot("selected_conversation", "initial_conversation"),
    "multi_conversations_select": Slot("selected_conversations", "initial_conversations", []),
    "datepicker": Slot("selected_date", "initial_date"),
    "timepicker": Slot("selected_time", "initial_time"),
    "datetimepicker": Slot("selected_date_time", "initial_date_time"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """An element that holds a value, and the block around it."""

    block: Json
    element: Json

    @property
    def slot(self) -> Slot:
        """Where its state is kept."""
        return SLOTS[self.element["type"]]

    @property
    def place(self) -> tuple[str, str]:
        """Its block id and action id."""
        return self.block["block_id"], self.element["action_id"]

    def holding(self, value: Any) -> Json:
        """Return the state of this field with *value*."""
        return {"type": self.element["type"], self.slot.state: value}

    def initial(self) -> Json:
        """Return the state that the field starts with."""
        return self.holding(copy.deepcopy(self.element.get(self.slot.initial, self.slot.empty)))

    def still_holds(self, state: Json) -> bool:
        """Tell whether *state* of a former version of this field can stay."""
        if state["type"] != self.element["type"]:
            return False
        chosen = state.get("selected_options") or [state.get("selected_option")]
        listed = all_options(self.element)
        return not listed or all(any(same(one, option) for option in listed) for one in chosen if one)


def fields_of(blocks: list[Json]) -> Iterator[Field]:
    """Yield every field in *blocks*, in order."""
    for block in blocks:
        for element in elements_of(block):
            if element["type"] in SLOTS:
                yield Field(block, element)


def values_of(blocks: list[Json], typed: Values) -> Values:
    """Return the state of *blocks*: what was *typed* before stays where the ids stay, the rest is initial."""
    values: Values = {}
    for field in fields_of(blocks):
        block_id, action_id = field.place
        before = typed.get(block_id, {}).get(action_id)
        kept = before if before is not None and field.still_holds(before) else field.initial()
        values.setdefault(block_id, {})[action_id] = kept
    return values
