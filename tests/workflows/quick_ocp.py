"""An OCP without a network, for what needs thousands of answers."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.answer import Accepted, Answer, Call
from bot.domain.errors import OcpRefused
from bot.domain.inventory import Cluster, ClusterList, Host, ObCluster, Package
from bot.domain.pace import Allowance
from bot.domain.task import Task
from bot.ports import Clock
from tests.builders import TASK_ID, a_task


@dataclass(slots=True)
class QuickOcp:
    """
    The Ocp of ports.

    It answers a send with `answer`, None stands for a new task; it lists no cluster and no task, and shows a task of
    any id.
    """

    clock: Clock
    answer: Answer | None = None
    sent: list[Call] = field(default_factory=list)
    allowance: Allowance | None = None
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(TASK_ID))

    async def send(self, call: Call) -> Answer:
        self.sent.append(call)
        return self.answer or Accepted(a_task(id=next(self.ids)))

    async def clusters(self) -> ClusterList:
        return ClusterList((), self.clock.now())

    async def cluster(self, cluster_id: int) -> Cluster:
        raise OcpRefused("no such cluster", code="OBPROXY4004", message="no such cluster", trace_id="", status=404)

    async def task(self, task_id: int) -> Task:
        return a_task(id=task_id)

    async def tasks(self, *, name: str = "", statuses: Sequence[str] = ()) -> tuple[Task, ...]:
        return ()

    async def hosts(self) -> tuple[Host, ...]:
        return ()

    async def packages(self) -> tuple[Package, ...]:
        return ()

    async def ob_clusters(self) -> tuple[ObCluster, ...]:
        return ()

    async def version(self) -> str:
        return "4.0.3"

    async def time(self) -> datetime:
        return self.clock.now()
