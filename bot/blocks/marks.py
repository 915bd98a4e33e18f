"""Marks: one emoji a state, always with its word (WORDS, Marks)."""

from collections.abc import Mapping

from bot.domain.request import Request, State
from bot.domain.task import CANCELING, FAILED, PENDING, READY, ROLLBACK, RUNNING, SUCCESSFUL, Print
from bot.domain.texts import N_

UNKNOWN = "❓"
WARNING = "🟠"
UNDONE = "🔙"
ROLLING_BACK = ("⏪", N_("Rolling back"))

_STATES: Mapping[str, tuple[str, str]] = {
    State.PENDING: ("⏳", N_("Waiting for approval")),
    State.APPROVED: ("📨", N_("Approved, sending to OCP")),
    State.SUBMITTING: ("📨", N_("Approved, sending to OCP")),
    State.HELD: ("✋", N_("Approved, not sent")),
    State.RUNNING: ("🔄", N_("Running")),
    State.UNCERTAIN: ("❓", N_("No answer from OCP, looking")),
    State.FAILED: ("❌", N_("Failed")),
    State.SUCCEEDED: ("✅", N_("Done")),
    State.ROLLED_BACK: (UNDONE, N_("Rolled back")),
    State.OCP_REFUSED: ("⛔", N_("OCP refused it")),
    State.REJECTED: ("⛔", N_("Rejected")),
    State.WITHDRAWN: ("⚪", N_("Withdrawn")),
    State.EXPIRED: ("⚪", N_("Expired")),
    State.CLOSED: ("⚪", N_("Closed")),
}

_BY_NOBODY: Mapping[str, str] = {
    State.APPROVED: N_("Sending to OCP"),
    State.SUBMITTING: N_("Sending to OCP"),
    State.HELD: N_("Not sent"),
}

_SUBTASKS: Mapping[str, str] = {
    PENDING: "⬜",
    READY: "⬜",
    RUNNING: "🔄",
    CANCELING: "🛑",
    FAILED: "❌",
    SUCCESSFUL: "✅",
}


def of_request(state: str) -> tuple[str, str]:
    """Return the mark and the words (a message id) of a request's state; an unknown one stands for itself."""
    return _STATES.get(state, (UNKNOWN, str(state)))


def of(request: Request) -> tuple[str, str]:
    """Return the mark and the words of *request*; it is called approved only if somebody has approved it."""
    mark, words = of_request(request.state)
    return mark, words if request.decided_by else _BY_NOBODY.get(request.state, words)


def of_subtask(mark: Print) -> str:
    """Return the mark of a task's or subtask's state; PENDING in a rollback has been undone."""
    if mark.status == PENDING and mark.operation == ROLLBACK:
        return UNDONE
    return _SUBTASKS.get(mark.status, UNKNOWN)
