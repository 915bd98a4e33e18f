"""HTTP mode: signed requests to the bot's request URL."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from urllib.parse import urlencode

import aiohttp

from .delivery import Ack, Kind
from .model import Json

FORM = "application/x-www-form-urlencoded"


def signed_headers(secret: str, body: str, *, now: float, content_type: str) -> dict[str, str]:
    """Return the headers that prove *body* to come from Slack (Slack, Verifying requests)."""
    timestamp = str(int(now))
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {
        "Content-Type": content_type,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={digest}",
    }


class Posts:
    """Delivers everything to one request URL."""

    def __init__(self, url: str, secret: str, now: Callable[[], float], *, ack_seconds: float) -> None:
        self.url = url
        self._secret = secret
        self._now = now
        self._ack_seconds = ack_seconds

    async def send(self, kind: Kind, payload: Json, *, attempt: int = 0, reason: str = "") -> Ack:
        """Post once; any 2xx in time is an ack."""
        body, content_type = self._body(kind, payload)
        headers = signed_headers(self._secret, body, now=self._now(), content_type=content_type)
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
        started = time.monotonic()
        try:
            status, text = await self._post(body, headers)
        except TimeoutError:
            return Ack(seconds=time.monotonic() - started, problem="operation_timeout")
        except aiohttp.ClientError:
            return Ack(seconds=time.monotonic() - started, problem="dispatch_failed")
        return self._ack(status, text, time.monotonic() - started)

    async def _post(self, body: str, headers: dict[str, str]) -> tuple[int, str]:
        timeout = aiohttp.ClientTimeout(total=self._ack_seconds)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(self.url, data=body.encode(), headers=headers) as response,
        ):
            return response.status, await response.text()

    @staticmethod
    def _body(kind: Kind, payload: Json) -> tuple[str, str]:
        if kind == "events_api":
            return json.dumps(payload), "application/json"
        fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
        return urlencode(fields), FORM

    @staticmethod
    def _ack(status: int, text: str, seconds: float) -> Ack:
        if not 200 <= status < 300:
            return Ack(seconds=seconds, problem="http_service_error")
        try:
            answer = json.loads(text) if text else {}
        except json.JSONDecodeError:
            answer = {"text": text}
        return Ack(seconds=seconds, payload=answer if isinstance(answer, dict) else {"text": text})
