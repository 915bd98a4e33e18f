"""One node of a task's graph."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .states import Operation, SubtaskStatus
from .times import log_stamp, stamp

BUSY = frozenset({SubtaskStatus.READY, SubtaskStatus.RUNNING, SubtaskStatus.CANCELING})


@dataclass(slots=True, kw_only=True)
class Subtask:
    """
    A step, moved by its task only.

    `ends_at` belongs to the present run. `awaits_undo` marks what a rollback has still to undo,
    which status and operation alone do not tell from an undo that failed.
    """

    id: int
    name: str
    created_at: datetime
    timeout_seconds: int
    parallel_idx: int = -1
    series_id: int = 0
    host: str = ""
    upstreams: list[int] = field(default_factory=list)
    downstreams: list[int] = field(default_factory=list)
    prohibit_rollback: bool = False
    prohibit_skip: bool = False
    status: SubtaskStatus = SubtaskStatus.PENDING
    operation: Operation = Operation.EXECUTE
    run_time: int = 1
    started_at: datetime | None = None
    finished_at: datetime | None = None
    ends_at: datetime | None = None
    times_out: bool = False
    awaits_undo: bool = False
    log_lines: list[str] = field(default_factory=list)

    @property
    def is_busy(self) -> bool:
        """Queued, at work or being interrupted."""
        return self.status in BUSY

    @property
    def is_undo(self) -> bool:
        """Whether the run under way undoes instead of doing."""
        return self.operation is Operation.ROLLBACK

    @property
    def log(self) -> str:
        """Every run so far, each opened by its line of hash marks."""
        return "".join(f"{line}\n" for line in self.log_lines)

    def queue(self, operation: Operation) -> None:
        """Become READY and forget the old finish; the next tick starts the run."""
        self.status, self.operation, self.awaits_undo = SubtaskStatus.READY, operation, False
        self.finished_at = None

    def begin(self, now: datetime, seconds: float) -> None:
        """Start a run; only the first start is kept."""
        self.status = SubtaskStatus.RUNNING
        self.started_at = self.started_at or now
        self.ends_at = now + timedelta(seconds=seconds)
        self.log_lines.append(f"############{{{self.operation}}}{{{stamp(now)}}}############")
        self.say(now, f" INFO {self.name}: subtask_id={self.id}, parallel_idx={self.parallel_idx}, host={self.host}")

    def interrupt(self, now: datetime) -> None:
        """Turn from CANCELING to the last second of the run."""
        self.status = SubtaskStatus.RUNNING
        self.ends_at = now + timedelta(seconds=1)

    def end(self, status: SubtaskStatus, now: datetime, line: str) -> None:
        """Finish the run as *status*, with *line* in the log."""
        self.status, self.finished_at, self.ends_at, self.times_out = status, now, None, False
        self.say(now, line)

    def say(self, now: datetime, line: str) -> None:
        """Write one line into the log."""
        self.log_lines.append(f"{log_stamp(now)} {line}")
