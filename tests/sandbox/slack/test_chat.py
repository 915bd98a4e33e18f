"""Posting, editing and deleting, and what Slack refuses then."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Person, Room, SandboxSlack

from .blocks import button, section
from .refusal import error_of

METADATA = {"event_type": "task", "event_payload": {"id": "t-1"}}
Post = Callable[..., Awaitable[Any]]


@pytest.fixture
def post(client: AsyncWebClient, room: Room) -> Post:
    async def post(**args: Any) -> Any:
        return await client.api_call("chat.postMessage", json={"channel": room.id, "text": "Hello"} | args)

    return post


async def test_a_message_is_as_it_was_posted(post: Post, room: Room) -> None:
    await post(blocks=[section("Hello")], metadata=METADATA, client_msg_id="m-1")
    [message] = room.messages

    assert (message.text, message.metadata, message.client_msg_id) == ("Hello", METADATA, "m-1")
    assert message.blocks[0]["text"] == {"type": "mrkdwn", "text": "Hello", "verbatim": False}
    assert message.blocks[0]["block_id"]


async def test_a_form_may_carry_json_strings(slack: SandboxSlack, room: Room) -> None:
    form = {"token": slack.bot_token, "channel": room.id, "text": "Hello", "metadata": json.dumps(METADATA)}
    form["blocks"] = json.dumps([section("Hello")])
    async with aiohttp.ClientSession() as session, session.post(slack.url + "chat.postMessage", data=form) as answer:
        assert (await answer.json())["ok"]

    assert room.messages[0].metadata == METADATA


async def test_replies_stand_under_their_root(post: Post, room: Room) -> None:
    root = await post()
    reply = await post(thread_ts=root["ts"], reply_broadcast=True)

    assert [message.ts for message in room.messages] == [root["ts"]]
    assert [(one.ts, one.broadcast) for one in room.messages[0].replies] == [(reply["ts"], True)]
    assert await error_of(post(thread_ts=reply["ts"])) == "cannot_reply_to_message"
    assert await error_of(post(thread_ts="1.000001")) == "cannot_reply_to_message"


async def test_a_user_id_opens_the_direct_conversation(post: Post, dana: Person, client: AsyncWebClient) -> None:
    posted = await post(channel=dana.id)
    await client.chat_update(channel=posted["channel"], ts=posted["ts"], text="Edited")

    assert posted["channel"].startswith("D")
    assert [message.text for message in dana.direct] == ["Edited"]
    assert dana.notified == dana.direct
    assert await error_of(client.chat_update(channel=dana.id, ts=posted["ts"], text="x")) == "channel_not_found"


async def test_rooms_that_the_bot_may_not_post_in(slack: SandboxSlack, post: Post, room: Room) -> None:
    root = await post()
    room.kick_bot()
    assert await error_of(post()) == "not_in_channel"
    room.private = True
    assert await error_of(post()) == "channel_not_found"
    room.invite_bot()
    room.archived = True
    assert await error_of(post(thread_ts=root["ts"])) == "is_archived"
    assert await error_of(post(channel="C404")) == "channel_not_found"


@pytest.mark.parametrize(
    ("error", "args"),
    [
        ("no_text", {"text": ""}),
        ("invalid_blocks_format", {"blocks": "[{"}),
        ("invalid_blocks", {"blocks": [{"type": "unheard_of"}]}),
        ("invalid_metadata_format", {"metadata": {"event_type": "task"}}),
        ("invalid_metadata_format", {"metadata": {"event_type": "task", "event_payload": {"a": {"b": {"c": 1}}}}}),
        ("invalid_metadata_format", {"metadata": {"event_type": "task", "event_payload": {"a": ["b"]}}}),
        ("metadata_too_large", {"metadata": {"event_type": "task", "event_payload": {"a": "x" * 1024}}}),
        ("too_many_attachments", {"attachments": [{"text": "x"}] * 101}),
        ("msg_blocks_too_long", {"blocks": [section("x" * 2641)] * 5}),
    ],
)
async def test_messages_that_slack_refuses(post: Post, error: str, args: dict[str, Any]) -> None:
    assert await error_of(post(**args)) == error


async def test_an_edit_replaces_the_blocks_and_keeps_the_metadata(
    post: Post, room: Room, client: AsyncWebClient
) -> None:
    ts = (await post(blocks=[section("Hello")], metadata=METADATA))["ts"]
    await client.chat_update(channel=room.id, ts=ts, text="Bye")
    [message] = room.messages

    assert (message.text, message.blocks, message.metadata) == ("Bye", [], METADATA)
    assert [(old.text, len(old.blocks)) for old in message.edits] == [("Hello", 1)]
    await client.chat_update(channel=room.id, ts=ts, text="Bye", metadata={})
    assert message.metadata is None


async def test_edits_that_slack_refuses(post: Post, room: Room, dana: Person, client: AsyncWebClient) -> None:
    ts, hers = (await post())["ts"], dana.says("Mine", room).ts

    async def update(**args: Any) -> str:
        return await error_of(client.api_call("chat.update", json={"channel": room.id, "ts": ts, "text": "x"} | args))

    assert await update(ts="1.000001") == "message_not_found"
    assert await update(ts=hers) == "cant_update_message"
    assert await update(text="") == "no_text"
    assert await update(text="x" * 4001) == "msg_too_long"
    assert await error_of(client.chat_delete(channel=room.id, ts=hers)) == "cant_delete_message"
    room.archived = True
    assert await update() == "is_inactive"


async def test_a_deleted_message_is_gone(post: Post, room: Room, dana: Person, client: AsyncWebClient) -> None:
    ts = (await post(blocks=[button("go", "Go", "1")]))["ts"]
    [message] = room.messages
    await client.chat_delete(channel=room.id, ts=ts)

    assert message.deleted
    assert not room.messages
    assert await error_of(client.chat_update(channel=room.id, ts=ts, text="x")) == "message_not_found"
    with pytest.raises(LookupError):
        await dana.clicks(message, "go")


async def test_an_ephemeral_message_is_shown_to_one_person(
    room: Room, dana: Person, omar: Person, client: AsyncWebClient
) -> None:
    room.absent.add(omar.id)
    shown = await client.chat_postEphemeral(channel=room.id, user=dana.id, text="Psst")

    assert [message.text for message in dana.ephemerals] == ["Psst"]
    assert not room.messages
    update = client.chat_update(channel=room.id, ts=shown["message_ts"], text="x")
    assert await error_of(update) == "message_not_found"
    for user, text, error in [(omar.id, "x", "user_not_in_channel"), (dana.id, "é" * 2001, "msg_too_long")]:
        assert await error_of(client.chat_postEphemeral(channel=room.id, user=user, text=text)) == error


async def test_a_button_has_to_be_there(post: Post, room: Room, dana: Person, client: AsyncWebClient) -> None:
    """Only what stands in the message now can be pressed; the former version on purpose."""
    posted = await post(blocks=[button("go", "Go", "1"), button("go", "Go", "2")])
    [message] = room.messages
    with pytest.raises(LookupError, match="2 controls"):
        await dana.clicks(message, "go")
    await client.chat_update(channel=room.id, ts=posted["ts"], text="Gone")
    with pytest.raises(LookupError, match="0 controls"):
        await dana.clicks(message, "go", "1")

    stale = await dana.clicks_old(message, "go", blocks=message.edits[0].blocks, value="2")

    assert stale.ack.problem == "dispatch_failed"
