"""The people whom workflow tests know: everybody is a full member, and groups are what a test says."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.errors import SlackUnreachable
from bot.domain.person import Person
from bot.domain.request import UserId
from bot.ports import Clock
from bot.workflows.rights import Rights
from bot.workflows.roster import Roster

TEAM = "T0TEAM"


@dataclass(slots=True)
class Town:
    """A Directory: `strangers` are not full members as they are told, and while `is_silent` nothing is told."""

    groups: Mapping[str, frozenset[UserId]] = field(default_factory=dict)
    strangers: Mapping[UserId, Person] = field(default_factory=dict)
    is_silent: bool = False

    async def person(self, user: UserId) -> Person:
        return self.strangers.get(user, a_person(user))

    async def members(self, group: str) -> frozenset[UserId]:
        if self.is_silent:
            raise SlackUnreachable("Slack is away")
        return self.groups[group]


def a_person(user: UserId, *, team: str = TEAM, is_guest: bool = False, is_bot: bool = False) -> Person:
    """Return a full member of our team, unless told otherwise."""
    return Person(id=user, name=user, team=team, enterprise="", is_guest=is_guest, is_bot=is_bot, is_deleted=False)


def rights_of(town: Town, clock: Clock) -> Rights:
    """Return what judges people as *town* tells of them."""
    return Rights(Roster(town, clock), TEAM)
