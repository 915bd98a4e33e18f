"""Whoever changes the record behind the bot's back is found out: by the chain, by the numbers, or by an anchor."""

import pytest
from sqlalchemy import text

from bot.domain.errors import StoreUnavailable
from bot.domain.event import Fact, Kind
from bot.store.database import Database

from .record import KEY, Kept

HISTORY = (
    Fact(Kind.ASKED, {"number": 2}, "U0DANA", "requester"),
    Fact(Kind.APPROVED, {}, "U0EVE", "approver"),
    Fact(Kind.REFUSED, {}),
)


async def test_a_record_as_it_was_written_is_well(kept: Kept) -> None:
    """With anchors and without."""
    assert await kept.found() == []
    assert await kept.found(with_anchors=True) == []


async def test_what_is_written_after_the_last_anchor_is_well(kept: Kept) -> None:
    """An old anchor goes on proving what it covered."""
    kept.anchors = kept.anchors[:1]
    await kept.asked()

    assert await kept.found(with_anchors=True) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE events SET actor = 'U0EVE' WHERE timeline = 'request-2' AND seq = 2",
        "UPDATE events SET at = '2026-11-24T15:00:00+00:00' WHERE timeline = 'request-2' AND seq = 2",
        "UPDATE events SET kind = 'request.rejected' WHERE timeline = 'request-2' AND seq = 2",
        "UPDATE events SET data = '{}' WHERE timeline = 'request-2' AND seq = 2",
        "UPDATE events SET hash = '00' WHERE timeline = 'request-2' AND seq = 2",
    ],
)
async def test_a_changed_row_is_found(kept: Kept, change: str) -> None:
    """Whichever column it is."""
    await kept.tampered(change)

    assert any(line.startswith("request #2, event 2: was changed") for line in await kept.found())


async def test_data_that_is_no_json_any_more_is_found_and_not_fatal(kept: Kept) -> None:
    await kept.tampered("UPDATE events SET data = 'gone' WHERE timeline = 'request-2' AND seq = 1")

    assert any(line.startswith("request #2, event 1: was changed") for line in await kept.found())


async def test_a_removed_row_is_found(kept: Kept) -> None:
    await kept.tampered("DELETE FROM events WHERE timeline = 'request-2' AND seq = 2")

    assert await kept.found() == ["request #2: event 2 is missing"]


async def test_a_removed_row_whose_gap_was_closed_is_found(kept: Kept) -> None:
    await kept.tampered(
        "DELETE FROM events WHERE timeline = 'request-2' AND seq = 2",
        "UPDATE events SET seq = 2 WHERE timeline = 'request-2' AND seq = 3",
    )

    found = await kept.found()
    assert any(line.startswith("request #2, event 2: was changed") for line in found)
    assert "request #2: its end was cut: event 3 is missing" in found


async def test_swapped_rows_are_found(kept: Kept) -> None:
    await kept.tampered(
        "UPDATE events SET seq = 9 WHERE timeline = 'request-2' AND seq = 1",
        "UPDATE events SET seq = 1 WHERE timeline = 'request-2' AND seq = 2",
        "UPDATE events SET seq = 2 WHERE timeline = 'request-2' AND seq = 9",
    )

    found = [line.split(":")[0] for line in await kept.found()]
    assert found == ["request #2, event 1", "request #2, event 2", "request #2, event 3"]


async def test_a_cut_end_is_found(kept: Kept) -> None:
    """Without an anchor, because the request itself says where it ends."""
    await kept.tampered("DELETE FROM events WHERE timeline = 'request-3' AND seq > 1")

    found = await kept.found()
    assert found[0] == "request #3: its end was cut: events 2 to 3 are missing"


async def test_the_cut_end_of_an_environment_is_found(kept: Kept) -> None:
    await kept.tampered("DELETE FROM events WHERE timeline = 'environment:prod' AND seq = 2")

    assert (await kept.found())[0] == "environment prod: its end was cut: event 2 is missing"


async def test_a_cut_end_with_the_request_rewritten_is_found_by_the_list_of_heads(kept: Kept) -> None:
    await _cut(kept)

    assert await kept.found() == ["request #2, event 3: is gone, and an anchor covers it"]


async def test_a_cut_end_with_everything_rewritten_is_found_by_an_anchor_kept_elsewhere(kept: Kept) -> None:
    await _cut(kept)
    await kept.anchored_anew()

    assert await kept.found() == []
    assert _kinds(await kept.found(with_anchors=True)) >= {"made over other heads", "made anew"}


async def test_all_events_of_a_request_removed_is_found(kept: Kept) -> None:
    await kept.tampered("DELETE FROM events WHERE timeline = 'request-2'")

    assert "request #2: all its events are missing" in await kept.found()


async def test_events_without_their_request_are_found(kept: Kept) -> None:
    await kept.tampered("DELETE FROM revisions WHERE request = 'request-2'", "DELETE FROM requests WHERE number = 2")

    found = await kept.found()
    assert "timeline request-2: has events, and belongs to no request or environment" in found
    assert any(line.startswith("request #2: removed whole") for line in found)


async def test_a_request_removed_whole_is_found_by_its_number(kept: Kept) -> None:
    await kept.removed(2, with_heads=True)
    await kept.anchored_anew()

    found = await kept.found()

    assert len(found) == 1
    assert found[0].startswith("request #2: removed whole")


async def test_the_last_request_removed_with_its_number_is_found_by_an_anchor(kept: Kept) -> None:
    """The counter was set back, and the heads and anchors of the database were made to fit."""
    await kept.removed(3, with_heads=True)
    await kept.tampered("UPDATE counters SET value = 2")
    await kept.anchored_anew()

    assert await kept.found() == []
    found = await kept.found(with_anchors=True)
    assert "request #3: removed whole: the number was given, and there is no such request; anchor 2 counted it" in found
    assert "made over other heads" in _kinds(found)


async def test_a_request_removed_whole_without_its_anchors_is_named(kept: Kept) -> None:
    """The list of heads still knows it."""
    await kept.removed(3, with_heads=False)
    await kept.tampered("UPDATE counters SET value = 2")

    found = await kept.found()

    assert "timeline request-3, event 3: is gone, and an anchor covers it" in found
    assert any(line.startswith("request #3: removed whole") for line in found)


async def test_a_forged_history_is_found_by_the_list_of_heads(kept: Kept) -> None:
    """Every hash in it is right."""
    await kept.tampered("DELETE FROM revisions WHERE request = 'request-2'")
    await kept.forged(2, *HISTORY)

    assert await kept.found() == [
        "request #2, event 3: was written anew, with all before it, after an anchor had covered it"
    ]


async def test_a_forged_history_with_heads_and_anchors_made_anew_is_found_by_an_anchor(kept: Kept) -> None:
    """Who can write the database and knows every formula cannot write what was kept elsewhere."""
    await kept.tampered("DELETE FROM revisions WHERE request = 'request-2'")
    await kept.forged(2, *HISTORY)
    await kept.anchored_anew()
    kept.anchors = kept.anchors[:1]

    assert await kept.found() == []
    assert "made over other heads" in _kinds(await kept.found(with_anchors=True))


async def test_a_forged_history_with_heads_and_anchors_made_anew_is_found_by_the_key(kept: Kept) -> None:
    """Without any anchor kept elsewhere: the intruder does not have the key."""
    await kept.anchored(KEY)
    assert await kept.found(key=KEY) == []
    await kept.forged(2, *HISTORY)
    await kept.anchored_anew()

    assert "database: no anchor is signed, although AUDIT_KEY is set" in await kept.found(key=KEY)


async def test_only_the_first_part_is_proven_by_an_anchor_that_fits(kept: Kept) -> None:
    """It is said since when the record is another."""
    await kept.removed(3, with_heads=True)

    [line] = [line for line in await kept.found(with_anchors=True) if "made over other heads" in line]

    assert "Of what it covers after anchor 1 " in line


@pytest.mark.parametrize("key", ["", "another key of somebody's"])
async def test_a_kept_anchor_that_is_not_signed_with_the_key_is_told(kept: Kept, key: str) -> None:
    await kept.anchored(key)
    kept.anchors = kept.anchors[2:]

    assert any(
        line.startswith("anchor file: anchor 3: its HMAC" if key else "anchor file: anchor 3: it has no HMAC")
        for line in await kept.found(with_anchors=True, key=KEY)
    )


async def test_an_older_copy_of_the_database_lacks_an_anchor(kept: Kept) -> None:
    await kept.tampered("DELETE FROM anchors WHERE number = 2")

    assert "database: anchor 2 of the anchor file is gone: it was removed, or this is an older copy" in (
        await kept.found(with_anchors=True)
    )


async def test_a_payload_that_was_exchanged_is_found(kept: Kept) -> None:
    """Its hash made to fit: the events name another one."""
    payload = '{"name":"other"}'
    await kept.tampered("UPDATE revisions SET payload = :payload WHERE request = 'request-2'", payload=payload)
    told = "request #2: the payload of its revision 1 is not the one it had"

    assert await kept.found() == [told]
    await kept.tampered("UPDATE revisions SET hash = :hash WHERE request = 'request-2'", hash="e" * 64)
    assert await kept.found() == [told]


async def test_two_requests_that_have_changed_numbers_are_found(kept: Kept) -> None:
    await kept.tampered(
        "UPDATE requests SET number = 9 WHERE id = 'request-1'",
        "UPDATE requests SET number = 1 WHERE id = 'request-2'",
        "UPDATE requests SET number = 2 WHERE id = 'request-1'",
    )

    assert set(await kept.found()) == {
        "request #2, event 1: says that it is request #1",
        "request #1, event 1: says that it is request #2",
    }


async def test_what_an_auditor_opens_takes_no_writes(kept: Kept) -> None:
    """The database itself refuses them."""
    reader = Database.to_read(kept.url)

    with pytest.raises(StoreUnavailable, match="only"):
        async with reader.auditing() as record:
            await record._connection.execute(text("DELETE FROM events"))

    await reader.close()
    assert await kept.found() == []


async def _cut(kept: Kept) -> None:
    """Cut the end of a request, and let its row say that this is the end."""
    await kept.tampered(
        "DELETE FROM events WHERE timeline = 'request-2' AND seq = 3",
        "UPDATE requests SET seq = 2, head = (SELECT hash FROM events WHERE timeline = 'request-2' AND seq = 2) "
        "WHERE id = 'request-2'",
    )


def _kinds(found: list[str]) -> set[str]:
    return {kind for kind in ("made over other heads", "made anew", "removed whole") if any(kind in x for x in found)}
