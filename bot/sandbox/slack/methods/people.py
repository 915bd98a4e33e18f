"""Methods about the app itself, users and user groups."""

from bot.sandbox.slack.arguments import required
from bot.sandbox.slack.errors import Refused
from bot.sandbox.slack.model import Json

from .desk import Desk


def auth_test(desk: Desk, _args: Json) -> Json:
    """Say who the token belongs to."""
    identity = desk.workspace.identity
    return {
        "url": f"https://{identity.team_domain}.slack.com/",
        "team": "Sandbox",
        "user": identity.bot_name,
        "team_id": identity.team_id,
        "user_id": identity.bot_user_id,
        "bot_id": identity.bot_id,
        "is_enterprise_install": False,
    }


def connections_open(desk: Desk, _args: Json) -> Json:
    """Hand out the address of one WebSocket connection."""
    return {"url": desk.socket_url()}


def user_info(desk: Desk, args: Json) -> Json:
    """Describe a user."""
    user = required(args, "user")
    if user == desk.workspace.identity.bot_user_id:
        return {"user": _bot_json(desk)}
    if user not in desk.workspace.people:
        raise Refused("user_not_found")
    return {"user": desk.workspace.people[user].as_json()}


def usergroup_members(desk: Desk, args: Json) -> Json:
    """List the ids of a user group's members."""
    group = desk.workspace.groups.get(required(args, "usergroup"))
    if group is None:
        raise Refused("no_such_subteam")
    return {"users": list(group.members)}


def _bot_json(desk: Desk) -> Json:
    identity = desk.workspace.identity
    return {
        "id": identity.bot_user_id,
        "team_id": identity.team_id,
        "name": identity.bot_name,
        "real_name": identity.bot_name,
        "deleted": False,
        "is_bot": True,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "profile": {"bot_id": identity.bot_id, "api_app_id": identity.app_id, "display_name": ""},
    }
