"""response_url: five posts in half an hour, new or in place of the original."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.sandbox.slack import Person, Room, SandboxSlack

from .blocks import button

Respond = Callable[..., Awaitable[Any]]


@pytest.fixture
async def respond(slack: SandboxSlack, app: AsyncApp, dana: Person, room: Room) -> Respond:
    await dana.types("/quiet", room)
    return AsyncWebhookClient(slack.interactions[-1].payload["response_url"]).send


async def test_five_posts(respond: Respond, dana: Person, room: Room) -> None:
    answers = [await respond(text="x") for _ in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [404]
    assert len(dana.ephemerals) == 5
    assert not room.messages


async def test_it_reaches_channels_that_the_bot_is_not_in(respond: Respond, room: Room) -> None:
    room.kick_bot()
    await respond(text="x", response_type="in_channel")

    assert [message.text for message in room.messages] == ["x"]


async def test_the_own_answer_can_be_replaced_and_deleted(respond: Respond, dana: Person) -> None:
    await respond(text="first")
    [message] = dana.ephemerals
    await respond(text="second", replace_original=True)
    assert (message.text, len(dana.ephemerals)) == ("second", 1)

    await respond(delete_original=True)

    assert message.deleted
    assert not dana.ephemerals


async def test_a_click_can_change_its_message(
    slack: SandboxSlack, app: AsyncApp, client: AsyncWebClient, dana: Person, room: Room
) -> None:
    await client.chat_postEphemeral(channel=room.id, user=dana.id, text="Go?", blocks=[button("mode", "Go", "1")])
    [message] = dana.ephemerals
    await dana.clicks(message, "mode")
    payload = slack.interactions[-1].payload
    await AsyncWebhookClient(payload["response_url"]).send(text="Gone", replace_original=True)

    assert message.text == "Gone"
    assert payload["container"]["is_ephemeral"]
    assert "message" not in payload


async def test_it_expires_after_half_an_hour() -> None:
    now = 1_700_000_000.0
    async with SandboxSlack(now=lambda: now) as slack:
        dana, room = slack.person("dana"), slack.room("pay-team")
        await dana.types("/obproxy", room)
        now += 30 * 60 + 1
        late = await AsyncWebhookClient(slack.interactions[0].payload["response_url"]).send(text="x")

    assert (late.status_code, dana.ephemerals) == (404, [])
