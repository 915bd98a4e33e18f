"""Threads in the store: what one statement does to many of them, and what their senders notice of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import Conflict
from bot.domain.event import Fact, Kind
from bot.domain.records import Thread
from bot.domain.request import Place, Request
from bot.store.database import Database
from tests.builders import NOW, a_request

DUE, LATER = NOW - timedelta(seconds=15), NOW + timedelta(minutes=5)


async def test_the_cards_of_the_other_threads_are_owed(database: Database) -> None:
    """One that is noted already keeps its time, a post in flight is not disturbed; only siblings are meant."""
    [own, idle, drawing, posting] = await _threads(database, 4)
    async with database.transaction() as tx:
        drawing = await tx.save_thread(replace(drawing, card_in_flight=NOW))
        posting = await tx.save_thread(replace(posting, in_flight=(1, "id", NOW)))

    async with database.transaction() as tx:
        await tx.owe_other_cards(own, DUE)

    async with database.reading() as tx:
        after = {thread.id: await tx.thread(thread.id) for thread in (own, idle, drawing, posting)}
    assert [after[thread.id].card_in_flight for thread in (own, idle, drawing, posting)] == [None, DUE, NOW, DUE]
    assert after[own.id] == own
    assert after[posting.id].version == posting.version


async def test_who_lands_a_post_keeps_what_was_owed_meanwhile(database: Database) -> None:
    """They have read the thread before."""
    [own, posting] = await _threads(database, 2)
    async with database.transaction() as tx:
        noted = await tx.save_thread(replace(posting, in_flight=(1, "id", NOW)))
        await tx.owe_other_cards(own, DUE)
        await tx.save_thread(replace(noted, in_flight=None, root_ts="1.0"))

    async with database.reading() as tx:
        assert (await tx.thread(posting.id)).card_in_flight == DUE


async def test_who_is_drawing_when_a_card_is_owed_notices(database: Database) -> None:
    """What they draw may be old already."""
    [own, drawing] = await _threads(database, 2)
    async with database.transaction() as tx:
        noted = await tx.save_thread(replace(drawing, card_in_flight=NOW))
        await tx.owe_other_cards(own, DUE)

    with pytest.raises(Conflict):
        async with database.transaction() as tx:
            await tx.save_thread(replace(noted, card_in_flight=None))


async def test_what_is_blocked_in_a_channel_is_tried_again_at_once(database: Database) -> None:
    """Those that wait there, and no others; told again it changes nothing, and whoever is being refused notices."""
    [here, there, fine] = await _threads(database, 3)
    async with database.transaction() as tx:
        here = await tx.save_thread(replace(here, blocked="archived", blocked_until=LATER))
        there = await tx.save_thread(replace(there, blocked="archived", blocked_until=LATER))

    for seconds in (0, 60):
        async with database.transaction() as tx:
            await tx.unblock(here.place, NOW + timedelta(seconds=seconds))

    async with database.reading() as tx:
        assert await tx.thread(here.id) == replace(here, blocked_until=NOW, version=here.version + 1)
        assert [await tx.thread(thread.id) for thread in (there, fine)] == [there, fine]
    with pytest.raises(Conflict):
        async with database.transaction() as tx:
            await tx.save_thread(replace(here, blocked_until=LATER))


async def _threads(database: Database, count: int) -> list[Thread]:
    """Store a request with so many threads, each in a channel of its own."""
    async with database.transaction() as tx:
        request: Request = await tx.save(a_request(), Fact(Kind.ASKED), at=NOW)
        return [await tx.save_thread(_thread(request, f"C{number}")) for number in range(count)]


def _thread(request: Request, channel: str) -> Thread:
    return Thread(
        id=f"t-{channel}", request=request.id, environment="prod", place=Place("T0TEAM", channel), is_home=True
    )
