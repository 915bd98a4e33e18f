"""Settling: what OCP's answer to a send means for the request (DESIGN, section 5)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.domain.answer import Accepted, Answer, NotSent, Refused, Stopped, Unknown
from bot.domain.errors import Conflict, StoreUnavailable
from bot.domain.event import BOT, STATE_KINDS, Fact, Kind
from bot.domain.policy import Policy
from bot.domain.records import Act, Watch
from bot.domain.request import MOVES, Request, State
from bot.domain.task import Task
from bot.ports import Clock, NewId, Store, Tx, Wake

from .stop import Brake

CLAIM = timedelta(seconds=75)
"""How long a send may take, from its claim to OCP's answer."""

LOOK_FOR = timedelta(minutes=10)
"""How long a lost create is looked for after its claim has run out."""

SHORTEST_WAIT = 2.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Settle:
    """Write what became of a send; `jitter` gives 0 to 1."""

    store: Store
    clock: Clock
    new_id: NewId
    policy: Policy
    brake: Brake
    wake: Wake
    jitter: Callable[[], float]

    async def answered(self, act: Act, answer: Answer) -> None:
        """
        Write *answer*, whatever became of the claim meanwhile; repeat until the database has taken it.

        It is logged first: whoever holds an answer is the only one who knows it.
        """
        log.info("ocp answered", act=act.id, request=act.request, answer=type(answer).__name__, detail=_short(answer))
        while True:
            try:
                if isinstance(answer, Stopped):
                    await self.brake.pull(answer.reason, answer.detail, asked_at=act.claimed_until - CLAIM)
                await self._write(act, answer)
            except (Conflict, StoreUnavailable) as error:
                log.warning("answer not stored yet", act=act.id, error=str(error))
                await self.clock.sleep(1.0)
            else:
                self.wake()
                return

    async def delay(self, request: Request, why: str, detail: str, *, seconds: float | None = None) -> None:
        """
        Let an approved request wait; an event says so when the reason is a new one.

        Raises:
            Conflict: *request* was read before somebody else changed it.
        """
        async with self.store.transaction() as tx:
            await self._put_off(tx, request, why, detail, seconds)
        self.wake()

    async def _write(self, act: Act, answer: Answer) -> None:
        async with self.store.transaction() as tx:
            request = await tx.request(act.request)
            if request is None:
                raise LookupError(f"act {act.id} has no request")
            open_act = await tx.open_act(request.id)
            is_last_try = open_act is not None and open_act.id == act.id
            match answer:
                case Accepted(task, trace_id):
                    await self._accepted(tx, request, act, task, trace_id)
                case _ if not is_last_try:
                    log.error("an answer came too late to count", act=act.id, detail=_short(answer))
                case Refused(code, message, trace_id, status):
                    told = {"code": code, "message": message, "traceId": trace_id, "status": status}
                    await self._refuse(tx, request, act, told)
                case NotSent(_, seconds, cause):
                    await self._give_back(tx, request, act, cause, "", seconds)
                case Stopped():
                    await self._give_back(tx, request, act, "stopped", "", None)
                case Unknown(why, contested, cause) if request.state is State.SUBMITTING:
                    look_at = self.clock.now() if contested else act.claimed_until
                    await self.lose(tx, request, act, cause, why if cause == "answer" else "", look_at=look_at)

    async def _accepted(self, tx: Tx, request: Request, act: Act, task: Task, trace_id: str) -> None:
        """OCP has it, by this try or an earlier one: its task is followed unless the request is past that."""
        if task.id in {watch.task_id for watch in await tx.watches_of(request.id)}:
            return
        if task.id in await tx.bound_tasks(request.environment):
            await self._bound_already(tx, request, act, task)
        elif State.RUNNING in MOVES.get(request.state, ()) and request.state is not State.FAILED:
            await self.bind(tx, request, act, task, {"how": "answered", "trace_id": trace_id})
        else:
            await self._too_late(tx, request, task, trace_id)

    async def _bound_already(self, tx: Tx, request: Request, act: Act, task: Task) -> None:
        """OCP names a task that belongs to another request: perhaps another OCP under the same name. Nobody guesses."""
        log.error("OCP's answer names the task of another request", request=request.id, task=task.id)
        if request.state is State.SUBMITTING:
            await self.lose(tx, request, act, "taken", str(task.id), look_at=act.claimed_until)

    async def _too_late(self, tx: Tx, request: Request, task: Task, trace_id: str) -> None:
        """Somebody closed the request or attached another task: what OCP runs all the same is told, once."""
        told = await tx.latest_event(request.id, [Kind.LATE])
        if told is None or told.content.get("task") != task.id:
            await tx.save(request, Fact(Kind.LATE, {"task": task.id, "trace_id": trace_id}), at=self.clock.now())

    async def bind(
        self,
        tx: Tx,
        request: Request,
        act: Act,
        task: Task,
        data: Mapping[str, Any],
        *,
        actor: str = BOT,
        role: str = BOT,
    ) -> None:
        """Let *request* run as *task*, which is watched from now on; *actor* is who has found it."""
        now = self.clock.now()
        subtasks = None if task.subtasks is None else len(task.subtasks)
        fact = Fact(Kind.RUNNING, {**data, "task": task.id, "subtasks": subtasks}, actor=actor, role=role)
        later = await tx.open_act(request.id)
        if later is not None and later.id != act.id:
            await tx.save_act(replace(later, state="overtaken"))
        await tx.save_act(replace(act, state="accepted" if data["how"] == "answered" else str(data["how"])))
        await tx.save(request.move(State.RUNNING, now=now), fact, at=now)
        await tx.save_watch(self._watch(request, task, now))

    async def lose(self, tx: Tx, request: Request, act: Act, why: str, detail: str, *, look_at: datetime) -> None:
        """Nobody knows whether OCP got it: look for it from *look_at* on. *why* is a code, *detail* others' words."""
        now = self.clock.now()
        until = max(look_at, act.claimed_until) + LOOK_FOR
        data = {"why": why, "detail": detail, "since": now.isoformat(), "until": until.isoformat()}
        await tx.save_act(replace(act, state="unknown"))
        lost = request.move(State.UNCERTAIN, now=now).retry_at(look_at)
        await tx.save(lost, Fact(Kind.UNCERTAIN, data), at=now)

    async def _refuse(self, tx: Tx, request: Request, act: Act, data: Mapping[str, Any]) -> None:
        now = self.clock.now()
        await tx.save_act(replace(act, state="refused"))
        await tx.save(request.move(State.OCP_REFUSED, now=now), Fact(Kind.REFUSED, data), at=now)

    async def _give_back(
        self, tx: Tx, request: Request, act: Act, why: str, detail: str, seconds: float | None
    ) -> None:
        await tx.save_act(replace(act, state="not_sent"))
        await self._put_off(tx, request.move(State.APPROVED, now=self.clock.now()), why, detail, seconds)

    async def _put_off(self, tx: Tx, request: Request, why: str, detail: str, seconds: float | None) -> None:
        now = self.clock.now()
        decided = request.decided_at or now
        wait = timedelta(seconds=self._wait(now - decided) if seconds is None else max(SHORTEST_WAIT, seconds))
        latest = decided + self.policy.sends_within + timedelta(seconds=1)
        cause = await tx.latest_event(request.id, STATE_KINDS)
        is_told = cause is not None and cause.kind == Kind.DELAYED and cause.content.get("why") == why
        until = (decided + self.policy.sends_within).isoformat()
        fact = Fact(Kind.DELAYED, {"why": why, "detail": detail, "until": until})
        await tx.save(request.retry_at(min(now + wait, max(latest, now))), *([] if is_told else [fact]), at=now)

    def _wait(self, waited: timedelta) -> float:
        """Return seconds between 2 and 60, the longer the longer it took already, spread by *jitter*."""
        return min(60.0, max(SHORTEST_WAIT, waited.total_seconds() / 3)) * (0.75 + self.jitter() / 2)

    def _watch(self, request: Request, task: Task, now: datetime) -> Watch:
        return Watch(
            id=self.new_id(),
            environment=request.environment,
            task_id=task.id,
            request=request.id,
            snapshot=task,
            version=1,
            bound_at=now,
            next_look_at=now,
        )


def _short(answer: Answer) -> str:
    match answer:
        case Accepted(task, trace_id):
            return f"task {task.id}, traceId {trace_id}"
        case Refused(code, message, trace_id, status):
            return f"{status} {code} {message}, traceId {trace_id}"
        case Stopped(reason, detail):
            return f"{reason}: {detail}"
        case NotSent(why) | Unknown(why):
            return why
