"""Rate limits, on a clock that can be made faster."""

import asyncio

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Room, SandboxSlack
from bot.sandbox.slack.limits import Bucket, Window


async def calls_until_limited(slack: SandboxSlack, client: AsyncWebClient, method: str, **args: str) -> tuple[int, int]:
    """Return how many calls were let through, and the seconds to wait for then."""
    slack.rate_limits = True
    for count in range(1000):
        try:
            await client.api_call(method, json=args)
        except SlackApiError as error:
            if error.response["error"] == "ratelimited" and error.response.status_code == 429:
                return count, int(error.response.headers["Retry-After"])
    raise AssertionError(f"{method} has no limit")


@pytest.mark.parametrize(
    ("method", "most"),
    [
        ("chat.update", 50),
        ("usergroups.list", 20),
        ("usergroups.users.list", 20),
        ("users.info", 100),
        ("views.open", 100),
        ("conversations.replies", 50),
    ],
)
async def test_a_method_has_so_many_calls_a_minute(
    slack: SandboxSlack, client: AsyncWebClient, method: str, most: int
) -> None:
    """A refused call counts as well, but another method is not affected."""
    count, retry_after = await calls_until_limited(slack, client, method)

    assert count == most
    assert 55 <= retry_after <= 60
    assert (await client.auth_test())["ok"]


async def test_posting_is_limited_per_channel(slack: SandboxSlack, client: AsyncWebClient, room: Room) -> None:
    other = slack.room("other")

    count, retry_after = await calls_until_limited(slack, client, "chat.postMessage", channel=room.id, text="x")

    assert (count, retry_after) == (5, 1)
    assert (await client.chat_postMessage(channel=other.id, text="x"))["ok"]


async def test_the_clock_can_be_faster() -> None:
    async with SandboxSlack(speed=1000) as slack:
        room, client = slack.room("pay-team"), AsyncWebClient(token=slack.bot_token, base_url=slack.url)
        await asyncio.gather(*(client.chat_postMessage(channel=room.id, text="x") for _ in range(5)))

        await slack.wait_for(lambda: len(room.messages) == 5)
        await client.chat_postMessage(channel=room.id, text="x")


def test_a_window_frees_one_place_after_the_other() -> None:
    window = Window(2)
    for moment in (0.0, 10.0):
        assert window.wait(moment) == 0
        window.count(moment)

    assert window.wait(20.0) == 40.0
    assert window.wait(60.0) == 0


def test_a_bucket_refills_once_a_second() -> None:
    bucket = Bucket(0.0)
    for _ in range(5):
        assert bucket.wait(0.0) == 0
        bucket.count(0.0)

    assert bucket.wait(0.25) == 0.75
    assert bucket.wait(1.0) == 0
