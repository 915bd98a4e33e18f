"""The chat methods."""

from bot.sandbox.slack.arguments import flag, required
from bot.sandbox.slack.checks.messages import check_metadata
from bot.sandbox.slack.errors import Refused
from bot.sandbox.slack.model import Json, Message, Room
from bot.sandbox.slack.payloads import message_json
from bot.sandbox.slack.posting import content_of, edit, parent_of, post, remove, show_only_to, with_filled_blocks

from .desk import Desk

LONGEST_UPDATE = 4_000
LONGEST_EPHEMERAL_BYTES = 4_000
MOST_ATTACHMENTS = 100


def post_message(desk: Desk, args: Json) -> Json:
    """Post to a channel, a thread, or (with a user id) the direct conversation."""
    room = _room_to_post_in(desk, required(args, "channel"))
    text, blocks = content_of(args)
    if args.get("metadata"):
        check_metadata(args["metadata"])
    if len(args.get("attachments") or []) > MOST_ATTACHMENTS:
        raise Refused("too_many_attachments")
    parent = parent_of(room, args.get("thread_ts"))
    message = _message(desk, room, text, blocks, args)
    post(desk.workspace, message, parent)
    return {"channel": room.id, "ts": message.ts, "message": _with_profile(desk, message)}


def post_ephemeral(desk: Desk, args: Json) -> Json:
    """Show a message to one member of the channel."""
    room = _room_to_post_in(desk, required(args, "channel"))
    user = required(args, "user")
    if user not in desk.workspace.people or not room.holds(user):
        raise Refused("user_not_in_channel")
    if len(str(args.get("text") or "").encode()) > LONGEST_EPHEMERAL_BYTES:
        raise Refused("msg_too_long")
    text, blocks = content_of(args)
    message = _message(desk, room, text, blocks, args)
    show_only_to(desk.workspace, user, message)
    return {"message_ts": message.ts}


def update(desk: Desk, args: Json) -> Json:
    """Edit an own message; without blocks, those it had go."""
    room = desk.workspace.visible_room(required(args, "channel"))
    if room.archived:
        raise Refused("is_inactive")
    message = _own_message(desk, room, required(args, "ts"), "cant_update_message")
    if len(str(args.get("text") or "")) > LONGEST_UPDATE:
        raise Refused("msg_too_long")
    if args.get("metadata"):
        check_metadata(args["metadata"])
    edit(desk.workspace, message, args)
    body = _with_profile(desk, message)
    del body["ts"]
    return {"channel": room.id, "ts": message.ts, "text": message.text, "message": body}


def delete(desk: Desk, args: Json) -> Json:
    """Delete an own message."""
    room = desk.workspace.visible_room(required(args, "channel"))
    message = _own_message(desk, room, required(args, "ts"), "cant_delete_message")
    remove(desk.workspace, message)
    return {"channel": room.id, "ts": message.ts}


def _room_to_post_in(desk: Desk, channel: str) -> Room:
    workspace = desk.workspace
    room = workspace.direct_room(channel) if channel in workspace.people else workspace.visible_room(channel)
    if room.archived:
        raise Refused("is_archived")
    if not room.bot_is_member:
        raise Refused("not_in_channel")
    return room


def _own_message(desk: Desk, room: Room, ts: str, refusal: str) -> Message:
    message = desk.workspace.message(room, ts)
    if message.user != desk.workspace.identity.bot_user_id:
        raise Refused(refusal)
    return message


def _with_profile(desk: Desk, message: Message) -> Json:
    identity = desk.workspace.identity
    profile = {
        "id": identity.bot_id,
        "deleted": False,
        "name": identity.bot_name,
        "updated": 1_690_000_000,
        "app_id": identity.app_id,
        "user_id": identity.bot_user_id,
        "icons": {f"image_{size}": f"https://example.com/{size}.png" for size in (36, 48, 72)},
        "team_id": identity.team_id,
    }
    return message_json(desk.workspace, message) | {"bot_profile": profile}


def _message(desk: Desk, room: Room, text: str, blocks: list[Json], args: Json) -> Message:
    return Message(
        ts=desk.workspace.next_ts(),
        room=room,
        user=desk.workspace.identity.bot_user_id,
        text=text,
        blocks=blocks,
        attachments=with_filled_blocks(args.get("attachments")),
        metadata=args.get("metadata") or None,
        client_msg_id=args.get("client_msg_id"),
        thread_ts=args.get("thread_ts") or None,
        broadcast=bool(args.get("thread_ts")) and flag(args, "reply_broadcast"),
        link_names=flag(args, "link_names"),
    )
