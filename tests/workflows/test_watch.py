"""Watching: whatever OCP shows from one look to the next, the timeline tells it."""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.event import Fact, Kind, first_broken
from bot.domain.records import Watch as Watched
from bot.domain.request import Request, RequestId, RevisionId, State
from bot.domain.task import Task
from bot.ports import Ocp
from bot.store.database import Database
from bot.workflows.reach import Reach
from bot.workflows.silence import Silence
from bot.workflows.stop import Brake
from bot.workflows.watch import Watch
from tests.builders import NOW, a_policy, a_request
from tests.chaos.looks import keep_looks, kept_looks, untold
from tests.domain.strategies import tasks


@dataclass(slots=True)
class Later:
    """A clock on which the next look is always due."""

    time: datetime = NOW

    def now(self) -> datetime:
        self.time += timedelta(hours=1)
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@dataclass(slots=True)
class Shows:
    """An OCP that shows one look after the other."""

    looks: list[Task]

    async def task(self, _task_id: int) -> Task:
        return self.looks.pop(0)


@pytest.mark.invariant(3)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(looks=st.lists(tasks(), min_size=2, max_size=7))
def test_every_difference_between_two_stored_looks_is_in_an_event_of_the_second(
    database_url: str, looks: list[Task]
) -> None:
    """Any states, subtasks that come and go, answers without subtasks: the database itself keeps what was stored."""
    asyncio.run(_watched(database_url, looks))


async def _watched(url: str, looks: Sequence[Task]) -> None:
    database = Database.at(url)
    try:
        await database.migrate()
        request, watched = await _running(database, looks[0])
        watch = _watch(database, request, [*looks[1:]])
        for _ in looks[1:]:
            await watch.round()
        async with database.reading() as tx:
            events = await tx.events(request.id)
        kept = [look for look in await kept_looks(database) if look.watch == watched.id]
    finally:
        await database.close()
    assert first_broken(events) is None
    assert untold(kept, events) == []
    assert len(kept) > 1


async def _running(database: Database, first: Task) -> tuple[Request, Watched]:
    """Store a request that runs as *first*, in an environment of its own."""
    name = uuid.uuid4().hex
    changed = {
        "number": uuid.uuid4().int % 10**9,
        "origin": name,
        "environment": name,
        "version": 0,
        "seq": 0,
        "head": "",
    }
    request = a_request(state=State.RUNNING, id=RequestId(name), revision=RevisionId(name), **changed)
    watched = Watched(
        id=name,
        environment=name,
        task_id=first.id,
        request=request.id,
        snapshot=first,
        version=1,
        bound_at=NOW,
        next_look_at=NOW,
    )
    await keep_looks(database)
    async with database.transaction() as tx:
        await tx.save(request, Fact(Kind.ASKED), at=NOW)
        await tx.save_watch(watched)
    return request, watched


def _watch(database: Database, request: Request, looks: list[Task]) -> Watch:
    clock = Later()
    policy = a_policy(environment=request.environment)
    brake = Brake(database, clock, lambda: uuid.uuid4().hex, request.environment, "digest", lambda: None)
    ocp = cast(Ocp, Shows(looks))
    silence = Silence(database, clock, request.environment, brake, lambda: None)
    reach = Reach(ocp, clock, brake, silence, lambda: 0.5, lambda: True)
    return Watch(database, ocp, clock, policy, reach, lambda: None, lambda: 0.5)
