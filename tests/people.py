"""The people whom workflow tests know: everybody is a full member, and groups are what a test says."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.domain.errors import SlackUnreachable
from bot.domain.person import Person
from bot.domain.request import UserId
from bot.ports import Clock
from bot.workflows.rights import Rights
from bot.workflows.roster import Roster

TEAM = "T0TEAM"


@dataclass(slots=True)
class Town:
    """
    A Directory: `strangers` are not full members as they are told.

    While `is_silent` no group is told, and nothing of the people and groups in `untold` ever.
    """

    groups: Mapping[str, frozenset[UserId]] = field(default_factory=dict)
    strangers: Mapping[UserId, Person] = field(default_factory=dict)
    is_silent: bool = False
    untold: Collection[str] = ()

    async def person(self, user: UserId) -> Person:
        if user in self.untold:
            raise SlackUnreachable(f"Slack does not tell who {user} is")
        return self.strangers.get(user, a_person(user))

    async def members(self, group: str) -> frozenset[UserId]:
        if self.is_silent or group in self.untold:
            raise SlackUnreachable("Slack is away")
        return self.groups[group]


def a_person(user: UserId, **changed: Any) -> Person:
    """Return a full member of our team, unless told otherwise."""
    person = Person(id=user, name=user, team=TEAM, enterprise="", is_guest=False, is_bot=False, is_deleted=False)
    return replace(person, **changed)


def rights_of(town: Town, clock: Clock) -> Rights:
    """Return what judges people as *town* tells of them."""
    return Rights(Roster(town, clock), TEAM)
