"""Several processes and several versions on one database."""

import asyncio
import itertools
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, create_engine, inspect, make_url, text

import bot.store
from bot.domain.errors import Conflict, StoreUnavailable
from bot.domain.event import Fact, Kind
from bot.domain.records import Thread
from bot.domain.request import Place
from bot.store.database import Database
from bot.store.trouble import is_passing
from bot.workflows.stop import Brake
from tests.builders import NOW, a_request
from tests.still_clock import StillClock

MIGRATIONS = Path(bot.store.__file__).parent / "migrations"
HOLD = """
import sys, time
from bot.store import sqlite
print(sqlite.lock(sys.argv[1]) is not None, flush=True)
time.sleep(60)
"""


@pytest.fixture
async def shared(postgres_url: str) -> AsyncIterator[Database]:
    database = Database.at(postgres_url)
    await database.migrate()
    yield database
    await database.close()


async def test_replicas_that_start_at_once_migrate_one_after_the_other(postgres_url: str) -> None:
    """The first one does it; nobody fails."""
    replicas = [Database.at(postgres_url) for _ in range(4)]

    await asyncio.gather(*(replica.migrate() for replica in replicas))

    async with replicas[0].transaction() as tx:
        assert await tx.next_number() == 1
    for replica in replicas:
        await replica.close()


async def test_a_lease_is_had_by_one_until_it_runs_out(shared: Database) -> None:
    """By the database's clock; who has it renews it."""
    assert await shared.lease(["watch", "send"], "a", 30) == {"watch", "send"}
    assert await shared.lease(["watch"], "b", 30) == frozenset()
    assert await shared.lease(["watch", "send"], "a", 0) == {"watch", "send"}

    assert await shared.lease(["watch", "send"], "b", 30) == {"watch", "send"}
    assert await shared.lease(["send"], "a", 30) == frozenset()


async def test_a_lease_that_is_given_back_is_free_at_once(shared: Database) -> None:
    """SIGTERM does that."""
    await shared.lease(["watch"], "a", 30)

    await shared.give_back("b")
    assert await shared.lease(["watch"], "b", 30) == frozenset()
    await shared.give_back("a")

    assert await shared.lease(["watch"], "b", 30) == {"watch"}


async def test_of_many_who_want_a_lease_at_once_one_gets_it(shared: Database) -> None:
    """Also when there is no row yet."""
    taken = await asyncio.gather(*(shared.lease(["watch"], f"replica {number}", 30) for number in range(10)))

    assert sorted(map(len, taken)) == [0] * 9 + [1]


async def test_a_reader_sees_one_moment(database: Database) -> None:
    """A card is drawn from several statements; what is committed between them is not half seen."""
    request = a_request(version=0, seq=0, head="")
    async with database.transaction() as tx:
        stored = await tx.save(request, Fact(Kind.ASKED), at=NOW)

    async with database.reading() as reader:
        assert await reader.request(stored.id) == stored
        async with database.transaction() as tx:
            await tx.save(stored, Fact(Kind.NAMED), at=NOW)
        assert len(await reader.events(stored.id)) == 1


async def test_a_replica_that_stands_still_cannot_keep_its_locks(shared: Database) -> None:
    """PostgreSQL ends a transaction that does nothing, and a statement that waits too long."""
    async with shared.engine.connect() as connection:
        shown = {
            name: await connection.scalar(text(f"SHOW {name}"))
            for name in ("idle_in_transaction_session_timeout", "lock_timeout", "statement_timeout")
        }

    assert shown == {
        "idle_in_transaction_session_timeout": "10s",
        "lock_timeout": "10s",
        "statement_timeout": "30s",
    }


def test_one_process_has_the_file(tmp_path: Path) -> None:
    """A second one is told; the death of the first, however sudden, frees it."""
    url = f"sqlite:///{tmp_path}/bot.db"
    with subprocess.Popen([sys.executable, "-c", HOLD, f"{tmp_path}/bot.db"], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"True\n"
        mine = Database.at(url)
        assert not mine.claim_alone()
        other.send_signal(signal.SIGKILL)

    assert mine.claim_alone()
    (tmp_path / "elsewhere").symlink_to(tmp_path)
    second = Database.at(f"sqlite:///{tmp_path}/elsewhere/bot.db")
    assert not second.claim_alone()
    asyncio.run(mine.close())
    assert second.claim_alone()
    asyncio.run(second.close())


async def test_a_schema_of_a_later_version_is_used_as_it_is(database: Database) -> None:
    """Whoever goes back a version can start."""
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    await database.migrate()

    async with database.transaction() as tx:
        assert await tx.next_number() == 1


def test_the_version_before_can_still_run_on_this_schema(database_url: str) -> None:
    """Each migration keeps what was there, and what it adds may be left out by who does not know it."""
    url = make_url(database_url)
    sync = url.set(drivername="sqlite" if url.get_backend_name() == "sqlite" else "postgresql+psycopg")
    engine = create_engine(sync)
    with engine.begin() as connection:
        _migrate(connection, "head-1")
        before = MetaData()
        before.reflect(connection)
        _migrate(connection, "head")
        now = inspect(connection)

        for table in before.tables.values():
            columns = {column["name"]: column for column in now.get_columns(table.name)}
            for column in table.columns:
                assert columns[column.name]["nullable"] == column.nullable
            added = [column for name, column in columns.items() if name not in table.columns]
            assert all(column["nullable"] or column["default"] is not None for column in added)
    engine.dispose()


@pytest.mark.parametrize(
    ("said", "passing"),
    [
        ('connection failed: FATAL:  password authentication failed for user "bot"', False),
        ('connection failed: FATAL:  database "nope" does not exist', False),
        ("connection failed: FATAL:  the database system is starting up", True),
        ("connection failed: FATAL:  sorry, too many clients already", True),
        ("connection failed: connection refused", True),
    ],
)
def test_what_may_pass_is_told_from_what_will_not(said: str, passing: bool) -> None:
    """The first kind is tried again at start, the second one stops it."""
    assert is_passing(StoreUnavailable(said)) is passing


def _migrate(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


async def test_replicas_that_start_at_once_show_the_environment_in_one_thread(database: Database) -> None:
    """Each makes sure that it is there; one makes it."""
    ids = itertools.count()
    brakes = [Brake(database, StillClock(), lambda: f"t-{next(ids)}", "prod", "digest", lambda: None) for _ in range(8)]

    await asyncio.gather(*(brake.show_at(Place("T0TEAM", "C0DBA")) for brake in brakes))

    async with database.engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM threads")) == 1


async def test_an_environment_is_shown_in_its_approvals_channel_only(database: Database) -> None:
    """A start with another channel leaves the one before; requests and other environments stay where they are."""
    ids = itertools.count()
    prod, staging = (
        Brake(database, StillClock(), lambda: f"t-{next(ids)}", name, "digest", lambda: None)
        for name in ("prod", "staging")
    )
    old, new = Place("T0TEAM", "C0DBA"), Place("T0TEAM", "C0ONCALL")
    await staging.show_at(old)
    await prod.show_at(old)
    request = a_request(version=0, seq=0, head="")
    async with database.transaction() as tx:
        await tx.save(request, Fact(Kind.ASKED, {}), at=NOW)
        await tx.save_thread(Thread(id="t-r", request=request.id, environment="prod", place=old, is_home=False))

    await prod.show_at(new)

    async with database.engine.connect() as connection:
        found = await connection.execute(text("SELECT environment, channel, request FROM threads"))
    with pytest.raises(Conflict):  # who was about to post there meets another sender's decision, no error
        async with database.reading() as tx:
            await tx.thread("t-1")
    assert set(map(tuple, found)) == {
        ("staging", old.channel, None),
        ("prod", new.channel, None),
        ("prod", old.channel, request.id),
    }


@pytest.mark.invariant(2)
async def test_what_the_former_channel_has_not_told_is_told_in_the_new_one(database: Database) -> None:
    """One start brings another password and another channel: the end of the stop is told, and the stop if need be."""
    ids = itertools.count()
    old, new = (
        Brake(database, StillClock(), lambda: f"t-{next(ids)}", "prod", digest, lambda: None)
        for digest in ("old", "new")
    )
    await old.show_at(Place("T0TEAM", "C0DBA"))
    await old.pull("credentials", "401", asked_at=NOW)

    await new.release()
    await new.show_at(Place("T0TEAM", "C0ONCALL"))

    async with database.reading() as tx:
        [(thread, end)] = await tx.threads_behind()
        kinds = [event.kind for event in await tx.events("environment:prod", thread.cursor)]
    assert thread.place.channel == "C0ONCALL"
    assert kinds == [Kind.STOPPED, Kind.RESTARTED]
    assert end == len(kinds)
