"""The schema, the transactions and their races."""

import asyncio
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from bot.domain.errors import Conflict, StoreUnavailable
from bot.domain.event import Fact, Kind, first_broken
from bot.domain.pause import Paused
from bot.domain.records import Act, Thread, Watch
from bot.domain.request import Request, RequestId, State
from bot.store.database import Database
from bot.store.tables import metadata
from tests.builders import NOW, OMAR, a_request, a_revision, a_task

ASKED = Fact(Kind.ASKED, {"name": "pay_01"})


async def test_the_migrations_make_the_tables_that_the_code_expects(database: Database) -> None:
    """Nothing is missing, nothing is left over."""

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrating_twice_changes_nothing(database: Database) -> None:
    """Every start migrates."""
    await database.migrate()

    async with database.transaction() as tx:
        assert await tx.next_number() == 1


async def test_the_version_before_runs_on_it_and_lifts_no_pause(database: Database) -> None:
    """It writes the columns that it knows: a new environment is not paused, a pause that it writes over stands."""
    old = "(name, version, seq, head, stopped, stopped_digest) VALUES ('prod', 1, 0, '', '', '')"
    async with database.engine.begin() as connection:
        await connection.execute(text(f"INSERT INTO environments {old}"))

    async with database.transaction() as tx:
        row = await tx.environment("prod")
        assert row.pause is None
        await tx.save_environment(
            replace(row, paused="disk full", paused_by=OMAR, paused_name="omar", paused_at=NOW), at=NOW
        )
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE environments SET version = version + 1, stopped = ''"))

    async with database.reading() as tx:
        pause = (await tx.environment("prod")).pause
    assert pause == Paused(why="disk full", by=OMAR, name="omar", since=NOW)


async def test_a_request_comes_back_as_it_was_stored_with_a_whole_timeline(database: Database) -> None:
    """State, people, times and the chain of events."""
    stored = await _stored(database)

    async with database.reading() as tx:
        read = await tx.request(stored.id)
        events = await tx.events(stored.id)

    assert read == stored
    assert [event.seq for event in events] == [1, 2]
    assert first_broken(events) is None
    assert (stored.seq, stored.head) == (2, events[-1].hash)


@pytest.mark.invariant(5)
async def test_who_writes_over_a_newer_version_is_told(database: Database) -> None:
    """Two read the same request; the second writer gets a Conflict and its events are not there."""
    stored = await _stored(database)
    async with database.transaction() as tx:
        await tx.save(replace(stored, state=State.APPROVED), Fact(Kind.APPROVED), at=NOW)

    with pytest.raises(Conflict):
        async with database.transaction() as tx:
            await tx.save(replace(stored, state=State.REJECTED), Fact(Kind.REJECTED), at=NOW)

    async with database.reading() as tx:
        assert [event.kind for event in await tx.events(stored.id)][-1] == Kind.APPROVED


@pytest.mark.invariant(3)
async def test_an_exception_undoes_the_whole_transaction(database: Database) -> None:
    """A state without its event, or an event without its state, is never seen."""
    stored = await _stored(database)

    async def approve_and_fail() -> None:
        async with database.transaction() as tx:
            await tx.save(replace(stored, state=State.APPROVED), Fact(Kind.APPROVED), at=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await approve_and_fail()

    async with database.reading() as tx:
        assert await tx.request(stored.id) == stored
        assert len(await tx.events(stored.id)) == stored.seq


async def test_one_open_request_a_name_whatever_its_case(database: Database) -> None:
    """An ended request gives its name free."""
    stored = await _stored(database)
    rival = a_request(id=RequestId("r-2"), number=2, origin="V2", name="PAY_01", version=0, seq=0, head="")

    with pytest.raises(Conflict):
        async with database.transaction() as tx:
            await tx.save(rival, ASKED, at=NOW)
    async with database.transaction() as tx:
        await tx.save(replace(stored, state=State.REJECTED), at=NOW)
    async with database.transaction() as tx:
        await tx.save(rival, ASKED, at=NOW)


async def test_a_name_that_somebody_took_meanwhile_is_no_trouble_of_the_database(database: Database) -> None:
    """Two look whether the name is free at one moment, one asks for it, the other edits: the second decides again."""
    stored = await _stored(database)
    rival = a_request(id=RequestId("r-2"), number=2, origin="V2", name="pay_02", version=0, seq=0, head="")
    async with database.transaction() as tx:
        await tx.save(rival, ASKED, at=NOW)

    with pytest.raises(Conflict):
        async with database.transaction() as tx:
            await tx.save(replace(stored, name="PAY_02"), at=NOW)


async def test_one_request_an_origin(database: Database) -> None:
    """A form that is sent twice cannot become two requests."""
    stored = await _stored(database)
    twin = a_request(id=RequestId("r-2"), number=2, name="other", origin=stored.origin, version=0, seq=0, head="")

    with pytest.raises(Conflict):
        async with database.transaction() as tx:
            await tx.save(twin, ASKED, at=NOW)


@pytest.mark.invariant(1)
async def test_one_open_act_a_request(database: Database) -> None:
    """While an outcome is to be found, no second call can be claimed."""
    stored = await _stored(database)
    act = _act(stored, "a-1")
    async with database.transaction() as tx:
        await tx.save_act(act)

    with pytest.raises(Conflict):
        async with database.transaction() as tx:
            await tx.save_act(_act(stored, "a-2"))
    async with database.transaction() as tx:
        await tx.save_act(replace(act, state="not_sent"))
        await tx.save_act(_act(stored, "a-2"))
        assert (await tx.open_act(stored.id)) == _act(stored, "a-2")


@pytest.mark.invariant(3)
@pytest.mark.invariant(13)
async def test_a_task_belongs_to_one_request(database: Database) -> None:
    """And a look that was compared with another snapshot than the stored one is not stored."""
    stored = await _stored(database)
    watch = _watch(stored)
    async with database.transaction() as tx:
        await tx.save_watch(watch)
        assert await tx.due_watches("prod", NOW) == (watch,)
        assert await tx.bound_tasks("prod") == {watch.task_id}

    async with database.transaction() as tx:
        await tx.save_watch(replace(watch, version=2, next_look_at=NOW + timedelta(seconds=5)))
    with pytest.raises(Conflict):
        async with database.transaction() as tx:
            await tx.save_watch(replace(watch, version=2, next_look_at=None))
    with pytest.raises(Conflict):
        async with database.transaction() as tx:
            await tx.save_watch(replace(watch, id="w-2"))


async def test_threads_are_behind_until_they_have_shown_everything(database: Database) -> None:
    """A cursor behind, a post or a card in flight: each keeps the thread on the list."""
    stored = await _stored(database)
    thread = Thread(id="t-1", request=stored.id, environment="prod", place=stored.home, is_home=True)
    async with database.transaction() as tx:
        saved = await tx.save_thread(thread)
        assert await tx.threads_behind() == ((saved, stored.seq),)
        shown = await tx.save_thread(replace(saved, cursor=stored.seq, root_ts="1.0"))
        assert await tx.threads_behind() == ()
        flying = await tx.save_thread(replace(shown, in_flight=(3, "id", NOW)))
        assert await tx.threads_behind() == ((flying, stored.seq),)
        await tx.save_thread(replace(flying, in_flight=None, card_in_flight=NOW))
        assert len(await tx.threads_behind()) == 1

    with pytest.raises(Conflict):
        async with database.transaction() as tx:
            await tx.save_thread(replace(saved, cursor=1))


async def test_an_environments_timeline_has_a_chain_of_its_own(database: Database) -> None:
    """Facts without a request count their own numbers."""
    async with database.transaction() as tx:
        row = await tx.environment("prod")
        await tx.save_environment(
            replace(row, stopped="credentials: no", stopped_digest="d"), Fact(Kind.STOPPED), at=NOW
        )
    async with database.transaction() as tx:
        row = await tx.environment("prod")
        await tx.save_environment(replace(row, stopped="", stopped_digest=""), Fact(Kind.RESTARTED), at=NOW)

    async with database.reading() as tx:
        events = await tx.events("environment:prod")
    assert [event.kind for event in events] == [Kind.STOPPED, Kind.RESTARTED]
    assert first_broken(events) is None


@pytest.mark.invariant(3)
async def test_twenty_transactions_that_read_and_then_write_lose_nothing(database: Database) -> None:
    """Each takes the write lock first, so that none reads what another is about to change."""
    stored = await _stored(database)

    async def add() -> None:
        async with database.transaction() as tx:
            read = await tx.request(stored.id)
            assert read is not None
            await tx.save(read, Fact(Kind.DELAYED), at=NOW)

    await asyncio.gather(*(add() for _ in range(20)))

    async with database.reading() as tx:
        events = await tx.events(stored.id)
    assert len(events) == stored.seq + 20
    assert first_broken(events) is None


async def test_all_that_is_watched_can_be_made_due_at_once(database: Database) -> None:
    """What has ended stays ended, other environments wait as they did, and a look under way is compared anew."""
    stored = await _stored(database)
    soon = NOW + timedelta(seconds=60)
    later, ended = _watch(stored, next_look_at=NOW + timedelta(hours=1)), _watch(stored, 2, next_look_at=None)
    due, elsewhere = _watch(stored, 3), _watch(stored, 4, environment="test", next_look_at=NOW + timedelta(hours=1))
    async with database.transaction() as tx:
        for watch in (later, ended, due, elsewhere):
            await tx.save_watch(watch)
        await tx.look_soon("prod", soon)

    async with database.reading() as tx:
        assert [watch.id for watch in await tx.due_watches("prod", soon)] == [due.id, later.id]
        assert await tx.due_watches("test", soon) == ()
    with pytest.raises(Conflict):
        async with database.transaction() as tx:
            await tx.save_watch(replace(later, version=2))
    async with database.transaction() as tx:
        await tx.save_watch(replace(due, version=2))


async def test_what_looks_have_found_since_a_moment_is_read_of_all_requests(database: Database) -> None:
    """Of one environment, oldest first; what was found before does not count, what has ended since does."""
    first = await _stored(database)
    second = await _another(database, 2)
    old = await _another(database, 3)
    other = await _another(database, 4, environment="test")
    at = [NOW + timedelta(seconds=second) for second in range(5)]
    async with database.transaction() as tx:
        await tx.save(replace(old, state=State.SUCCEEDED, ended_at=at[0]), _found(0), at=at[0])
        first = await tx.save(first, _found(1), at=at[1])
        await tx.save(second, _found(3), Fact(Kind.TASK_GONE), at=at[3])
        await tx.save(other, _found(3), at=at[3])
        await tx.save(replace(first, state=State.SUCCEEDED, ended_at=at[4]), _found(4), at=at[4])

    async with database.reading() as tx:
        found = [event.content["look"] for event in await tx.changes_in("prod", at[1])]
        later = [event.content["look"] for event in await tx.changes_in("prod", at[2])]

    assert found == [1, 3, 4]
    assert later == [3, 4]


async def test_a_database_that_is_not_there_is_named_as_such(tmp_path: Path) -> None:
    """The library's exceptions stay inside."""
    database = Database.at(f"sqlite:///{tmp_path}/no/such/folder/bot.db")

    with pytest.raises(StoreUnavailable):
        async with database.reading() as tx:
            await tx.next_number()
    await database.close()
    # aiosqlite ends the thread of a failed connection without being waited for; it needs this test's loop until then.
    for thread in threading.enumerate():
        if "_connection_worker_thread" in thread.name:
            await asyncio.to_thread(thread.join, 5)


async def _stored(database: Database) -> Request:
    request = a_request(version=0, seq=0, head="")
    async with database.transaction() as tx:
        saved = await tx.save(request, ASKED, Fact(Kind.NAMED, {"labels": {}}), at=NOW)
        await tx.add_revision(saved.id, replace(a_revision(), id=request.revision), NOW)
    return saved


def _act(request: Request, id_: str) -> Act:
    return Act(
        id=id_,
        request=request.id,
        verb="create",
        target="pay_01",
        payload_hash="h",
        state="claimed",
        claimed_until=NOW,
        before=NOW.isoformat(),
    )


def _watch(request: Request, number: int = 1, **changed: Any) -> Watch:
    watch = Watch(
        id=f"w-{number}",
        environment="prod",
        task_id=41256 + number,
        request=request.id,
        snapshot=a_task(),
        version=1,
        bound_at=NOW,
        next_look_at=NOW,
    )
    return replace(watch, **changed)


async def _another(database: Database, number: int, **changed: Any) -> Request:
    """Store one more open request."""
    request = a_request(id=RequestId(f"r-{number}"), number=number, name=f"pay_{number}", origin=f"V{number}")
    async with database.transaction() as tx:
        return await tx.save(replace(request, **changed), ASKED, at=NOW)


def _found(look: int) -> Fact:
    return Fact(Kind.CHANGED, {"look": look})
