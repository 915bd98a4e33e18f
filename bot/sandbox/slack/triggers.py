"""Trigger ids: three real seconds, one use."""

import secrets
import time
from dataclasses import dataclass

from .errors import Refused

LIFETIME_SECONDS = 3.0


@dataclass(slots=True, kw_only=True)
class Trigger:
    """Whom a trigger id belongs to, and the modal that its control stands in."""

    user: str
    view_id: str | None
    issued_at: float
    spent: bool = False


class Triggers:
    """Issues trigger ids and says which may still be used."""

    def __init__(self) -> None:
        self._issued: dict[str, Trigger] = {}

    def issue(self, user: str, view_id: str | None = None) -> str:
        """Return a new id, valid from now on."""
        number = len(self._issued) + 1
        trigger_id = f"{1_000_000_000_000 + number}.222222222222.{secrets.token_hex(16)}"
        self._issued[trigger_id] = Trigger(user=user, view_id=view_id, issued_at=time.monotonic())
        return trigger_id

    def spend(self, trigger_id: str) -> Trigger:
        """
        Use the id.

        Raises:
            Refused: unknown, used before, or older than three seconds.
        """
        trigger = self._issued.get(trigger_id)
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if trigger.spent:
            raise Refused("exchanged_trigger_id")
        if time.monotonic() - trigger.issued_at > LIFETIME_SECONDS:
            raise Refused("expired_trigger_id")
        trigger.spent = True
        return trigger
