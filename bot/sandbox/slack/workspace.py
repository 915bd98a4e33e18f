"""The state of the sandbox: who and what there is, and Slack's clock."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from .changes import Changes
from .errors import Refused
from .identity import Identity, Ids
from .model import Json, Message, Room, Usergroup
from .views import View

if TYPE_CHECKING:
    from .person import Person


class Workspace:
    """Everything that survives a time when Slack is down."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.ids = Ids()
        self.identity = Identity()
        self.changes = Changes()
        self.people: dict[str, Person] = {}
        self.rooms: dict[str, Room] = {}
        self.groups: dict[str, Usergroup] = {}
        self.views: dict[str, View] = {}
        self.home_enabled = True
        self.tell: Callable[[Json], None] = lambda _event: None
        self._last_micros = 0

    def next_ts(self) -> str:
        """Return a message's timestamp: unique, and later than all before."""
        self._last_micros = max(int(self.now() * 1_000_000), self._last_micros + 1)
        return f"{self._last_micros // 1_000_000}.{self._last_micros % 1_000_000:06d}"

    def add_room(self, name: str, *, private: bool, bot_is_member: bool) -> Room:
        """Create a channel."""
        room = Room(
            id=self.ids.next("C"), name=name, private=private, bot_is_member=bot_is_member, tell=self._tell_of_room
        )
        self.rooms[room.id] = room
        return room

    def _tell_of_room(self, event: Json) -> None:
        """Send an event about a room; who joined it, if anybody did, is the bot."""
        joined = {"user": self.identity.bot_user_id, "team": self.identity.team_id}
        self.tell(event | (joined if event["type"] == "member_joined_channel" else {}))

    def direct_room(self, user: str) -> Room:
        """Return the bot's conversation with *user*, opening it if needed."""
        for room in self.rooms.values():
            if room.im_user == user:
                return room
        room = Room(id=self.ids.next("D"), name="directmessage", private=True, im_user=user)
        self.rooms[room.id] = room
        return room

    def name_of(self, identifier: str) -> str:
        """Return what people read for a user, group or channel id: the id itself when unknown."""
        if identifier == self.identity.bot_user_id:
            return self.identity.bot_name
        if identifier in self.people:
            return self.people[identifier].name
        if identifier in self.groups:
            return self.groups[identifier].handle
        return self.rooms[identifier].name if identifier in self.rooms else identifier

    def visible_room(self, identifier: str) -> Room:
        """
        Return the room that the bot may know of.

        Raises:
            Refused: `channel_not_found`, also for a private one without the bot.
        """
        room = self.rooms.get(identifier)
        if room is None or (room.private and not room.bot_is_member):
            raise Refused("channel_not_found")
        return room

    def message(self, room: Room, ts: str) -> Message:
        """
        Return a visible message.

        Raises:
            Refused: `message_not_found`.
        """
        message = room.find(ts)
        if message is None or message.deleted:
            raise Refused("message_not_found")
        return message

    def members(self, group_ids: Iterable[str]) -> set[str]:
        """Return the user ids in these groups, as far as there are such groups and they are enabled."""
        found = [self.groups[group] for group in group_ids if group in self.groups]
        return {member for group in found if not group.disabled for member in group.members}

    def is_in_sight(self, user: str) -> bool:
        """Tell whether the bot shares a channel with *user*."""
        return any(room.bot_is_member and not room.im_user and room.holds(user) for room in self.rooms.values())
