"""What the sandbox heard: one record per HTTP request."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import web


@dataclass(slots=True, kw_only=True)
class Record:
    """
    A request and what became of it.

    `at` is wall-clock time on arrival; `status` stays None until the answer is out and when the
    connection was dropped; `accepted` is true for a create that had its effect.
    """

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    at: datetime
    status: int | None = None
    accepted: bool = False


RECORD = web.RequestKey("record", Record)


def record_of(request: web.Request, raw: bytes) -> Record:
    """Describe *request* without its credentials; a body that is not JSON stays text."""
    headers = {name: value for name, value in request.headers.items() if name.lower() != "authorization"}
    return Record(
        method=request.method,
        path=request.path,
        query=dict(request.query),
        headers=headers,
        body=_parsed(raw),
        at=datetime.now(UTC),
    )


def _parsed(raw: bytes) -> Any:
    if not raw:
        return None
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode(errors="replace")
