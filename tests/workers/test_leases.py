"""Leases: had for a while, given back at the end for good."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from bot.store.database import Database
from bot.workers.leases import LEASE_SECONDS, Leases
from tests.still_clock import StillClock


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    database = Database.at(postgres_url)
    await database.migrate()
    yield database
    await database.close()


async def test_what_is_not_renewed_is_not_ours_any_more(database: Database) -> None:
    """A process that stood still does nothing before it has asked again."""
    clock, rounds = StillClock(), list[str]()

    async def work() -> None:
        rounds.append("one")

    leases = Leases(database, clock, "a", ["send"])
    await leases.only("send", work)()
    await leases.renew()
    await leases.only("send", work)()
    clock.seconds += LEASE_SECONDS
    await leases.only("send", work)()

    assert rounds == ["one"]
    assert not leases.has("send")


async def test_who_may_not_lead_asks_for_nothing_and_later_for_all(database: Database) -> None:
    """A replica that cannot reach OCP leaves its environment to others; that is no error of its database's."""
    is_there = False
    leases = Leases(database, StillClock(), "a", (), of_ocp=["watch prod"], may_lead=lambda: is_there)

    await leases.renew()
    had = leases.has("watch prod")
    is_there = True
    await leases.renew()

    assert not had
    assert leases.has("watch prod")


async def test_the_end_gives_back_what_is_being_renewed(database: Database) -> None:
    """However the two meet, nobody has to wait for a lease of a process that has ended."""
    for number in range(20):
        leases = Leases(database, StillClock(), f"replica {number}", ["send", "submit"])
        await leases.renew()
        assert leases.has("submit")

        await asyncio.gather(leases.renew(), leases.give_back(), leases.renew())

        assert not leases.has("submit")


async def test_the_only_process_has_everything_until_its_end(tmp_path: Path) -> None:
    """Without asking its database, which cannot even be opened."""
    database = Database.at(f"sqlite:///{tmp_path}/not-there/bot.db")
    leases = Leases(database, StillClock(), "a", ["send"], alone=True)
    assert leases.has("send")
    await leases.renew()
    assert leases.has("submit")

    await leases.give_back()
    assert not leases.has("send")


async def test_a_database_that_does_not_answer_does_not_hold_up_the_end(database: Database) -> None:
    """The leases run out by themselves; what has to end in time goes on."""
    leases = Leases(database, StillClock(), "a", ["send"], speed=10.0)
    await leases.renew()

    async with database.engine.begin() as other, asyncio.timeout(15):
        await other.execute(text("LOCK TABLE leases IN ACCESS EXCLUSIVE MODE"))
        with capture_logs() as lines:
            await leases.give_back()

    assert not leases.has("send")
    assert [line["error"] for line in lines] == ["no answer in time"]


async def test_who_may_not_lead_keeps_only_what_needs_no_ocp(database: Database) -> None:
    """It gives the rest up at once, and asks for it again when it may."""
    reaches = [True]
    leases = Leases(database, StillClock(), "a", ["send"], of_ocp=["submit"], may_lead=lambda: reaches[-1])
    await leases.renew()
    assert leases.has("submit")

    reaches.append(False)
    await leases.renew()
    assert leases.has("send")
    assert not leases.has("submit")

    reaches.append(True)
    await leases.renew()
    assert leases.has("submit")
