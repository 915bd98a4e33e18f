"""Slack's own clients, made for our settings."""

import logging
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

TIMEOUT_SECONDS = 5


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


def socket_handler(app: AsyncApp, app_token: str, *, proxy: str | None) -> AsyncSocketModeHandler:
    """Return the Socket Mode connection of *app*, under the same proxy rules as its web client."""
    client = app.client
    handler = AsyncSocketModeHandler(app, app_token, web_client=client, proxy=proxy)
    handler.client.proxy = proxy or _proxy_for(client.base_url)
    return handler


def _proxy_for(url: str) -> str | None:
    parts = urlsplit(url)
    if parts.hostname is None or proxy_bypass(parts.hostname):
        return None
    return getproxies().get(parts.scheme)
