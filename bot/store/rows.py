"""Domain objects to rows and back."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from bot.domain.event import canonical
from bot.domain.records import Act, Thread, Watch
from bot.domain.request import Place, Request, RequestId, Revision, RevisionId, State, UserId
from bot.domain.task import Print, Subtask, Task


def request_row(request: Request) -> dict[str, Any]:
    """Return the row of *request*; `name_key` and `open` carry the rule of one open request a name."""
    same = (
        "id",
        "number",
        "environment",
        "operation",
        "name",
        "reason",
        "requester",
        "origin",
        "revision",
        "created_at",
        "decided_by",
        "decided_at",
        "next_try_at",
        "ended_at",
        "version",
        "seq",
        "head",
    )
    return {name: getattr(request, name) for name in same} | {
        "name_key": request.name.casefold(),
        "home_team": request.home.team,
        "home_channel": request.home.channel,
        "state": request.state.value,
        "open": request.is_open,
    }


def to_request(row: RowMapping) -> Request:
    """Return the request of *row*."""
    left_out = {"name_key", "home_team", "home_channel", "open", "state"}
    same = {name: value for name, value in row.items() if name not in left_out}
    home = Place(row["home_team"], row["home_channel"])
    return Request(**same, home=home, state=State(row["state"]))


def revision_row(request_id: RequestId, revision: Revision) -> dict[str, Any]:
    """Return the row of *revision*; its payload is kept as canonical JSON."""
    row = {"id": revision.id, "number": revision.number, "hash": revision.hash, "author": revision.author}
    return row | {"request": request_id, "payload": canonical(revision.payload)}


def to_revision(row: RowMapping) -> Revision:
    """Return the revision of *row*."""
    return Revision(
        id=RevisionId(row["id"]),
        number=row["number"],
        payload=json.loads(row["payload"]),
        hash=row["hash"],
        author=UserId(row["author"]),
    )


def act_row(act: Act) -> dict[str, Any]:
    """Return the row of *act*."""
    return asdict(act) | {"open": act.is_open}


def to_act(row: RowMapping) -> Act:
    """Return the act of *row*."""
    return Act(**{name: value for name, value in row.items() if name != "open"})


SOME_SUBTASKS = '"subtasks": [{'
"""What stands in a stored snapshot that still has subtasks."""


def watch_row(watch: Watch) -> dict[str, Any]:
    """Return the row of *watch*, its snapshot as JSON."""
    row = {name: getattr(watch, name) for name in Watch.__dataclass_fields__}
    return row | {"snapshot": json.dumps(asdict(watch.snapshot), default=str)}


def to_watch(row: RowMapping) -> Watch:
    """Return the watch of *row*."""
    return Watch(**{**row, "snapshot": _to_task(json.loads(row["snapshot"]))})


def _to_task(data: Mapping[str, Any]) -> Task:
    subtasks, started = data.get("subtasks"), data.get("started_at")
    return Task(
        id=data["id"],
        name=data["name"],
        mark=Print(**data["mark"]),
        subtasks=None if subtasks is None else tuple(_to_subtask(subtask) for subtask in subtasks),
        creator=data.get("creator"),
        prohibit_rollback=data.get("prohibit_rollback"),
        clusters=tuple(data.get("clusters") or ()),
        started_at=datetime.fromisoformat(started) if started else None,
    )


def _to_subtask(data: Mapping[str, Any]) -> Subtask:
    edges = {side: tuple(data[side]) for side in ("upstreams", "downstreams")}
    return Subtask(**{**data, "mark": Print(**data["mark"]), **edges})


def thread_row(thread: Thread) -> dict[str, Any]:
    """Return the row of *thread*."""
    same = (
        "id",
        "request",
        "environment",
        "is_home",
        "root_ts",
        "cursor",
        "card_hash",
        "card_in_flight",
        "last_reply_at",
        "blocked",
        "blocked_until",
        "version",
    )
    seq, ident, at = thread.in_flight or (None, None, None)
    return {name: getattr(thread, name) for name in same} | {
        "team": thread.place.team,
        "channel": thread.place.channel,
        "in_flight_seq": seq,
        "in_flight_id": ident,
        "in_flight_at": at,
    }


def to_thread(row: RowMapping | Mapping[str, Any]) -> Thread:
    """Return the thread of *row*."""
    left_out = {"team", "channel", "in_flight_seq", "in_flight_id", "in_flight_at"}
    same = {name: value for name, value in row.items() if name not in left_out}
    flight = (row["in_flight_seq"], row["in_flight_id"], row["in_flight_at"])
    in_flight = flight if flight[1] is not None else None
    return Thread(**same, place=Place(row["team"], row["channel"]), in_flight=in_flight)
