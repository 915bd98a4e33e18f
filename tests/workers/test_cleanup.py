"""After 30 days the last looks at tasks go; what a card of an ended request shows stays, and so does the record."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from gettext import NullTranslations

import pytest

from bot.blocks.cards import card
from bot.domain.event import Fact, Kind
from bot.domain.records import Watch
from bot.domain.request import ENDED, Request, RequestId, RevisionId, State
from bot.domain.task import SUCCESSFUL
from bot.operations.create_cluster import CreateCluster
from bot.store.database import Database
from bot.workers.cleanup import AT_ONCE, Cleanup, without_subtasks
from tests.builders import NOW, TASK_ID, a_request, a_revision, a_sheet, a_task, an_event
from tests.still_clock import StillClock

OLD, YOUNG = NOW - timedelta(days=30, seconds=1), NOW - timedelta(days=29)
T = NullTranslations()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database.at(database_url)
    await database.migrate()
    yield database
    await database.close()


async def ended(database: Database, number: int, at: object, state: State = State.SUCCEEDED) -> Request:
    """Store a request that ended then (None: it has not), with the last look at its task."""
    request = a_request(
        id=RequestId(f"request-{number}"),
        number=number,
        name=f"pay_{number}",
        origin=f"view-{number}",
        revision=RevisionId(f"revision-{number}"),
        state=state,
        ended_at=at,
    )
    watch = Watch(
        id=f"watch-{number}",
        environment="prod",
        task_id=TASK_ID + number,
        request=request.id,
        snapshot=a_task(SUCCESSFUL),
        version=1,
        bound_at=NOW,
        next_look_at=None if at else NOW,
    )
    async with database.transaction() as tx:
        stored = await tx.save(request, Fact(Kind.ASKED, {"number": number}), at=NOW)
        await tx.add_revision(request.id, a_revision(id=request.revision), NOW)
        await tx.save_watch(watch)
    return stored


async def subtasks(database: Database, number: int) -> int:
    async with database.reading() as tx:
        [watch] = await tx.watches_of(RequestId(f"request-{number}"))
    return len(watch.snapshot.known_subtasks)


async def test_only_what_ended_long_ago_is_cleaned(database: Database) -> None:
    """Open requests keep everything however old they are; the record is never touched."""
    stored = await ended(database, 1, OLD)
    await ended(database, 2, YOUNG)
    await ended(database, 3, None, State.FAILED)
    whole = await subtasks(database, 2)

    await Cleanup(database, StillClock()).round()

    assert [await subtasks(database, number) for number in (1, 2, 3)] == [0, whole, whole]
    async with database.reading() as tx:
        assert await tx.request(stored.id) == stored
        assert len(await tx.events(stored.id)) == 1


async def test_it_is_done_once_a_day(database: Database) -> None:
    """Each tick wakes the worker, which does nothing then."""
    clock = StillClock()
    cleanup = Cleanup(database, clock)
    await cleanup.round()
    await ended(database, 1, OLD)
    clock.seconds += 23 * 3600
    await cleanup.round()
    kept = await subtasks(database, 1)
    clock.seconds += 3601
    await cleanup.round()

    assert kept > 0
    assert await subtasks(database, 1) == 0


async def test_however_many_there_are_all_are_cleaned(database: Database) -> None:
    """In transactions of a bounded size."""
    for number in range(1, AT_ONCE + 3):
        await ended(database, number, OLD)

    await Cleanup(database, StillClock()).round()

    async with database.reading() as tx:
        assert await tx.old_watches(NOW, most=1) == ()


@pytest.mark.parametrize("state", sorted(ENDED))
@pytest.mark.parametrize("data", [{}, {"task": TASK_ID}])
def test_the_card_of_an_ended_request_shows_the_same(state: State, data: dict[str, object]) -> None:
    """Whoever draws it again, after 30 days or 300."""
    whole = a_sheet(state, cause=an_event("request.known_to_a_newer_version", data), tasks=(a_task(SUCCESSFUL),))
    bare = replace(whole, tasks=tuple(map(without_subtasks, whole.tasks)))

    one, other = (card(each, CreateCluster(), T, asks_approvers=True) for each in (whole, bare))

    assert one == other
