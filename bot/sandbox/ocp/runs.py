"""One tick over the subtasks of a task: begin, end, queue."""

from dataclasses import dataclass
from datetime import datetime

from .script import Script, failure_line
from .states import Operation, SubtaskStatus
from .subtask import Subtask

MOST_BUSY = 10  # ocp.md, section 3: the engine keeps at most 10 subtasks of a task busy


@dataclass(frozen=True, slots=True)
class Runs:
    """Subtask id -> Subtask, and the script that decides how long and how well they run."""

    subtasks: dict[int, Subtask]
    script: Script

    @property
    def is_moving(self) -> bool:
        """Whether anything is busy, or is about to be retried by OCP itself."""
        return any(s.is_busy or self._retries_itself(s) for s in self.subtasks.values())

    def quiet_until(self, *, default: datetime) -> datetime:
        """Return when the next run ends, or *default* when something else moves before."""
        hurried = (SubtaskStatus.READY, SubtaskStatus.CANCELING)
        if any(s.status in hurried or self._retries_itself(s) for s in self.subtasks.values()):
            return default
        return min((s.ends_at for s in self.subtasks.values() if s.ends_at), default=default)

    def tick(self, now: datetime, *, rolls_back: bool) -> None:
        """
        Move everything one step.

        The order keeps READY and a FAILED that OCP retries by itself visible for one tick.
        """
        for subtask in self.subtasks.values():
            self._begin(subtask, now)
        for subtask in self.subtasks.values():
            self._end(subtask, now)
        if rolls_back:
            self._queue_undo()
        else:
            self._queue_next()

    def _begin(self, subtask: Subtask, now: datetime) -> None:
        if self._retries_itself(subtask):
            subtask.queue(Operation.RETRY)
            subtask.run_time += 1
        elif subtask.status is SubtaskStatus.READY:
            self._begin_queued(subtask, now)

    def _begin_queued(self, subtask: Subtask, now: datetime) -> None:
        if subtask.operation is Operation.SKIP:
            subtask.end(SubtaskStatus.SUCCESSFUL, now, " INFO skipped by a person")
        elif subtask.operation is Operation.ROLLBACK_SKIP:
            subtask.end(SubtaskStatus.PENDING, now, " INFO undo skipped by a person")
        else:
            seconds = self.script.seconds(subtask.name)
            subtask.times_out = self.script.enforces_timeouts and 0 < subtask.timeout_seconds < seconds
            subtask.begin(now, subtask.timeout_seconds if subtask.times_out else seconds)

    def _end(self, subtask: Subtask, now: datetime) -> None:
        if subtask.status is SubtaskStatus.CANCELING:
            subtask.interrupt(now)
        elif subtask.status is SubtaskStatus.RUNNING and subtask.ends_at and subtask.ends_at <= now:
            subtask.end(*self._outcome(subtask, now))

    def _outcome(self, subtask: Subtask, now: datetime) -> tuple[SubtaskStatus, datetime, str]:
        if subtask.operation is Operation.CANCEL:
            return SubtaskStatus.FAILED, now, "ERROR interrupted by a person"
        if subtask.times_out:
            return SubtaskStatus.FAILED, now, f"ERROR timed out after {subtask.timeout_seconds} s"
        if self.script.takes_failure(subtask.name, subtask.parallel_idx, undo=subtask.is_undo):
            return SubtaskStatus.FAILED, now, f"ERROR {failure_line(subtask.name)}"
        done = SubtaskStatus.PENDING if subtask.is_undo else SubtaskStatus.SUCCESSFUL
        return done, now, f" INFO {'undone' if subtask.is_undo else 'done'}"

    def _queue_next(self) -> None:
        if any(s.status is SubtaskStatus.FAILED for s in self.subtasks.values()):
            return
        for subtask in self._in_order():
            waits = subtask.status is SubtaskStatus.PENDING
            if waits and self._all(subtask.upstreams, SubtaskStatus.SUCCESSFUL) and self._has_room:
                subtask.queue(Operation.EXECUTE)

    def _queue_undo(self) -> None:
        if any(s.status is SubtaskStatus.FAILED and not s.awaits_undo for s in self.subtasks.values()):
            return
        for subtask in self._in_order():
            if subtask.awaits_undo and self._all(subtask.downstreams, SubtaskStatus.PENDING) and self._has_room:
                subtask.queue(Operation.ROLLBACK)

    @property
    def _has_room(self) -> bool:
        return sum(s.is_busy for s in self.subtasks.values()) < MOST_BUSY

    def _all(self, ids: list[int], status: SubtaskStatus) -> bool:
        return all(self.subtasks[number].status is status for number in ids)

    def _in_order(self) -> list[Subtask]:
        return sorted(self.subtasks.values(), key=lambda s: (s.parallel_idx, s.id))

    def _retries_itself(self, subtask: Subtask) -> bool:
        failed = subtask.status is SubtaskStatus.FAILED and subtask.operation in {Operation.EXECUTE, Operation.RETRY}
        return failed and subtask.run_time <= self.script.automatic_retries(subtask.name)
