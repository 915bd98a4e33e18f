"""What OCP can be told and what it can answer: every answer to a write is exactly one of these."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .task import Task


@dataclass(frozen=True, slots=True)
class Call:
    """A write to OCP: method, path from the root, JSON body."""

    method: str
    path: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Accepted:
    """OCP took it: the task that it opened, and the traceId of the answer."""

    task: Task
    trace_id: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """OCP said no and did nothing: its own code, message, traceId and the HTTP status."""

    code: str
    message: str
    trace_id: str
    status: int


@dataclass(frozen=True, slots=True)
class NotSent:
    """
    It never had an effect and may be sent again, after `seconds` if OCP named them.

    `why` is for the log; `cause` is "unreachable", "limited" or "database".
    """

    why: str
    seconds: float | None = None
    cause: str = "unreachable"


@dataclass(frozen=True, slots=True)
class Stopped:
    """
    Calling on would do harm; it had no effect.

    `reason` is "credentials" (401) or "address" (not OCP's address or version); `detail` is OCP's code and message.
    """

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """
    Nobody can say whether it had an effect. `contested` is a competing request (409): look before all else.

    `why` is for the log; `cause` is "answer" (then `why` holds OCP's own words), "late" or "lost".
    """

    why: str
    contested: bool = False
    cause: str = "answer"


Answer = Accepted | Refused | NotSent | Stopped | Unknown
"""Every answer to a write is exactly one of these (DESIGN, section 5)."""
