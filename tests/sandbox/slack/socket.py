"""A Socket Mode client with nothing of its own: reads envelopes, acks when told to."""

from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.sandbox.slack import SandboxSlack


@dataclass(frozen=True, slots=True)
class Socket:
    ws: aiohttp.ClientWebSocketResponse

    async def envelope(self) -> Any:
        """Return the next frame."""
        return await self.ws.receive_json(timeout=15)

    async def ack(self, envelope: dict[str, Any], payload: dict[str, Any] | None = None) -> None:
        await self.ws.send_json({"envelope_id": envelope["envelope_id"], "payload": payload})


async def address(slack: SandboxSlack, session: aiohttp.ClientSession) -> str:
    """Return the URL of one connection."""
    headers = {"Authorization": f"Bearer {slack.app_token}"}
    async with session.post(slack.url + "apps.connections.open", headers=headers) as response:
        return str((await response.json())["url"])


async def connect(slack: SandboxSlack, session: aiohttp.ClientSession) -> Socket:
    """Open a connection and read its hello."""
    socket = Socket(await session.ws_connect(await address(slack, session)))
    hello = await socket.envelope()
    assert hello["type"] == "hello"
    return socket
