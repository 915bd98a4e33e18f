"""The line to OCP: whoever calls, Reach hears what came of it."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from bot.domain.answer import Answer, Call
from bot.domain.errors import OcpError
from bot.domain.inventory import Cluster, ClusterList, Host, ObCluster, Package
from bot.domain.pace import Allowance
from bot.domain.task import Task
from bot.ports import Ocp

from .reach import Reach

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Line:
    """The Ocp of ports over another one: a refused log-on stops all calls, and a silence is noticed."""

    ocp: Ocp
    reach: Reach

    @property
    def allowance(self) -> Allowance | None:
        """What OCP said last of its rate limit."""
        return self.ocp.allowance

    async def send(self, call: Call) -> Answer:
        """Send a write once."""
        answer = await self.ocp.send(call)
        self.reach.sent(answer)
        return answer

    async def clusters(self) -> ClusterList:
        """Read the whole list of OBProxy clusters."""
        return await self._heard(self.ocp.clusters())

    async def cluster(self, cluster_id: int) -> Cluster:
        """Read one OBProxy cluster."""
        return await self._heard(self.ocp.cluster(cluster_id))

    async def task(self, task_id: int) -> Task:
        """Read the detail of a task."""
        return await self._heard(self.ocp.task(task_id))

    async def tasks(self, *, name: str = "", statuses: Sequence[str] = ()) -> tuple[Task, ...]:
        """Read the task list."""
        return await self._heard(self.ocp.tasks(name=name, statuses=statuses))

    async def hosts(self) -> tuple[Host, ...]:
        """Read all hosts."""
        return await self._heard(self.ocp.hosts())

    async def packages(self) -> tuple[Package, ...]:
        """Read all OBProxy packages."""
        return await self._heard(self.ocp.packages())

    async def ob_clusters(self) -> tuple[ObCluster, ...]:
        """Read all OceanBase clusters."""
        return await self._heard(self.ocp.ob_clusters())

    async def version(self) -> str:
        """Read OCP's build version."""
        return await self._heard(self.ocp.version())

    async def time(self) -> datetime:
        """Read OCP's clock."""
        return await self._heard(self.ocp.time())

    async def _heard(self, reading: Awaitable[T]) -> T:
        asked_at = self.reach.clock.now()
        try:
            found = await reading
        except OcpError as error:
            await self.reach.heed(error, asked_at)
            raise
        self.reach.answered()
        return found
