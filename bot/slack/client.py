"""Slack's own clients, made for our settings."""

import logging
from collections.abc import Callable
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from .socket import Socket, SocketHandler

TIMEOUT_SECONDS = 5
PING_SECONDS = 10


def web_client(token: str, *, base_url: str, proxy: str | None) -> AsyncWebClient:
    """
    Return a client that repeats nothing by itself: a repeated post could be a second message.

    *proxy* None stands for the usual environment variables, NO_PROXY included, which slack_sdk does not read.
    """
    client = AsyncWebClient(
        token=token,
        base_url=base_url,
        timeout=TIMEOUT_SECONDS,
        retry_handlers=[],
        logger=logging.getLogger("slack_sdk"),
    )
    client.proxy = proxy or _proxy_for(base_url)
    return client


def socket_handler(app: AsyncApp, app_token: str, *, proxy: str | None, jitter: Callable[[], float]) -> SocketHandler:
    """Return the Socket Mode connection of *app*, under the same proxy rules as its web client."""
    socket = Socket(app_token, logger=app.logger, web_client=app.client, ping_interval=PING_SECONDS)
    socket.proxy = proxy or _proxy_for(app.client.base_url)
    socket.jitter = jitter
    return SocketHandler(app, socket)


def _proxy_for(url: str) -> str | None:
    parts = urlsplit(url)
    if parts.hostname is None or proxy_bypass(parts.hostname):
        return None
    return getproxies().get(parts.scheme)
