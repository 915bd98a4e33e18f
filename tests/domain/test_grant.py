"""What the rules give to one person in one channel."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.grant import CREATE, ITSELF, NEEDED, Grant, deciding, grants, typed_here
from bot.domain.policy import APPROVER, OPERATOR, REQUESTER, ROLES, VIEWER, Policies, Policy
from bot.domain.request import UserId
from bot.domain.slash import COMMANDS
from bot.domain.standing import EVERYONE, Standing
from tests.builders import DANA, INES, OMAR, a_policy

DATA, DBA = "S0DATA", "S0DBA"
HERE, ELSEWHERE = "C0PAY", "C0OTHER"
IDS = st.lists(st.sampled_from([DANA, OMAR, DATA, DBA, EVERYONE]), max_size=3).map(tuple)


def policies(general: Policy, own: Policy | None = None) -> Policies:
    """Return the rules of "prod", where creating goes by *own* ones or by the *general* ones."""
    return Policies({("prod", ITSELF): general, ("prod", CREATE): own or general})


def only(found: tuple[Grant, ...]) -> Grant:
    [grant] = found
    return grant


def test_one_set_of_rules_is_one_grant() -> None:
    rules = a_policy(requesters=(DATA,), approvers=(OMAR, DBA))
    grant = only(grants(policies(rules), Standing(DANA, frozenset({DATA})), HERE))

    assert dict(grant.roles) == {VIEWER: EVERYONE, REQUESTER: DATA}
    assert (grant.operations, grant.unknown, grant.is_here) == ((ITSELF, CREATE), (), True)
    assert grant.lets(REQUESTER, CREATE)
    assert not grant.lets(APPROVER, CREATE)


def test_an_operation_with_rules_of_its_own_is_a_grant_of_its_own() -> None:
    """For the environment itself there is no asking then: nothing goes by what its rules say of that."""
    general = a_policy(requesters=(DANA,), operators=(DANA,))
    own = a_policy(operation=CREATE, requesters=(OMAR,), operators=(INES,))
    itself, create = grants(policies(general, own), Standing(DANA), HERE)

    assert (itself.operations, create.operations) == ((ITSELF,), (CREATE,))
    assert (dict(itself.roles), itself.is_for_requests) == ({OPERATOR: DANA}, False)
    assert (dict(create.roles), create.is_for_requests) == ({VIEWER: EVERYONE}, True)
    assert not typed_here([itself, create], "create")


@pytest.mark.invariant(4)
def test_a_group_of_which_slack_says_nothing_gives_no_role_and_is_told() -> None:
    """Not those that change nothing: of a role that the person has anyway."""
    rules = a_policy(requesters=(DATA, DANA), approvers=(OMAR, DBA), operators=(DBA,))
    grant = only(grants(policies(rules), Standing(DANA, unknown=frozenset({DATA, DBA})), HERE))

    assert dict(grant.roles) == {VIEWER: EVERYONE, REQUESTER: DANA}
    assert grant.unknown == (DBA,)


@given(viewers=IDS, requesters=IDS, approvers=IDS, operators=IDS, groups=st.sets(st.sampled_from([DATA, DBA])))
def test_only_groups_that_decide_are_asked_about(
    viewers: tuple[str, ...],
    requesters: tuple[str, ...],
    approvers: tuple[str, ...],
    operators: tuple[str, ...],
    groups: set[str],
) -> None:
    """Whoever is asked about those, and no other group, has the same roles as if all had been asked about."""
    rules = a_policy(viewers=viewers, requesters=requesters, approvers=approvers, operators=operators)
    asked = deciding(policies(rules), DANA)

    told = rules.roles(Standing(DANA, frozenset(groups & asked)))

    assert told.keys() == rules.roles(Standing(DANA, frozenset(groups))).keys()


@pytest.mark.parametrize(("channel", "is_listed"), [(HERE, True), ("C0DBA", True), (ELSEWHERE, False)])
def test_create_is_typed_by_requesters_where_the_rules_say(channel: str, *, is_listed: bool) -> None:
    rules = policies(a_policy(requesters=(DANA,), channels=(HERE,)))

    assert typed_here(grants(rules, Standing(DANA), channel), "create") == is_listed
    assert not typed_here(grants(rules, Standing(OMAR), channel), "create")


def test_what_needs_no_role_is_for_everybody() -> None:
    """Even for somebody without any role; and what needs one is a command."""
    nobody = grants(policies(a_policy(viewers=(), requesters=())), Standing(UserId("U0EVE")), HERE)

    assert only(nobody).roles == {}
    assert {command for command in COMMANDS if typed_here(nobody, command)} == set(COMMANDS) - {
        "create",
        "pause",
        "resume",
    }
    assert NEEDED.keys() <= set(COMMANDS)
    assert {role for role, _ in NEEDED.values()} <= set(ROLES)
