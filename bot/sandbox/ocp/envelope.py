"""What OCP wraps its answers in."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from aiohttp import web

from .states import Refused
from .times import stamp

SERVER = "a83ad33525"


class Nothing(Enum):
    """The data of an operation without a result: the member is absent, not null."""

    NOTHING = 0


@dataclass(frozen=True, slots=True)
class Envelopes:
    """Writes envelopes with the simulated time and a trace id of 16 hex digits."""

    now: Callable[[], datetime]
    rng: random.Random

    def success(self, data: object) -> web.Response:
        """Answer 200 with *data*."""
        body = self._frame(200) | {"successful": True}
        return web.json_response(body if data is Nothing.NOTHING else body | {"data": data})

    def failure(self, refused: Refused) -> web.Response:
        """Answer with OCP's code and message."""
        error: dict[str, Any] = {"code": refused.code, "message": refused.message}
        if refused.details:
            error["subErrors"] = list(refused.details)
        body = self._frame(refused.status) | {"successful": False, "error": error}
        return web.json_response(body, status=refused.status)

    def too_many(self) -> web.Response:
        """Answer 429 as the manual prints it: code the integer 0, trace id empty."""
        error = {"code": 0, "message": "Too many requests: the limit of the present window is used up"}
        frame = self._frame(429) | {"duration": 0, "traceId": ""}
        return web.json_response(frame | {"successful": False, "error": error}, status=429)

    def _frame(self, status: int) -> dict[str, Any]:
        return {
            "status": status,
            "timestamp": stamp(self.now()),
            "duration": self.rng.randint(3, 120),
            "traceId": f"{self.rng.getrandbits(64):016x}",
            "server": SERVER,
        }
