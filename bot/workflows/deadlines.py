"""Deadlines of requests that wait for approval: reminders, and the end of the time for deciding."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.event import BOT, Event, Fact, Kind
from bot.domain.policy import Policies, Policy
from bot.domain.request import Request, RequestId, State
from bot.domain.waiting import SECOND_GROUP_FROM, next_deadline, reminder_due
from bot.ports import Clock, Store, Tx, Wake

from .again import unless_raced
from .counting import Counting, asked_with


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Keep the times of pending requests; `next_try_at` of one is only when to look at it again."""

    store: Store
    clock: Clock
    policies: Policies
    wake: Wake

    async def round(self) -> None:
        """Remind and expire whatever is due."""
        for environment in self.policies.environments:
            await self._keep_all(environment.environment)

    async def _keep_all(self, environment: str) -> None:
        now = self.clock.now()
        async with self.store.reading() as tx:
            pending = await tx.requests_in(environment, State.PENDING)
        for request in pending:
            if request.next_try_at is None or request.next_try_at <= now:
                with unless_raced():
                    await self._keep(request.id)

    async def _keep(self, request_id: RequestId) -> None:
        async with self.store.transaction() as tx:
            request = await tx.request(request_id)
            if request is None or request.state is not State.PENDING:
                return
            now, asked, policy = self.clock.now(), await asked_with(tx, request), self.policies.of(request)
            if now >= asked.time + policy.approvals_last:
                fact = Fact(Kind.EXPIRED, await _told(tx, request, policy, asked, now))
                await tx.save(request.move(State.EXPIRED, now=now), fact, at=now)
            else:
                facts = await _reminder(tx, request, policy, asked, now)
                until = next_deadline(asked.time, now, last=policy.approvals_last)
                await tx.save(request.retry_at(until), *facts, at=now)
        self.wake()


async def _reminder(tx: Tx, request: Request, policy: Policy, asked: Event, now: datetime) -> list[Fact]:
    """Return the reminder that is due, if one is."""
    before = [
        timedelta(seconds=float(event.content.get("after", 0)))
        for event in await tx.events_of(request.id, [Kind.REMINDED, Kind.ESCALATED])
        if event.actor == BOT and event.seq > asked.seq
    ]
    due = reminder_due(asked.time, before, now, last=policy.approvals_last)
    if due is None:
        return []
    data = {"after": due.total_seconds(), **await _told(tx, request, policy, asked, now)}
    is_for_more = due >= SECOND_GROUP_FROM and bool(policy.second_group)
    return [Fact(Kind.ESCALATED if is_for_more else Kind.REMINDED, data)]


async def _told(tx: Tx, request: Request, policy: Policy, asked: Event, now: datetime) -> dict[str, object]:
    approvals = await Counting(policy).of(tx, request, now)
    return {
        "since": asked.at,
        "until": (asked.time + policy.approvals_last).isoformat(),
        "given": len(approvals.given),
        "needed": approvals.needed,
    }
