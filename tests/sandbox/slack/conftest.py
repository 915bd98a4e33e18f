"""A sandbox Slack with two people, a room, and a Bolt app connected to it."""

from collections.abc import AsyncIterator

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Person, Room, SandboxSlack

from .app import bolt, connected


@pytest.fixture
async def slack() -> AsyncIterator[SandboxSlack]:
    async with SandboxSlack() as slack:
        slack.rate_limits = False
        yield slack


@pytest.fixture
def dana(slack: SandboxSlack) -> Person:
    return slack.person("dana")


@pytest.fixture
def omar(slack: SandboxSlack) -> Person:
    return slack.person("omar")


@pytest.fixture
def room(slack: SandboxSlack) -> Room:
    return slack.room("pay-team")


@pytest.fixture
def client(slack: SandboxSlack) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token, base_url=slack.url, retry_handlers=[])


@pytest.fixture
async def app(slack: SandboxSlack) -> AsyncIterator[AsyncApp]:
    app = bolt(slack)
    handler = await connected(slack, app)
    yield app
    await handler.close_async()
