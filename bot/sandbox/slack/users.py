"""Users in Slack's own spelling, as users.info tells them (Slack: user object)."""

from typing import TYPE_CHECKING

from .model import Json
from .workspace import Workspace

if TYPE_CHECKING:
    from .person import Person

SLACKBOT = "USLACKBOT"
UPDATED_AT = 1_690_000_000


def person_json(workspace: Workspace, person: "Person", *, with_locale: bool = False) -> Json:
    """Return somebody; an e-mail address is not among it, which needs a scope of its own."""
    body: Json = {
        "id": person.id,
        "team_id": person.team_id,
        "name": person.name,
        "deleted": person.deleted,
        "is_bot": person.is_bot or person.is_workflow_bot,
        "is_app_user": False,
        "updated": UPDATED_AT,
        "profile": _profile(person.name) | {"team": person.team_id},
    }
    body |= {"is_workflow_bot": True} if person.is_workflow_bot else {}
    body |= {"enterprise_user": _enterprise_user(person)} if person.enterprise_id else {}
    body |= {"locale": person.locale} if with_locale else {}
    return body if person.deleted else body | _standing(workspace, person)


def bot_json(workspace: Workspace) -> Json:
    """Return the app's own bot user."""
    identity = workspace.identity
    return _bot(workspace, identity.bot_user_id, identity.bot_name) | {
        "is_bot": True,
        "profile": {"bot_id": identity.bot_id, "api_app_id": identity.app_id, "display_name": ""},
    }


def slackbot_json(workspace: Workspace) -> Json:
    """Return Slackbot, which does not count as a bot (Slack: user object, is_bot)."""
    return _bot(workspace, SLACKBOT, "slackbot") | {"is_bot": False, "profile": _profile("Slackbot")}


def _standing(workspace: Workspace, person: "Person") -> Json:
    """Return what is not told of whoever was deactivated."""
    is_ours = person.team_id == workspace.identity.team_id
    return {
        "real_name": person.name.title(),
        "tz": "Etc/UTC",
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": person.is_restricted or person.is_ultra_restricted,
        "is_ultra_restricted": person.is_ultra_restricted,
    } | ({} if is_ours or workspace.is_in_sight(person.id) else {"is_stranger": True})


def _enterprise_user(person: "Person") -> Json:
    return {
        "id": person.id,
        "enterprise_id": person.enterprise_id,
        "enterprise_name": f"Organization {person.enterprise_id}",
        "is_admin": False,
        "is_owner": False,
        "teams": [person.team_id],
    }


def _profile(name: str) -> Json:
    return {"real_name": name.title(), "display_name": name}


def _bot(workspace: Workspace, user: str, name: str) -> Json:
    return {
        "id": user,
        "team_id": workspace.identity.team_id,
        "name": name,
        "real_name": name.title(),
        "deleted": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "updated": UPDATED_AT,
    }
