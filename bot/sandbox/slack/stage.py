"""What a person acts with."""

from collections.abc import Callable
from dataclasses import dataclass

from .courier import Courier
from .hooks import Hooks
from .model import Message, Room
from .screens import Screens
from .triggers import Triggers
from .workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The parts of the sandbox behind people's acts; `absolute` makes a path a URL."""

    workspace: Workspace
    courier: Courier
    triggers: Triggers
    screens: Screens
    hooks: Hooks
    absolute: Callable[[str], str]

    def response_url(self, user: str, room: Room, message: Message | None = None) -> str:
        """Return a new response_url."""
        return self.absolute(self.hooks.issue(user, room, message))
