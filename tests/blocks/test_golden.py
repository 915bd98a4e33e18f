"""
What people see, kept as files: a change of a surface shows as a change of its file.

To rewrite the files after a change that is wanted: UPDATE_GOLDEN=1 pytest tests/blocks/test_golden.py
"""

import json
import os
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import timedelta
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import pytest

from bot.blocks import answers, cards, glass, modals, replies
from bot.blocks.access import access
from bot.blocks.attaching import attach
from bot.domain.approvals import Approvals
from bot.domain.candidate import candidates
from bot.domain.diff import diff
from bot.domain.event import Event
from bot.domain.grant import CREATE, ITSELF, Grant, grants
from bot.domain.policy import Policies
from bot.domain.request import State, UserId
from bot.domain.sheet import Environment, Unapproved
from bot.domain.standing import Standing
from bot.domain.texts import N_, Text
from bot.operations.create_cluster import CreateCluster
from bot.ports import Message
from tests.builders import (
    DANA,
    INES,
    NOW,
    OMAR,
    PAYLOAD,
    TASK_ID,
    a_pause,
    a_policy,
    a_request,
    a_sheet,
    a_task,
    an_event,
)

from .strategies import DATA

GOLDEN = Path(__file__).parent / "golden"
OPERATION = CreateCluster()
T = NullTranslations()
S, R, F = "SUCCESSFUL", "RUNNING", "FAILED"


def _failed() -> Event:
    failed = [{"id": 43102, "name": "Install rpm by package and version", "branch": 2, "of": 3, "run_time": 1}]
    return an_event("request.failed", {"task": TASK_ID, "failed": failed, "counts": {S: 3, F: 1, "PENDING": 8}})


def _changed() -> Event:
    changes = diff(a_task(R), a_task(R, S, R, R, R))
    return an_event(
        "task.changed", {"task": TASK_ID, "changes": [change.to_json() for change in changes], "counts": {S: 1, R: 3}}
    )


def _uncertain() -> Event:
    return an_event("request.uncertain", {"why": "time-out", "since": NOW.isoformat(), "until": NOW.isoformat()})


def _form() -> dict[str, Any]:
    heading, submit = Text(N_("Create OBProxy cluster")), Text(N_("Ask for approval"))
    return modals.form(
        OPERATION,
        T,
        heading=heading,
        submit=submit,
        private_metadata='{"channel":"C0PAY"}',
        policies=[a_policy(host="ocp.example")],
    )


def _pending_card() -> Message:
    return cards.card(a_sheet(), OPERATION, T, asks_approvers=True)


def _running_card() -> Message:
    sheet = a_sheet(State.RUNNING, tasks=[a_task(R, S, S, R, S)])
    return cards.card(sheet, OPERATION, T, asks_approvers=True)


def _failed_card() -> Message:
    sheet = a_sheet(State.FAILED, cause=_failed(), tasks=[a_task(F, S, S, F, S)])
    return cards.card(sheet, OPERATION, T, asks_approvers=True)


def _done_card() -> Message:
    sheet = a_sheet(State.SUCCEEDED, tasks=[a_task(S, *[S] * 12)])
    return cards.card(sheet, OPERATION, T, asks_approvers=True)


def _progress_reply() -> Message:
    return replies.reply([_changed()], a_sheet(State.RUNNING), T, mentions=[])


def _failed_reply() -> Message:
    return replies.reply([_failed()], a_sheet(State.FAILED), T, mentions=[OMAR, DANA])


def _uncertain_reply() -> Message:
    return replies.reply([_uncertain()], a_sheet(State.UNCERTAIN), T, mentions=[OMAR, DANA])


def _unclear() -> Event:
    tasks = [
        {"id": TASK_ID, "status": R, "creator": "obproxy-bot", "started": NOW.isoformat(), "bound": False},
        {"id": 41200, "status": S, "creator": "admin", "started": NOW.isoformat(), "bound": True},
    ]
    return an_event("request.unclear", {"looks": 20, "since": NOW.isoformat(), "clusters": [], "tasks": tasks})


def _closed() -> Event:
    data = {"reason": "made by hand", "was": "UNCERTAIN", "in_doubt": True, "actor_name": "omar"}
    return an_event("request.closed", data, actor=OMAR)


def _unclear_card() -> Message:
    return cards.card(a_sheet(State.UNCERTAIN, cause=_unclear()), OPERATION, T, asks_approvers=True)


def _closed_card() -> Message:
    return cards.card(a_sheet(State.CLOSED, cause=_closed()), OPERATION, T, asks_approvers=True)


def _unclear_reply() -> Message:
    return replies.reply([_unclear()], a_sheet(State.UNCERTAIN), T, mentions=[OMAR])


def _attach_modal() -> dict[str, Any]:
    request = a_sheet(State.UNCERTAIN).request
    return attach(request, candidates(_unclear()), T, private_metadata='{"value":"revision-1"}')


def _close_modal() -> dict[str, Any]:
    request = a_sheet(State.UNCERTAIN).request
    return modals.close(request, T, in_doubt=True, private_metadata='{"value":"revision-1"}')


def _silent_card() -> Message:
    silent = Environment("prod", "https://ocp.example/task/{id}", away_since=NOW)
    sheet = a_sheet(State.RUNNING, tasks=[a_task(R, S, S, R, S)], environment=silent)
    return cards.card(sheet, OPERATION, T, asks_approvers=True)


def _away_notice() -> Message:
    return replies.notice(an_event("environment.away", {"since": NOW.isoformat()}), "prod", T)


def _back_notice() -> Message:
    data = {"since": NOW.isoformat(), "seconds": 2880, "version": "4.3.2", "was_version": "4.0.3", "counts": {S: 4}}
    return replies.notice(an_event("environment.back", {**data, "left": 0}), "prod", T)


def _paused_card() -> Message:
    """A card that the pause holds, whose plain text says the same."""
    data = {"why": "paused", "detail": "OCP is upgraded", "paused_by": OMAR, "paused_name": "omar"}
    cause = an_event("request.held", {**data, "since": NOW.isoformat()})
    paused = Environment("prod", "https://ocp.example/task/{id}", pause=a_pause())
    return cards.card(a_sheet(State.HELD, cause=cause, environment=paused), OPERATION, T, asks_approvers=True)


def _paused_notice() -> Message:
    return replies.notice(an_event("environment.paused", DATA["environment.paused"], actor=OMAR), "prod", T)


def _resumed_notice() -> Message:
    event = an_event("environment.resumed", DATA["environment.resumed"], actor=OMAR, at=NOW + timedelta(minutes=68))
    return replies.notice(event, "prod", T)


def _one_of_two_card() -> Message:
    """A card of a request that somebody has edited and one of two approvers has approved."""
    edited = an_event("request.edited", DATA["request.edited"], actor=DANA)
    sheet = a_sheet(cause=edited, needed=2, approved={OMAR: NOW}, expires_at=NOW + timedelta(days=1), again_of=1041)
    return cards.card(sheet, OPERATION, T, asks_approvers=True)


def _expired_card() -> Message:
    data = {"since": NOW.isoformat(), "until": (NOW + timedelta(days=1)).isoformat(), "given": 0, "needed": 1}
    sheet = a_sheet(State.EXPIRED, cause=an_event("request.expired", data))
    return cards.card(sheet, OPERATION, T, asks_approvers=True)


def _edited_reply() -> Message:
    edited = an_event("request.edited", DATA["request.edited"], actor=DANA)
    return replies.reply([edited], a_sheet(), T, mentions=[OMAR])


def _escalated_reply() -> Message:
    data = {"since": NOW.isoformat(), "until": (NOW + timedelta(days=1)).isoformat(), "given": 0, "needed": 1}
    event = an_event("approval.escalated", {**data, "after": 7200.0}, at=NOW + timedelta(hours=2))
    return replies.reply([event], a_sheet(), T, mentions=[OMAR, UserId("S0LEADS")])


def _edit_modal() -> dict[str, Any]:
    request = a_sheet().request
    typed = OPERATION.typed(request.reason, PAYLOAD)
    return modals.edit(request, OPERATION, typed, T, private_metadata='{"value":"revision-1"}', policy=a_policy())


def _withdraw_modal() -> dict[str, Any]:
    return modals.withdraw(a_sheet().request, T, private_metadata='{"value":"revision-1"}')


def _granted() -> tuple[Grant, ...]:
    prod = a_policy(requesters=("S0DATA",), approvers=("S0DBA",), channels=("C0PROD",), approvals_required=2)
    create = replace(prod, operation=CREATE, operators=("S0DBA",), admins=(OMAR,))
    staging = a_policy(environment="staging", operators=(DANA,))
    by = {("prod", ITSELF): prod, ("prod", CREATE): create, ("staging", ITSELF): staging, ("staging", CREATE): staging}
    return grants(Policies(by), Standing(DANA, frozenset({"S0DATA"}), frozenset({"S0DBA"})), "C0PAY")


def _access() -> Message:
    return access(_granted(), T, command="/obproxy")


def _help() -> Message:
    return answers.help_(_granted(), T, command="/obproxy")


def _run() -> Event:
    data = DATA["request.run_unapproved"] | {"given": 0, "approved_by": []}
    return an_event("request.run_unapproved", data, actor=OMAR)


def _glass_modal() -> dict[str, Any]:
    approvals = Approvals(needed=2, given={INES: NOW})
    return glass.form(a_sheet().request, approvals, T, private_metadata='{"value":"revision-1"}', ticket="CHG0012345")


def _glass_reply() -> Message:
    return replies.reply([_run()], a_sheet(State.APPROVED), T, mentions=[INES, UserId("S0DBAS"), UserId("S0LEADS")])


def _unapproved_card() -> Message:
    request = a_request(state=State.SUCCEEDED, decided_by=None)
    run = Unapproved(OMAR, NOW + timedelta(minutes=5), "the primary is down")
    sheet = a_sheet(State.SUCCEEDED, request=request, unapproved=run, tasks=[a_task(S, *[S] * 12)])
    return cards.card(sheet, OPERATION, T, asks_approvers=True)


SURFACES: dict[str, Callable[[], dict[str, Any] | Message]] = {
    "modal_create": _form,
    "card_pending": _pending_card,
    "card_one_of_two": _one_of_two_card,
    "card_expired": _expired_card,
    "modal_edit": _edit_modal,
    "modal_withdraw": _withdraw_modal,
    "modal_glass": _glass_modal,
    "reply_glass": _glass_reply,
    "card_unapproved": _unapproved_card,
    "reply_edited": _edited_reply,
    "reply_escalated": _escalated_reply,
    "card_running": _running_card,
    "card_failed": _failed_card,
    "card_done": _done_card,
    "card_unclear": _unclear_card,
    "card_closed": _closed_card,
    "modal_attach": _attach_modal,
    "modal_close": _close_modal,
    "reply_unclear": _unclear_reply,
    "card_silent": _silent_card,
    "card_paused": _paused_card,
    "notice_paused": _paused_notice,
    "notice_resumed": _resumed_notice,
    "notice_away": _away_notice,
    "notice_back": _back_notice,
    "reply_progress": _progress_reply,
    "reply_failed": _failed_reply,
    "reply_uncertain": _uncertain_reply,
    "answer_access": _access,
    "answer_help": _help,
}


@pytest.mark.parametrize("name", SURFACES)
def test_a_surface_is_what_its_file_says(name: str) -> None:
    """Every surface looks as it did when somebody last looked at it."""
    drawn = SURFACES[name]()
    text = json.dumps(asdict(drawn) if isinstance(drawn, Message) else drawn, ensure_ascii=False, indent=2) + "\n"
    file = GOLDEN / f"{name}.json"

    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text, encoding="utf-8")

    assert file.read_text(encoding="utf-8") == text
