"""Methods about the app itself and users."""

from bot.sandbox.slack.arguments import flag, required
from bot.sandbox.slack.errors import Refused
from bot.sandbox.slack.model import Json
from bot.sandbox.slack.users import SLACKBOT, bot_json, person_json, slackbot_json

from .desk import Desk


def auth_test(desk: Desk, _args: Json) -> Json:
    """Say who the token belongs to."""
    identity = desk.workspace.identity
    enterprise = {"enterprise_id": identity.enterprise_id} if identity.enterprise_id else {}
    return enterprise | {
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
    user, workspace = required(args, "user"), desk.workspace
    if user in {workspace.identity.bot_user_id, SLACKBOT}:
        return {"user": bot_json(workspace) if user != SLACKBOT else slackbot_json(workspace)}
    if user not in workspace.people:
        raise Refused("user_not_found")
    return {"user": person_json(workspace, workspace.people[user], with_locale=flag(args, "include_locale"))}
