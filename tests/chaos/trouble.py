"""What else goes wrong in a story, so that the bot's ways out of trouble are places to die as well."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.request import Request
from bot.sandbox.ocp import Fault
from bot.sandbox.slack import Fault as SlackFault
from tests.stories.world import World

from .record import CREATE

POST, UPDATE = "chat.postMessage", "chat.update"
AWAY_SECONDS = 120.0
"""Seconds of the story."""

SLOW_SECONDS = 0.25
"""Real seconds that the first commit of each place takes on a slow database: too many for what it announces."""

DRAWING_SECONDS = 4.0
"""Real seconds that a slow drawing of a card takes: the task goes on meanwhile, so the card is owed again."""


class Trouble(StrEnum):
    """One kind of trouble for a whole story, as the table names it."""

    NONE = "nothing else"
    SLACK_LIMITS = "Slack limits calls"
    SLOW_DRAWING = "OCP is away for a while, cards are drawn slowly"
    ANSWERS_LOST = "answers of Slack are lost"
    CREATE_UNANSWERED = "the answer to the create is lost"
    CREATE_LOST = "the create is lost on its way"
    OCP_AWAY = "OCP is away for a while"
    SLOW_DATABASE = "OCP is away for a while, the database is slow"


AWAY = frozenset({Trouble.OCP_AWAY, Trouble.SLOW_DATABASE, Trouble.SLOW_DRAWING})


@dataclass(slots=True)
class Troublemaker:
    """Makes the trouble: some from the start, some once the request is there, some in the bot's process."""

    world: World
    trouble: Trouble
    away: asyncio.Task[None] | None = None

    @property
    def environment(self) -> Mapping[str, str]:
        """What the bot's launcher has to know of it."""
        return {"CHAOS_SLOW": str(SLOW_SECONDS)} if self.trouble is Trouble.SLOW_DATABASE else {}

    def begin(self) -> None:
        """Make what waits for the create, and for the first posts (two cards, then replies) and drawings."""
        match self.trouble:
            case Trouble.SLACK_LIMITS:
                self.world.slack.add_fault(SlackFault(kind="rate_limited", method=POST, seconds=5, times=2))
                self.world.slack.add_fault(SlackFault(kind="rate_limited", method=UPDATE, seconds=60, times=1))
            case Trouble.SLOW_DRAWING:
                self.world.slack.add_fault(SlackFault(kind="slow", method=UPDATE, seconds=DRAWING_SECONDS, times=3))
            case Trouble.ANSWERS_LOST:
                self.world.slack.add_fault(SlackFault(kind="lost_after", method=POST, times=4))
                self.world.slack.add_fault(SlackFault(kind="lost_after", method=UPDATE, times=2))
            case Trouble.CREATE_UNANSWERED:
                self.world.ocp.add_fault(Fault(kind="lost_after", method="POST", path=CREATE))
            case Trouble.CREATE_LOST:
                self.world.ocp.add_fault(Fault(kind="lost_before", method="POST", path=CREATE))

    def see(self, request: Request | None) -> None:
        """Let OCP go away, once, when there is a *request*."""
        if self.trouble in AWAY and request is not None and self.away is None:
            self.away = asyncio.create_task(self._be_away())

    async def end(self) -> None:
        """Wait until OCP is back."""
        if self.away is not None:
            await self.away

    async def _be_away(self) -> None:
        await self.world.ocp.down()
        await self.world.clock.sleep(AWAY_SECONDS)
        await self.world.ocp.up()
