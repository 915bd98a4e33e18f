"""The socket to Slack comes back after every outage, gently and quietly."""

import asyncio
import io
import json
import logging
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot.sandbox.slack import Fault, SandboxSlack
from bot.slack.client import socket_handler, web_client
from bot.telemetry import logs

OPEN = "apps.connections.open"
DEADLINE = 15.0


@pytest.fixture
async def slack() -> AsyncIterator[SandboxSlack]:
    async with SandboxSlack() as slack:
        slack.rate_limits = False
        yield slack


@pytest.fixture
async def handler(slack: SandboxSlack) -> AsyncIterator[Any]:
    """Return the connection of an app that answers `/hello`."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=slack.team_id, bot_token=slack.bot_token)

    app = AsyncApp(
        client=web_client(slack.bot_token, base_url=slack.url, proxy=None),
        authorize=authorize,
        logger=logging.getLogger("slack_bolt"),
    )

    @app.command("/hello")
    async def hello(ack: AsyncAck) -> None:
        await ack("hello")

    handler: Any = socket_handler(app, slack.app_token, proxy=None, jitter=lambda: 0.0)
    handler.client.ping_interval = 0.5
    yield handler
    await handler.close_async()


@pytest.fixture
def log(slack: SandboxSlack) -> Iterator[io.StringIO]:
    """Return what is logged, in the form that people get."""
    stream, root = io.StringIO(), logging.getLogger()
    before = root.handlers[:], root.level
    logs.set_up("INFO", [slack.bot_token, slack.app_token], stream)
    yield stream
    root.handlers[:], root.level = before
    structlog.reset_defaults()


async def test_a_start_during_an_outage_ends_connected(slack: SandboxSlack, handler: Any, log: io.StringIO) -> None:
    """Each handshake has a ticket of its own, and the pauses grow."""
    slack.refuse_sockets()
    starting = asyncio.create_task(handler.connect_async())
    await slack.wait_for(lambda: '"failures": 2' in log.getvalue(), timeout=DEADLINE)
    slack.accept_sockets()
    await starting

    await _answers(slack)
    assert len(_opened(slack)) == 3
    assert [line["level"] for line in _lines(log)] == ["warning", "warning", "info"]
    assert "ticket" not in log.getvalue()


async def test_an_outage_later_on_ends_connected(slack: SandboxSlack, handler: Any, log: io.StringIO) -> None:
    """Slack closes the connection, and its backend is away, or all of it."""
    await handler.connect_async()
    await _answers(slack)
    slack.refuse_sockets()
    await slack.disconnect_sockets()
    await slack.wait_for(lambda: len(_opened(slack)) == 3, timeout=DEADLINE)
    await slack.down()
    slack.accept_sockets()
    await slack.wait_for(lambda: '"failures": 4' in log.getvalue(), timeout=DEADLINE)
    await slack.up()

    await slack.wait_for(lambda: slack.connections, timeout=DEADLINE)
    await _answers(slack)
    assert slack.connections == 1
    assert "ticket" not in log.getvalue()
    assert "Traceback" not in log.getvalue()


async def test_a_limit_of_slack_is_kept(slack: SandboxSlack, handler: Any) -> None:
    """It asks for no address before Slack said it may."""
    slack.add_fault(Fault(method=OPEN, kind="rate_limited", seconds=3))
    began = time.monotonic()

    await handler.connect_async()

    assert time.monotonic() - began >= 3
    assert len(_opened(slack)) == 2


async def test_told_twice_to_reconnect_it_does_so_once(slack: SandboxSlack, handler: Any) -> None:
    """A warning, and the real thing while the first is under way."""
    await handler.connect_async()
    await slack.disconnect_sockets("warning")
    await slack.disconnect_sockets("warning")
    await slack.wait_for(lambda: len(_opened(slack)) == 2 and slack.connections == 1, timeout=DEADLINE)

    await _answers(slack)
    assert len(_opened(slack)) == 2


def test_a_ticket_in_a_librarys_error_is_taken_out(log: io.StringIO) -> None:
    """Whoever logs it."""
    logging.getLogger("anything").error("503, url='wss://slack.example/link/?ticket=abc-123&app_id=a1'")

    assert "abc-123" not in log.getvalue()
    assert "ticket=***&app_id=a1" in log.getvalue()


async def _answers(slack: SandboxSlack) -> None:
    answer = await slack.person("dana").types("/hello", slack.room("pay-team"))
    assert answer.text == "hello"


def _opened(slack: SandboxSlack) -> list[str]:
    return [record.method for record in slack.records if record.method == OPEN]


def _lines(log: io.StringIO) -> list[dict[str, str]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]
