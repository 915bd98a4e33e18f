"""What the author of a test or demo wants to happen: which runs fail, how long subtasks take."""

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Failure:
    """The next *times* runs of the named subtask fail; *branch* None means any of the parallel ones."""

    name: str
    branch: int | None = None
    times: int = 1
    undo: bool = False


@dataclass(slots=True, kw_only=True)
class Script:
    """Shared by all tasks of one OCP; `seconds` are simulated."""

    default_seconds: float = 6.0
    seconds_by_name: dict[str, float] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    retries_by_name: dict[str, int] = field(default_factory=dict)
    enforces_timeouts: bool = False

    def seconds(self, name: str) -> float:
        """Return how long one run of *name* takes."""
        return self.seconds_by_name.get(name, self.default_seconds)

    def takes_failure(self, name: str, branch: int, *, undo: bool) -> bool:
        """Use up one planned failure of this run; false when it may succeed."""
        for failure in self.failures:
            fits = failure.name == name and failure.undo is undo and failure.branch in {None, branch}
            if fits and failure.times > 0:
                failure.times -= 1
                return True
        return False

    def automatic_retries(self, name: str) -> int:
        """Return how often OCP runs *name* again by itself after a failure."""
        return self.retries_by_name.get(name, 0)


def failure_line(name: str) -> str:
    """Return what the log of the subtask says when it fails."""
    return {
        "Prepare obproxy install": "check directory /home/admin/logs/obproxy permission failed",
        "Install rpm by package and version": "not enough disk space below the install directory",
        "Start obproxy process": "process obproxy exited with code 1, port 2883 is already in use",
        "Set obproxy user and password for connect": "Access denied for user 'proxyro' (using password: YES)",
        "Update obproxy status": "obproxy is UNAVAILABLE, last heartbeat was 31 s ago",
    }.get(name, "the step ended with an error")
