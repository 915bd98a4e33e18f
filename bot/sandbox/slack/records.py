"""What the sandbox remembers of each Web API call."""

from dataclasses import dataclass, field

from .model import Json


@dataclass(slots=True, kw_only=True)
class Record:
    """One call: `status` 0 when the connection was dropped, `error` Slack's code or None, `messages` its pointers."""

    method: str
    args: Json
    at: float
    status: int = 200
    error: str | None = None
    messages: list[str] = field(default_factory=list)
