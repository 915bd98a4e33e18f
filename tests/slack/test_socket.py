"""The socket comes back after an outage, although an address that Slack has given is soon stale."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp

from bot.slack.client import web_client
from bot.slack.socket import FreshSocketModeClient, SocketHandler, thinned
from bot.telemetry.logs import Redactor

STALE_SECONDS = 0.3


@dataclass(slots=True)
class Backend:
    """A Slack whose Web API answers while its socket is away; a ticket is good for a moment, and for one connection."""

    url: str = ""
    is_away: bool = True
    issued: dict[str, float] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    asked_anew: asyncio.Event = field(default_factory=asyncio.Event)
    connected: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self, _request: web.Request) -> web.Response:
        ticket = f"ticket-{len(self.issued)}"
        self.issued[ticket] = time.monotonic()
        return web.json_response({"ok": True, "url": f"{self.url.replace('http', 'ws')}/link/?ticket={ticket}"})

    async def link(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query["ticket"]
        if self.is_away or time.monotonic() - self.issued[ticket] > STALE_SECONDS:
            self.refused.append(ticket)
            if len(set(self.refused)) == 3:
                self.asked_anew.set()
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.connected.set()
        async for _ in socket:
            pass
        return socket


@pytest.fixture
async def backend() -> AsyncIterator[Backend]:
    backend, app = Backend(), web.Application()
    app.router.add_post("/api/apps.connections.open", backend.open)
    app.router.add_get("/link/", backend.link)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    backend.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield backend
    await runner.cleanup()


async def test_an_address_that_has_got_stale_is_asked_for_anew(
    backend: Backend, caplog: pytest.LogCaptureFixture
) -> None:
    """The handshake is refused until the ticket is dead; the bot is not deaf for ever, nor does it flood the log."""
    client = web_client("xoxb-1", base_url=f"{backend.url}/api/", proxy=None)
    handler = SocketHandler(AsyncApp(client=client, token="xoxb-1"), "xapp-1", proxy=None, ping_seconds=0.05)
    assert isinstance(handler.client, FreshSocketModeClient)
    handler.client.fresh_seconds = STALE_SECONDS / 3
    caplog.set_level(logging.INFO, "slack_sdk.socket")

    connecting = asyncio.create_task(handler.client.connect())  # type: ignore[no-untyped-call]
    async with asyncio.timeout(10):
        await backend.asked_anew.wait()
    backend.is_away = False
    async with asyncio.timeout(10):
        await backend.connected.wait()
    await connecting
    await handler.client.close()  # type: ignore[no-untyped-call]

    failures = [record for record in caplog.records if "Failed to connect" in record.message]
    assert 1 <= len(failures) <= len(backend.refused).bit_length()
    assert not any(record.exc_info for record in failures)


def test_a_ticket_never_stands_in_the_log() -> None:
    """Whoever has it could listen in the bot's place."""
    line = Redactor([])(None, "", {"event": "url='wss://slack.example/link/?ticket=abc-1&app_id=A1'"})

    assert line["event"] == "url='wss://slack.example/link/?ticket=***&app_id=A1'"


def test_after_a_connection_the_next_failure_is_told_again() -> None:
    """One outage is thinned out, not the next one."""
    passes = thinned()

    told = [passes(logging.makeLogRecord({"msg": "Failed to connect (error: 503)"})) for _ in range(4)]
    passes(logging.makeLogRecord({"msg": "A new session (s) has been established"}))

    assert told == [True, True, False, True]
    assert passes(logging.makeLogRecord({"msg": "Failed to connect (error: 503)"}))
