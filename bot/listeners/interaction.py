"""What Slack sends when a person does something, unwrapped once and tolerantly."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.request import Actor, Place, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """
    One command, click or submission.

    `place` is where it happened: for a submission, where its form was asked for. `value` is the text of a command or
    the value of a button. `typed` maps the ids of a form's fields to what was given, None if nothing. `fields` are
    the ids of the form's inputs, in order. `environment` is the one that a form was opened for, "" if it asks which.
    """

    user: Actor
    place: Place
    value: str = ""
    command: str = "/obproxy"
    trigger_id: str = ""
    response_url: str = ""
    view_id: str = ""
    typed: Mapping[str, str | None] = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    environment: str = ""

    def remember(self, **more: str) -> str:
        """Return what a modal has to carry so that its submission is answered at the same place."""
        kept = {"team": self.place.team, "channel": self.place.channel, "response_url": self.response_url}
        return json.dumps(kept | more)


def of_command(body: Mapping[str, Any]) -> Interaction:
    """Read a slash command."""
    return Interaction(
        user=Actor(UserId(_text(body, "user_id")), _text(body, "user_name")),
        place=Place(_text(body, "team_id"), _text(body, "channel_id")),
        value=_text(body, "text"),
        command=_text(body, "command") or "/obproxy",
        trigger_id=_text(body, "trigger_id"),
        response_url=_text(body, "response_url"),
    )


def of_click(body: Mapping[str, Any]) -> Interaction:
    """Read a block_actions payload; its first action is what was clicked, or chosen in a menu."""
    actions = _parts(body, "actions") or [{}]
    channel = _part(body, "channel") or {"id": _part(body, "container").get("channel_id", "")}
    return Interaction(
        user=_actor(_part(body, "user")),
        place=Place(_text(_part(body, "team"), "id"), _text(channel, "id")),
        value=_given(actions[0]) or "",
        trigger_id=_text(body, "trigger_id"),
        response_url=_text(body, "response_url"),
    )


def of_submission(body: Mapping[str, Any]) -> Interaction:
    """Read a view_submission payload; `value` is what its opener remembered as "value"."""
    view = _part(body, "view")
    kept = _remembered(_text(view, "private_metadata"))
    inputs = [block for block in _parts(view, "blocks") if block.get("type") == "input"]
    return Interaction(
        user=_actor(_part(body, "user")),
        place=Place(_text(kept, "team") or _text(_part(body, "team"), "id"), _text(kept, "channel")),
        value=_text(kept, "value"),
        environment=_text(kept, "environment"),
        trigger_id=_text(body, "trigger_id"),
        response_url=_text(kept, "response_url"),
        view_id=_text(view, "id"),
        typed=_typed(_part(_part(view, "state"), "values")),
        fields=tuple(_text(block, "block_id") for block in inputs),
    )


def _actor(user: Mapping[str, Any]) -> Actor:
    return Actor(UserId(_text(user, "id")), _text(user, "name") or _text(user, "username"))


def _typed(values: Mapping[str, Any]) -> dict[str, str | None]:
    """Return block_id -> the text or the chosen value of its one element."""
    typed: dict[str, str | None] = {}
    for block_id, elements in values.items():
        given = elements.values() if isinstance(elements, Mapping) else ()
        states = [state for state in given if isinstance(state, Mapping)]
        typed[block_id] = _given(states[0]) if states else None
    return typed


def _given(state: Mapping[str, Any]) -> str | None:
    chosen = state.get("selected_option")
    value = chosen.get("value") if isinstance(chosen, Mapping) else state.get("value")
    return value if isinstance(value, str) else None


def _remembered(text: str) -> Mapping[str, Any]:
    try:
        kept = json.loads(text)
    except ValueError:
        return {}
    return kept if isinstance(kept, Mapping) else {}


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = body.get(name)
    return part if isinstance(part, Mapping) else {}


def _parts(body: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    parts = body.get(name)
    return [part for part in parts if isinstance(part, Mapping)] if isinstance(parts, list) else []


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""
