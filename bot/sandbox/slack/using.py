"""Using controls: buttons, menus and fields of messages, modals and Home tabs."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from .checks.objects import all_options
from .fields import SLOTS, Field, values_of
from .filling import field_named, state_of
from .model import Json
from .normal import elements_of
from .payloads import interaction_payload
from .results import Click
from .searching import Place, look_up, offered, where
from .stage import Stage
from .views import Values, View

if TYPE_CHECKING:
    from .person import Person

APPEARS_SECONDS = 2.0  # how long a person waits for a field that an earlier choice should bring


async def click(
    stage: Stage, person: "Person", place: Place, action_id: str, value: Any, blocks: Sequence[Json]
) -> Click:
    """Use the control called *action_id* among *blocks*: press it, or choose or enter *value*."""
    block, element = find_control(blocks, action_id, value)
    if element["type"] in SLOTS:
        field = Field(block, element)
        await look_up(stage, person, place, field, value)
        return await _act(stage, person, place, field, _changed(person, place, field, value))
    return await _act(stage, person, place, Field(block, element), _pressed(element, value))


async def enter(stage: Stage, person: "Person", view: View, key: str, value: Any) -> None:
    """Fill in one field of a modal; where that dispatches an action, the bot is told first."""
    if any(map(_dispatches, _fields(view))) and not _has(view, key):
        await stage.workspace.changes.wait_for(lambda: _has(view, key), APPEARS_SECONDS, f"{key} in {view}")
    field = field_named(view, key)
    await look_up(stage, person, view, field, value)
    before = view.values[field.place[0]][field.place[1]]
    after = _changed(person, view, field, value)
    if after != before and _dispatches(field):
        await _act(stage, person, view, field, after)


def find_control(blocks: Sequence[Json], action_id: str, value: Any) -> tuple[Json, Json]:
    """
    Return the block and element with this action id; *value* chooses among several.

    Raises:
        LookupError: there is none, or more than one.
    """
    every = [(block, element) for block in blocks for element in elements_of(block)]
    found = [(block, element) for block, element in every if element.get("action_id") == action_id]
    fitting = [(block, element) for block, element in found if _fits(element, value)]
    if len(fitting) != 1:
        there = [(element.get("action_id"), element.get("value")) for _, element in every]
        raise LookupError(f"{len(fitting)} controls are {action_id!r} with value {value!r}; there are {there}")
    return fitting[0]


def _fits(element: Json, value: Any) -> bool:
    if element["type"] == "overflow":
        return any(option["value"] == value for option in element["options"])
    if value is None or element["type"].endswith(("external_select", "_input")):
        return True
    if element["type"] == "button":
        return bool(element.get("value") == value)
    values = {option["value"] for option in all_options(element)}
    wanted = value if isinstance(value, list | tuple) else [value]
    return not values or all(str(one) in values for one in wanted)


def _pressed(element: Json, value: Any) -> Json:
    if element["type"] == "overflow":
        return {"selected_option": next(option for option in element["options"] if option["value"] == value)}
    return {name: element[name] for name in ("text", "value", "style") if name in element}


def _changed(person: "Person", place: Place, field: Field, value: Any) -> Json:
    state = state_of(field, value, offered(person, place, field))
    block_id, action_id = field.place
    _values(person, place).setdefault(block_id, {})[action_id] = state
    return state


def _values(person: "Person", place: Place) -> Values:
    if isinstance(place, View):
        return place.values
    person.typed[place.ts] = values_of(place.on_screen, person.typed.get(place.ts, {}))
    return person.typed[place.ts]


async def _act(stage: Stage, person: "Person", place: Place, field: Field, what: Json) -> Click:
    block_id, action_id = field.place
    action = {"type": field.element["type"], "action_id": action_id, "block_id": block_id}
    action |= what | {"action_ts": stage.workspace.next_ts()}
    payload = interaction_payload(stage.workspace, person, "block_actions") | where(stage, place)
    in_modal = isinstance(place, View) and place.kind == "modal"
    payload["trigger_id"] = stage.triggers.issue(person.id, place.id if isinstance(place, View) and in_modal else None)
    if not isinstance(place, View):
        payload["response_url"] = stage.response_url(person.id, place.room, place)
        payload["state"] = {"values": _values(person, place)}
    ack = await stage.courier.send("interactive", person.id, payload | {"actions": [action]})
    if ack.problem:
        person.sees_error(f"⚠ {action_id} did not work: {ack.problem}")
    return Click(ack=ack, confirm=field.element.get("confirm"))


def _fields(view: View) -> Iterator[Field]:
    for block in view.blocks:
        for element in elements_of(block):
            yield Field(block, element)


def _dispatches(field: Field) -> bool:
    return field.element["type"] in SLOTS and (field.block["type"] != "input" or bool(field.block["dispatch_action"]))


def _has(view: View, key: str) -> bool:
    try:
        field_named(view, key)
    except LookupError:
        return False
    return True
