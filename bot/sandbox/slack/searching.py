"""External menus: asking the bot for options, and remembering what it offered."""

from typing import TYPE_CHECKING, Any

from .checks.objects import GROUP, OPTION
from .checks.rules import listed
from .fields import Field
from .model import Json, Message
from .normal import fill_texts
from .payloads import in_message, in_view, interaction_payload
from .stage import Stage
from .views import View

if TYPE_CHECKING:
    from .person import Person

Place = Message | View
LEAST_TYPED = 3  # Slack's min_query_length when left out


def where(stage: Stage, place: Place) -> Json:
    """Say in Slack's spelling where something happened."""
    return in_view(place) if isinstance(place, View) else in_message(stage.workspace, place)


def offered(person: "Person", place: Place, field: Field) -> dict[str, Json]:
    """Return what this menu has shown this person so far: value -> option."""
    key = (place.id if isinstance(place, View) else place.ts, *field.place)
    return person.offered.setdefault(key, _initial(field))


async def search(stage: Stage, person: "Person", place: Place, field: Field, typed: str) -> list[Json]:
    """Type into an external menu; returns the options it shows then, also those out of groups."""
    if len(typed) < field.element.get("min_query_length", LEAST_TYPED):
        return []
    block_id, action_id = field.place
    payload = interaction_payload(stage.workspace, person, "block_suggestion") | where(stage, place)
    payload |= {"action_id": action_id, "block_id": block_id, "value": typed}
    ack = await stage.courier.send("interactive", person.id, payload)
    try:
        options = _options(ack.payload or {}) if ack.acked else []
    except ValueError as error:
        person.sees_error(f"the menu {action_id} stays empty: {error}")
        return []
    fill_texts(options)
    offered(person, place, field).update({option["value"]: option for option in options})
    return options


async def look_up(stage: Stage, person: "Person", place: Place, field: Field, wanted: Any) -> None:
    """Open an external menu, and type what is wanted, until it shows all of that."""
    if not field.element["type"].endswith("external_select") or wanted is None:
        return
    values = [str(value) for value in wanted] if isinstance(wanted, list | tuple) else [str(wanted)]
    for typed in ("", *values):
        if all(value in offered(person, place, field) for value in values):
            return
        await search(stage, person, place, field, typed)


def _initial(field: Field) -> dict[str, Json]:
    initial = field.initial()[field.slot.state]
    options = initial if isinstance(initial, list) else [initial]
    return {option["value"]: option for option in options if isinstance(option, dict)}


def _options(answer: Json) -> list[Json]:
    """
    Return the options of an answer.

    Raises:
        ValueError: it is not what Slack takes.
    """
    groups: list[Json] = answer.get("option_groups") or []
    given: list[Json] = answer.get("options") or [option for group in groups for option in group.get("options", [])]
    complaints = [*listed(GROUP, 0, 100)(groups, "/option_groups")]
    if not groups:
        complaints += listed(OPTION, 0, 100)(given, "/options")
    if complaints or answer.keys().isdisjoint({"options", "option_groups"}):
        raise ValueError("; ".join(complaints) or "neither options nor option_groups")
    return given
