"""Submitting: an approved request goes to OCP once (DESIGN, section 5)."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.domain.answer import Answer, NotSent, Unknown
from bot.domain.barred import UNREACHABLE
from bot.domain.errors import OcpLimited, OcpRefused, OcpStopped, OcpUnavailable
from bot.domain.event import Fact, Kind
from bot.domain.inventory import Cluster
from bot.domain.pace import may_start
from bot.domain.policy import Policy
from bot.domain.records import Act
from bot.domain.request import Request, Revision, State
from bot.domain.task import Task
from bot.ports import Clock, NewId, Ocp, Operation, Store, Tx, Wake

from .again import unless_raced
from .click import as_decided
from .counting import is_decided_under
from .pause import held_by_pause
from .reach import Reach
from .settle import CLAIM, Settle

CLOCKS_APART = timedelta(minutes=15)
"""How far OCP's clock and ours may differ when the start of a task is compared with the time of a request."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Submit:
    """
    Send what was approved: look, claim, send once, settle the answer.

    `is_ours` tells whether it is still for this process to send: not once its end has begun, or another one does it.
    """

    store: Store
    ocp: Ocp
    clock: Clock
    new_id: NewId
    operations: Mapping[str, Operation]
    policy: Policy
    reach: Reach
    settle: Settle
    wake: Wake
    is_ours: Callable[[], bool]

    async def round(self) -> None:
        """
        Send every approved request that is due, one after the other; hold those that waited too long.

        While the environment is paused, hold them all.
        """
        now = self.clock.now()
        async with self.store.reading() as tx:
            is_paused = (await tx.environment(self.policy.environment)).pause is not None
            approved = await tx.requests_in(self.policy.environment, State.APPROVED)
        for request in approved:
            is_due = request.next_try_at is None or request.next_try_at <= now
            if self.is_ours() and (is_paused or is_due):
                with unless_raced():
                    await (self._hold_for_pause(request) if is_paused else self._hold_or_send(request))

    async def _hold_or_send(self, request: Request) -> None:
        if request.decided_at and self.clock.now() - request.decided_at > self.policy.sends_within:
            await self._hold(request)
        elif barred := await self.reach.barred():
            await self.settle.delay(request, barred, "")
        else:
            await self._look_and_send(request)

    async def _look_and_send(self, request: Request) -> None:
        try:
            listed = await self.ocp.clusters()
            looked_at = self.clock.monotonic()
            there = next((cluster for cluster in listed.clusters if cluster.name == request.name), None)
            ours = await self._unbound_tasks(request) if there else []
        except OcpStopped as error:
            await self.settle.delay(request, error.reason, "")
        except OcpUnavailable as error:
            log.warning("OCP did not answer before a send", request=request.id, error=str(error))
            cause = "limited" if isinstance(error, OcpLimited) else UNREACHABLE
            await self.settle.delay(request, cause, "", seconds=error.seconds)
        except OcpRefused as error:
            await self.settle.delay(request, "refused", f"{error.code} {error.message}, traceId {error.trace_id}")
        else:
            if there:
                await self._is_there(request, there, ours)
            else:
                await self._claim_and_send(request, before=listed.at.isoformat(), looked_at=looked_at)

    async def _unbound_tasks(self, request: Request) -> list[Task]:
        """Return our account's tasks since the request was made that belong to no request: perhaps a lost create."""
        tasks = await self.ocp.tasks(name=self.operations[request.operation].task_name)
        async with self.store.reading() as tx:
            bound = await tx.bound_tasks(self.policy.environment)
        since = request.created_at - CLOCKS_APART
        ours = [task for task in tasks if task.creator == self.policy.account and task.id not in bound]
        return [task for task in ours if task.started_at is None or task.started_at >= since]

    async def _is_there(self, request: Request, there: Cluster, ours: list[Task]) -> None:
        """Nothing is sent: the name exists. Refused, unless a task says that it may be our own doing."""
        now = self.clock.now()
        async with self.store.transaction() as tx:
            if ours:
                revision = await tx.revision(request.revision)
                before = (request.created_at - CLOCKS_APART).isoformat()
                act = self._act(request, revision, before=before, until=now)
                await self.settle.lose(tx, request, act, "there", f"{there.name}, id {there.id}", look_at=now)
            else:
                fact = Fact(Kind.REFUSED, {"found": {"id": there.id, "name": there.name}})
                await tx.save(request.move(State.OCP_REFUSED, now=now), fact, at=now)
        self.wake()

    async def _claim_and_send(self, request: Request, *, before: str, looked_at: float) -> None:
        """
        Claim the send, then send it, once: a claim that was slow to commit is given back instead.

        What was looked at too long ago (monotonic seconds) is looked at again in the next round: a process that stood
        still since then knows neither what OCP has now nor whether the time for sending is over.
        """
        claimed_from = self.clock.monotonic()
        if not may_start(looked_at, claimed_from) or not self.is_ours():
            return
        claimed = await self._claim(request, before)
        if claimed is None:
            return
        act, revision = claimed
        if not may_start(claimed_from, self.clock.monotonic()):
            await self.settle.answered(act, NotSent("the claim took too long to commit", cause="database"))
            return
        call = self.operations[request.operation].call(revision.payload)
        try:
            answer = await self.ocp.send(call)
        except asyncio.CancelledError:  # the end of the process waits no longer
            await self.settle.answered(act, Unknown("the process ended before the answer", cause="died"))
            raise
        await self._store(act, answer)

    async def _store(self, act: Act, answer: Answer) -> None:
        """Store an answer that is there, also if the end of the process, which waits no longer, comes meanwhile."""
        storing = asyncio.ensure_future(self.settle.answered(act, answer))
        try:
            await asyncio.shield(storing)
        except asyncio.CancelledError:
            await storing
            raise

    async def _claim(self, request: Request, before: str) -> tuple[Act, Revision] | None:
        """Claim the send; None if *request* is held instead: by a pause, or as it was approved under other rules."""
        now = self.clock.now()
        async with self.store.transaction() as tx:
            is_held = await held_by_pause(tx, request, now) or await self._held_by_rules(tx, request, now)
            claimed = None if is_held else await self._claimed(tx, request, before, now)
        self.wake()
        return claimed

    async def _held_by_rules(self, tx: Tx, request: Request, now: datetime) -> bool:
        """Hold *request* if it was approved under other rules than those that hold now; return whether."""
        if await is_decided_under(tx, request, self.policy):
            return False
        data = {"why": "rules", "detail": "", **await as_decided(tx, request)}
        await tx.save(request.move(State.HELD, now=now), Fact(Kind.HELD, data), at=now)
        return True

    async def _claimed(self, tx: Tx, request: Request, before: str, now: datetime) -> tuple[Act, Revision]:
        revision = await tx.revision(request.revision)
        act = self._act(request, revision, before=before, until=now + CLAIM)
        data = {
            "act": act.id,
            "before": before,
            "until": act.claimed_until.isoformat(),
            "payload_hash": revision.hash,
        }
        await tx.save(request.move(State.SUBMITTING, now=now), Fact(Kind.SUBMITTING, data), at=now)
        await tx.save_act(act)
        return act, revision

    async def _hold_for_pause(self, request: Request) -> None:
        """Hold it, unless the pause is over by now: then the next round sends it."""
        async with self.store.transaction() as tx:
            await held_by_pause(tx, request, self.clock.now())
        self.wake()

    async def _hold(self, request: Request) -> None:
        now = self.clock.now()
        async with self.store.transaction() as tx:
            last = await tx.latest_event(request.id, [Kind.DELAYED])
            cause = last.content if last else {}
            data = {"why": cause.get("why", ""), "detail": cause.get("detail", "")}
            data |= await as_decided(tx, request)
            await tx.save(request.move(State.HELD, now=now), Fact(Kind.HELD, data), at=now)
        self.wake()

    def _act(self, request: Request, revision: Revision, *, before: str, until: datetime) -> Act:
        return Act(
            id=self.new_id(),
            request=request.id,
            verb="create",
            target=request.name,
            payload_hash=revision.hash,
            state="claimed",
            claimed_until=until,
            before=before,
        )
