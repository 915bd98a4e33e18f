"""A pause: nothing is sent to an environment until an operator resumes it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .event import BOT, Event, Kind
from .texts import N_, People, Text, When

PAUSED = "paused"
"""The code for why a request is held by a pause."""

START_PAUSED = "START_PAUSED=1"
"""The reason of a pause that the bot made itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """
    Why an environment is paused, by whom and since when.

    `by` is a user id or BOT, `name` what that one was called then ("" if it is not known). `since` None: not known.
    """

    why: str
    by: str
    name: str = ""
    since: datetime | None = None

    @property
    def who(self) -> People | Text:
        """Who paused it; a mention where Slack draws one, so for private answers."""
        if self.by == BOT:
            return Text(N_("the bot"))
        return People([self.by], [self.name] if self.name else [])

    @property
    def when(self) -> When | Text:
        """Since when."""
        return When(self.since) if self.since else Text("?")

    @property
    def reason(self) -> str:
        """Why, as what stands before a full stop."""
        return self.why.rstrip(". ") or self.why

    def holds(self, cause: Event) -> bool:
        """Whether *cause*, which led to a request's state, tells that this very pause holds it."""
        try:
            data = cause.content
        except ValueError:
            return False
        since = self.since.isoformat() if self.since else ""
        return cause.kind == Kind.HELD and data.get("why") == PAUSED and data.get("since") == since

    @property
    def fields(self) -> dict[str, Any]:
        """What errors name: who, when, why."""
        return {"who": self.who, "when": self.when, "why": self.reason}
