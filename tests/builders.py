"""Builders: domain objects with sensible contents, of which a test names only what it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.event import BOT, Event, Fact, canonical, chain, digest
from bot.domain.pause import Paused
from bot.domain.policy import Policy
from bot.domain.request import Place, Request, RequestId, Revision, RevisionId, State, UserId
from bot.domain.sheet import Environment, Names, Sheet
from bot.domain.task import FAILED, PENDING, RUNNING, SUCCESSFUL, Print, Subtask, Task

NOW = datetime(2026, 11, 24, 14, 2, tzinfo=UTC)
DANA, OMAR, INES = UserId("U0DANA"), UserId("U0OMAR"), UserId("U0INES")
TASK_ID = 41257

PAYLOAD: Mapping[str, Any] = {
    "name": "pay_01",
    "address": "pay.db.example",
    "port": 2883,
    "workMode": "RS_LIST",
    "obLinks": [{"clusterName": "ob_pay", "obClusterId": 1, "username": "proxyro"}],
    "startupParameters": [{"name": "work_thread_num", "value": "128"}],
    "parameters": [],
    "obproxyInstallParam": {
        "hostIds": [11, 12, 14],
        "sqlPort": 2883,
        "exportPort": 2884,
        "exporterPort": 2884,
        "version": "obproxy-ce-4.2.1.0-11.el7.x86_64.rpm",
    },
}
LABELS: Mapping[str, str | None] = {
    "host:11": "proxy-host-11 192.0.2.11",
    "host:12": "proxy-host-12 192.0.2.12",
    "host:14": "proxy-host-14 192.0.2.14",
    "ob:ob_pay:1": "ob_pay",
    "package:obproxy-ce-4.2.1.0-11.el7.x86_64.rpm": "obproxy-ce 4.2.1.0-11 x86_64",
}
DECIDED = frozenset(State) - {State.PENDING, State.WITHDRAWN, State.EXPIRED}

STAGES = (
    ("Prepare obproxy install", 1, 0),
    ("Install rpm by package and version", 3, 3600),
    ("Start obproxy process", 3, 600),
    ("Wait node", 1, 30),
    ("Update obproxy status", 1, 300),
    ("Check obproxy status", 1, 300),
    ("Sync obproxy information", 1, 300),
    ("Finish node", 1, 0),
)
"""OCP's task "Install obproxy" for three hosts: name, branches, limit in seconds."""


def a_request(*, state: State = State.PENDING, **changed: Any) -> Request:
    """Return request #1042 in *state*, decided by Omar where its state says that somebody decided."""
    decided = {"decided_by": OMAR, "decided_at": NOW + timedelta(minutes=5)} if state in DECIDED else {}
    request = Request(
        id=RequestId("request-1"),
        number=1042,
        environment="prod",
        operation="obproxy.create",
        name="pay_01",
        reason="CHG0012345, second proxy for payments",
        requester=DANA,
        origin="view-1",
        home=Place("T0TEAM", "C0PAY"),
        revision=RevisionId("revision-1"),
        created_at=NOW,
        state=state,
    )
    return replace(request, **{**decided, **changed})


def a_policy(**changed: Any) -> Policy:
    """Return the rules of "prod": Omar and Ines approve, Omar operates."""
    policy = Policy(
        environment="prod",
        approvals=Place("T0TEAM", "C0DBA"),
        approvers=(OMAR, INES),
        operators=(OMAR,),
        account="obproxy-bot",
        account_is_ours=True,
        task_url="https://ocp.example/task/{id}",
        send_within=timedelta(minutes=30),
        look_seconds=5.0,
    )
    return replace(policy, **changed)


def a_pause(**changed: Any) -> Paused:
    """Return the pause of "prod" by Omar."""
    return replace(Paused(why="OCP is upgraded", by=OMAR, name="omar", since=NOW), **changed)


def a_revision(payload: Mapping[str, Any] = PAYLOAD, **changed: Any) -> Revision:
    """Return the first revision of a request."""
    text = canonical(payload)
    revision = Revision(id=RevisionId("revision-1"), number=1, payload=payload, hash=digest(text), author=DANA)
    return replace(revision, **changed)


def an_event(
    kind: str, data: Mapping[str, Any] | None = None, *, actor: str = BOT, at: datetime = NOW, seq: int = 1
) -> Event:
    """Return one event of a request's timeline."""
    [event] = chain("request-1", seq - 1, "", [Fact(kind, data or {}, actor=actor)], at)
    return event


def stages(*states: str, counts: Sequence[tuple[str, int, int]] = STAGES) -> tuple[Subtask, ...]:
    """Return the subtasks of *counts*, each stage waiting for the one before; *states* are those of the first ones."""
    subtasks: list[Subtask] = []
    upstreams: tuple[int, ...] = ()
    for name, branches, limit in counts:
        stage: list[Subtask] = []
        for branch in range(branches):
            number = len(subtasks) + len(stage)
            status = states[number] if number < len(states) else PENDING
            stage.append(
                Subtask(
                    id=43100 + number,
                    name=name,
                    mark=a_mark(status, number),
                    upstreams=upstreams,
                    branch=branch if branches > 1 else -1,
                    timeout_seconds=limit,
                )
            )
        subtasks += stage
        upstreams = tuple(subtask.id for subtask in stage)
    return tuple(subtasks)


def a_mark(status: str, number: int = 0, **changed: Any) -> Print:
    """Return a fingerprint with the times that fit *status*, in OCP's spelling and zone."""
    started = (NOW + timedelta(minutes=6, seconds=number)).isoformat()
    finished = (NOW + timedelta(minutes=6, seconds=number + 57)).isoformat()
    start = None if status == PENDING else started
    finish = finished if status in {FAILED, SUCCESSFUL} else None
    mark = Print(status, operation="EXECUTE", run_time=1, start=start, finish=finish)
    return replace(mark, **changed)


def a_task(status: str = RUNNING, *states: str, **changed: Any) -> Task:
    """Return a look at the task "Install obproxy", its first subtasks in *states*, the others PENDING."""
    task = Task(
        id=TASK_ID,
        name="Install obproxy",
        mark=a_mark(status),
        subtasks=stages(*states),
        creator="obproxy-bot",
        started_at=NOW + timedelta(minutes=6),
    )
    return replace(task, **changed)


def a_sheet(state: State = State.PENDING, *, cause: Event | None = None, **changed: Any) -> Sheet:
    """Return the sheet of request #1042 in *state*."""
    sheet = Sheet(
        request=a_request(state=state),
        revision=a_revision(),
        environment=Environment("prod", "https://ocp.example/task/{id}"),
        cause=cause or an_event("request.asked", actor=DANA),
        names=Names(LABELS),
        approvers=(OMAR, INES),
        operators=(OMAR,),
        approvals_channel="C0DBA",
    )
    return replace(sheet, **changed)
