"""What a test, a demo or a terminal view can see of the sandbox."""

from collections.abc import Callable
from typing import TypeVar

from .changes import Watcher
from .courier import Interaction
from .delivery import LateAck
from .mentions import mentions_of
from .model import Message, Room
from .page import modal_page, room_page
from .parts import Parts
from .records import Record
from .rendering import Renderer
from .views import View

T = TypeVar("T")


class Watching:
    """The reading side of the sandbox."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._renderer = Renderer(parts.workspace.name_of)
        parts.workspace.changes.scene = self.scene

    @property
    def records(self) -> list[Record]:
        """Every Web API call and post to a response_url, oldest first."""
        return self._parts.api.records

    @property
    def rooms(self) -> list[Room]:
        """All channels and conversations, in the order in which they were made."""
        return list(self._parts.workspace.rooms.values())

    @property
    def interactions(self) -> list[Interaction]:
        """Everything that was sent to the bot, oldest first."""
        return self._parts.courier.interactions

    @property
    def late_acks(self) -> list[LateAck]:
        """Acks that came over the socket after the deadline."""
        return self._parts.sockets.late

    @property
    def connections(self) -> int:
        """How many sockets are open."""
        return len(self._parts.sockets.open)

    def on_change(self, watcher: Watcher) -> None:
        """Call *watcher* with (posted, updated, deleted, ephemeral or modal; the message or view)."""
        self._parts.workspace.changes.watch(watcher)

    async def wait_for(self, condition: Callable[[], T], timeout: float = 15) -> T:  # noqa: ASYNC109
        """
        Return *condition*'s first truthy value, looking again whenever the sandbox changes.

        Raises:
            TimeoutError: it stayed falsy; the text shows the rooms.
        """
        return await self._parts.workspace.changes.wait_for(condition, timeout)

    def mentions_of(self, message: Message) -> set[str]:
        """Return the ids that *message* mentions, and `here`, `channel` or `everyone`."""
        return mentions_of(message)

    def rendered(self, thing: Message | View) -> str:
        """Return what a person reads, a block a line; people as @name, dates in UTC."""
        return self._renderer.message(thing) if isinstance(thing, Message) else self._renderer.view(thing)

    def scene(self) -> str:
        """Describe all rooms, open modals and complaints, for error messages."""
        workspace = self._parts.workspace
        lines = ["The rooms:"]
        for room in workspace.rooms.values():
            lines.append(f"# {room.name} {room.id}")
            lines += [self._line(message) for message in room.everything()]
        lines += [f"open: {view}" for view in workspace.views.values() if not view.closed]
        lines += [
            f"@{person.name} was told: {error}" for person in workspace.people.values() for error in person.errors
        ]
        lines += [f"{record.method}: {record.error} {record.messages}" for record in self.records if record.error]
        return "\n".join(lines)

    def html(self, room: Room) -> str:
        """Return a page that shows *room* with its threads."""
        return room_page(room, self._parts.workspace.name_of)

    def modal_html(self, modal: View) -> str:
        """Return a page that shows *modal* as it is on screen."""
        return modal_page(modal, self._parts.workspace.name_of)

    def _line(self, message: Message) -> str:
        indent = "    " if message.thread_ts else "  "
        author = self._parts.workspace.name_of(message.user)
        return f"{indent}{message.ts} @{author}: " + self.rendered(message).replace("\n", f"\n{indent}  ")
