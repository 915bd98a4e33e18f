"""Looking for a create whose answer was lost, and adopting its task when there is no doubt (DESIGN, section 5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.domain.barred import STOPPED
from bot.domain.errors import OcpError
from bot.domain.event import Fact, Kind
from bot.domain.policy import Policy
from bot.domain.records import Act
from bot.domain.request import Request, State
from bot.domain.task import Task
from bot.ports import Clock, Evidence, Ocp, Operation, Store, Wake

from .again import unless_raced
from .reach import Reach
from .settle import LOOK_FOR, Settle

LOOK_EVERY = timedelta(seconds=30)
LOOK_EVERY_LATER = timedelta(minutes=10)
"""How often an unclear create is still looked for, once an operator was asked."""

CLOCKS_OF_ONE_OCP = timedelta(seconds=5)
"""How far the clocks of two nodes of one OCP may differ."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Look:
    """Find out what became of sends that nobody has an answer to."""

    store: Store
    ocp: Ocp
    clock: Clock
    operations: Mapping[str, Operation]
    policy: Policy
    reach: Reach
    settle: Settle
    wake: Wake

    async def round(self) -> None:
        """Give up claims that ran out, then look for every lost create that is due."""
        now = self.clock.now()
        async with self.store.reading() as tx:
            unsettled = await tx.requests_in(self.policy.environment, State.SUBMITTING, State.UNCERTAIN)
        for request in unsettled:
            if request.state is State.SUBMITTING:
                with unless_raced():
                    await self._give_up_claim(request)
            elif request.next_try_at is not None and request.next_try_at <= now:
                await self._unless_barred(request)

    async def _unless_barred(self, request: Request) -> None:
        """Look, or note that it cannot be done now; while calls are stopped the request waits as it is."""
        barred = await self.reach.barred()
        async with self.store.reading() as tx:
            act = await tx.open_act(request.id)
        if act is None or barred == STOPPED:
            return
        if barred:
            with unless_raced():
                await self._not_found(request, act, None)
        else:
            await self._unless_away(request, replace(act, looks=act.looks + 1))

    async def _unless_away(self, request: Request, looked: Act) -> None:
        try:
            with unless_raced():
                await self._look_for(request, looked)
        except OcpError as error:
            log.warning("OCP did not answer a look", request=request.id, error=str(error))
            with unless_raced():
                await self._not_found(request, looked, None)

    async def _give_up_claim(self, request: Request) -> None:
        """A claim that ran out without an answer: the process that held it is gone."""
        now = self.clock.now()
        async with self.store.transaction() as tx:
            act = await tx.open_act(request.id)
            if act is None or act.claimed_until > now:
                return
            await self.settle.lose(tx, request, act, "died", "", look_at=now)
        self.wake()

    async def _look_for(self, request: Request, act: Act) -> None:
        async with self.store.reading() as tx:
            payload = (await tx.revision(request.revision)).payload
        operation = self.operations[request.operation]
        evidence = await self._evidence(request, act, operation.task_name)
        found = operation.recognise(payload, evidence)
        if found is not None:
            await self._adopt(request, act, await self.ocp.task(found))
        else:
            await self._not_found(request, act, evidence)

    async def _evidence(self, request: Request, act: Act, task_name: str) -> Evidence:
        listed = await self.ocp.clusters()
        tasks = await self.ocp.tasks(name=task_name)
        async with self.store.reading() as tx:
            bound = await tx.bound_tasks(self.policy.environment)
            unsettled = await tx.requests_in(self.policy.environment, State.SUBMITTING, State.UNCERTAIN)
        return Evidence(
            clusters=tuple(cluster for cluster in listed.clusters if cluster.name == request.name),
            tasks=_started_since(tasks, act.before),
            bound=bound,
            account=self.policy.account,
            dedicated=self.policy.account_is_ours,
            alone=all(other.id == request.id for other in unsettled),
        )

    async def _adopt(self, request: Request, act: Act, task: Task) -> None:
        async with self.store.transaction() as tx:
            started = task.started_at.isoformat() if task.started_at else None
            data = {"how": "adopted", "creator": task.creator, "started": started}
            await self.settle.bind(tx, request, act, task, data)
        self.wake()

    async def _not_found(self, request: Request, act: Act, evidence: Evidence | None) -> None:
        """Look again later; after ten minutes an operator is asked, again only if there is other evidence."""
        now = self.clock.now()
        async with self.store.transaction() as tx:
            await tx.save_act(act)
            if now < act.claimed_until + LOOK_FOR:
                await tx.save(request.retry_at(now + LOOK_EVERY), at=now)
                return
            fact = Fact(Kind.UNCLEAR, {"looks": act.looks, "since": act.before, **_told(evidence)})
            told = await tx.latest_event(request.id, [Kind.UNCLEAR, Kind.UNCERTAIN])
            is_told = told is not None and told.kind == Kind.UNCLEAR and _is_old(told.content, fact.data)
            await tx.save(request.retry_at(now + LOOK_EVERY_LATER), *([] if is_told else [fact]), at=now)
        self.wake()


def _started_since(tasks: Sequence[Task], before: str) -> tuple[Task, ...]:
    """Return the tasks that may come from a call after OCP's time *before*; without a start they may."""
    since = datetime.fromisoformat(before) - CLOCKS_OF_ONE_OCP
    return tuple(task for task in tasks if task.started_at is None or task.started_at >= since)


def _told(evidence: Evidence | None) -> dict[str, Any]:
    """Return the evidence as an operator needs it; None is a look that OCP did not answer."""
    if evidence is None:
        return {"unread": True}
    return {
        "clusters": [
            {"id": cluster.id, "name": cluster.name, "address": cluster.address, "work_mode": cluster.work_mode}
            for cluster in evidence.clusters
        ],
        "tasks": [
            {
                "id": task.id,
                "status": task.mark.status,
                "creator": task.creator,
                "started": task.started_at.isoformat() if task.started_at else None,
                "bound": task.id in evidence.bound,
            }
            for task in evidence.tasks
        ],
    }


def _is_old(told: Mapping[str, Any], seen: Mapping[str, Any]) -> bool:
    """Whether an operator has nothing new to learn: a look without an answer is never news after the first."""
    return bool(seen.get("unread")) or (not told.get("unread") and _ids(told) == _ids(seen))


def _ids(told: Mapping[str, Any]) -> tuple[list[int], list[int]]:
    """Return what makes evidence other evidence: which clusters and free tasks there are, not how tasks get on."""
    free = [each["id"] for each in told.get("tasks", ()) if not each["bound"]]
    return (sorted(each["id"] for each in told.get("clusters", ())), sorted(free))
