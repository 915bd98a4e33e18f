"""The Socket Mode connection: it survives every outage of Slack, and says so in few lines."""

import asyncio
import time
from collections.abc import Callable

import structlog
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from bot.domain.errors import SlackError, SlackLimited
from bot.domain.pace import backoff

from .trouble import translated

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
HANDSHAKE_SECONDS = 10.0

log = structlog.get_logger()


class Socket(SocketModeClient):
    """
    Slack's client, except for how it connects: every try takes a new address, and waits longer than the last one.

    slack_sdk repeats a failed handshake on one address for ever, but Slack's addresses are good for one connection
    and for a short time. It also logs the address, which is a secret, with every failure.
    """

    jitter: Callable[[], float]

    async def connect(self) -> None:
        """Try until there is a connection, or the client is closed."""
        self.auto_reconnect_enabled = False  # the monitor and the receiver of the old session leave it to this loop
        failures = 0
        while not self.closed:
            try:
                with translated():
                    await self._open()
            except (SlackError, OSError) as error:
                failures += 1
                await self._pause(failures, error)
            else:
                if failures:
                    log.info("Slack's socket is connected again", failures=failures)
                return

    async def connect_to_new_endpoint(self, force: bool = False) -> None:
        """Connect if there is no connection or, by *force*, leave the present one; once, however many ask."""
        present = self.current_session
        async with self.connect_operation_lock:
            if (force and self.current_session is present) or not await self.is_connected():
                await self.connect()

    async def _open(self) -> None:
        if self.current_session is not None:
            await self.current_session.close()
        answer = await self.web_client.apps_connections_open(app_token=self.app_token)
        async with asyncio.timeout(HANDSHAKE_SECONDS):
            session = await self.aiohttp_client_session.ws_connect(
                answer["url"],
                autoping=False,
                heartbeat=self.ping_interval,
                proxy=self.proxy,
                ssl=self.web_client.ssl or True,
            )
        self.current_session, self.stale, self.last_ping_pong_time = session, False, None
        await session.ping(f"sdk-ping-pong:{time.time()}".encode())
        self._attend()

    def _attend(self) -> None:
        """Give the new session its own monitor and receiver; the library's, and ending one may end the caller."""
        for task in (self.current_session_monitor, self.message_receiver):
            if task is not None:
                task.cancel()
        self.auto_reconnect_enabled = self.default_auto_reconnect_enabled
        self.current_session_monitor = asyncio.ensure_future(self.monitor_current_session())
        self.message_receiver = asyncio.ensure_future(self.receive_messages())

    async def _pause(self, failures: int, error: SlackError | OSError) -> None:
        if self.closed:
            return  # closing ends a handshake under way
        wait = backoff(failures, jitter=self.jitter(), first=FIRST_PAUSE_SECONDS, most=LONGEST_PAUSE_SECONDS)
        if isinstance(error, SlackLimited):
            wait = max(wait, error.seconds)
        if failures.bit_count() == 1:  # the 1st, 2nd, 4th, 8th: ever less while nothing is new
            words = str(error) if isinstance(error, SlackError) else type(error).__name__
            log.warning("Slack's socket cannot be connected; it is tried again", failures=failures, error=words)
        await asyncio.sleep(wait)


class SocketHandler(AsyncSocketModeHandler):
    """Bolt's handler, with our client in place of the one that it makes."""

    def __init__(self, app: AsyncApp, client: Socket) -> None:
        self.app, self.app_token, self.client = app, client.app_token, client
        client.socket_mode_request_listeners.append(self.handle)  # type: ignore[arg-type]  # as in Bolt's own
