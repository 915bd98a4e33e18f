"""Frames of Socket Mode and answers of views methods have the shape of the contract's samples."""

import asyncio
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Person, Room, SandboxSlack

from .blocks import a_modal, plain, section
from .samples import same_shape, sample, without
from .socket import Socket, address, connect


async def test_hello_and_disconnect(slack: SandboxSlack) -> None:
    async with aiohttp.ClientSession() as session:
        socket = Socket(await session.ws_connect(await address(slack, session)))
        hello = await socket.envelope()
        frames = []
        for reason in ("warning", "refresh_requested"):
            await slack.disconnect_sockets(reason)
            frames.append(await socket.envelope())

    assert same_shape(hello, sample("in_socket_hello"))
    assert frames == sample("in_socket_disconnect")[:2]


async def test_envelopes(slack: SandboxSlack, dana: Person, room: Room) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await connect(slack, session)
        acts = asyncio.gather(dana.types("/obproxy create", room), dana.opens_home())
        command, event = await socket.envelope(), await socket.envelope()
        for envelope in (command, event):
            await socket.ack(envelope)
        await acts

    assert same_shape(command, sample("in_socket_slash_commands"))
    assert same_shape(without(event, "payload"), without(sample("in_socket_events_api"), "payload"))


async def test_a_retried_event_says_so() -> None:
    async with SandboxSlack(speed=10_000, ack_seconds=0.05) as slack, aiohttp.ClientSession() as session:
        socket = await connect(slack, session)
        await slack.send_event({"type": "app_home_opened"})
        await socket.envelope()
        retried = await socket.envelope()

    expected = sample("in_socket_events_api_retry")
    assert same_shape(without(retried, "payload"), without(expected, "payload"))
    assert (retried["retry_attempt"], retried["retry_reason"]) == (1, "timeout")


async def body_of(call: Any) -> Any:
    """Return the body of the answer, whether it is a success or not."""
    try:
        return (await call).data
    except SlackApiError as error:
        return error.response.data


async def test_answers_of_views_methods(slack: SandboxSlack, dana: Person, room: Room, client: AsyncWebClient) -> None:
    await dana.types("/obproxy create", room)
    trigger_id = slack.interactions[0].payload["trigger_id"]
    too_long = a_modal(section("x"), title=plain("x" * 25))
    refused = await body_of(client.views_open(trigger_id=trigger_id, view=too_long))
    opened = await body_of(client.views_open(trigger_id=trigger_id, view=a_modal(section("x"), close=plain("No"))))
    stale = await body_of(client.views_update(view_id=opened["view"]["id"], hash="1.a", view=a_modal(section("x"))))

    assert without(refused, "errors") == sample("out_views_open_invalid_arguments")["body"]
    assert opened["view"].keys() == sample("out_views_open_ok")["body"]["view"].keys()
    assert stale == sample("out_views_update_hash_conflict")["body"]
