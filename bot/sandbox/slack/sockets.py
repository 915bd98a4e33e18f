"""Socket Mode: tickets, connections, envelopes and their acknowledgements."""

import asyncio
import json
import secrets
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import WSMsgType, web

from .delivery import Ack, Kind, LateAck
from .model import Json

MOST_CONNECTIONS = 10
HEARTBEAT_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Pending:
    """An envelope on its way: who waits for its ack, and since when."""

    kind: Kind
    sent_at: float
    answer: asyncio.Future[Json]


class Sockets:
    """The app's WebSocket connections; an envelope goes to the next one in turn."""

    def __init__(self, app_id: str, changed: Callable[[], None], *, ack_seconds: float) -> None:
        self.app_id = app_id
        self._changed = changed
        self.ack_seconds = ack_seconds
        self.is_away = False
        self.open: list[web.WebSocketResponse] = []
        self.late: list[LateAck] = []
        self._tickets: set[str] = set()
        self._pending: dict[str, Pending] = {}

    def issue_ticket(self) -> str:
        """Return a ticket for one handshake; it is spent even if that fails."""
        ticket = secrets.token_hex(8)
        self._tickets.add(ticket)
        return ticket

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection until it ends."""
        if request.query.get("ticket") not in self._tickets:
            raise web.HTTPForbidden(text="this ticket is not valid")
        self._tickets.remove(request.query["ticket"])
        if self.is_away:
            raise web.HTTPServiceUnavailable(text="no backend")
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS)
        await socket.prepare(request)
        await self._greet(socket)
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    self._hear(json.loads(frame.data))
        finally:
            self._forget(socket)
        return socket

    async def send(self, kind: Kind, payload: Json, *, attempt: int = 0, reason: str = "") -> Ack:
        """Put an envelope on the next connection and wait for its ack."""
        started = time.monotonic()
        envelope = self._envelope(kind, payload, attempt, reason)
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._pending[envelope["envelope_id"]] = Pending(kind, started, answer)
        if not await self._put(envelope):
            return Ack(seconds=0.0, problem="dispatch_failed")
        try:
            frame = await asyncio.wait_for(asyncio.shield(answer), self.ack_seconds)
        except TimeoutError:
            answer.cancel()
            return Ack(seconds=time.monotonic() - started, problem="operation_timeout")
        return Ack(seconds=time.monotonic() - started, payload=frame.get("payload") or {})

    async def disconnect(self, reason: str) -> None:
        """Send every connection a disconnect frame, and close it unless it is only a warning."""
        sockets = list(self.open)
        if reason != "warning":
            self.open.clear()
        for socket in sockets:
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}})
            if reason != "warning":
                await socket.close()

    async def _greet(self, socket: web.WebSocketResponse) -> None:
        if len(self.open) >= MOST_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets", "num_connections": 10})
            await socket.close()
            return
        self.open.append(socket)
        self._changed()
        await socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self.open),
                "debug_info": {"host": "applink-1", "build_number": 10, "approximate_connection_time": 18060},
                "connection_info": {"app_id": self.app_id},
            }
        )

    async def _put(self, envelope: Json) -> bool:
        while self.open:
            socket = self.open.pop(0)
            self.open.append(socket)
            try:
                await socket.send_json(envelope)
            except ConnectionError:
                self._forget(socket)
            else:
                return True
        return False

    def _hear(self, frame: Json) -> None:
        pending = self._pending.pop(frame.get("envelope_id", ""), None)
        if pending is None:
            return
        if pending.answer.done():
            seconds = time.monotonic() - pending.sent_at
            self.late.append(LateAck(kind=pending.kind, seconds=seconds, payload=frame.get("payload") or {}))
            self._changed()
        else:
            pending.answer.set_result(frame)

    def _forget(self, socket: web.WebSocketResponse) -> None:
        if socket in self.open:
            self.open.remove(socket)
            self._changed()

    @staticmethod
    def _envelope(kind: Kind, payload: Json, attempt: int, reason: str) -> Json:
        envelope = {
            "envelope_id": str(uuid.uuid4()),
            "payload": payload,
            "type": kind,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        return envelope
