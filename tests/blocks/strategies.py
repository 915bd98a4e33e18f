"""What hypothesis draws: hostile and endless words, looks, sheets in every state, events of every kind."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from bot.domain.event import Event, Kind
from bot.domain.request import State
from bot.domain.sheet import Environment, Names, Sheet, Unapproved
from bot.domain.task import Print, Subtask, Task
from tests import builders
from tests.builders import NOW, TASK_ID, a_pause, a_request, a_revision, a_sheet, an_event

HOSTILE = "<!channel> *x* & @here <@U0EVIL> <https://evil.example|Approve> `_~ <!subteam^S0EVIL> &lt;"
WORDS = st.one_of(
    st.just(HOSTILE),
    st.text(max_size=30),
    st.sampled_from(["", " ", "\n\n", "x" * 5_000, "测试" * 400, "🎉" * 300, "\u202egnp.exe", "\ud800", "%(n)s %s %%"]),
)
STATUSES = st.one_of(
    st.sampled_from(["PENDING", "READY", "RUNNING", "CANCELING", "FAILED", "SUCCESSFUL", "SLEEPING"]), WORDS
)
TIMES = st.one_of(st.none(), WORDS, st.just("0001-01-01T00:00:00+08:00"), st.datetimes().map(lambda at: f"{at}Z"))
PRINTS = st.builds(
    Print,
    status=STATUSES,
    operation=st.one_of(st.none(), st.sampled_from(["EXECUTE", "ROLLBACK"]), WORDS),
    run_time=st.one_of(st.none(), st.integers(-1, 10**9)),
    start=TIMES,
    finish=TIMES,
)


def subtasks() -> st.SearchStrategy[tuple[Subtask, ...]]:
    """Draw nodes with any edges, cycles and unknown ids among them."""
    ids = st.integers(1, 8)
    edges = st.lists(ids, max_size=3).map(tuple)
    one = st.builds(
        Subtask,
        id=ids,
        name=WORDS,
        mark=PRINTS,
        upstreams=edges,
        downstreams=edges,
        branch=st.integers(-1, 3),
        timeout_seconds=st.one_of(st.none(), st.integers(-1, 10**7)),
    )
    return st.lists(one, max_size=6, unique_by=lambda each: each.id).map(tuple)


TASKS = st.builds(
    Task,
    id=st.sampled_from([TASK_ID, 1, 10**18]),
    name=WORDS,
    mark=PRINTS,
    subtasks=st.one_of(st.none(), subtasks()),
    creator=st.one_of(st.none(), WORDS),
    prohibit_rollback=st.sampled_from([None, True, False]),
)

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), WORDS.filter(lambda text: "\ud800" not in text)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)

MARK = {"status": "RUNNING", "operation": None, "run_time": 1, "start": None, "finish": None}
DATA: dict[str, dict[str, Any]] = {
    "request.asked": {},
    "request.edited": {
        "revision": "revision-2",
        "number": 2,
        "payload_hash": "0",
        "name": "pay_01",
        "reason": "twelve hosts",
        "was": "revision-1",
        "voided": [builders.OMAR],
        "origin": "view-2",
        "actor_name": "dana",
    },
    "request.approved": {"revision": "revision-1", "payload_hash": "0", "given": 2, "needed": 2},
    "request.withdrawn": {"revision": "revision-1", "reason": "not needed", "was": "PENDING", "actor_name": "dana"},
    "request.expired": {"since": NOW.isoformat(), "until": NOW.isoformat(), "given": 1, "needed": 2},
    "approval.counted": {"revision": "revision-1", "given": 1, "needed": 2, "actor_name": "omar"},
    "approval.reminded": {
        "since": NOW.isoformat(),
        "until": NOW.isoformat(),
        "given": 0,
        "needed": 1,
        "actor_name": "dana",
    },
    "approval.escalated": {
        "after": 7200.0,
        "since": NOW.isoformat(),
        "until": NOW.isoformat(),
        "given": 0,
        "needed": 1,
    },
    "again.asked": {"number": 1043, "actor_name": "dana"},
    "request.run_unapproved": {
        "reason": "the primary is down",
        "was": "PENDING",
        "given": 1,
        "needed": 2,
        "approved_by": [builders.INES],
        "own": False,
        "origin": "view-2",
        "actor_name": "omar",
        "revision": "revision-1",
        "payload_hash": "0",
    },
    "request.rejected": {"reason": "wrong hosts, take IDC 2"},
    "request.submitting": {},
    "request.delayed": {"why": "unreachable", "detail": "time-out", "until": NOW.isoformat()},
    "request.held": {"why": "", "detail": "", "unapproved": True},
    "request.refused": {"code": "COM10006", "message": "The name exists.", "traceId": "b7d0", "status": 400},
    "request.uncertain": {"why": "time-out", "since": NOW.isoformat(), "until": NOW.isoformat()},
    "request.unclear": {
        "looks": 20,
        "since": NOW.isoformat(),
        "clusters": [{"id": 12, "name": "pay_01", "address": "pay.db.example", "work_mode": "RS_LIST"}],
        "tasks": [
            {"id": 1, "status": "RUNNING", "creator": "x", "started": NOW.isoformat(), "bound": True},
            {"id": TASK_ID, "status": "RUNNING", "creator": "obproxy-bot", "started": NOW.isoformat(), "bound": False},
        ],
    },
    "request.running": {"task": TASK_ID, "how": "answered", "trace_id": "b7d0", "subtasks": 12},
    "request.failed": {
        "task": TASK_ID,
        "failed": [{"id": 43102, "name": "Install rpm", "branch": 2, "of": 3, "run_time": 1}],
        "counts": {"SUCCESSFUL": 3, "FAILED": 1, "PENDING": 8},
    },
    "request.resumed": {"task": TASK_ID, "operation": "EXECUTE"},
    "request.succeeded": {"task": TASK_ID, "seconds": 372},
    "request.rolled_back": {"task": TASK_ID},
    "request.closed": {"reason": "made by hand", "was": "UNCERTAIN", "in_doubt": True, "actor_name": "omar"},
    "names.found": {"labels": {}},
    "task.changed": {
        "task": TASK_ID,
        "changes": [{"subtask": 1, "name": "Install rpm", "was": None, "now": MARK, "branch": 1, "of": 1}],
        "counts": {"RUNNING": 1},
    },
    "task.gone": {"task": TASK_ID, "code": "TSK10001", "message": "Task does not exist.", "trace_id": "b7d0"},
    "answer.late": {"task": TASK_ID, "trace_id": "b7d0"},
    "environment.stopped": {"reason": "credentials", "detail": "IAM10004"},
    "environment.restarted": {},
    "policy.loaded": {"hash": "0", "changed": [], "rules": {"name": "prod"}},
    "policy.changed": {"hash": "0", "changed": ["approvers", "ticket_pattern"]},
    "policy.gone": {},
    "environment.away": {"since": NOW.isoformat()},
    "environment.back": {
        "since": NOW.isoformat(),
        "seconds": 2880,
        "version": "4.3.2",
        "was_version": "4.0.3",
        "counts": {"SUCCESSFUL": 4},
        "left": 1,
    },
    "environment.paused": {"reason": "OCP is upgraded", "actor_name": "omar"},
    "environment.resumed": {"reason": "OCP is upgraded", "since": NOW.isoformat(), "held": 2, "actor_name": "ines"},
}
"""Data of every kind as it is written now."""

assert set(DATA) == set(Kind)


@st.composite
def events(draw: st.DrawFn) -> Event:
    """Draw an event whose kind or data may be of another version, its texts hostile or endless."""
    kind = draw(st.one_of(st.sampled_from(sorted(DATA)), st.just("task.sneezed")))
    data = _spoilt(draw, DATA.get(kind, {}))
    event = an_event(kind, data if isinstance(data, dict) else {"value": data}, actor=builders.OMAR)
    return draw(st.sampled_from([event, event, event, replace(event, data="{")]))


def _spoilt(draw: Callable[[st.SearchStrategy[Any]], Any], value: Any) -> Any:
    """Return *value*, perhaps with members replaced."""
    if draw(st.integers(0, 7)) == 0:
        return draw(JSON)
    if isinstance(value, dict):
        return {name: _spoilt(draw, item) for name, item in value.items()}
    return [_spoilt(draw, item) for item in value] if isinstance(value, list) else value


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    """Draw a sheet in any state, its texts hostile or endless."""
    state = draw(st.sampled_from(sorted(State)))
    words = draw(st.lists(WORDS, min_size=8, max_size=8))
    request = a_request(state=state, name=words[0], reason=words[1], environment=words[2])
    install = {"hostIds": list(range(draw(st.sampled_from([0, 3, 100])))), "sqlPort": 1, "version": words[4]}
    payload = {
        **builders.PAYLOAD,
        "address": words[3],
        "obLinks": [{"clusterName": words[5], "obClusterId": 1, "username": words[6]}] * draw(st.integers(0, 3)),
        "parameters": [{"name": words[7], "value": words[5]}] * draw(st.sampled_from([0, 1, 50])),
        "obproxyInstallParam": draw(st.sampled_from([install, None, "another version's"])),
    }
    return a_sheet(
        state,
        request=request,
        revision=replace(a_revision(), payload=payload),
        cause=draw(events()),
        tasks=tuple(draw(st.lists(TASKS, max_size=2))),
        names=Names({f"host:{id_}": words[5] for id_ in range(50)}),
        environment=Environment(
            words[2],
            draw(st.sampled_from(["https://ocp.example/{id}", "javascript:x{id}", "", words[1]])),
            draw(st.sampled_from([words[3], ""])),
            draw(st.sampled_from([None, NOW])),
            draw(st.sampled_from([None, a_pause(), a_pause(why=words[7], by=words[0], name=words[1], since=None)])),
        ),
        approvers=draw(st.sampled_from([(), (builders.OMAR,), ("S0GROUP", words[0])])),
        tried_before=draw(st.booleans()),
        needed=draw(st.integers(0, 3)),
        approved=draw(st.sampled_from([{}, {builders.OMAR: NOW}, {builders.OMAR: NOW, builders.INES: NOW}])),
        expires_at=draw(st.sampled_from([None, NOW])),
        second_group=draw(st.sampled_from([(), ("S0GROUP",)])),
        is_production=draw(st.booleans()),
        again_of=draw(st.integers(0, 2)),
        asked_again=draw(st.integers(0, 2)),
        break_glass=draw(st.booleans()),
        unapproved=draw(st.sampled_from([None, Unapproved(builders.OMAR, NOW, words[1])])),
    )
