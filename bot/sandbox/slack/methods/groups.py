"""The usergroups methods."""

from bot.sandbox.slack.arguments import flag, required
from bot.sandbox.slack.errors import Refused
from bot.sandbox.slack.model import Json, Usergroup

from .desk import Desk

MADE_AT = 1_690_000_000


def list_groups(desk: Desk, args: Json) -> Json:
    """Describe the user groups, disabled ones only if asked for."""
    shown = [group for group in desk.workspace.groups.values() if _is_meant(group, args)]
    return {"usergroups": [_group_json(desk, group, args) for group in shown]}


def list_members(desk: Desk, args: Json) -> Json:
    """List the ids of a user group's members; a disabled one is found only if asked for."""
    group = desk.workspace.groups.get(required(args, "usergroup"))
    if group is None or not _is_meant(group, args):
        raise Refused("no_such_subteam")
    return {"users": list(group.members)}


def _is_meant(group: Usergroup, args: Json) -> bool:
    return not group.disabled or flag(args, "include_disabled")


def _group_json(desk: Desk, group: Usergroup, args: Json) -> Json:
    shown: Json = {
        "id": group.id,
        "team_id": desk.workspace.identity.team_id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.handle,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_create": MADE_AT,
        "date_update": MADE_AT,
        "date_delete": MADE_AT if group.disabled else 0,
        "auto_type": None,
        "auto_provision": False,
        "enterprise_subteam_id": "",
        "created_by": None,
        "updated_by": None,
        "deleted_by": None,
        "prefs": {"channels": [], "groups": []},
    }
    if flag(args, "include_users"):
        shown["users"] = list(group.members)
    return shown | ({"user_count": len(group.members)} if flag(args, "include_count") else {})
