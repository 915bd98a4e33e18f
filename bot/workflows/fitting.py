"""Whether a task that a person names can be a request's own: read from OCP, and refused in words if not."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.barred import UNREACHABLE
from bot.domain.errors import OcpError, OcpRefused, OcpStopped, TaskGone
from bot.domain.form import Mistake
from bot.domain.request import Request, State
from bot.domain.task import Task
from bot.domain.texts import N_
from bot.ports import Ocp, Operation, Tx

from .reach import Reach
from .submit import CLOCKS_APART

STOPPED = N_("Calls to OCP %(environment)s are stopped; the card says why. Nothing was done.")
UNREAD = N_(
    "OCP %(environment)s did not show task %(task)s: no answer, or none that can be read. Nothing was done. "
    "Press again in a minute."
)
FOLLOWING = (State.RUNNING, State.FAILED, State.SUCCEEDED, State.ROLLED_BACK, State.CLOSED)
"""The states of requests that can have a task."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """Read tasks for a person; every method raises Mistake with what is wrong, and what to do instead."""

    ocp: Ocp
    reach: Reach
    operations: Mapping[str, Operation]

    async def read(self, request: Request, task_id: int) -> Task:
        """Return the task as OCP shows it now, if it can be *request*'s; no transaction may be open."""
        if barred := await self.reach.barred():
            message = UNREAD if barred == UNREACHABLE else STOPPED
            raise Mistake(message, environment=request.environment, task=task_id)
        task = await self._from_ocp(request, task_id)
        self._must_fit(request, task)
        return task

    async def must_be_free(self, tx: Tx, request: Request, task_id: int) -> None:
        """Do nothing if the task belongs to no request yet."""
        if task_id not in await tx.bound_tasks(request.environment):
            return
        for other in reversed(await tx.requests_in(request.environment, *FOLLOWING)):
            if any(watch.task_id == task_id for watch in await tx.watches_of(other.id)):
                raise Mistake(N_("Task %(task)s belongs to #%(number)s already."), task=task_id, number=other.number)
        raise Mistake(N_("Task %(task)s belongs to another request already."), task=task_id)

    async def _from_ocp(self, request: Request, task_id: int) -> Task:
        fields = {"environment": request.environment, "task": task_id}
        try:
            return await self.ocp.task(task_id)
        except TaskGone as gone:
            message = N_("OCP %(environment)s knows no task %(task)s. Its task page shows the id.")
            raise Mistake(message, **fields) from gone
        except OcpRefused as refused:
            message = N_('OCP %(environment)s refused to show task %(task)s: %(code)s "%(said)s". Nothing was done.')
            raise Mistake(message, **fields, code=refused.code, said=refused.message) from refused
        except OcpError as error:
            raise Mistake(STOPPED if _stops(error) else UNREAD, **fields) from error

    def _must_fit(self, request: Request, task: Task) -> None:
        wanted = self.operations[request.operation].task_name
        if task.name.strip() != wanted:
            message = N_('Task %(task)s is "%(name)s", and not "%(wanted)s".')
            raise Mistake(message, task=task.id, name=task.name, wanted=wanted)
        if task.clusters and request.name not in task.clusters:
            message = N_("Task %(task)s is about cluster %(others)s, and not about %(name)s.")
            raise Mistake(message, task=task.id, others=", ".join(task.clusters), name=request.name)
        if task.started_at is not None and task.started_at < request.created_at - CLOCKS_APART:
            message = N_("Task %(task)s was started before #%(number)s was asked for, so it is not its own.")
            raise Mistake(message, task=task.id, number=request.number)


def _stops(error: OcpError) -> bool:
    return isinstance(error, OcpStopped) and error.reason == "credentials"
