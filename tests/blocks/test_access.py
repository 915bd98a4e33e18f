"""What somebody reads of what they may do: as a whole, and below the help."""

from gettext import NullTranslations

import pytest

from bot.blocks import answers
from bot.blocks.access import access
from bot.blocks.bare import bare
from bot.domain.grant import CREATE, ITSELF, Grant, grants
from bot.domain.policy import Policies, Policy
from bot.domain.request import Place
from bot.domain.slash import COMMANDS, Unknown, parse
from bot.domain.standing import Standing
from bot.ports import Message
from tests.builders import DANA, INES, OMAR, a_policy

from .limits import complaints

T = NullTranslations()
HERE, DATA, DBA = "C0PAY", "S0DATA", "S0DBA"
PROD = a_policy(requesters=(DATA,), approvers=(DBA,), admins=(INES,), channels=("C0PROD",), approvals_required=2)
STAGING = a_policy(environment="staging", operators=(DANA,), approvals=Place("T0TEAM", "C0STG"))
MEMBER = Standing(DANA, frozenset({DATA}))


def granted(*environments: Policy, who: Standing = MEMBER, channel: str = HERE) -> tuple[Grant, ...]:
    """Return what *who* has where the rules of *environments* hold for every operation."""
    by = {(each.environment, key): each for each in environments for key in (ITSELF, CREATE)}
    return grants(Policies(by), who, channel)


def read(message: Message) -> list[str]:
    return bare(message.blocks, T, most=20_000).splitlines()


def test_each_environment_says_what_by_which_rule_and_whom_to_ask() -> None:
    assert read(access(granted(PROD, STAGING), T, command="/obproxy")) == [
        "What you may do here, by which rule, and whom to ask:",
        "prod",
        "viewer, as every full member: you may look at requests.",
        "requester, as one of <!subteam^S0DATA>: you may ask in #C0PROD, #C0DBA, not here.",
        "Approvals, 2 needed: <!subteam^S0DBA> in #C0DBA.",
        "Operators: <@U0OMAR>. Admins: <@U0INES>.",
        "staging",
        "viewer, as every full member: you may look at requests.",
        "requester, as every full member: you may ask here.",
        "operator, by name: you may attach a task to an unclear request, close one that is unclear or held, pause and "
        "resume the environment.",
        "Approvals: <@U0OMAR>, <@U0INES> in #C0STG.",
        "Operators: <@U0DANA>.",
    ]


@pytest.mark.invariant(4)
def test_who_has_no_role_reads_so_and_who_has() -> None:
    """With a group that Slack does not tell, that too."""
    silent = Standing(OMAR, unknown=frozenset({DATA, DBA}))
    rules = a_policy(viewers=(), requesters=(DATA,), approvers=(DBA,), operators=())

    assert read(access(granted(rules, who=silent), T, command="/obproxy"))[1:] == [
        "prod",
        "You have no role.",
        "Slack does not say who is in <!subteam^S0DATA>, <!subteam^S0DBA> now, so you have no role by that. "
        "Try again in a minute.",
        "Approvals: <!subteam^S0DBA> in #C0DBA.",
        "Requesters: <!subteam^S0DATA>.",
    ]


def test_an_operation_with_rules_of_its_own_is_told_apart() -> None:
    """The environment itself then says nothing of asking and approving; where nobody approves, nobody is named."""
    own = a_policy(operation=CREATE, requesters=(OMAR,), operators=(), approvals_required=0)
    by = {("prod", ITSELF): a_policy(operators=(DANA,), admins=(INES,)), ("prod", CREATE): own}

    assert read(access(grants(Policies(by), MEMBER, HERE), T, command="/obproxy"))[1:] == [
        "prod itself",
        "operator, by name: you may pause and resume.",
        "Operators: <@U0DANA>. Admins: <@U0INES>.",
        "prod, obproxy.create",
        "viewer, as every full member: you may look at requests.",
        "Approvals: not needed; requests are shown in #C0DBA.",
        "Requesters: <@U0OMAR>.",
    ]


@pytest.mark.invariant(10)
def test_of_many_environments_the_last_ones_are_named_and_can_be_asked_for() -> None:
    """Nothing is dropped in silence."""
    given = granted(*(a_policy(environment=f"e{number}") for number in range(60)))

    message = access(given, T, command="/obproxy-test")
    *_, last = read(message)

    shown = [line for line in read(message) if line.startswith("e") and line[1:].isdigit()]
    assert 10 < len(shown) < 60
    assert last.startswith(f"Not shown here: e{len(shown)}, e{len(shown) + 1}, ")
    assert last.endswith(", e59. /obproxy-test access and a name tells of that one.")
    assert complaints(message) == []


# ---------------------------------------------------------------- the help


def helped(*environments: Policy, who: Standing = MEMBER, channel: str = HERE) -> list[str]:
    return read(answers.help_(granted(*environments, who=who, channel=channel), T, command="/obproxy"))


def typed(lines: list[str]) -> list[str]:
    return [line.removeprefix("/obproxy ").split("  ")[0] for line in lines if line.startswith("/obproxy ")]


def test_help_lists_what_can_be_typed_and_nothing_else() -> None:
    """Every line is a command; every command has a line for somebody who may everything."""
    rows = typed(helped(STAGING))

    assert not any(isinstance(parse(text), Unknown) for text in rows)
    assert {text.split()[0] for text in rows} == set(COMMANDS)


def test_help_lists_create_only_where_somebody_may_ask() -> None:
    """In another channel it says in which ones; without the role it does not."""
    there, here = helped(PROD), helped(PROD, channel="C0PROD")
    nobody = helped(PROD, who=Standing(OMAR))

    assert ["create" in typed(lines) for lines in (there, here, nobody)] == [False, True, False]
    elsewhere = "To ask in other channels: prod in #C0PROD, #C0DBA."
    assert [elsewhere in lines for lines in (there, here, nobody)] == [True, False, False]


def test_help_says_what_one_is_who_approves_and_what_is_done_in_ocp() -> None:
    assert helped(a_policy(operators=(DANA,), approvers=(DBA,)), channel="C0DBA")[-3:] == [
        "You are requester and operator in prod.",
        "Approvals: <!subteam^S0DBA> in #C0DBA.",
        "Adding nodes, upgrades, deletion: in OCP, prod: https://ocp.example.",
    ]


def test_help_tells_environments_apart_where_they_differ() -> None:
    """Those with the same approvers share a line; whoever is only a viewer somewhere is told that."""
    lines = helped(PROD, STAGING, a_policy(environment="test", requesters=(), approvals=STAGING.approvals))

    assert "You are requester in prod, requester and operator in staging, viewer in test." in lines
    assert "Approvals in prod, 2 needed: <!subteam^S0DBA> in #C0DBA." in lines
    assert "Approvals in staging, test: <@U0OMAR>, <@U0INES> in #C0STG." in lines


@pytest.mark.invariant(4)
def test_help_answers_while_slack_is_silent() -> None:
    """It lists what is known, and says what is not."""
    lines = helped(PROD, who=Standing(DANA, unknown=frozenset({DATA, DBA})), channel="C0PROD")

    assert typed(lines)[-2:] == ["access", "help"]
    assert "create" not in typed(lines)
    assert "You are viewer in prod." in lines
    assert any(
        line.startswith("Slack does not say who is in <!subteam^S0DATA>, <!subteam^S0DBA> now") for line in lines
    )


def test_help_for_nobody_says_so() -> None:
    assert "You have no role." in helped(a_policy(viewers=(), requesters=(OMAR,)))
