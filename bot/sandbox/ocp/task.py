"""The task engine: a state machine that moves when it is told the time (ocp.md, sections 3 and 4)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .runs import Runs
from .script import Script
from .states import Operation, Refused, SubtaskStatus, TaskStatus, not_found, wrong_state
from .subtask import Subtask

TICK = timedelta(seconds=1)


@dataclass(slots=True, kw_only=True)
class Task:
    """
    A graph of subtasks under way; `advance` runs every tick until the given time.

    Calls that the state does not allow raise Refused and change nothing.
    """

    id: int
    name: str
    creator: str
    started_at: datetime
    subtasks: dict[int, Subtask]
    script: Script
    cluster_id: int
    cluster_name: str
    host_ids: list[int] = field(default_factory=list)
    prohibit_rollback: bool = False
    status: TaskStatus = TaskStatus.RUNNING
    operation: Operation = Operation.EXECUTE
    finished_at: datetime | None = None
    ticked_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        """Queue the root, as OCP answers a create."""
        self.ticked_at = self.started_at
        for subtask in self.subtasks.values():
            if not subtask.upstreams:
                subtask.queue(Operation.EXECUTE)

    @property
    def is_done(self) -> bool:
        """Everything ran; nothing can change any more."""
        return self.status is TaskStatus.SUCCESSFUL and self.operation is not Operation.ROLLBACK

    @property
    def is_undone(self) -> bool:
        """The rollback is complete; nothing is installed."""
        return self.status is TaskStatus.SUCCESSFUL and self.operation is Operation.ROLLBACK

    @property
    def prohibits_rollback(self) -> bool:
        """Own flag, or a subtask with that flag has run."""
        return self.prohibit_rollback or any(s.prohibit_rollback and s.started_at for s in self.subtasks.values())

    def advance(self, now: datetime) -> None:
        """Run all ticks up to *now*; a task at rest only notes the time."""
        runs = Runs(self.subtasks, self.script)
        while self.status is TaskStatus.RUNNING and (tick := self._next_tick(runs)) <= now:
            self.ticked_at = tick
            runs.tick(tick, rolls_back=self.operation is Operation.ROLLBACK)
            self._settle(runs, tick)
        if self.status is not TaskStatus.RUNNING:
            self._note(now)

    def retry(self, now: datetime) -> None:
        """Run all FAILED subtasks again; `run_time` counts it."""
        if self.status is not TaskStatus.FAILED or self.operation is Operation.ROLLBACK:
            raise wrong_state("task", f"{self.status} ({self.operation})")
        for subtask in self._with_status(SubtaskStatus.FAILED):
            subtask.queue(Operation.RETRY)
            subtask.run_time += 1
        self._revive(now, Operation.RETRY)

    def rollback(self, now: datetime) -> None:
        """Undo what has run, from the leaves to the root."""
        if self.status is not TaskStatus.FAILED:
            raise wrong_state("task", self.status)
        if self.prohibits_rollback:
            raise Refused(400, "TSK10009", f"Task {self.id} cannot be rolled back.")
        for subtask in self.subtasks.values():
            if subtask.status is not SubtaskStatus.PENDING:
                subtask.operation, subtask.awaits_undo = Operation.ROLLBACK, True
        self._revive(now, Operation.ROLLBACK)

    def retry_subtask(self, subtask_id: int, now: datetime) -> Subtask:
        """Run one FAILED subtask again; neither the task's operation nor `run_time` changes."""
        subtask = self._failed(subtask_id)
        if Operation.ROLLBACK in {self.operation, subtask.operation}:
            raise wrong_state("subtask", f"{subtask.status} ({subtask.operation})")
        subtask.queue(Operation.RETRY)
        self._revive(now, self.operation)
        return subtask

    def skip(self, subtask_id: int, now: datetime) -> None:
        """Count one FAILED subtask as done, or as undone in a rollback."""
        subtask = self._failed(subtask_id)
        if subtask.prohibit_skip:
            raise Refused(400, "TSK10010", f"Subtask {subtask_id} cannot be skipped.")
        rolls_back = self.operation is Operation.ROLLBACK
        subtask.queue(Operation.ROLLBACK_SKIP if rolls_back else Operation.SKIP)
        self._revive(now, self.operation)

    def cancel(self, subtask_id: int, now: datetime) -> None:
        """Interrupt one RUNNING subtask; it ends FAILED."""
        subtask = self.subtask(subtask_id)
        if subtask.status is not SubtaskStatus.RUNNING:
            raise wrong_state("subtask", subtask.status)
        subtask.status, subtask.operation, subtask.ends_at = SubtaskStatus.CANCELING, Operation.CANCEL, None
        self._note(now)

    def subtask(self, subtask_id: int) -> Subtask:
        """Return a subtask of this task; Refused with 404 for any other id."""
        if subtask_id not in self.subtasks:
            raise not_found("Subtask", subtask_id, "TSK10001")
        return self.subtasks[subtask_id]

    def _failed(self, subtask_id: int) -> Subtask:
        subtask = self.subtask(subtask_id)
        if subtask.status is not SubtaskStatus.FAILED:
            raise wrong_state("subtask", subtask.status)
        return subtask

    def _with_status(self, status: SubtaskStatus) -> list[Subtask]:
        return [subtask for subtask in self.subtasks.values() if subtask.status is status]

    def _revive(self, now: datetime, operation: Operation) -> None:
        # OCP leaves an old finishTime standing, so this does too.
        self.status, self.operation = TaskStatus.RUNNING, operation
        self._note(now)

    def _note(self, now: datetime) -> None:
        self.ticked_at = max(self.ticked_at, now)

    def _next_tick(self, runs: Runs) -> datetime:
        first = self.ticked_at + TICK
        return max(first, runs.quiet_until(default=first))

    def _settle(self, runs: Runs, now: datetime) -> None:
        if runs.is_moving:
            return
        whole = SubtaskStatus.PENDING if self.operation is Operation.ROLLBACK else SubtaskStatus.SUCCESSFUL
        is_whole = all(subtask.status is whole for subtask in self.subtasks.values())
        self.status = TaskStatus.SUCCESSFUL if is_whole else TaskStatus.FAILED
        self.finished_at = now
