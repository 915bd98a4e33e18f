"""Rights: what somebody may do now, from the rules and from what Slack says of people and groups."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.domain.errors import NotAllowed, NotAMember, PersonUnknown
from bot.domain.person import Outsider
from bot.domain.policy import APPROVER, Policy, groups_in
from bot.domain.request import Actor, UserId
from bot.domain.standing import Standing
from bot.domain.texts import N_, Text

from .roster import Roster

_OUTSIDE: Mapping[Outsider, str] = MappingProxyType(
    {
        Outsider.DELETED: N_("your account is deactivated"),
        Outsider.BOT: N_("you are an app or a bot"),
        Outsider.STRANGER: N_("you are of another organization"),
        Outsider.GUEST: N_("you are a guest"),
    }
)


@dataclass(frozen=True, slots=True)
class Rights:
    """
    Judge people; `team` and `enterprise` ("" if there is none) are our own.

    Whatever Slack does not say in time counts against the person; no transaction may be open.
    """

    roster: Roster
    team: str
    enterprise: str = ""

    async def must(self, role: str, by: Actor, policy: Policy) -> None:
        """Do nothing if *by* has *role* now; raises NotAMember, PersonUnknown, GroupUnknown or NotAllowed."""
        policy.must_be(role, await self.standing(by.id, policy.people(role)))

    async def has(self, role: str, by: Actor, policy: Policy) -> bool:
        """Return whether *by* has *role* now; raises NotAMember, PersonUnknown or GroupUnknown."""
        try:
            await self.must(role, by, policy)
        except NotAllowed:
            return False
        return True

    async def must_as_form_opened(self, role: str, by: Actor, policy: Policy) -> None:
        """Do as `must`, with what was read when the form was opened: a submission has no time for Slack."""
        groups = groups_in(policy.people(role))
        remembered = self.roster.remembered(groups)
        if any(members is None for members in remembered.values()):
            await self.must(role, by, policy)
        else:
            await self._must_be_member(by.id)
            if not _standing(by.id, remembered).rule(policy.people(role)):
                await self.must(role, by, policy)  # they may have come into a group since

    async def must_be_member(self, by: Actor) -> None:
        """Do nothing if *by* is a full member of our organisation; raises NotAMember or PersonUnknown."""
        await self._must_be_member(by.id)

    async def standing(self, user: UserId, named: Collection[str]) -> Standing:
        """Return how *user* stands to *named*; groups are asked about only if they matter. Raises as `must`."""
        is_named = bool(Standing(user).rule(named))
        return await self.standing_in(user, () if is_named else named)

    async def standing_in(self, user: UserId, named: Collection[str]) -> Standing:
        """Return how *user* stands to the groups among *named*, all asked about at once. Raises as `must`."""
        _, members = await asyncio.gather(self._must_be_member(user), self._members(named))
        return _standing(user, members)

    async def approvers(self, policy: Policy) -> Mapping[str, frozenset[UserId] | None]:
        """Return the members of the groups that may approve, as they were read when the form was opened."""
        remembered = self.roster.remembered(groups_in(policy.people(APPROVER)))
        is_known = all(members is not None for members in remembered.values())
        return remembered if is_known else await self.read_approvers(policy)

    async def read_approvers(self, policy: Policy) -> Mapping[str, frozenset[UserId] | None]:
        """Return the same as they are now; called when a form is opened."""
        return await self.roster.members(groups_in(policy.people(APPROVER)))

    async def _members(self, named: Collection[str]) -> Mapping[str, frozenset[UserId] | None]:
        groups = groups_in(named)
        return await self.roster.members(groups) if groups else {}

    async def _must_be_member(self, user: UserId) -> None:
        person = await self.roster.person(user)
        if person is None:
            raise PersonUnknown(f"Slack does not say who {user} is")
        if why := person.outsider(self.team, self.enterprise):
            raise NotAMember(f"{user} is outside: {why}", why=Text(_OUTSIDE[why]))


def _standing(user: UserId, members: Mapping[str, frozenset[UserId] | None]) -> Standing:
    inside = frozenset(group for group, people in members.items() if people is not None and user in people)
    return Standing(user, inside, frozenset(group for group, people in members.items() if people is None))
