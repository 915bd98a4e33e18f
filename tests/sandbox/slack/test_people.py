"""Users and user groups as the Web API tells them."""

import asyncio
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Fault, Person, Room, SandboxSlack

from .blocks import section
from .refusal import error_of
from .samples import same_shape, sample

ELSEWHERE = "T0000000009"
MEMBER_MARKS = ("is_restricted", "is_ultra_restricted", "is_bot", "deleted")


async def told(client: AsyncWebClient, user: str) -> dict[str, Any]:
    user_told: dict[str, Any] = (await client.users_info(user=user))["user"]
    return user_told


async def groups(client: AsyncWebClient, **asked: Any) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await client.usergroups_list(**asked))["usergroups"]
    return listed


async def test_a_full_member(slack: SandboxSlack, dana: Person, client: AsyncWebClient) -> None:
    user = await told(client, dana.id)

    assert (user["id"], user["name"], user["team_id"]) == (dana.id, "dana", slack.team_id)
    assert [user[mark] for mark in MEMBER_MARKS] == [False] * 4
    assert user.keys().isdisjoint({"enterprise_user", "is_stranger", "is_workflow_bot", "locale"})
    assert "email" not in user["profile"]
    assert (await client.users_info(user=dana.id, include_locale=True))["user"]["locale"] == "en-US"
    assert await error_of(client.users_info(user="U404")) == "user_not_found"


async def test_guests_and_bots_and_who_was_deactivated(slack: SandboxSlack, client: AsyncWebClient) -> None:
    """A single-channel guest is a guest as well; Slackbot does not count as a bot; who is gone has no standing."""
    guest = await told(client, slack.person("gus", is_restricted=True).id)
    single = await told(client, slack.person("sam", is_ultra_restricted=True).id)
    helper = await told(client, slack.person("helper", is_bot=True).id)
    workflow = await told(client, slack.person("flow", is_workflow_bot=True).id)
    gone = await told(client, slack.person("gone", deleted=True).id)

    assert (guest["is_restricted"], guest["is_ultra_restricted"]) == (True, False)
    assert (single["is_restricted"], single["is_ultra_restricted"]) == (True, True)
    assert (helper["is_bot"], workflow["is_bot"], workflow["is_workflow_bot"]) == (True, True, True)
    assert gone["deleted"]
    assert gone.keys().isdisjoint({"is_restricted", "is_ultra_restricted"})
    assert (await told(client, slack.bot_user_id))["is_bot"]
    assert not (await told(client, "USLACKBOT"))["is_bot"]


async def test_people_of_other_organizations(slack: SandboxSlack, room: Room, client: AsyncWebClient) -> None:
    """Slack calls them strangers only where the bot shares no channel with them."""
    ext = slack.person("ext", team_id=ELSEWHERE, enterprise_id="E0000000009")
    shared = await told(client, ext.id)
    room.absent.add(ext.id)
    apart = await told(client, ext.id)

    assert (shared["team_id"], shared["enterprise_user"]["enterprise_id"]) == (ELSEWHERE, "E0000000009")
    assert "is_stranger" not in shared
    assert apart["is_stranger"]


async def test_a_workspace_of_an_organization(slack: SandboxSlack, client: AsyncWebClient) -> None:
    """Everybody there is of the organization, also in its other workspaces."""
    slack.join_enterprise("E0000000001")
    dana = slack.person("dana")
    colleague = slack.person("cleo", team_id="T0000000002", enterprise_id="E0000000001")
    other = slack.person("ext", team_id=ELSEWHERE)

    assert (await client.auth_test())["enterprise_id"] == "E0000000001"
    found = [(await told(client, one.id)).get("enterprise_user") for one in (dana, colleague, other)]
    assert [user and user["enterprise_id"] for user in found] == ["E0000000001", "E0000000001", None]


async def test_a_click_says_which_organization_the_workspace_is_of(slack: SandboxSlack, app: Any, room: Room) -> None:
    slack.join_enterprise("E0000000001")
    dana = slack.person("dana")

    await dana.types("/obproxy create", room)
    await dana.clicks(await dana.modal(), "mode", "direct")

    command, click = [interaction.payload for interaction in slack.interactions]
    assert command["enterprise_id"] == click["enterprise"]["id"] == "E0000000001"


async def test_who_is_in_a_group(slack: SandboxSlack, dana: Person, omar: Person, client: AsyncWebClient) -> None:
    """With the id that the set-up wants; a member who leaves is not listed any more."""
    group = slack.usergroup("dba-oncall", [dana, omar], id="S0DBAONCALL")

    answer = await client.usergroups_users_list(usergroup="S0DBAONCALL")
    group.members.remove(dana.id)

    assert same_shape(answer.data, sample("out_usergroups_users_list_ok")["body"])
    assert answer["users"] == [dana.id, omar.id]
    assert (await client.usergroups_users_list(usergroup=group.id))["users"] == [omar.id]
    assert await error_of(client.usergroups_users_list(usergroup="S404")) == "no_such_subteam"


async def test_a_disabled_group_is_found_only_if_asked_for(
    slack: SandboxSlack, dana: Person, client: AsyncWebClient
) -> None:
    group, other = slack.usergroup("dba-oncall", [dana]), slack.usergroup("dba-leads", [])
    group.disabled = True

    users = client.usergroups_users_list
    assert await error_of(users(usergroup=group.id)) == "no_such_subteam"
    assert (await users(usergroup=group.id, include_disabled=True))["users"] == [dana.id]
    assert [each["handle"] for each in await groups(client)] == [other.handle]
    [first, _] = await groups(client, include_disabled=True, include_users=True, include_count=True)
    assert (first["id"], first["users"], first["user_count"]) == (group.id, [dana.id], 1)
    assert first["date_delete"] > 0


async def test_a_group_is_read_by_its_handle(
    slack: SandboxSlack, dana: Person, room: Room, client: AsyncWebClient
) -> None:
    """On the page as well; who is in it is notified, until it is disabled."""
    group = slack.usergroup("dba-oncall", [dana], id="S0DBAONCALL")
    words = section("ask <!subteam^S0DBAONCALL>")
    await client.chat_postMessage(channel=room.id, text="x", blocks=[words])
    group.disabled = True
    await client.chat_postMessage(channel=room.id, text="x", blocks=[words])

    assert "@dba-oncall</span>" in slack.html(room)
    assert slack.rendered(room.messages[0]) == "ask @dba-oncall"
    assert dana.notified == room.messages[:1]


@pytest.mark.parametrize(
    ("scope", "method"),
    [
        ("users:read", "users.info"),
        ("usergroups:read", "usergroups.users.list"),
        ("usergroups:read", "usergroups.list"),
    ],
)
async def test_a_method_needs_its_scope(slack: SandboxSlack, client: AsyncWebClient, scope: str, method: str) -> None:
    """What else the app may do it does still."""
    slack.withdraw_scope(scope)

    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method)

    assert (caught.value.response["error"], caught.value.response["needed"]) == ("missing_scope", scope)
    assert scope not in caught.value.response["provided"].split(",")
    assert (await client.auth_test())["ok"]


async def test_reading_fails_on_purpose(slack: SandboxSlack, dana: Person, client: AsyncWebClient) -> None:
    """Refused, limited, or so slow that nobody waits for it."""
    group = slack.usergroup("dba-oncall", [dana])
    hanging = Fault(kind="slow", method="users.info", seconds=0, held=asyncio.Event())
    slack.add_fault(Fault(kind="error", method="usergroups.users.list", error="fatal_error"))
    slack.add_fault(Fault(kind="rate_limited", method="usergroups.users.list", seconds=7))
    slack.add_fault(hanging)

    asking = asyncio.create_task(told(client, dana.id))
    assert await error_of(client.usergroups_users_list(usergroup=group.id)) == "fatal_error"
    assert await error_of(client.usergroups_users_list(usergroup=group.id)) == "ratelimited"
    assert (await client.usergroups_users_list(usergroup=group.id))["users"] == [dana.id]
    await slack.wait_for(lambda: hanging.has_struck)
    assert not asking.done()
    assert hanging.held is not None
    hanging.held.set()

    assert (await asking)["name"] == "dana"
