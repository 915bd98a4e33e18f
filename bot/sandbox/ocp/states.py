"""The words OCP uses for what tasks and subtasks are and what was asked of them."""

from enum import StrEnum


class TaskStatus(StrEnum):
    """State of a task; FAILED is not final, and SUCCESSFUL after a ROLLBACK means undone."""

    RUNNING = "RUNNING"
    FAILED = "FAILED"
    SUCCESSFUL = "SUCCESSFUL"


class SubtaskStatus(StrEnum):
    """State of a subtask; in a rollback PENDING means undone."""

    PENDING = "PENDING"
    READY = "READY"
    RUNNING = "RUNNING"
    CANCELING = "CANCELING"
    FAILED = "FAILED"
    SUCCESSFUL = "SUCCESSFUL"


class Operation(StrEnum):
    """What was last asked of a task or subtask."""

    EXECUTE = "EXECUTE"
    RETRY = "RETRY"
    ROLLBACK = "ROLLBACK"
    SKIP = "SKIP"
    CANCEL = "CANCEL"
    ROLLBACK_SKIP = "ROLLBACK_SKIP"


class Refused(Exception):
    """OCP says no and nothing has changed: `status` is HTTP's, `code` is OCP's, `details` name single fields."""

    def __init__(self, status: int, code: str, message: str, details: tuple[dict[str, object], ...] = ()) -> None:
        """Say no with *message*, which a person reads."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details


def not_found(what: str, number: object, code: str) -> Refused:
    """Return the 404 for *what*, such as "Task"."""
    return Refused(404, code, f"{what} {number} was not found.")


def wrong_state(what: str, state: str) -> Refused:
    """Return the 400 of a call that the present *state* does not allow."""
    return Refused(400, "TSK10007", f"The {what} is {state}, so this operation is not allowed.")
