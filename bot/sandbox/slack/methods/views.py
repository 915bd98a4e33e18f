"""The views methods."""

from bot.sandbox.slack.arguments import required
from bot.sandbox.slack.checks.modals import check_view
from bot.sandbox.slack.checks.rules import complaint
from bot.sandbox.slack.errors import Refused
from bot.sandbox.slack.model import Json
from bot.sandbox.slack.views import View

from .desk import Desk


def open_view(desk: Desk, args: Json) -> Json:
    """Open a modal for whom the trigger belongs to."""
    content = _checked(args, "modal")
    desk.screens.check_external_id(content)
    trigger = desk.triggers.spend(required(args, "trigger_id"))
    return _answer(desk.screens.open(trigger.user, content))


def push(desk: Desk, args: Json) -> Json:
    """Put a modal on top of the one that the trigger's control stands in."""
    content = _checked(args, "modal")
    desk.screens.check_external_id(content)
    trigger = desk.triggers.spend(required(args, "trigger_id"))
    if trigger.view_id is None:
        raise Refused("invalid_trigger_id")
    return _answer(desk.screens.push(desk.screens.alive(trigger.view_id), content))


def update(desk: Desk, args: Json) -> Json:
    """Replace an open modal's content."""
    if not args.get("view_id") and not args.get("external_id"):
        raise Refused("invalid_arguments", [complaint("view_id or external_id is required", "/view_id")])
    external_id, view_id = args.get("external_id"), args.get("view_id")
    view = desk.screens.alive(str(view_id)) if view_id else desk.screens.by_external_id(str(external_id))
    content = _checked(args, view.kind)
    _check_hash(view, args.get("hash"))
    desk.screens.check_external_id(content, besides=view)
    desk.screens.update(view, content)
    return _answer(view)


def publish(desk: Desk, args: Json) -> Json:
    """Set a person's Home tab."""
    if not desk.workspace.home_enabled:
        raise Refused("not_enabled")
    user = required(args, "user_id")
    if user not in desk.workspace.people:
        raise Refused("invalid_arguments", [complaint("user not found", "/user_id")])
    content = _checked(args, "home")
    home = desk.workspace.people[user].home
    if home is not None:
        _check_hash(home, args.get("hash"))
    desk.screens.check_external_id(content, besides=home)
    return _answer(desk.screens.publish(user, content))


def _checked(args: Json, kind: str) -> Json:
    content: Json = args.get("view") or {}
    check_view(content, kind=kind)
    return content


def _check_hash(view: View, sent: str | None) -> None:
    if sent and sent != view.hash:
        raise Refused("hash_conflict")


def _answer(view: View) -> Json:
    return {"view": view.as_json(with_values=False)}
