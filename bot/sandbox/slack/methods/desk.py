"""What a method works with."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.slack.model import Json
from bot.sandbox.slack.screens import Screens
from bot.sandbox.slack.triggers import Triggers
from bot.sandbox.slack.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The state behind the methods; `socket_url` issues the address of one connection."""

    workspace: Workspace
    triggers: Triggers
    screens: Screens
    socket_url: Callable[[], str]


Method = Callable[[Desk, Json], Json]
