"""Submitting and closing modals."""

from typing import TYPE_CHECKING, Any

from .checks.modals import check_view
from .delivery import Ack
from .errors import Refused
from .fields import fields_of
from .filling import refusals
from .model import Json
from .payloads import interaction_payload
from .results import Submission
from .stage import Stage
from .using import enter
from .views import View

if TYPE_CHECKING:
    from .person import Person

TROUBLE = "We had some trouble connecting. Try again?"


async def submit(stage: Stage, person: "Person", view: View, values: dict[str, Any]) -> Submission:
    """Fill in *values*, press the submit button and apply the bot's answer."""
    _check_open(view)
    if not view.content.get("submit"):
        raise LookupError(f"{view} has no submit button")
    for key, value in values.items():
        await enter(stage, person, view, key, value)
    if refused := refusals(view):
        view.errors = refused
        return Submission(refused_by_client=refused)
    return _apply(stage, person, view, await _send(stage, person, view))


async def close(stage: Stage, person: "Person", view: View, *, everything: bool) -> Ack | None:
    """Press Cancel, or with *everything* the X; returns the ack of ``view_closed`` if one was due."""
    _check_open(view)
    told = stage.workspace.views[view.root_id] if everything else view
    if everything:
        stage.screens.clear(view)
    else:
        stage.screens.close(view)
    if not told.content.get("notify_on_close"):
        return None
    payload = interaction_payload(stage.workspace, person, "view_closed")
    payload |= {"view": told.as_json(with_values=False), "is_cleared": everything}
    return await stage.courier.send("interactive", person.id, payload)


def _check_open(view: View) -> None:
    if view.closed:
        raise LookupError(f"{view} cannot be used")


async def _send(stage: Stage, person: "Person", view: View) -> Ack:
    payload = interaction_payload(stage.workspace, person, "view_submission")
    payload["trigger_id"] = stage.triggers.issue(person.id)
    payload |= {"view": view.as_json(), "response_urls": _response_urls(stage, person, view)}
    return await stage.courier.send("interactive", person.id, payload)


def _response_urls(stage: Stage, person: "Person", view: View) -> list[Json]:
    urls = []
    for field in fields_of(view.blocks):
        block_id, action_id = field.place
        chosen = view.values[block_id][action_id].get(field.slot.state)
        if field.element.get("response_url_enabled") and chosen in stage.workspace.rooms:
            url = stage.response_url(person.id, stage.workspace.rooms[chosen])
            urls.append({"response_url": url, "channel_id": chosen, "block_id": block_id, "action_id": action_id})
    return urls


def _apply(stage: Stage, person: "Person", view: View, ack: Ack) -> Submission:
    if ack.problem:
        return _trouble(person, view, ack, ack.problem)
    if view.closed:
        return Submission(closed=True, acked=True, seconds=ack.seconds)
    try:
        return _follow(stage, view, ack, ack.payload or {})
    except Refused as refused:
        return _trouble(person, view, ack, str(refused))


def _trouble(person: "Person", view: View, ack: Ack, reason: str) -> Submission:
    view.error = TROUBLE
    person.sees_error(f"{TROUBLE} ({reason})")
    return Submission(acked=ack.acked, seconds=ack.seconds)


def _follow(stage: Stage, view: View, ack: Ack, answer: Json) -> Submission:
    action = answer.get("response_action")
    if action == "errors":
        view.errors = _checked_errors(view, answer.get("errors"))
        return Submission(acked=True, seconds=ack.seconds, errors=view.errors)
    if action == "update":
        check_view(answer.get("view"), kind="modal")
        stage.screens.update(view, answer["view"])
        return Submission(acked=True, seconds=ack.seconds, updated=view)
    if action == "push":
        check_view(answer.get("view"), kind="modal")
        return Submission(acked=True, seconds=ack.seconds, pushed=stage.screens.push(view, answer["view"]))
    if action not in {None, "clear"}:
        raise Refused("invalid response_action", [str(action)])
    _close(stage, view, everything=action == "clear")
    return Submission(closed=True, acked=True, seconds=ack.seconds)


def _close(stage: Stage, view: View, *, everything: bool) -> None:
    if everything:
        stage.screens.clear(view)
    else:
        stage.screens.close(view)


def _checked_errors(view: View, errors: Any) -> dict[str, str]:
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not errors.keys() <= inputs:
        raise Refused("invalid errors", [f"{errors} does not name input blocks of {sorted(inputs)}"])
    return {str(block_id): str(words) for block_id, words in errors.items()}
