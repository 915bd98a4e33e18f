"""A person in OCP's own console, who acts without asking the bot."""

from dataclasses import dataclass
from typing import Any

from .task import Task
from .world import World

PERSON = "admin"


@dataclass(frozen=True, slots=True)
class Console:
    """Every button of the task page; a refusal is raised as Refused."""

    world: World

    def retry(self, task_id: int) -> None:
        """Press Retry on the task."""
        now = self.world.advance()
        self.world.task(task_id).retry(now)

    def rollback(self, task_id: int) -> None:
        """Press Roll Back on the task."""
        now = self.world.advance()
        self.world.task(task_id).rollback(now)

    def retry_subtask(self, task_id: int, subtask_id: int) -> None:
        """Press Rerun on the node."""
        now = self.world.advance()
        self.world.task(task_id).retry_subtask(subtask_id, now)

    def skip(self, task_id: int, subtask_id: int) -> None:
        """Press Change to Successful on the node."""
        now = self.world.advance()
        self.world.task(task_id).skip(subtask_id, now)

    def cancel(self, task_id: int, subtask_id: int) -> None:
        """Press Terminate on the node."""
        now = self.world.advance()
        self.world.task(task_id).cancel(subtask_id, now)

    def create(self, name: str, **changes: Any) -> Task:
        """Create an empty cluster called *name*; *changes* replace members of the request body."""
        body = {"name": name, "address": "proxy.example.com", "port": 2883, "workMode": "CONFIG_URL"}
        return self.world.create(body | changes, creator=PERSON)
