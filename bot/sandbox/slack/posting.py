"""Puts messages into rooms, changes them, and works out whom they notify."""

from .checks.messages import check_message
from .errors import Refused
from .mentions import mentions_of
from .model import Json, Message, Room
from .normal import filled_in
from .workspace import Workspace

BROADCASTS = frozenset({"here", "channel", "everyone"})
LONGEST_TEXT = 40_000


def content_of(args: Json) -> tuple[str, list[Json]]:
    """
    Return the checked text and blocks of a message.

    Raises:
        Refused: `no_text`, or what Slack refuses in blocks.
    """
    text, blocks = str(args.get("text") or ""), args.get("blocks") or []
    attachments = args.get("attachments") or []
    check_message(blocks)
    for attachment in attachments:
        check_message(attachment.get("blocks") or [])
    if not text and not blocks and not attachments:
        raise Refused("no_text")
    return text[:LONGEST_TEXT], filled_in(blocks)


def with_filled_blocks(attachments: list[Json] | None) -> list[Json]:
    """Return *attachments* the way Slack keeps them."""
    return [one | {"blocks": filled_in(one["blocks"])} if "blocks" in one else one for one in attachments or []]


def post(workspace: Workspace, message: Message, parent: Message | None) -> None:
    """Put *message* into its room, or under *parent*, and notify whom it mentions."""
    if parent is None:
        message.room.messages.append(message)
    else:
        parent.replies.append(message)
    _notify(workspace, message)
    workspace.changes.announce("posted", message)


def show_only_to(workspace: Workspace, user: str, message: Message) -> None:
    """Show an ephemeral message."""
    message.shown_only_to = user
    if user in workspace.people:
        workspace.people[user].ephemerals.append(message)
    workspace.changes.announce("ephemeral", message)


def edit(workspace: Workspace, message: Message, args: Json) -> None:
    """Replace a message's content; whatever it mentions now notifies nobody."""
    text, blocks = content_of(args)
    metadata = args["metadata"] or None if "metadata" in args else message.metadata
    message.attachments = with_filled_blocks(args.get("attachments", message.attachments))
    message.rewrite(text=text, blocks=blocks, metadata=metadata, now=workspace.now())
    workspace.changes.announce("updated", message)


def remove(workspace: Workspace, message: Message) -> None:
    """Delete a message; a root with replies stays as a tombstone."""
    message.deleted = True
    if message.shown_only_to in workspace.people:
        workspace.people[message.shown_only_to].ephemerals.remove(message)
    elif message.thread_ts and (parent := message.room.find(message.thread_ts)):
        parent.replies.remove(message)
    elif message.replies:
        message.text, message.blocks = "This message was deleted.", []
    else:
        message.room.messages.remove(message)
    workspace.changes.announce("deleted", message)


def parent_of(room: Room, thread_ts: str | None) -> Message | None:
    """
    Return the root that a reply goes under; None without *thread_ts*.

    Raises:
        Refused: `cannot_reply_to_message`, it is no root of this room.
    """
    if not thread_ts:
        return None
    for root in room.messages:
        if root.ts == thread_ts:
            return root
    raise Refused("cannot_reply_to_message")


def _notify(workspace: Workspace, message: Message) -> None:
    mentioned = mentions_of(message)
    reached = (mentioned & workspace.people.keys()) | workspace.members(mentioned)
    if mentioned & BROADCASTS:
        reached |= workspace.people.keys()
    for user in workspace.people.keys() & reached:
        if message.room.holds(user) and user != message.user:
            workspace.people[user].notified.append(message)
    if message.room.im_user in workspace.people and message not in workspace.people[message.room.im_user].notified:
        workspace.people[message.room.im_user].notified.append(message)
