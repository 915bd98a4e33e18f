"""Takes interactions and events to the bot, and keeps a record of both."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from .delivery import Ack, Delivery, Kind
from .model import Json
from .payloads import event_payload
from .workspace import Workspace

RETRY_AFTER_SECONDS = (0.0, 60.0, 300.0)  # Slack, Events API: at once, after a minute, after five


@dataclass(slots=True, kw_only=True)
class Interaction:
    """One thing that was sent to the bot; `ack` is None until the answer or the deadline."""

    kind: Kind
    user: str
    payload: Json
    at: float
    ack: Ack | None = None


class Courier:
    """Delivers by whatever way is switched on."""

    def __init__(self, workspace: Workspace, delivery: Delivery, *, speed: float) -> None:
        self.delivery = delivery
        self.interactions: list[Interaction] = []
        self._workspace = workspace
        self._speed = speed
        self._under_way: set[asyncio.Task[Ack]] = set()
        workspace.tell = self.announce

    async def send(self, kind: Kind, user: str, payload: Json, *, attempt: int = 0, reason: str = "") -> Ack:
        """Deliver once, and record it."""
        sent = Interaction(kind=kind, user=user, payload=payload, at=self._workspace.now())
        self.interactions.append(sent)
        sent.ack = await self.delivery.send(kind, payload, attempt=attempt, reason=reason)
        self._workspace.changes.ring()
        return sent.ack

    async def send_event(self, event: Json, user: str = "") -> Ack:
        """Deliver an event; while it is not acked, up to three retries follow in the background."""
        payload = event_payload(self._workspace, event)
        ack = await self.send("events_api", user, payload)
        if not ack.acked:
            self._keep(self._retry(user, payload))
        return ack

    def announce(self, event: Json) -> None:
        """Deliver an event in the background, retries included."""
        self._keep(self.send_event(event))

    async def stop(self) -> None:
        """Give up what is still under way or to be retried."""
        for task in list(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _keep(self, delivery: Coroutine[Any, Any, Ack]) -> None:
        task = asyncio.create_task(delivery)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _retry(self, user: str, payload: Json) -> Ack:
        ack = Ack(seconds=0.0, problem="operation_timeout")
        for attempt, seconds in enumerate(RETRY_AFTER_SECONDS, start=1):
            await asyncio.sleep(seconds / self._speed)
            ack = await self.send("events_api", user, payload, attempt=attempt, reason="timeout")
            if ack.acked:
                break
        return ack
