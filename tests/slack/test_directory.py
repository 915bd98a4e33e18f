"""Reading people and user groups of the sandbox, over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, get_args

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.domain.errors import NotInSlack, SlackError, SlackLimited, SlackUnreachable, SlackUnsure, TokenRefused
from bot.domain.person import Outsider
from bot.domain.request import UserId
from bot.ports import Directory
from bot.sandbox.slack import Fault, SandboxSlack
from bot.sandbox.slack.faults import FaultKind
from bot.slack.client import web_client
from bot.slack.directory import SlackDirectory

ELSEWHERE, OURS, THEIRS = "T0000000009", "E0000000001", "E0000000009"
INFO, USERS = "users.info", "usergroups.users.list"


@pytest.fixture
async def slack() -> AsyncIterator[SandboxSlack]:
    async with SandboxSlack() as slack:
        slack.rate_limits = False
        yield slack


@pytest.fixture
def directory(slack: SandboxSlack) -> Directory:
    return SlackDirectory(web_client(slack.bot_token, base_url=slack.url, proxy=None))


async def outsider(slack: SandboxSlack, directory: Directory, user: str, enterprise: str = "") -> Outsider:
    return (await directory.person(UserId(user))).outsider(slack.team_id, enterprise)


async def test_a_full_member_may_act(slack: SandboxSlack, directory: Directory) -> None:
    dana = slack.person("dana")

    person = await directory.person(UserId(dana.id))

    assert (person.id, person.name, person.team, person.enterprise) == (dana.id, "dana", slack.team_id, "")
    assert person.outsider(slack.team_id, "") is Outsider.NONE
    assert not Outsider.NONE


async def test_guests_bots_and_who_is_gone_may_not(slack: SandboxSlack, directory: Directory) -> None:
    """Slackbot and workflows, which Slack marks in other ways than bots, are bots as well."""
    guests = [slack.person("gus", is_restricted=True), slack.person("sam", is_ultra_restricted=True)]
    bots = [slack.person("helper", is_bot=True).id, slack.person("flow", is_workflow_bot=True).id]
    gone = slack.person("gone", deleted=True)

    assert [await outsider(slack, directory, each.id) for each in guests] == [Outsider.GUEST] * 2
    found = [await outsider(slack, directory, user) for user in (*bots, "USLACKBOT", slack.bot_user_id)]
    assert found == [Outsider.BOT] * 4
    assert await outsider(slack, directory, gone.id) is Outsider.DELETED


async def test_people_of_other_workspaces_are_strangers(slack: SandboxSlack, directory: Directory) -> None:
    """Also where they share a channel with the bot, in which case Slack does not call them so."""
    slack.room("shared")
    ext, guest = slack.person("ext", team_id=ELSEWHERE), slack.person("gus", team_id=ELSEWHERE, is_restricted=True)

    assert await outsider(slack, directory, ext.id) is Outsider.STRANGER
    assert await outsider(slack, directory, guest.id) is Outsider.STRANGER


async def test_within_an_organization_its_other_workspaces_are_no_strangers(
    slack: SandboxSlack, directory: Directory
) -> None:
    """There the organization counts, and who has another one or none is a stranger, whatever their workspace."""
    slack.join_enterprise(OURS)
    dana, cleo = slack.person("dana"), slack.person("cleo", team_id=ELSEWHERE, enterprise_id=OURS)
    others = [slack.person("ext", team_id=ELSEWHERE, enterprise_id=THEIRS), slack.person("odd", enterprise_id="")]

    assert [await outsider(slack, directory, each.id, OURS) for each in (dana, cleo)] == [Outsider.NONE] * 2
    assert [await outsider(slack, directory, each.id, OURS) for each in others] == [Outsider.STRANGER] * 2


async def test_who_is_in_a_group(slack: SandboxSlack, directory: Directory) -> None:
    dana, omar = slack.person("dana"), slack.person("omar")
    slack.usergroup("dba-oncall", [dana, omar], id="S0DBAONCALL")
    empty = slack.usergroup("nobody", [])

    assert await directory.members("S0DBAONCALL") == {dana.id, omar.id}
    assert await directory.members(empty.id) == frozenset()


async def test_nobody_is_in_a_disabled_group(slack: SandboxSlack, directory: Directory) -> None:
    slack.usergroup("dba-oncall", [slack.person("dana")], id="S0DBAONCALL").disabled = True

    assert await directory.members("S0DBAONCALL") == frozenset()


async def test_an_id_that_slack_does_not_know(slack: SandboxSlack, directory: Directory) -> None:
    """A person that it does not show, and a plan without groups, are the same to us."""
    with pytest.raises(NotInSlack, match="user_not_found"):
        await directory.person(UserId("U404"))
    with pytest.raises(NotInSlack, match="no_such_subteam"):
        await directory.members("S404")
    slack.add_fault(Fault(kind="error", method=INFO, error="user_not_visible"))
    with pytest.raises(NotInSlack):
        await directory.person(UserId("U1"))
    slack.add_fault(Fault(kind="error", method=USERS, error="plan_upgrade_required", times=2))
    with pytest.raises(NotInSlack):
        await directory.members("S1")


async def test_without_its_scopes_the_token_is_at_fault(slack: SandboxSlack, directory: Directory) -> None:
    """No place is to be blocked for that."""
    dana, group = slack.person("dana"), slack.usergroup("dba-oncall", [])
    slack.withdraw_scope("users:read")
    slack.withdraw_scope("usergroups:read")

    with pytest.raises(TokenRefused, match="missing_scope"):
        await directory.person(UserId(dana.id))
    with pytest.raises(TokenRefused, match="missing_scope"):
        await directory.members(group.id)


FAULTS: list[tuple[FaultKind, type[SlackError]]] = [
    ("rate_limited", SlackLimited),
    ("error", SlackUnsure),
    ("status", SlackUnsure),
    ("lost_before", SlackUnsure),
    ("lost_after", SlackUnsure),
]


@pytest.mark.parametrize(("kind", "error"), FAULTS)
async def test_every_trouble_is_named(
    slack: SandboxSlack, directory: Directory, kind: FaultKind, error: type[SlackError]
) -> None:
    """A read whose connection was lost aiohttp repeats once, which does no harm."""
    dana, group = slack.person("dana"), slack.usergroup("dba-oncall", [])
    slack.add_fault(Fault(kind=kind, method=INFO, seconds=7, times=2))
    slack.add_fault(Fault(kind=kind, method=USERS, seconds=7, times=2))

    with pytest.raises(error) as of_person:
        await directory.person(UserId(dana.id))
    with pytest.raises(error) as of_group:
        await directory.members(group.id)

    assert [getattr(raised.value, "seconds", 7) for raised in (of_person, of_group)] == [7, 7]
    calls = 2 if kind.startswith("lost") else 1
    assert [record.method for record in slack.records] == [INFO] * calls + [USERS] * calls


def test_the_troubles_are_all_that_the_sandbox_has() -> None:
    """Except for slowness, which the client's time-out turns into silence."""
    assert {kind for kind, _ in FAULTS} | {"slow"} == set(get_args(FaultKind))


async def test_a_slack_that_is_not_there_was_not_reached(slack: SandboxSlack, directory: Directory) -> None:
    await slack.down()

    with pytest.raises(SlackUnreachable):
        await directory.person(UserId("U1"))
    with pytest.raises(SlackUnreachable):
        await directory.members("S1")


async def test_an_answer_that_takes_too_long_is_none(slack: SandboxSlack) -> None:
    impatient = web_client(slack.bot_token, base_url=slack.url, proxy=None)
    impatient.timeout = 0.05  # type: ignore[assignment]  # whole seconds by its annotation, any for aiohttp
    slack.add_fault(Fault(kind="slow", method=USERS, seconds=30))

    with pytest.raises(SlackUnsure):
        await SlackDirectory(impatient).members("S1")


@pytest.mark.parametrize("answer", [{"ok": True}, {"ok": True, "user": None, "users": {}}])
async def test_an_answer_that_says_nothing_is_none(answer: dict[str, Any]) -> None:
    """As of a gateway that says yes to everything."""
    async with slack_that_answers(answer) as directory:
        with pytest.raises(SlackUnsure, match="without a user"):
            await directory.person(UserId("U1"))
        with pytest.raises(SlackUnsure, match="without users"):
            await directory.members("S1")


async def test_who_is_not_known_to_be_a_full_member_is_a_guest() -> None:
    """Their name, if Slack has none, is their id."""
    async with slack_that_answers({"ok": True, "user": {"id": "U1", "team_id": "T1", "profile": None}}) as directory:
        person = await directory.person(UserId("U1"))

    assert person.outsider("T1", "") is Outsider.GUEST
    assert person.outsider("", "") is Outsider.STRANGER
    assert person.name == "U1"


@asynccontextmanager
async def slack_that_answers(answer: dict[str, Any]) -> AsyncIterator[Directory]:
    """A Slack that says the same to everything."""

    async def say(_request: web.Request) -> web.Response:
        return web.json_response(answer)

    app = web.Application()
    app.router.add_route("*", "/{method}", say)
    async with TestServer(app) as server:
        yield SlackDirectory(web_client("xoxb-1", base_url=str(server.make_url("/")), proxy=None))
