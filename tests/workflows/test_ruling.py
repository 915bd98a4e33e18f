"""The record says under which rules an environment works, since every start."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

import pytest

from bot.domain.event import Event, Fact, Kind, first_broken
from bot.domain.records import Thread
from bot.store.database import Database
from bot.workflows.ruling import Ruling
from tests.builders import NOW, a_request
from tests.still_clock import StillClock

FIRST: Mapping[str, object] = {
    "name": "prod",
    "production": True,
    "rules": {"approvers": ["S0DBA", "U0OMAR"], "approvals_required": 1},
    "operations": {},
}
MORE: Mapping[str, object] = {**FIRST, "rules": {"approvers": ["S0DBA", "U0OMAR"], "approvals_required": 2}}
ASKED = Fact(Kind.ASKED, {})
OWN: Mapping[str, object] = {**MORE, "production": False, "operations": {"obproxy.create": {"approvals_required": 3}}}


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database.at(database_url)
    await database.migrate()
    yield database
    await database.close()


@pytest.fixture
def woken() -> list[str]:
    return []


@pytest.fixture
def ruling(database: Database, woken: list[str]) -> Ruling:
    return Ruling(database, StillClock(), lambda: woken.append("now"))


async def events(database: Database, environment: str = "prod") -> list[Event]:
    async with database.reading() as tx:
        return list(await tx.events(f"environment:{environment}"))


def told(events: list[Event]) -> list[tuple[str, object, object]]:
    return [(event.kind, event.content["hash"], event.content["changed"]) for event in events]


async def test_the_first_start_writes_the_rules_and_their_hash(
    database: Database, ruling: Ruling, woken: list[str]
) -> None:
    """There is nothing that they could differ from."""
    await ruling.load("prod", FIRST, "hash-1")

    [loaded] = await events(database)
    assert (loaded.kind, loaded.actor, loaded.time) == (Kind.RULES_LOADED, "bot", NOW)
    assert loaded.content == {"hash": "hash-1", "changed": [], "rules": FIRST, "since": NOW.isoformat()}
    assert woken == ["now"]


async def test_every_start_writes_them_and_what_is_the_same_has_not_changed(database: Database, ruling: Ruling) -> None:
    """The order in which they are written means nothing."""
    await ruling.load("prod", FIRST, "hash-1")

    await ruling.load("prod", dict(reversed([*FIRST.items()])), "hash-1")

    assert told(await events(database)) == [(Kind.RULES_LOADED, "hash-1", [])] * 2


async def test_what_has_changed_since_the_start_before_is_told_by_name(database: Database, ruling: Ruling) -> None:
    """What came, what went and what is other now; the start after that has nothing to tell."""
    for rules, hash_ in ((FIRST, "hash-1"), (MORE, "hash-2"), (OWN, "hash-3"), (OWN, "hash-3"), (FIRST, "hash-1")):
        await ruling.load("prod", rules, hash_)

    needed = ["approvals_required"]
    own = ["operations.obproxy.create.approvals_required", "production"]
    found = await events(database)
    assert told(found) == [
        (Kind.RULES_LOADED, "hash-1", []),
        (Kind.RULES_LOADED, "hash-2", needed),
        (Kind.RULES_CHANGED, "hash-2", needed),
        (Kind.RULES_LOADED, "hash-3", own),
        (Kind.RULES_CHANGED, "hash-3", own),
        (Kind.RULES_LOADED, "hash-3", []),
        (Kind.RULES_LOADED, "hash-1", [*needed, *own]),
        (Kind.RULES_CHANGED, "hash-1", [*needed, *own]),
    ]
    assert first_broken(found) is None


async def test_each_environment_has_a_record_of_its_own(database: Database, ruling: Ruling) -> None:
    await ruling.load("prod", FIRST, "hash-1")

    await ruling.load("staging", MORE, "hash-2")

    assert told(await events(database, "staging")) == [(Kind.RULES_LOADED, "hash-2", [])]
    assert len(await events(database)) == 1


async def test_each_start_draws_cards_anew_while_the_rules_are_new(database: Database) -> None:
    """A replica that still ran with the rules before may have drawn them by those; an hour later none does."""
    clock = StillClock()
    ruling = Ruling(database, clock, lambda: None)
    thread = await _with_a_card(database)

    drawn = list[bool]()
    for rules, minutes in ((FIRST, 0), (FIRST, 30), (FIRST, 120), (MORE, 0), (MORE, 59), (MORE, 2), (FIRST, 0)):
        clock.seconds += minutes * 60
        await ruling.load("prod", rules, str(rules))
        async with database.transaction() as tx:
            owed = await tx.thread(thread)
            drawn.append(owed.card_in_flight is not None)
            await tx.save_thread(replace(owed, card_in_flight=None))

    assert drawn == [True, True, False, True, True, False, True]


async def _with_a_card(database: Database) -> str:
    request = a_request(version=0, seq=0, head="")
    thread = Thread(id="t-1", request=request.id, environment="prod", place=request.home, is_home=True)
    async with database.transaction() as tx:
        await tx.save(request, ASKED, at=NOW)
        return (await tx.save_thread(replace(thread, root_ts="1.0"))).id


async def test_replicas_that_start_at_once_tell_a_change_once(database: Database, ruling: Ruling) -> None:
    """Each start is in the record; what the first one has told, the others find told."""
    await ruling.load("prod", FIRST, "hash-1")

    await asyncio.gather(*(ruling.load("prod", MORE, "hash-2") for _ in range(3)))

    kinds = [event.kind for event in await events(database)]
    assert (kinds.count(Kind.RULES_LOADED), kinds.count(Kind.RULES_CHANGED)) == (4, 1)
