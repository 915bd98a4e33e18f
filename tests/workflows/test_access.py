"""What one person may do, asked of Slack once for all environments."""

import asyncio
from dataclasses import dataclass, field

import pytest

from bot.domain.errors import NotAMember, UnknownEnvironment
from bot.domain.grant import CREATE, ITSELF
from bot.domain.person import Person
from bot.domain.policy import OPERATOR, REQUESTER, VIEWER, Policies, Policy
from bot.domain.request import UserId
from bot.domain.standing import EVERYONE
from bot.workflows.access import Access
from bot.workflows.rights import Rights
from bot.workflows.roster import Roster
from tests.builders import DANA, INES, OMAR, a_policy
from tests.people import TEAM, Town, a_person, rights_of
from tests.still_clock import StillClock

HERE = "C0PAY"
DATA, DBA = "S0DATA", "S0DBA"
PROD = a_policy(requesters=(DATA,), operators=(DBA,))
STAGING = a_policy(environment="staging", operators=(DANA,))


def rules(*environments: Policy) -> Policies:
    """Return the rules of *environments*, which hold for every operation."""
    return Policies({(each.environment, key): each for each in environments for key in (ITSELF, CREATE)})


def access(town: Town, *environments: Policy) -> Access:
    return Access(rules(*environments), rights_of(town, StillClock()))


async def test_each_environment_tells_the_roles_and_their_rules() -> None:
    """By group in one, by name in the other; a name of an environment is one whatever its case."""
    town = Town({DATA: frozenset({DANA}), DBA: frozenset({INES})})
    prod, staging = await access(town, PROD, STAGING).of(DANA, HERE)

    assert dict(prod.roles) == {VIEWER: EVERYONE, REQUESTER: DATA}
    assert dict(staging.roles) == {VIEWER: EVERYONE, REQUESTER: EVERYONE, OPERATOR: DANA}
    assert await access(town, PROD, STAGING).of(DANA, HERE, "Staging") == (staging,)


@pytest.mark.invariant(4)
async def test_while_slack_is_silent_nobody_gains_a_role_by_a_group() -> None:
    town = Town({DATA: frozenset({DANA}), DBA: frozenset()}, is_silent=True)
    prod, staging = await access(town, PROD, STAGING).of(DANA, HERE)

    assert (dict(prod.roles), set(prod.unknown)) == ({VIEWER: EVERYONE}, {DATA, DBA})
    assert (OPERATOR in staging.roles, staging.unknown) == (True, ())


@pytest.mark.invariant(4)
@pytest.mark.parametrize(
    ("who", "why"),
    [
        (a_person(OMAR, is_guest=True), "you are a guest"),
        (a_person(OMAR, is_bot=True), "you are an app or a bot"),
        (a_person(OMAR, team="T0OTHER"), "you are of another organization"),
    ],
)
async def test_who_is_no_full_member_learns_nothing(who: Person, why: str) -> None:
    """Although the rules name them; not even which environments there are."""
    asking = access(Town(strangers={OMAR: who}), a_policy(approvers=(OMAR,)))

    for environment in (None, "staging"):
        with pytest.raises(NotAMember) as refused:
            await asking.of(OMAR, HERE, environment)
        assert refused.value.fields["why"].message == why


async def test_an_environment_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(UnknownEnvironment) as unknown:
        await access(Town(), STAGING, a_policy()).of(DANA, HERE, "x" * 500)

    assert unknown.value.fields == {"name": "x" * 60, "names": "staging, prod"}


@dataclass
class Patient:
    """A Directory that tells of groups once it was asked about as many as it waits for."""

    wanted: int
    calls: list[str] = field(default_factory=list)
    are_all_asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def person(self, user: UserId) -> Person:
        return a_person(user)

    async def members(self, group: str) -> frozenset[UserId]:
        self.calls.append(group)
        if len(self.calls) == self.wanted:
            self.are_all_asked.set()
        await self.are_all_asked.wait()
        return frozenset({DANA})


async def test_all_groups_of_all_environments_are_asked_about_at_once() -> None:
    """Twenty environments that share a group and have one of their own: one call a group, and one wait for all."""
    own = [f"S0G{number}" for number in range(20)]
    environments = [a_policy(environment=each, requesters=(DATA, each), operators=(each,)) for each in own]
    directory = Patient(wanted=21)

    async with asyncio.timeout(10):
        rights = Rights(Roster(directory, StillClock(), within_seconds=60), TEAM)
        found = await Access(rules(*environments), rights).of(DANA, HERE)

    assert sorted(directory.calls) == sorted([DATA, *own])
    assert [(each.roles[REQUESTER], each.roles[OPERATOR]) for each in found] == [(DATA, each) for each in own]


async def test_groups_that_decide_nothing_are_not_asked_about() -> None:
    """Whoever may everything by name needs no user group."""
    both = (DANA, DATA)
    everything = a_policy(requesters=both, approvers=both, operators=both, admins=both)
    directory = Patient(wanted=1)

    await Access(rules(everything), Rights(Roster(directory, StillClock()), TEAM)).of(DANA, HERE)

    assert directory.calls == []
