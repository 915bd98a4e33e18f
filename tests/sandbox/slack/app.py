"""A small real Bolt app that the sandbox is tried with: creates, asks for approval, updates."""

import re
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import SandboxSlack

from .blocks import button, form, section


def bolt(slack: SandboxSlack) -> AsyncApp:
    """Return an app that knows the way from a command to an approval."""
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.url)
    app = AsyncApp(client=client, signing_secret=slack.signing_secret)
    app.command("/obproxy")(open_form)
    app.view("create")(create)
    app.action("approve")(approve)
    app.action("mode")(acknowledge)
    app.action("mode_changed")(acknowledge)
    app.command("/quiet")(acknowledge)
    app.command("/mute")(stay_silent)
    app.action("mute")(stay_silent)
    app.view("mute")(stay_silent)
    app.view("obproxy_create")(acknowledge)
    app.view_closed("create")(acknowledge)
    app.options(re.compile("host|version"))(offer)
    app.event("app_home_opened")(acknowledge)
    return app


async def connected(slack: SandboxSlack, app: AsyncApp) -> Any:
    """Connect *app* by Socket Mode and wait until the sandbox sees it."""
    handler: Any = AsyncSocketModeHandler(app, app_token=slack.app_token)
    await handler.connect_async()
    await slack.wait_for(lambda: slack.connections)
    return handler


async def acknowledge(ack: Any) -> None:
    await ack()


async def stay_silent(body: dict[str, Any]) -> None:
    """Never ack."""


async def open_form(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
    await ack()
    await client.views_open(trigger_id=body["trigger_id"], view=form(body["channel_id"]))


async def create(ack: Any, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient) -> None:
    name = view["state"]["values"]["name"]["v"]["value"]
    if name == "taken":
        await ack(response_action="errors", errors={"name": "This name is taken."})
        return
    await ack()
    blocks = [section(f"<@{body['user']['id']}> asks for *{name}*"), button("approve", "Approve", name)]
    await client.chat_postMessage(channel=view["private_metadata"], text=f"create {name}", blocks=blocks)


async def approve(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
    await ack()
    channel, ts = body["container"]["channel_id"], body["container"]["message_ts"]
    blocks = [section(f"Approved by <@{body['user']['id']}>")]
    await client.chat_update(channel=channel, ts=ts, text="Approved", blocks=blocks)


async def offer(ack: Any, body: dict[str, Any]) -> None:
    names = [name for name in ("db-1", "db-2", "web-1", "4.3.1") if name.startswith(body["value"])]
    await ack(options=[{"text": {"type": "plain_text", "text": name}, "value": name} for name in names])
