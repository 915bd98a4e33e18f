"""Socket Mode: slack_sdk's client, mended where a connection that fails would never come back."""

import logging
import time
from collections.abc import Callable

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient

FRESH_SECONDS = 20.0
"""How long an address is tried; Slack takes each for one connection, and only for a short time."""


class FreshSocketModeClient(SocketModeClient):
    """
    Forgets an address that has got old, so that the next try asks Slack for a new one.

    slack_sdk itself tries the first one for ever: after an outage that outlasts it nothing would be heard any more.
    """

    fresh_seconds = FRESH_SECONDS
    clock: Callable[[], float] = staticmethod(time.monotonic)
    _address: str | None = None
    _since = 0.0

    @property  # type: ignore[override]  # slack_sdk says str, and keeps None there itself
    def wss_uri(self) -> str | None:
        """The address to connect to, None if it is to be asked for."""
        return self._address if self.clock() - self._since < self.fresh_seconds else None

    @wss_uri.setter
    def wss_uri(self, address: str | None) -> None:
        self._address, self._since = address, self.clock()


class SocketHandler(AsyncSocketModeHandler):
    """Bolt's handler over that client."""

    def __init__(self, app: AsyncApp, app_token: str, *, proxy: str | None, ping_seconds: float = 10.0) -> None:
        # Not Bolt's own, which makes the other client.
        self.app, self.app_token = app, app_token
        logger = logging.getLogger("slack_sdk.socket")
        logger.addFilter(thinned())
        self.client = FreshSocketModeClient(
            app_token=app_token, logger=logger, web_client=app.client, proxy=proxy, ping_interval=ping_seconds
        )
        self.client.socket_mode_request_listeners.append(self.handle)  # type: ignore[arg-type]


def thinned() -> Callable[[logging.LogRecord], bool]:
    """Return a filter: of tries that fail in a row the 1st, 2nd, 4th, 8th are a line each, without their traceback."""
    failed = 0

    def passes(record: logging.LogRecord) -> bool:
        nonlocal failed
        if not record.msg.startswith("Failed to connect"):
            failed = 0 if "has been established" in record.msg else failed
            return True
        failed += 1
        record.exc_info, record.levelno, record.levelname = None, logging.WARNING, "WARNING"
        return failed.bit_count() == 1

    return passes
