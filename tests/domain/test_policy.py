"""Who may do what; whoever may not reads which role it needs, which ones they have, and who has it."""

from gettext import NullTranslations

import pytest

from bot.domain.errors import FormRefused, GroupUnknown, NotAllowed, NotConfigured, WrongChannel
from bot.domain.policy import ADMIN, APPROVER, OPERATOR, REQUESTER, ROLES, VIEWER, Policies
from bot.domain.request import UserId
from bot.domain.standing import EVERYONE, Standing
from tests.builders import DANA, INES, OMAR, a_policy, a_request

T = NullTranslations()
EVE, MIA = UserId("U0EVE"), UserId("U0MIA")
DBA = "S0DBA"
POLICY = a_policy(approvers=(OMAR, DBA), also_approve=(MIA,), operators=(EVE,), admins=(INES,), requesters=(DANA,))


@pytest.mark.invariant(4)
@pytest.mark.parametrize(
    ("who", "roles"),
    [
        (Standing(OMAR), {VIEWER: EVERYONE, APPROVER: OMAR}),
        (Standing(INES, frozenset({DBA})), {VIEWER: EVERYONE, APPROVER: DBA, ADMIN: INES}),
        (Standing(MIA), {VIEWER: EVERYONE, APPROVER: MIA}),
        (Standing(EVE), {VIEWER: EVERYONE, OPERATOR: EVE}),
        (Standing(DANA), {VIEWER: EVERYONE, REQUESTER: DANA}),
        (Standing(UserId("U0NEW"), frozenset({"S0OTHER"})), {VIEWER: EVERYONE}),
    ],
)
def test_a_role_is_had_by_id_or_group_and_leads_to_no_other(who: Standing, roles: dict[str, str]) -> None:
    """Operators do not approve, approvers do not operate, an admin does neither."""
    assert dict(POLICY.roles(who)) == roles
    for role in ROLES:
        if role in roles:
            POLICY.must_be(role, who)
        else:
            with pytest.raises(NotAllowed):
                POLICY.must_be(role, who)


def test_whoever_has_a_role_may_look_although_viewers_are_others() -> None:
    policy = a_policy(viewers=(MIA,), requesters=(DANA,), operators=(EVE,))

    assert [bool(policy.roles(Standing(who)).get(VIEWER)) for who in (MIA, DANA, EVE, OMAR)] == [True] * 4
    assert VIEWER not in policy.roles(Standing(UserId("U0NEW")))


@pytest.mark.invariant(4)
def test_who_may_not_is_told_what_they_are_and_who_may() -> None:
    with pytest.raises(NotAllowed) as refused:
        POLICY.must_be(APPROVER, Standing(DANA))

    assert refused.value.text.render(T) == (
        f"Approving in prod needs the approver role; you are viewer, requester. Approvers: @{OMAR}, @{DBA}, @{MIA}."
    )


@pytest.mark.invariant(4)
def test_a_group_that_slack_does_not_tell_gives_nobody_a_role() -> None:
    """And is not taken for one that the person is not in, either; who is named by id needs no group."""
    with pytest.raises(GroupUnknown) as unknown:
        POLICY.must_be(APPROVER, Standing(EVE, unknown=frozenset({DBA})))
    POLICY.must_be(APPROVER, Standing(OMAR, unknown=frozenset({DBA})))
    with pytest.raises(NotAllowed):
        POLICY.must_be(OPERATOR, Standing(OMAR, unknown=frozenset({DBA})))

    assert unknown.value.fields["groups"].ids == [DBA]


@pytest.mark.parametrize(("channel", "is_right"), [("C0PAY", True), ("C0DBA", True), ("C0OTHER", False), ("", False)])
def test_commands_are_typed_where_the_rules_say(channel: str, *, is_right: bool) -> None:
    """The channel for approvals is always one of them, for that is where cards are."""
    policy = a_policy(channels=("C0PAY",))
    if is_right:
        policy.must_be_here(channel)
    else:
        with pytest.raises(WrongChannel):
            policy.must_be_here(channel)
    a_policy().must_be_here(channel)


def test_the_places_for_commands_are_told_with_the_one_for_approvals() -> None:
    """Once; none at all if they may be typed anywhere."""
    assert a_policy(channels=("C0PAY", "C0DBA")).places == ("C0PAY", "C0DBA")
    assert a_policy(channels=("C0PAY",)).places == ("C0PAY", "C0DBA")
    assert a_policy().places == ()


@pytest.mark.parametrize(
    ("task_url", "console"),
    [
        ("https://ocp.example:8080/task/{id}", "https://ocp.example:8080"),
        ("https://portal.example/ocp/task/{id}", "https://portal.example/ocp"),
        ("https://ocp.example/#/tasks?id={id}", "https://ocp.example"),
    ],
)
def test_the_console_is_where_its_tasks_are(task_url: str, console: str) -> None:
    assert a_policy(task_url=task_url).console == console


def test_a_reason_without_its_ticket_is_told_what_one_looks_like() -> None:
    policy = a_policy(ticket_pattern=r"CHG\d{7}", ticket_example="CHG0012345")
    lacks = policy.lacks_ticket("second proxy for payments")

    assert lacks is not None
    assert lacks.render(T) == "A reason in prod needs a change ticket, such as CHG0012345."
    assert policy.lacks_ticket("CHG0012345, second proxy") is None
    assert a_policy().lacks_ticket("") is None


@pytest.mark.invariant(4)
@pytest.mark.parametrize(
    ("members", "needed", "is_enough"),
    [
        ({DBA: frozenset({EVE})}, 3, True),  # Omar, Mia, Eve
        ({DBA: frozenset({EVE, OMAR, MIA, DANA})}, 3, True),  # each counts once, who asks not at all
        ({DBA: frozenset({EVE, DANA})}, 4, False),
        ({DBA: None}, 2, True),  # the others are enough
        ({DBA: None}, 3, False),
    ],
)
def test_enough_others_must_be_able_to_approve(
    members: dict[str, frozenset[UserId] | None], needed: int, *, is_enough: bool
) -> None:
    policy = a_policy(approvers=(OMAR, DBA), also_approve=(MIA,), approvals_required=needed)
    if is_enough:
        policy.must_have_approvers({DANA}, members)
    else:
        with pytest.raises(FormRefused) as refused:
            policy.must_have_approvers({DANA}, members)
        assert ("user groups" in refused.value.at["name"].message) == (members[DBA] is None)


def test_rules_are_found_by_operation_and_a_name_whatever_its_case() -> None:
    own, general = a_policy(operation="obproxy.create"), a_policy()
    policies = Policies({("prod", ""): general, ("prod", "obproxy.create"): own})

    assert policies.of(a_request()) is own
    assert policies.of(a_request(operation="obproxy.other")) is general
    assert policies.named("PROD", "obproxy.create") is own
    assert policies.named("staging") is None
    assert policies.get(a_request(environment="gone")) is None
    with pytest.raises(NotConfigured):
        policies.of(a_request(environment="gone"))


def test_rules_that_are_the_same_are_told_once_with_what_goes_by_them() -> None:
    """An operation that has a table of its own with nothing new in it has the environment's rules."""
    general, own = a_policy(), a_policy(operation="obproxy.upgrade", approvals_required=2)
    same, staging = a_policy(operation="obproxy.create"), a_policy(environment="staging")
    every = (general, same, own, staging)
    policies = Policies({(each.environment, each.operation): each for each in every})

    assert dict(policies.distinct("prod")) == {
        general: ("", "obproxy.create"),
        a_policy(approvals_required=2): ("obproxy.upgrade",),
    }
    assert policies.only("STAGING").by == {("staging", ""): staging}
    assert policies.only("gone").by == {}
