"""A hundred thousand events: read by an auditor at a small multiple of a plain SELECT, in memory that does not grow."""

import time
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict, replace

import pytest
from sqlalchemy import insert, select

from bot.domain.event import Fact, Kind, chain, digest
from bot.domain.request import RequestId
from bot.ports import Which
from bot.store.database import Database
from bot.store.rows import request_row
from bot.store.tables import events, requests
from bot.workflows.export import exported
from bot.workflows.verify import Verify
from tests.builders import NOW, a_request

EVENTS, OF_EACH = 100_000, 50
MOST_TIMES = 12.0
"""How many times as long as plainly reading the same rows: both rise and fall with the machine."""

MOST_GROWTH = 1_000_000
"""Bytes that ten times as many events may need more at the peak."""


async def stored(database: Database, first: int, count: int) -> None:
    """Store *count* events of requests from number *first* on, as a task's changes make them."""
    change = {"task": 41257, "changes": [{"name": "Install rpm by package and version", "was": "PENDING"}] * 4}
    facts = [Fact(Kind.ASKED, {"payload_hash": digest("a"), "actor_name": "dana"}, "U0DANA", "requester")]
    facts += [Fact(Kind.CHANGED, change)] * (OF_EACH - 1)
    async with database.engine.begin() as connection:
        for number in range(first, first + count // OF_EACH):
            made = chain(f"request-{number}", 0, "", facts, NOW)
            request = a_request(number=number, name=f"pay_{number}", seq=OF_EACH, head=made[-1].hash)
            request = replace(request, id=RequestId(made[0].timeline), origin=f"view-{number}")
            await connection.execute(insert(requests).values(request_row(request)))
            await connection.execute(insert(events), [asdict(event) for event in made])


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database.at(database_url)
    await database.migrate()
    await stored(database, 1, EVENTS // 10)
    yield database
    await database.close()


async def plain(database: Database) -> int:
    """Read the same rows and do nothing with them."""
    async with database.engine.connect() as connection:
        found = await connection.stream(select(events), execution_options={"yield_per": 500})
        return sum([1 async for _ in found])


async def export(database: Database, form: str = "jsonl") -> int:
    """Export everything, line by line."""
    async with database.auditing() as record:
        return sum([1 async for _ in exported(record, Which(), form)])


async def verify(database: Database) -> int:
    """Verify everything; there are no revisions and no anchors."""
    async with database.auditing() as record:
        checking = Verify(record)
        assert [finding async for finding in checking.findings() if "counter" not in finding.what] == []
        return checking.events


Work = Callable[[Database], Awaitable[int]]


@pytest.mark.long
@pytest.mark.parametrize("work", [export, verify])
async def test_a_hundred_thousand_events_cost_little_more_than_reading_them(
    database: Database, work: Work, capsys: pytest.CaptureFixture[str]
) -> None:
    """In time and in memory; what it was here is printed."""
    await plain(database)  # warm
    small = await _peak(work, database)
    await stored(database, EVENTS // 10 // OF_EACH + 1, EVENTS - EVENTS // 10)
    large = await _peak(work, database)
    baseline, seconds = await _seconds(plain, database), await _seconds(work, database)
    with capsys.disabled():
        kind = "SQLite" if database.is_sqlite else "PostgreSQL"
        print(  # noqa: T201 - a figure for whoever runs it
            f"\n{work.__name__} of {EVENTS} events on {kind}: {seconds:.1f} s, {seconds / baseline:.1f} times a plain "
            f"SELECT; peak {large / 1e6:.1f} MB, with a tenth of the events {small / 1e6:.1f} MB"
        )

    assert seconds / baseline < MOST_TIMES
    assert large - small < MOST_GROWTH


async def _seconds(work: Work, database: Database) -> float:
    """Return the shortest of three runs: the machine may be busy with something else."""
    took = []
    for _ in range(3):
        began = time.perf_counter()
        assert await work(database) == EVENTS
        took.append(time.perf_counter() - began)
    return min(took)


async def _peak(work: Work, database: Database) -> int:
    tracemalloc.start()
    try:
        await work(database)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
