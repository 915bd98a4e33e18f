"""How interactions reach the bot: what a delivery and its acknowledgement are."""

from dataclasses import dataclass
from typing import Literal, Protocol

from .model import Json

Kind = Literal["slash_commands", "interactive", "events_api"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """
    What came back for one delivery.

    `seconds` is the time it took; `payload` the body, `{}` when empty; `problem` says why
    nothing usable came: `operation_timeout`, `dispatch_failed` or `http_service_error`.
    """

    seconds: float
    payload: Json | None = None
    problem: str | None = None

    @property
    def acked(self) -> bool:
        """Whether the bot answered in time."""
        return self.problem is None


@dataclass(frozen=True, slots=True, kw_only=True)
class LateAck:
    """An acknowledgement that came after the deadline, and so changed nothing."""

    kind: Kind
    seconds: float
    payload: Json


class Delivery(Protocol):
    """A way to the bot."""

    async def send(self, kind: Kind, payload: Json, *, attempt: int = 0, reason: str = "") -> Ack:
        """Deliver once and return the answer, or the problem after the deadline."""
