"""The conversations methods: reading history and threads."""

import base64
import binascii
from collections.abc import Sequence

from bot.sandbox.slack.arguments import flag, number, required
from bot.sandbox.slack.errors import Refused
from bot.sandbox.slack.model import Json, Message, Room
from bot.sandbox.slack.payloads import message_json

from .desk import Desk


def history(desk: Desk, args: Json) -> Json:
    """Return roots and broadcast replies, newest first."""
    room = _readable_room(desk, args)
    shown = [m for m in room.everything() if m.thread_ts is None or m.broadcast]
    newest_first = sorted(_between(shown, args), key=_time, reverse=True)
    return _page(desk, newest_first, args, default=100, most=999)


def replies(desk: Desk, args: Json) -> Json:
    """Return a thread, its root first; for the ts of a reply, that reply alone."""
    room = _readable_room(desk, args)
    message = room.find(required(args, "ts"))
    if message is None:
        raise Refused("thread_not_found")
    thread = [message, *_between(message.replies, args)]
    return _page(desk, thread, args, default=1000, most=1000)


def info(desk: Desk, args: Json) -> Json:
    """Describe a conversation."""
    room = desk.workspace.visible_room(required(args, "channel"))
    return {"channel": _room_json(room)}


def open_direct(desk: Desk, args: Json) -> Json:
    """Open the direct conversation with one person."""
    users = args.get("users") or ""
    [user, *others] = users if isinstance(users, list) else str(users).split(",")
    if user not in desk.workspace.people or others:
        raise Refused("user_not_found")
    return {"channel": {"id": desk.workspace.direct_room(user).id}}


def _readable_room(desk: Desk, args: Json) -> Room:
    room = desk.workspace.visible_room(required(args, "channel"))
    if not room.bot_is_member:
        raise Refused("not_in_channel")
    return room


def _time(message: Message) -> float:
    return float(message.ts)


def _between(messages: Sequence[Message], args: Json) -> list[Message]:
    oldest, latest = float(args.get("oldest") or 0), float(args.get("latest") or "inf")
    if flag(args, "inclusive"):
        return [message for message in messages if oldest <= _time(message) <= latest]
    return [message for message in messages if oldest < _time(message) < latest]


def _page(desk: Desk, messages: list[Message], args: Json, *, default: int, most: int) -> Json:
    limit = number(args, "limit", default, most)
    start = _offset(messages, args.get("cursor"))
    page, rest = messages[start : start + limit], messages[start + limit :]
    with_metadata = flag(args, "include_all_metadata")
    shown = [message_json(desk.workspace, message, all_metadata=with_metadata) for message in page]
    answer: Json = {"messages": shown, "has_more": bool(rest)}
    if rest:
        answer["response_metadata"] = {"next_cursor": base64.b64encode(f"next_ts:{rest[0].ts}".encode()).decode()}
    return answer


def _offset(messages: list[Message], cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        ts = base64.b64decode(cursor, validate=True).decode().removeprefix("next_ts:")
        return [message.ts for message in messages].index(ts)
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise Refused("invalid_cursor") from error


def _room_json(room: Room) -> Json:
    if room.im_user:
        return {"id": room.id, "is_im": True, "is_channel": False, "user": room.im_user, "is_archived": False}
    return {
        "id": room.id,
        "name": room.name,
        "name_normalized": room.name,
        "is_channel": True,
        "is_im": False,
        "is_private": room.private,
        "is_archived": room.archived,
        "is_member": room.bot_is_member,
    }
