"""What goes wrong on purpose, and whether the call had an effect."""

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Fault, Room, SandboxSlack

from .refusal import error_of

POST = "chat.postMessage"


async def post(client: AsyncWebClient, room: Room) -> Any:
    return await client.chat_postMessage(channel=room.id, text="Hello")


@pytest.mark.parametrize(
    ("fault", "error", "posted"),
    [
        (Fault(kind="rate_limited", seconds=30), "ratelimited", 0),
        (Fault(kind="error", error="fatal_error"), "fatal_error", 0),
        (Fault(kind="error", error="fatal_error", after_effect=True), "fatal_error", 1),
        (Fault(kind="error", method=POST, channel="C0000000001"), "internal_error", 0),
    ],
)
async def test_an_error_with_or_without_effect(
    slack: SandboxSlack, client: AsyncWebClient, room: Room, fault: Fault, error: str, posted: int
) -> None:
    slack.add_fault(fault)

    assert await error_of(post(client, room)) == error
    assert len(room.messages) == posted
    assert slack.records[-1].error == error
    assert (await post(client, room))["ok"]


@pytest.mark.parametrize(("kind", "posted"), [("lost_before", 0), ("lost_after", 1)])
async def test_a_lost_connection(
    slack: SandboxSlack, client: AsyncWebClient, room: Room, kind: Any, posted: int
) -> None:
    slack.add_fault(Fault(kind=kind, method=POST))

    with pytest.raises((aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)):
        await post(client, room)

    assert len(room.messages) == posted
    assert slack.records[-1].status == 0


async def test_the_sdk_repeats_a_lost_post(slack: SandboxSlack, room: Room) -> None:
    """With its default retry, an answer that was lost means two messages."""
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.url)
    slack.add_fault(Fault(kind="lost_after", method=POST))

    await post(client, room)

    assert len(room.messages) == 2


async def test_a_bad_status(slack: SandboxSlack, client: AsyncWebClient, room: Room) -> None:
    slack.add_fault(Fault(kind="status", status=503))

    async with aiohttp.ClientSession() as session, session.post(slack.url + POST) as answer:
        assert answer.status == 503
    assert not room.messages


async def test_a_slow_answer(slack: SandboxSlack, room: Room) -> None:
    """The message is there long before the answer."""
    impatient = AsyncWebClient(token=slack.bot_token, base_url=slack.url, timeout=1, retry_handlers=[])
    slack.add_fault(Fault(kind="slow", method=POST, seconds=30))

    with pytest.raises(TimeoutError):
        await post(impatient, room)

    assert len(room.messages) == 1


@pytest.mark.parametrize(("after_effect", "standing"), [(False, 0), (True, 1)])
async def test_a_call_that_is_held_up(
    slack: SandboxSlack, client: AsyncWebClient, room: Room, *, after_effect: bool, standing: int
) -> None:
    """On its way there or back, for as long as the test wants."""
    fault = Fault(kind="slow", method=POST, seconds=0, held=asyncio.Event(), after_effect=after_effect)
    slack.add_fault(fault)
    posting = asyncio.create_task(post(client, room))

    await slack.wait_for(lambda: fault.has_struck)
    assert len(room.messages) == standing
    assert fault.held is not None
    fault.held.set()

    assert (await posting)["ok"]
    assert len(room.messages) == 1


async def test_faults_hit_what_they_are_meant_for_and_can_be_removed(
    slack: SandboxSlack, client: AsyncWebClient, room: Room
) -> None:
    slack.add_fault(Fault(kind="error", method="chat.update", times=9))
    slack.add_fault(Fault(kind="error", method=POST, channel="C404"))
    assert (await post(client, room))["ok"]
    slack.add_fault(Fault(kind="error", times=9))
    slack.remove_faults()

    assert (await post(client, room))["ok"]
