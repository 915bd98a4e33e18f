"""Fills a view's fields the way a person would, and refuses what Slack's client refuses."""

from collections.abc import Iterator
from typing import Any

from .checks.objects import all_options
from .checks.rules import length
from .fields import Field, fields_of
from .model import Json
from .views import View

REQUIRED = "Please complete this required field."


def field_named(view: View, key: str) -> Field:
    """
    Return the field for a block id, or for ``block_id/action_id``.

    Raises:
        LookupError: the view has no such field, or several.
    """
    fields = list(fields_of(view.blocks))
    found = [field for field in fields if field.block["block_id"] == key]
    found = found or [field for field in fields if "/".join(field.place) == key]
    if len(found) != 1:
        places = ["/".join(field.place) for field in fields]
        raise LookupError(f"{len(found)} fields are called {key!r} in {view}; it has {places}")
    return found[0]


def state_of(field: Field, wanted: Any, offered: dict[str, Json]) -> Json:
    """
    Return the field's state after somebody entered *wanted*; None empties it.

    Raises:
        LookupError: it is an option that the menu does not have.
    """
    kind, slot = field.element["type"], field.slot
    if wanted in (None, ""):
        return field.holding([] if slot.empty == [] else None)
    if slot.state == "selected_option":
        return field.holding(_option(field, wanted, offered))
    if slot.state == "selected_options":
        return field.holding([_option(field, one, offered) for one in wanted])
    if slot.empty == []:
        return field.holding([_identifier(one) for one in wanted])
    if kind == "datetimepicker":
        return field.holding(int(wanted))
    return field.holding(_identifier(wanted))


def refusals(view: View) -> dict[str, str]:
    """Return what Slack's client would not submit: block id -> words."""
    found: dict[str, str] = {}
    for field in fields_of(view.blocks):
        block_id, action_id = field.place
        value = view.values[block_id][action_id][field.slot.state]
        for words in _refusals(field, value):
            found.setdefault(block_id, words)
    return found


def _option(field: Field, wanted: Any, offered: dict[str, Json]) -> Json:
    value = wanted["value"] if isinstance(wanted, dict) else str(wanted)
    options = {option["value"]: option for option in all_options(field.element)} | offered
    if value not in options:
        raise LookupError(f"{'/'.join(field.place)} has no option {value!r}, only {sorted(options)}")
    return options[value]


def _identifier(wanted: Any) -> str:
    return str(getattr(wanted, "id", wanted))


def _refusals(field: Field, value: Any) -> Iterator[str]:
    if value in (None, "", []):
        if field.block["type"] == "input" and not field.block.get("optional"):
            yield REQUIRED
        return
    element = field.element
    if element["type"] == "plain_text_input":
        yield from _text_refusals(element, value)
    elif element["type"] == "number_input":
        yield from _number_refusals(element, value)
    elif isinstance(value, list) and len(value) > element.get("max_selected_items", len(value)):
        yield f"Please select no more than {element['max_selected_items']} items."


def _text_refusals(element: Json, value: str) -> Iterator[str]:
    if length(value) > element.get("max_length", 3000):
        yield f"Please enter no more than {element.get('max_length', 3000)} characters."
    if length(value) < element.get("min_length", 0):
        yield f"Please enter at least {element['min_length']} characters."


def _number_refusals(element: Json, value: str) -> Iterator[str]:
    try:
        number = float(value)
    except ValueError:
        yield "Please enter a number."
        return
    if not element["is_decimal_allowed"] and "." in value:
        yield "Please enter a whole number."
    if "min_value" in element and number < float(element["min_value"]):
        yield f"Please enter a number of at least {element['min_value']}."
    if "max_value" in element and number > float(element["max_value"]):
        yield f"Please enter a number of at most {element['max_value']}."
