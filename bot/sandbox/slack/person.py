"""Somebody in the workspace: what they do, and what they get to see."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict

from . import commands, submitting, using
from .delivery import Ack
from .fields import Field
from .model import Json, Message, Room
from .results import Answer, Click, Submission
from .searching import Place, search
from .stage import Stage
from .views import Values, View


class Marks(TypedDict, total=False):
    """What sets somebody apart from a full member."""

    is_restricted: bool
    is_ultra_restricted: bool
    is_bot: bool
    is_workflow_bot: bool
    deleted: bool


@dataclass(slots=True, kw_only=True, eq=False)
class Person:
    """
    A member of the workspace, a guest, a bot, or somebody from another team.

    `ephemerals` are messages shown only to them, `errors` the texts in which Slack itself
    complained, `notified` the messages that notified them.
    """

    id: str
    name: str
    team_id: str
    stage: Stage
    enterprise_id: str = ""
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_bot: bool = False
    is_workflow_bot: bool = False
    deleted: bool = False
    locale: str = "en-US"
    home: View | None = None
    ephemerals: list[Message] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    notified: list[Message] = field(default_factory=list)
    unseen: list[View] = field(default_factory=list)
    offered: dict[tuple[str, str, str], dict[str, Json]] = field(default_factory=dict)
    typed: dict[str, Values] = field(default_factory=dict)

    @property
    def direct(self) -> list[Message]:
        """The messages in the bot's direct conversation with them."""
        return self.stage.workspace.direct_room(self.id).messages

    async def types(self, line: str, room: Room) -> Answer:
        """Type a slash command; returns once it is acked or Slack has given up."""
        return await commands.type_command(self.stage, self, line, room)

    def says(self, text: str, room: Room, thread: Message | None = None) -> Message:
        """Post a message of their own."""
        return commands.say(self.stage, self, text, room, thread)

    async def opens_home(self, tab: str = "home") -> Ack:
        """Open the app's Home, which sends the bot an event."""
        return await commands.open_home(self.stage, self, tab)

    async def modal(self, timeout: float = 15) -> View:  # noqa: ASYNC109 - a deadline of the person, not of the call
        """
        Wait for the next modal opened for them that they have not been given yet.

        Raises:
            TimeoutError: none came; the text shows the rooms and what Slack complained about.
        """
        await self.stage.workspace.changes.wait_for(lambda: self.unseen, timeout, f"A modal for {self.name}")
        return self.unseen.pop(0)

    async def submits(self, modal: View, values: dict[str, Any] | None = None) -> Submission:
        """
        Fill in *values* (by block id or ``block_id/action_id``) and submit.

        Raises:
            LookupError: the modal is closed, has no such field, or a menu no such option.
        """
        return await submitting.submit(self.stage, self, modal, values or {})

    async def closes(self, modal: View, *, everything: bool = False) -> Ack | None:
        """Press Cancel, or with *everything* the X that closes all stacked views."""
        return await submitting.close(self.stage, self, modal, everything=everything)

    async def clicks(self, place: Place, action_id: str, value: Any = None) -> Click:
        """
        Press a button, choose in a menu, or enter into a field that stands there now.

        Raises:
            LookupError: there is no such control any more, or *value* does not single one out.
        """
        if place.closed if isinstance(place, View) else place.deleted:
            raise LookupError(f"{place} is gone")
        return await using.click(self.stage, self, place, action_id, value, place.on_screen)

    async def clicks_old(self, message: Message, action_id: str, *, blocks: Sequence[Json], value: Any = None) -> Click:
        """Press a button of a former version, as on a screen that has not caught up."""
        return await using.click(self.stage, self, message, action_id, value, blocks)

    async def searches(self, place: Place, action_id: str, typed: str) -> list[Json]:
        """Type into an external menu; returns the options that it shows then."""
        block, element = using.find_control(place.on_screen, action_id, None)
        return await search(self.stage, self, place, Field(block, element), typed)

    def sees_error(self, text: str) -> None:
        """Show an error of Slack's own."""
        self.errors.append(text)
        self.stage.workspace.changes.ring()

    def __repr__(self) -> str:
        return f"<Person {self.name} {self.id}>"
