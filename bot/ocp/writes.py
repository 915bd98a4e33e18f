"""A write's bytes, and what the log tells of it: neither body nor credentials."""

import json
from typing import Any

import structlog

from bot.domain.answer import Accepted, Answer, Call, NotSent, Refused, Stopped, Unknown

from .heard import Heard, Result

to_keep = structlog.wrap_logger(None, wrapper_class=structlog.BoundLogger)
"""Writes whatever LOG_LEVEL says: before an answer is stored, the log alone has it."""


def content_of(call: Call) -> bytes | None:
    """Return the bytes of the body, written once; only a DELETE goes without one."""
    if not call.body and call.method == "DELETE":
        return None
    return json.dumps(dict(call.body), separators=(",", ":")).encode()


def log_write(call: Call, result: Result | None, answer: Answer | None, *, seconds: float) -> None:
    """Write one line; without an *answer* the call was broken off (cancelled), and nobody knows what became of it."""
    said = _said(answer) if answer else {"outcome": "broken_off"}
    status = result.status if isinstance(result, Heard) else None
    to_keep.info("ocp_write", method=call.method, path=call.path, status=status, seconds=round(seconds, 3), **said)


def _said(answer: Answer) -> dict[str, Any]:
    match answer:
        case Accepted():
            said = {"task": answer.task.id, "trace_id": answer.trace_id}
        case Refused():
            said = {"why": f"{answer.code} {answer.message}", "trace_id": answer.trace_id}
        case NotSent() | Unknown():
            said = {"why": answer.why}
        case Stopped():
            said = {"why": f"{answer.reason}: {answer.detail}"}
    return {"outcome": type(answer).__name__} | said
