"""Watching: every look at a task is stored with an event that holds what changed (DESIGN, section 6)."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.domain.diff import Change, diff
from bot.domain.errors import OcpError, TaskGone
from bot.domain.event import Fact, Kind
from bot.domain.pace import backoff
from bot.domain.policy import Policy
from bot.domain.records import Watch as Watched
from bot.domain.request import Request, State
from bot.domain.task import FAILED, RUNNING, Outcome, Task, branches, in_order, outcome, progress
from bot.ports import Clock, Ocp, Store, Tx, Wake

from .again import unless_raced
from .reach import Reach

LOOKS_AT_ONCE = 4
FAILED_EVERY = timedelta(minutes=1)
FAILED_EVERY_LATER = timedelta(minutes=10)
FAILED_FRESH = timedelta(days=1)

log = structlog.get_logger()


@dataclass(slots=True)
class Watch:
    """
    Look at the tasks that are due.

    `failures` counts a watch's looks in a row without an answer; it only stretches the time to the next one.
    """

    store: Store
    ocp: Ocp
    clock: Clock
    policy: Policy
    reach: Reach
    wake: Wake
    jitter: Callable[[], float]
    failures: dict[str, int] = field(default_factory=dict)
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(LOOKS_AT_ONCE))

    async def round(self) -> None:
        """Look at every task that is due: side by side, but never two looks at one task."""
        async with self.store.reading() as tx:
            due = await tx.due_watches(self.policy.environment, self.clock.now())
        if not due or await self.reach.barred():
            return
        ends = await asyncio.gather(*map(self._look, due), return_exceptions=True)
        unanswered = [end for end in ends if isinstance(end, OcpError)]
        if unanswered:
            log.warning("OCP did not answer looks", looks=len(unanswered), first=str(unanswered[0]))
        for end in ends:
            if isinstance(end, BaseException) and not isinstance(end, OcpError):
                raise end

    async def _look(self, watched: Watched) -> OcpError | None:
        """Look once and store what was seen; return the error if OCP did not answer."""
        try:
            async with self.places:
                if await self.reach.barred():  # one of the looks beside this one was refused, or OCP is silent
                    return None
                task = await self.ocp.task(watched.task_id)
        except TaskGone as error:
            with unless_raced():
                await self._gone(watched, error)
        except OcpError as error:
            with unless_raced():
                await self._put_off(watched)
            return error
        else:
            self.failures.pop(watched.id, None)
            with unless_raced():
                await self._store(watched, task)
        return None

    async def _store(self, watched: Watched, seen: Task) -> None:
        """
        Store the look and all that follows from it in one transaction.

        What it did not tell is taken from the look before, but only what it told itself can end the request.
        """
        task, meaning = seen.over(watched.snapshot), outcome(seen)
        changes = diff(watched.snapshot, task)
        now = self.clock.now()
        async with self.store.transaction() as tx:
            request = await tx.request(watched.request)
            if request is None or not request.is_open:
                await tx.save_watch(replace(watched, version=watched.version + 1, next_look_at=None))
                return
            facts = [_changed(task, changes)] if changes else []
            moved, more = await self._follow(tx, request, watched, task, meaning, is_settled=not changes)
            await tx.save_watch(self._next(watched, task, meaning, moved, now))
            if facts or more:
                await tx.save(moved, *facts, *more, at=now)
                self.wake()

    async def _follow(
        self, tx: Tx, request: Request, watched: Watched, task: Task, meaning: Outcome, *, is_settled: bool
    ) -> tuple[Request, list[Fact]]:
        """Return the request after this look, and what is to be said of it beside the changes."""
        now = self.clock.now()
        match meaning:
            case Outcome.FAILED if is_settled and watched.failed_at is not None:
                return await self._failed(tx, request, task, now)
            case Outcome.WORKING if request.state is State.FAILED and task.mark.status == RUNNING:
                return request.move(State.RUNNING, now=now), _resumed(request, task)
            case Outcome.ROLLED_BACK:
                end = Fact(Kind.ROLLED_BACK, {"task": task.id})
                return request.move(State.ROLLED_BACK, now=now), [*_resumed(request, task), end]
            case Outcome.DONE if await self._others_are_done(tx, watched):
                seconds = round((now - watched.bound_at).total_seconds())
                end = Fact(Kind.SUCCEEDED, {"task": task.id, "seconds": seconds})
                return request.move(State.SUCCEEDED, now=now), [*_resumed(request, task), end]
        return request, []

    async def _failed(self, tx: Tx, request: Request, task: Task, now: datetime) -> tuple[Request, list[Fact]]:
        """A second look has confirmed it; it is told once for the same failure, again if a retry has failed too."""
        failed = _failed_subtasks(task)
        told = await tx.latest_event(request.id, [Kind.FAILED, Kind.RESUMED])
        if told and told.kind == Kind.FAILED and told.content.get("failed") == failed:
            return request, []
        fact = Fact(Kind.FAILED, {"task": task.id, "failed": failed, "counts": progress(task).by_state})
        return request if request.state is State.FAILED else request.move(State.FAILED, now=now), [fact]

    async def _others_are_done(self, tx: Tx, watched: Watched) -> bool:
        others = await tx.watches_of(watched.request)
        return all(outcome(other.snapshot) is Outcome.DONE for other in others if other.id != watched.id)

    async def _gone(self, watched: Watched, error: TaskGone) -> None:
        """OCP does not know the task any more: said once, the last state kept, and looked for from time to time."""
        now = self.clock.now()
        async with self.store.transaction() as tx:
            later = replace(watched, version=watched.version + 1, next_look_at=now + FAILED_EVERY_LATER)
            await tx.save_watch(later)
            request = await tx.request(watched.request)
            last = await tx.latest_event(watched.request, [Kind.TASK_GONE, Kind.CHANGED, Kind.RUNNING])
            if request is None or (last and last.kind == Kind.TASK_GONE):
                return
            told = {"code": error.code, "message": error.message, "trace_id": error.trace_id}
            await tx.save(request, Fact(Kind.TASK_GONE, {"task": watched.task_id, **told}), at=now)
        self.wake()

    async def _put_off(self, watched: Watched) -> None:
        failures = self.failures[watched.id] = self.failures.get(watched.id, 0) + 1
        wait = max(self.policy.look_seconds, backoff(failures, jitter=self.jitter()))
        async with self.store.transaction() as tx:
            then = self.clock.now() + timedelta(seconds=wait)
            await tx.save_watch(replace(watched, version=watched.version + 1, next_look_at=then))

    def _next(self, watched: Watched, task: Task, meaning: Outcome, request: Request, now: datetime) -> Watched:
        """Return the watch after a stored look, with the time of the next one."""
        failed_at = (watched.failed_at or now) if meaning is Outcome.FAILED else None
        looked = replace(watched, snapshot=task, version=watched.version + 1, failed_at=failed_at)
        if not request.is_open:
            return replace(looked, next_look_at=None)
        if request.state is State.FAILED and failed_at is not None:
            is_fresh = now - failed_at < FAILED_FRESH
            return replace(looked, next_look_at=now + (FAILED_EVERY if is_fresh else FAILED_EVERY_LATER))
        return replace(looked, next_look_at=now + timedelta(seconds=self.policy.look_seconds))


def _resumed(request: Request, task: Task) -> list[Fact]:
    """A failed request goes on, or has ended between two looks: somebody acted in OCP, for we did not."""
    data = {"task": task.id, "operation": task.mark.operation}
    return [Fact(Kind.RESUMED, data)] if request.state is State.FAILED else []


def _changed(task: Task, changes: Sequence[Change]) -> Fact:
    data = {"task": task.id, "changes": [change.to_json() for change in changes], "counts": progress(task).by_state}
    return Fact(Kind.CHANGED, data)


def _failed_subtasks(task: Task) -> list[dict[str, Any]]:
    """Return what is FAILED, upstream first; `finish` and `run_time` tell one failure from the next."""
    places = branches(task.known_subtasks)
    failed = [subtask for subtask in in_order(task.known_subtasks) if subtask.mark.status == FAILED]
    return [
        {
            "id": subtask.id,
            "name": subtask.name,
            "branch": places.get(subtask.id, (0, 0))[0],
            "of": places.get(subtask.id, (0, 0))[1],
            "run_time": subtask.mark.run_time,
            "finish": subtask.mark.finish,
        }
        for subtask in failed
    ]
