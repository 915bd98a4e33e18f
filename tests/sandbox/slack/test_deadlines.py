"""Three seconds: what happens when the bot does not answer, or answers late."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Person, Room, SandboxSlack

from .blocks import a_modal, button, section
from .socket import Socket, connect


@pytest.fixture
async def silent(slack: SandboxSlack) -> AsyncIterator[Socket]:
    """A bot that reads its envelopes and never answers."""
    async with aiohttp.ClientSession() as session:
        yield await connect(slack, session)


async def test_nobody_answers(
    slack: SandboxSlack, silent: Socket, dana: Person, omar: Person, room: Room, client: AsyncWebClient
) -> None:
    """The command fails, the control is marked, the modal stays open, and the trigger is too old by then."""
    await client.chat_postMessage(channel=room.id, text="Go?", blocks=[section("Go?"), button("go", "Go", "1")])
    opening = asyncio.create_task(omar.types("/obproxy", room))
    first = await silent.envelope()
    await client.views_open(trigger_id=first["payload"]["trigger_id"], view=a_modal(section("Sure?")))
    await silent.ack(first)
    await opening
    modal = await omar.modal()

    command, click, submission = await asyncio.gather(
        dana.types("/obproxy create", room), dana.clicks(room.messages[0], "go"), omar.submits(modal)
    )
    late = await silent.envelope()
    await silent.ack(late)
    await slack.wait_for(lambda: slack.late_acks)
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await client.views_open(trigger_id=late["payload"]["trigger_id"], view=a_modal(section("Late")))

    assert not command.acked
    assert command.seconds >= 3
    assert dana.errors[0] == '/obproxy failed with the error "operation_timeout"'
    assert not click.acked
    assert "go" in dana.errors[1]
    assert not submission.closed
    assert not modal.closed
    assert modal.error
    assert slack.late_acks[0].seconds >= 3


async def test_nobody_is_connected(slack: SandboxSlack, dana: Person, room: Room) -> None:
    """Slack says so at once."""
    answer = await dana.types("/obproxy create", room)

    assert not answer.acked
    assert dana.errors == ['/obproxy failed with the error "dispatch_failed"']


async def test_an_event_is_repeated_until_it_is_acked(dana: Person) -> None:
    """At once, after a minute, after five minutes."""
    async with SandboxSlack(speed=10_000, ack_seconds=0.5) as slack, aiohttp.ClientSession() as session:
        bot = await connect(slack, session)
        await slack.send_event({"type": "subteam_members_changed"})
        attempts = [await bot.envelope() for _ in range(3)]
        await bot.ack(attempts[2])
        await slack.wait_for(lambda: len(slack.interactions) == 3 and slack.interactions[2].ack)

    assert [envelope["retry_attempt"] for envelope in attempts] == [0, 1, 2]
    assert len({envelope["payload"]["event_id"] for envelope in attempts}) == 1
