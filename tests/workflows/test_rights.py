"""What somebody may do now, from the rules and from what Slack says of people and groups."""

from collections.abc import Awaitable, Callable

import pytest

from bot.domain.errors import GroupUnknown, NotAllowed, NotAMember, PersonUnknown
from bot.domain.policy import ADMIN, APPROVER, OPERATOR, REQUESTER, ROLES, VIEWER, Policy
from bot.domain.request import Actor, UserId
from bot.domain.texts import People
from bot.workflows.rights import Rights
from bot.workflows.roster import FRESH_SECONDS, REMEMBERED_SECONDS, Roster
from tests.builders import DANA, INES, OMAR, a_policy
from tests.people import TEAM, Town, a_person, rights_of
from tests.still_clock import StillClock

DBA, LEADS, ASKERS = "S0DBA", "S0LEADS", "S0ASKERS"
GROUPS = {DBA: frozenset({INES}), LEADS: frozenset({UserId("U0LEA")}), ASKERS: frozenset({DANA})}
RULES = a_policy(requesters=(ASKERS,), approvers=(OMAR, DBA), also_approve=(LEADS,), operators=(DBA,), admins=(OMAR,))
Judge = Callable[[Rights, str, Actor, Policy], Awaitable[object]]
MUST: list[Judge] = [Rights.must, Rights.has, Rights.must_as_form_opened]
"""Every way to ask whether somebody has a role."""


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def town() -> Town:
    return Town(groups=GROUPS)


@pytest.fixture
def rights(town: Town, clock: StillClock) -> Rights:
    return rights_of(town, clock)


async def roles_of(user: UserId, rights: Rights) -> list[str]:
    return [role for role in ROLES if await rights.has(role, Actor(user), RULES)]


@pytest.mark.invariant(4)
async def test_a_role_is_had_by_name_or_by_a_group(rights: Rights) -> None:
    """Nobody gets one from another: an approver does not operate unless the rules say so, and nobody asks but some."""
    assert await roles_of(OMAR, rights) == [VIEWER, APPROVER, ADMIN]
    assert await roles_of(INES, rights) == [VIEWER, APPROVER, OPERATOR]
    assert await roles_of(UserId("U0LEA"), rights) == [VIEWER, APPROVER]
    assert await roles_of(DANA, rights) == [VIEWER, REQUESTER]
    assert await roles_of(UserId("U0NED"), rights) == [VIEWER]


async def test_who_lacks_a_role_is_told_which_they_have_and_who_has_it(rights: Rights) -> None:
    with pytest.raises(NotAllowed) as refused:
        await rights.must(OPERATOR, Actor(OMAR), RULES)

    assert refused.value.fields["role"] == OPERATOR
    assert refused.value.fields["roles"].fields == {"roles": "viewer, approver, admin"}
    assert refused.value.fields["who"] == People([DBA])


# ---------------------------------------------------------------- who is outside


OUTSIDE = {
    "guest": a_person(OMAR, is_guest=True),
    "an app or a bot": a_person(OMAR, is_bot=True),
    "another organization": a_person(OMAR, team="T0OTHER"),
    "deactivated": a_person(OMAR, is_deleted=True),
}


@pytest.mark.invariant(4)
@pytest.mark.parametrize("judge", MUST)
@pytest.mark.parametrize("why", OUTSIDE)
async def test_nobody_from_outside_does_anything(why: str, judge: Judge, rights: Rights, town: Town) -> None:
    """Whatever the rules name: Omar has roles by his id, and what is everybody's is not theirs."""
    town.strangers = {OMAR: OUTSIDE[why]}

    for role in ROLES:
        with pytest.raises(NotAMember) as refused:
            await judge(rights, role, Actor(OMAR), RULES)
        assert why in refused.value.fields["why"].message
    with pytest.raises(NotAMember):
        await rights.must_be_member(Actor(OMAR))


@pytest.mark.invariant(4)
async def test_in_an_enterprise_all_its_workspaces_are_inside(town: Town, clock: StillClock) -> None:
    rights = Rights(Roster(town, clock), TEAM, "E0OURS")
    town.strangers = {
        OMAR: a_person(OMAR, team="T0OTHER", enterprise="E0OURS"),
        INES: a_person(INES, enterprise="E0THEIRS"),
    }

    await rights.must(APPROVER, Actor(OMAR), RULES)
    with pytest.raises(NotAMember):
        await rights.must(APPROVER, Actor(INES), RULES)


# ---------------------------------------------------------------- Slack is silent


@pytest.mark.invariant(4)
@pytest.mark.parametrize("judge", MUST)
async def test_of_whom_slack_tells_nothing_nobody_gains_anything(judge: Judge, rights: Rights, town: Town) -> None:
    """Not even what the rules give to their id, or to everybody."""
    town.untold = {OMAR}

    for role in ROLES:
        with pytest.raises(PersonUnknown):
            await judge(rights, role, Actor(OMAR), RULES)
    with pytest.raises(PersonUnknown):
        await rights.must_be_member(Actor(OMAR))


@pytest.mark.invariant(4)
@pytest.mark.parametrize("judge", MUST)
async def test_by_a_group_of_which_slack_tells_nothing_nobody_gains_anything(
    judge: Judge, rights: Rights, town: Town
) -> None:
    """They are told so, with the group; whom the rules name by id, and whom another group holds, still may."""
    town.untold = {DBA}

    for person in (INES, DANA):
        with pytest.raises(GroupUnknown) as refused:
            await judge(rights, APPROVER, Actor(person), RULES)
        assert refused.value.fields["groups"] == People([DBA])
    await rights.must(APPROVER, Actor(OMAR), RULES)
    await rights.must(APPROVER, Actor(UserId("U0LEA")), RULES)


@pytest.mark.invariant(4)
async def test_what_was_known_before_a_silence_does_not_count_for_long(
    rights: Rights, town: Town, clock: StillClock
) -> None:
    """Neither of the person nor of the group."""
    await rights.must(APPROVER, Actor(INES), RULES)
    town.untold = {DBA, OMAR}
    clock.seconds = FRESH_SECONDS
    await rights.must(APPROVER, Actor(INES), RULES)
    clock.seconds += 1

    with pytest.raises(GroupUnknown):
        await rights.must(APPROVER, Actor(INES), RULES)
    with pytest.raises(PersonUnknown):
        await rights.must(APPROVER, Actor(OMAR), RULES)


# ---------------------------------------------------------------- what changes


@pytest.mark.invariant(4)
async def test_who_has_left_the_group_has_lost_the_role_after_a_minute(
    rights: Rights, town: Town, clock: StillClock
) -> None:
    """And who has come has it by then."""
    await rights.must(APPROVER, Actor(INES), RULES)
    town.groups = {**GROUPS, DBA: frozenset({DANA})}
    clock.seconds = FRESH_SECONDS + 1

    with pytest.raises(NotAllowed):
        await rights.must(APPROVER, Actor(INES), RULES)
    await rights.must(APPROVER, Actor(DANA), RULES)


@pytest.mark.invariant(4)
async def test_who_was_deactivated_does_nothing_after_a_minute(rights: Rights, town: Town, clock: StillClock) -> None:
    """Also with a form that is still open."""
    await rights.must(REQUESTER, Actor(DANA), RULES)
    town.strangers = {DANA: a_person(DANA, is_deleted=True)}
    clock.seconds = FRESH_SECONDS + 1

    for judge in MUST:
        with pytest.raises(NotAMember):
            await judge(rights, REQUESTER, Actor(DANA), RULES)


# ---------------------------------------------------------------- forms


async def test_a_submission_goes_by_the_groups_as_they_were_when_its_form_opened(
    rights: Rights, town: Town, clock: StillClock
) -> None:
    """Slack is not asked for them again: three seconds are not enough for that; others gain nothing by it."""
    await rights.must(REQUESTER, Actor(DANA), RULES)
    town.groups, town.untold = {**GROUPS, ASKERS: frozenset({OMAR})}, {ASKERS}
    clock.seconds = REMEMBERED_SECONDS

    await rights.must_as_form_opened(REQUESTER, Actor(DANA), RULES)
    with pytest.raises(GroupUnknown):
        await rights.must_as_form_opened(REQUESTER, Actor(OMAR), RULES)


async def test_a_form_that_was_open_for_more_than_an_hour_is_judged_anew(
    rights: Rights, town: Town, clock: StillClock
) -> None:
    """As one is after a restart of the bot, which remembers nothing."""
    await rights.must(REQUESTER, Actor(DANA), RULES)
    town.groups = {**GROUPS, ASKERS: frozenset({OMAR})}
    clock.seconds = REMEMBERED_SECONDS + 1

    with pytest.raises(NotAllowed):
        await rights.must_as_form_opened(REQUESTER, Actor(DANA), RULES)
    await rights_of(town, clock).must_as_form_opened(REQUESTER, Actor(OMAR), RULES)


async def test_who_could_approve_is_known_from_when_the_form_opened(
    rights: Rights, town: Town, clock: StillClock
) -> None:
    """Of a group that Slack did not tell of, nothing is."""
    town.untold = {LEADS}
    assert await rights.approvers(RULES) == {DBA: frozenset({INES}), LEADS: None}
    town.untold = ()
    assert await rights.approvers(RULES) == {DBA: GROUPS[DBA], LEADS: GROUPS[LEADS]}
    town.groups, clock.seconds = {}, REMEMBERED_SECONDS

    assert await rights.approvers(RULES) == {DBA: GROUPS[DBA], LEADS: GROUPS[LEADS]}
