"""A person in Slack, as far as it matters for what they may do."""

from dataclasses import dataclass
from enum import StrEnum

from .request import UserId


class Outsider(StrEnum):
    """Why somebody may not act, whatever their role; NONE (which is false) if nothing is against it."""

    NONE = ""
    DELETED = "deleted"
    BOT = "bot"
    STRANGER = "stranger"
    GUEST = "guest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """
    Somebody whom Slack knows.

    `team` is the workspace that they come from, `enterprise` the Enterprise Grid organization, "" if there is none.
    `is_guest` is true unless Slack says that they are a full member.
    """

    id: UserId
    name: str
    team: str
    enterprise: str
    is_guest: bool
    is_bot: bool
    is_deleted: bool

    def belongs_to(self, team: str, enterprise: str) -> bool:
        """Return whether they are of our organization: *enterprise*, or *team* if we have none ("")."""
        if enterprise:
            return self.enterprise == enterprise
        return bool(team) and self.team == team

    def outsider(self, team: str, enterprise: str) -> Outsider:
        """Return why they may not act in *team* of *enterprise*; of several reasons the plainest."""
        reasons = {
            Outsider.DELETED: self.is_deleted,
            Outsider.BOT: self.is_bot,
            Outsider.STRANGER: not self.belongs_to(team, enterprise),
            Outsider.GUEST: self.is_guest,
        }
        return next((reason for reason, holds in reasons.items() if holds), Outsider.NONE)
