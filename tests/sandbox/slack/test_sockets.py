"""Socket Mode: tickets, several connections, disconnects, and Slack being down."""

import asyncio

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Person, Room, SandboxSlack

from .socket import address, connect


async def test_an_address_is_good_for_one_connection(slack: SandboxSlack) -> None:
    async with aiohttp.ClientSession() as session:
        url = await address(slack, session)
        await session.ws_connect(url)

        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_connections_take_turns(slack: SandboxSlack, dana: Person, room: Room) -> None:
    async with aiohttp.ClientSession() as session:
        bots = [await connect(slack, session), await connect(slack, session)]
        typing = [asyncio.create_task(dana.types(f"/obproxy {number}", room)) for number in range(4)]
        for bot in [*bots, *bots]:
            await bot.ack(await bot.envelope())

        answers = await asyncio.gather(*typing)

    assert all(answer.acked for answer in answers)


async def test_the_ack_may_carry_an_answer(slack: SandboxSlack, dana: Person, room: Room) -> None:
    async with aiohttp.ClientSession() as session:
        bot = await connect(slack, session)
        typing = asyncio.create_task(dana.types("/obproxy help", room))
        await bot.ack(await bot.envelope(), {"text": "Say create."})
        answer = await typing

    assert answer.text == "Say create."
    assert [message.text for message in dana.ephemerals] == ["Say create."]
    assert not room.messages


async def test_an_eleventh_connection_is_turned_away(slack: SandboxSlack) -> None:
    async with aiohttp.ClientSession() as session:
        bots = [await connect(slack, session) for _ in range(10)]
        extra = await session.ws_connect(await address(slack, session))

        assert (await extra.receive_json())["reason"] == "too_many_websockets"
        assert len(bots) == slack.connections


async def test_bolt_reconnects_when_told_to(slack: SandboxSlack, app: AsyncApp, dana: Person, room: Room) -> None:
    await slack.disconnect_sockets("refresh_requested")
    await slack.wait_for(lambda: slack.connections)

    assert (await dana.types("/quiet", room)).acked


async def test_a_warning_does_not_disconnect(slack: SandboxSlack) -> None:
    async with aiohttp.ClientSession() as session:
        bot = await connect(slack, session)
        await slack.disconnect_sockets("warning")

        assert (await bot.envelope())["reason"] == "warning"
        assert slack.connections == 1


async def test_slack_goes_down_and_comes_back_with_its_state(
    slack: SandboxSlack, room: Room, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel=room.id, text="before")
    async with aiohttp.ClientSession() as session:
        bot = await connect(slack, session)
        await slack.down()
        gone = await bot.ws.receive(timeout=15)
        with pytest.raises(aiohttp.ClientConnectorError):
            await client.chat_postMessage(channel=room.id, text="during")
        await slack.up()
        await client.chat_postMessage(channel=room.id, text="after")

    assert gone.type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}
    assert [message.text for message in room.messages] == ["before", "after"]
