"""Who may do what here, by which rule, and whom to ask: told privately, and the help lists only that."""

from collections.abc import AsyncIterator

import pytest

from bot.sandbox.ocp import SandboxOcp
from bot.sandbox.slack import Person

from .world import SPEED, World

DBA, DATA = "S0DBAONCALL", "S0DATA"


@pytest.fixture
async def two(world: World) -> AsyncIterator[World]:
    """The bot works for prod, where a user group asks in #pay-team, and for staging, where everybody does."""
    async with SandboxOcp(speed=SPEED, subtask_seconds=3.0) as staging:
        world.slack.usergroup("dba-oncall", [world.omar], id=DBA)
        world.slack.usergroup("data", [world.dana], id=DATA)
        prod_rules = f"""
            requesters = ["{DATA}"]
            approvers = ["{DBA}"]
            operators = ["{world.ines.id}"]
            channels = ["{world.home.id}"]
        """
        prod, password = table(world, "prod", world.ocp, prod_rules)
        other, its_password = table(world, "staging", staging, f'approvers = ["{DBA}"]')
        await starts(world, prod + other, password | its_password)
        yield world
        await world.stop_bot()


def table(world: World, name: str, ocp: SandboxOcp, rules: str) -> tuple[str, dict[str, str]]:
    """Return the table of an environment for bot.toml, and the variable with its password."""
    variable = f"OCP_{name.upper()}_PASSWORD"
    text = f"""
        [environments.{name}]
        url = "{ocp.url}"
        username = "{ocp.username}"
        password_env = "{variable}"
        approvals_channel = "{world.approvals.id}"
        {rules}
    """
    return text, {variable: ocp.password}


async def starts(world: World, text: str, passwords: dict[str, str]) -> None:
    """Start the bot on a bot.toml that says *text*."""
    file = world.folder / "bot.toml"
    file.write_text(text)
    await world.start_bot(POLICY_FILE=str(file), **passwords)


async def hears(world: World, person: Person, words: str, *, of: str = "/obproxy access") -> list[str]:
    """Let *person* type a command in #pay-team; return the lines of the private answer that has *words*."""
    await person.types(of, world.home)
    return (await world.told(person, words)).splitlines()


async def test_access_tells_each_person_what_they_may_do_by_which_rule(two: World) -> None:
    """Dana asks by her group, Omar approves by his, Ines operates by name; nobody else reads it, nobody is called."""
    dana = await hears(two, two.dana, "@data")
    omar = await hears(two, two.omar, "@dba-oncall: you may approve")
    ines = await hears(two, two.ines, "operator, by name")
    staging = await hears(two, two.dana, "whom to ask:\nstaging\n", of="/obproxy access STAGING")
    await two.dana.types("/obproxy access test", two.home)

    assert dana[1:6] == [
        "prod",
        "viewer, as every full member: you may look at requests.",
        "requester, as one of @data: you may ask here.",
        "Approvals: @dba-oncall in #dba-approvals.",
        "Operators: @ines.",
    ]
    assert "approver, as one of @dba-oncall: you may approve, reject and send again what others ask for." in omar
    assert "Requesters: @data. Operators: @ines." in ines
    assert "prod" not in staging
    assert await two.told(two.dana, "No environment") == 'No environment "test". There are: prod, staging.'
    assert two.home.messages == two.approvals.messages == []


async def test_it_depends_on_the_channel_where_it_is_typed(two: World) -> None:
    """Elsewhere Dana asks in staging only; she reads where prod is asked for."""
    other = two.slack.room("random")

    await two.dana.types("/obproxy access", other)
    whole = await two.told(two.dana, "What you may do here")
    await two.dana.types("/obproxy help", other)
    short = await two.told(two.dana, "Creates OBProxy clusters")

    assert "requester, as one of @data: you may ask in #pay-team, #dba-approvals, not here." in whole
    assert "requester, as every full member: you may ask here." in whole
    assert "/obproxy create" in short
    assert "To ask in other channels: prod in #pay-team, #dba-approvals." in short


async def test_help_lists_what_somebody_may_do_and_says_what_they_are(two: World) -> None:
    lines = await hears(two, two.omar, "Creates OBProxy clusters in OCP prod, staging.", of="/obproxy help")

    assert lines[-3:-1] == [
        "You are approver in prod, requester, approver and operator in staging.",
        "Approvals: @dba-oncall in #dba-approvals.",
    ]
    assert lines[-1].startswith("Adding nodes, upgrades, deletion: in OCP, prod")


@pytest.mark.invariant(4)
async def test_while_slack_does_not_tell_of_groups_nobody_has_a_role_by_one(two: World) -> None:
    """Access and help answer all the same: what is known, and what is not."""
    two.slack.withdraw_scope("usergroups:read")

    whole = await hears(two, two.dana, "What you may do here")
    short = await hears(two, two.dana, "Creates OBProxy clusters", of="/obproxy")

    silent = "Slack does not say who is in @data, @dba-oncall now, so you have no role by that. Try again in a minute."
    assert silent in whole
    assert silent in short
    assert "You are viewer in prod, requester in staging." in short


@pytest.mark.invariant(4)
async def test_a_guest_is_refused_whatever_they_ask(two: World) -> None:
    """Not even the names of the environments are told."""
    guest = two.slack.person("gus", is_restricted=True)
    two.slack.usergroup("also-data", [guest], id=DATA)

    for line in ("/obproxy access", "/obproxy help", "/obproxy access prod"):
        await guest.types(line, two.home)
    await two.slack.wait_for(lambda: len(guest.ephemerals) == 3)

    texts = {two.slack.rendered(message) for message in guest.ephemerals}
    assert texts == {"Nothing was done: you are a guest. This bot is for full members of the organization."}


@pytest.mark.invariant(4)
async def test_a_request_is_seen_by_the_viewers_of_its_operation(world: World) -> None:
    """Eve views what is created; Ines views the environment, whose rules do not hold for that."""
    rules = f"""
        viewers = ["{world.ines.id}"]
        requesters = ["{world.dana.id}"]
        approvers = ["{world.omar.id}"]
        operations."obproxy.create".viewers = ["{world.eve.id}"]
    """
    await starts(world, *table(world, "prod", world.ocp, rules))
    await world.asks()

    eve = await hears(world, world.eve, "Requests for pay_01", of="/obproxy status pay_01")
    ines = await hears(world, world.ines, "Requests for pay_01", of="/obproxy status pay_01")
    access = await hears(world, world.eve, "viewer, by name: you may look at requests.")

    assert "#1, prod, pay_01" in eve[1]
    assert ines[1:] == ["None."]
    assert access[1:3] == ["prod itself", "You have no role."]
    assert access[4] == "prod, obproxy.create"
