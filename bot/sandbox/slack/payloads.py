"""What Slack sends to the bot, in its own spelling (contract/fixtures/slack, in_*)."""

from typing import TYPE_CHECKING

from .model import Json, Message, Room
from .views import View
from .workspace import Workspace

if TYPE_CHECKING:
    from .person import Person


def command_payload(workspace: Workspace, person: "Person", line: str, room: Room) -> Json:
    """Return the fields of a slash command; the caller adds ``trigger_id`` and ``response_url``."""
    command, _, text = line.partition(" ")
    enterprise = _enterprise(workspace.identity.enterprise_id) or {}
    return {f"enterprise_{name}": value for name, value in enterprise.items()} | {
        "token": workspace.identity.verification_token,
        "team_id": person.team_id,
        "team_domain": workspace.identity.team_domain,
        "channel_id": room.id,
        "channel_name": room.name if not room.private or room.im_user else "privategroup",
        "user_id": person.id,
        "user_name": person.name,
        "command": command,
        "text": text,
        "api_app_id": workspace.identity.app_id,
        "is_enterprise_install": "false",
    }


def interaction_payload(workspace: Workspace, person: "Person", kind: str) -> Json:
    """Return what every interaction of *kind* begins with."""
    identity = workspace.identity
    return {
        "type": kind,
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team_id},
        "api_app_id": identity.app_id,
        "token": identity.verification_token,
        "team": {"id": identity.team_id, "domain": identity.team_domain},
        "enterprise": _enterprise(identity.enterprise_id),
        "is_enterprise_install": False,
    }


def in_view(view: View) -> Json:
    """Say that an interaction happened in *view*."""
    return {"container": {"type": "view", "view_id": view.id}, "view": view.as_json()}


def in_message(workspace: Workspace, message: Message) -> Json:
    """Say that an interaction happened in *message*; an ephemeral one is not sent along."""
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.room.id,
        "is_ephemeral": message.shown_only_to is not None,
    }
    if message.thread_ts or message.replies:
        container["thread_ts"] = message.thread_ts or message.ts
    where: Json = {"container": container, "channel": {"id": message.room.id, "name": message.room.name}}
    if message.shown_only_to is None:
        where["message"] = message_json(workspace, message)
    return where


def message_json(workspace: Workspace, message: Message, *, all_metadata: bool = True) -> Json:
    """Return *message* as methods and interactions show it; without *all_metadata* only its type."""
    identity = workspace.identity
    body: Json = {"user": message.user, "type": "message", "ts": message.ts, "text": message.text}
    body["team"] = identity.team_id
    if message.by_app:
        body |= {"bot_id": identity.bot_id, "app_id": identity.app_id}
    body |= _optional(message)
    if message.metadata is not None:
        body["metadata"] = message.metadata if all_metadata else {"event_type": message.metadata["event_type"]}
    if message.edited_at is not None:
        body["edited"] = {"user": message.user, "ts": f"{message.edited_at:.6f}"}
    return body | _thread(message)


def event_payload(workspace: Workspace, event: Json) -> Json:
    """Wrap *event* as the Events API does."""
    identity = workspace.identity
    authorization = {
        "enterprise_id": identity.enterprise_id or None,
        "team_id": identity.team_id,
        "user_id": identity.bot_user_id,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": identity.verification_token,
        "team_id": identity.team_id,
        "api_app_id": identity.app_id,
        "event": event | {"event_ts": workspace.next_ts()},
        "type": "event_callback",
        "event_id": workspace.ids.next("Ev"),
        "event_time": int(workspace.now()),
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
    }


def _enterprise(id_: str) -> Json | None:
    return {"id": id_, "name": f"Organization {id_}"} if id_ else None


def _optional(message: Message) -> Json:
    values = {
        "blocks": message.blocks,
        "attachments": message.attachments,
        "client_msg_id": message.client_msg_id,
        "subtype": "tombstone" if message.deleted else "thread_broadcast" if message.broadcast else None,
    }
    return {name: value for name, value in values.items() if value}


def _thread(message: Message) -> Json:
    if message.thread_ts:
        return {"thread_ts": message.thread_ts}
    if not message.replies:
        return {}
    users = list(dict.fromkeys(reply.user for reply in message.replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(message.replies),
        "reply_users_count": len(users),
        "latest_reply": message.replies[-1].ts,
        "reply_users": users,
        "is_locked": False,
        "subscribed": False,
    }
