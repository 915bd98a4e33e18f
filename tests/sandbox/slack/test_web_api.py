"""Tokens, users, user groups and reading conversations."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Person, Room, SandboxSlack

from .refusal import error_of


@pytest.mark.parametrize(("token", "error"), [("", "not_authed"), ("xoxb-other", "invalid_auth")])
async def test_tokens_that_slack_refuses(slack: SandboxSlack, token: str, error: str) -> None:
    assert await error_of(AsyncWebClient(token=token, base_url=slack.url).auth_test()) == error


async def test_each_method_takes_its_kind_of_token(slack: SandboxSlack, client: AsyncWebClient) -> None:
    opening = client.apps_connections_open(app_token=slack.bot_token)
    assert await error_of(opening) == "not_allowed_token_type"
    posting = AsyncWebClient(token=slack.app_token, base_url=slack.url).users_info(user="U1")
    assert await error_of(posting) == "not_allowed_token_type"
    slack.revoke_tokens()
    assert await error_of(client.auth_test()) == "token_revoked"


async def test_an_unknown_method(client: AsyncWebClient) -> None:
    assert await error_of(client.api_call("chat.whisper")) == "unknown_method"


async def test_conversations(room: Room, dana: Person, client: AsyncWebClient) -> None:
    opened = await client.conversations_open(users=[dana.id])
    described = await client.conversations_info(channel=room.id)

    assert opened["channel"]["id"].startswith("D")
    assert described["channel"]["is_member"]
    assert await error_of(client.conversations_open(users="U404")) == "user_not_found"
    assert await error_of(client.conversations_info(channel="C404")) == "channel_not_found"


async def thread(client: AsyncWebClient, room: Room, replies: int) -> list[str]:
    root = await client.chat_postMessage(channel=room.id, text="root", metadata=METADATA)
    posted = [root["ts"]]
    for number in range(replies):
        reply = await client.chat_postMessage(channel=room.id, text=f"{number}", thread_ts=root["ts"])
        posted.append(reply["ts"])
    return posted


METADATA = {"event_type": "task", "event_payload": {"id": "t-1"}}


async def test_a_thread_is_read_in_pages(room: Room, client: AsyncWebClient) -> None:
    posted, read, cursor = await thread(client, room, 4), [], None
    while cursor != "":
        page: Any = await client.conversations_replies(channel=room.id, ts=posted[0], limit=2, cursor=cursor)
        read += [message["ts"] for message in page["messages"]]
        cursor = page.get("response_metadata", {}).get("next_cursor", "")

    assert read == posted
    replies = client.conversations_replies
    assert await error_of(replies(channel=room.id, ts=posted[0], cursor="?")) == "invalid_cursor"
    assert await error_of(replies(channel=room.id, ts="1.000001")) == "thread_not_found"


async def test_a_thread_is_read_between_two_times(room: Room, client: AsyncWebClient) -> None:
    posted = await thread(client, room, 3)
    between: dict[str, Any] = {"channel": room.id, "ts": posted[0], "oldest": posted[1], "latest": posted[2]}

    open_ended: Any = await client.conversations_replies(**between)
    closed: Any = await client.conversations_replies(**between, inclusive=True)

    assert [message["ts"] for message in open_ended["messages"]] == posted[:1]
    assert [message["ts"] for message in closed["messages"]] == posted[:3]


async def test_history_has_roots_newest_first(room: Room, client: AsyncWebClient) -> None:
    """Metadata bodies come only when asked for."""
    first = (await thread(client, room, 1))[0]
    second = (await client.chat_postMessage(channel=room.id, text="second"))["ts"]

    plain: Any = await client.conversations_history(channel=room.id)
    full: Any = await client.conversations_history(channel=room.id, include_all_metadata=True)

    assert [message["ts"] for message in plain["messages"]] == [second, first]
    assert plain["messages"][1]["metadata"] == {"event_type": "task"}
    assert full["messages"][1]["metadata"] == METADATA
    room.kick_bot()
    assert await error_of(client.conversations_history(channel=room.id)) == "not_in_channel"
