"""Operating: what a person does about a request that waits for one, because it is unclear or held."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.approvals import Approvals
from bot.domain.candidate import Candidate, candidates, one_task
from bot.domain.errors import FormRefused, OldButton, TooEarly
from bot.domain.event import Event, Fact, Kind
from bot.domain.form import Mistake, asked_why
from bot.domain.late import too_late
from bot.domain.policy import APPROVER, OPERATOR, Policy
from bot.domain.records import Act
from bot.domain.request import CLOSABLE, Actor, Request, RevisionId, State
from bot.domain.task import Task
from bot.domain.texts import When
from bot.ports import Clock, Store, Tx, Wake

from .click import Click, payload_of
from .counting import Counting, ruled
from .fitting import Fitting
from .pause import must_not_be_paused
from .rights import Rights
from .settle import Settle

UNCERTAIN = frozenset({State.UNCERTAIN})


@dataclass(frozen=True, slots=True)
class Operate:
    """
    What the buttons of an unclear request do, and Close on a held one.

    Every method raises NotAllowed, GroupUnknown, NotAMember, PersonUnknown, TooLate, OldButton or Gone in words for the
    person; `send_again` SelfApproval, OwnWords, AlreadyApproved, TooEarly and IsPaused, too; `attach` and `close`
    FormRefused.
    """

    store: Store
    clock: Clock
    policy: Policy
    rights: Rights
    settle: Settle
    fitting: Fitting
    wake: Wake

    async def may_attach(self, seen: RevisionId, *, by: Actor) -> tuple[Request, tuple[Candidate, ...]]:
        """Return the request to which *by* may attach a task now, and the tasks that the last look has found."""
        await self.rights.must(OPERATOR, by, self.policy)
        async with self.store.reading() as tx:
            request = await Click(seen, by, UNCERTAIN).request(tx)
            return request, candidates(await _looked(tx, request), await tx.bound_tasks(request.environment))

    async def attach(self, seen: RevisionId, *, by: Actor, chosen: str, typed: str) -> None:
        """Follow the one task that was *chosen* or *typed* as the request's own; nothing is sent to OCP."""
        await self.rights.must(OPERATOR, by, self.policy)
        field, task_id = one_task(chosen, typed)
        click = Click(seen, by, UNCERTAIN)
        try:
            await self._attach(click, task_id)
        except Mistake as mistake:
            raise FormRefused({field: mistake.text}) from mistake
        self.wake()

    async def send_again(self, seen: RevisionId, *, by: Actor) -> Approvals:
        """Let an unclear request be sent again, as a decision of its own; OCP is looked at before, so not twice."""
        await self.rights.must(APPROVER, by, self.policy)
        click = Click(seen, by, UNCERTAIN)
        await must_not_be_paused(self.store, click)

        async def write(tx: Tx, request: Request) -> Approvals:
            now = self.clock.now()
            decided, act = request.send_again(seen, by=by.id, now=now), await _open_act(tx, request)
            _must_be_over(request, act, await _looked(tx, request), now)
            data = {"after": State.UNCERTAIN}
            counted = await Counting(self.policy).approve(tx, request, decided, by=by, data=data, now=now)
            if counted.are_enough:
                await tx.save_act(replace(act, state="given_up"))
            return counted

        counted = await click.answer(self.store, write)
        self.wake()
        return counted

    async def may_close(self, seen: RevisionId, *, by: Actor) -> tuple[Request, bool]:
        """Return the request that *by* may close now, and whether OCP may have got it."""
        await self.rights.must(OPERATOR, by, self.policy)
        async with self.store.reading() as tx:
            request = await Click(seen, by, CLOSABLE).request(tx)
            return request, await _is_in_doubt(tx, request)

    async def close(self, seen: RevisionId, *, by: Actor, why: str) -> None:
        """Let go of a request: nothing is sent or looked for any more, and its cluster name is free again."""
        await self.rights.must(OPERATOR, by, self.policy)
        click, reason = Click(seen, by, CLOSABLE), asked_why(why)

        async def write(tx: Tx, request: Request) -> None:
            now = self.clock.now()
            closed, act = request.close(seen, by=by.id, now=now), await tx.open_act(request.id)
            told = {"reason": reason, "was": request.state, "in_doubt": await _is_in_doubt(tx, request)}
            told |= {**await payload_of(tx, request), **ruled(self.policy)}
            if act is not None:
                await tx.save_act(replace(act, state="given_up"))
            fact = Fact(Kind.CLOSED, {**told, "actor_name": by.name}, actor=by.id, role=OPERATOR)
            await tx.save(closed, fact, at=now)

        await click.decide(self.store, write, is_done=lambda answer: click.is_own(answer, Kind.CLOSED))
        self.wake()

    async def _attach(self, click: Click, task_id: int) -> None:
        """Read the task from OCP while no transaction is open, then bind it; raises Mistake."""

        def is_done(answer: Event) -> bool:
            return click.is_own(answer, Kind.RUNNING) and answer.content.get("task") == task_id

        async with self.store.reading() as tx:
            request, answer = await click.meets(tx)
            if answer is None:
                await self.fitting.must_be_free(tx, request, task_id)
        if answer is None:
            task = await self.fitting.read(request, task_id)
            await click.decide(self.store, lambda tx, request: self._bind(tx, request, task, click.by), is_done=is_done)
        elif not is_done(answer):
            raise too_late(request.number, answer)

    async def _bind(self, tx: Tx, request: Request, task: Task, by: Actor) -> None:
        await self.fitting.must_be_free(tx, request, task.id)
        started = task.started_at.isoformat() if task.started_at else None
        data = {"how": "attached", "creator": task.creator, "started": started, "actor_name": by.name}
        data |= {**await payload_of(tx, request), **ruled(self.policy)}
        act = await _open_act(tx, request)
        await self.settle.bind(tx, request, act, task, data, actor=by.id, role=OPERATOR)


async def _looked(tx: Tx, request: Request) -> Event | None:
    """Return what looking has come to: UNCLEAR once it is over, UNCERTAIN while it goes on."""
    return await tx.latest_event(request.id, [Kind.UNCERTAIN, Kind.UNCLEAR])


async def _is_in_doubt(tx: Tx, request: Request) -> bool:
    """Return whether OCP may have got the request: one of its sends had no clear answer."""
    return await tx.latest_event(request.id, [Kind.UNCERTAIN]) is not None


async def _open_act(tx: Tx, request: Request) -> Act:
    act = await tx.open_act(request.id)
    if act is None:
        raise LookupError(f"request {request.id} is uncertain without an open act")
    return act


def _must_be_over(request: Request, act: Act, looked: Event | None, now: datetime) -> None:
    """Do nothing if the first try has had its time and was looked for; raises TooEarly or OldButton."""
    if act.claimed_until > now:
        raise TooEarly(f"the claim of {request.id} runs until {act.claimed_until}", until=When(act.claimed_until))
    if looked is None or looked.kind != Kind.UNCLEAR:
        raise OldButton(f"{request.id} is still looked for", number=request.number)
