"""What a workspace consists of: rooms, messages, views and user groups."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a message looked like until it was edited at *replaced_at* (Unix seconds)."""

    text: str
    blocks: list[Json]
    metadata: Json | None
    replaced_at: float


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Message:
    """A message as it is now; `replies` holds the thread's visible replies, oldest first."""

    ts: str
    room: "Room"
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    client_msg_id: str | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    by_app: bool = True
    link_names: bool = False
    shown_only_to: str | None = None
    replies: list["Message"] = field(default_factory=list)
    edits: list[Version] = field(default_factory=list)
    edited_at: float | None = None
    deleted: bool = False

    @property
    def on_screen(self) -> list[Json]:
        """All blocks, also those in attachments."""
        return [*self.blocks, *(block for one in self.attachments for block in one.get("blocks", []))]

    def rewrite(self, *, text: str, blocks: list[Json], metadata: Json | None, now: float) -> None:
        """Replace the content, keeping the former version in `edits`."""
        self.edits.append(Version(text=self.text, blocks=self.blocks, metadata=self.metadata, replaced_at=now))
        self.text, self.blocks, self.metadata, self.edited_at = text, blocks, metadata, now

    def __repr__(self) -> str:
        return f"<Message {self.ts} in {self.room.name}: {self.text[:60]!r}>"


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Room:
    """
    A channel, or the direct conversation of the bot with *im_user*.

    `tell` sends the bot an event, in the background.
    """

    id: str
    name: str
    private: bool = False
    bot_is_member: bool = True
    archived: bool = False
    im_user: str | None = None
    messages: list[Message] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)
    tell: Callable[[Json], None] = lambda _event: None

    def invite_bot(self, inviter: str | None = None) -> None:
        """Let the bot in, and let it know."""
        if not self.bot_is_member:
            self.bot_is_member = True
            kind = "G" if self.private else "C"
            by = {"inviter": inviter} if inviter else {}
            self.tell({"type": "member_joined_channel", "channel": self.id, "channel_type": kind} | by)

    def kick_bot(self) -> None:
        """Throw the bot out."""
        self.bot_is_member = False

    def archive(self) -> None:
        """Let nobody post any more."""
        self.archived = True

    def unarchive(self, by: str) -> None:
        """Let everybody post again; the user *by* did it."""
        if self.archived:
            self.archived = False
            event = {"type": "group_unarchive"} if self.private else {"type": "channel_unarchive", "user": by}
            self.tell(event | {"channel": self.id})

    def find(self, ts: str) -> Message | None:
        """Return the visible root or reply with this *ts*."""
        return next((message for message in self.everything() if message.ts == ts), None)

    def everything(self) -> list[Message]:
        """Return every visible message, each thread after its root."""
        return [message for root in self.messages for message in (root, *root.replies)]

    def holds(self, user: str) -> bool:
        """Tell whether *user* is a member."""
        return user == self.im_user if self.im_user else user not in self.absent

    def __repr__(self) -> str:
        return f"<Room {self.name} {self.id}>"


@dataclass(slots=True, kw_only=True, eq=False)
class Usergroup:
    """A user group and the ids of its members, in order; a disabled one keeps them."""

    id: str
    handle: str
    members: list[str]
    disabled: bool = False
