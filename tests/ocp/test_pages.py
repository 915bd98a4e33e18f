"""Reading a list to its end while it changes."""

from typing import Any

import pytest

from bot.domain.errors import OcpUnavailable
from bot.ocp.heard import Heard
from bot.ocp.pages import MOST_PAGES, Listing, whole_list

from .fixtures import heard


def _page(*ids: int, total: int | None = None) -> Heard:
    data: dict[str, Any] = {"contents": [{"id": id_} for id_ in ids]}
    if total is not None:
        data["page"] = {"totalElements": total}
    return heard({"successful": True, "data": data})


class Pages:
    """Gives the pages in turn, whatever number is asked for; the last one again and again."""

    def __init__(self, *pages: Heard) -> None:
        self.pages = list(pages)
        self.asked: list[int] = []

    async def __call__(self, number: int) -> Heard:
        self.asked.append(number)
        return self.pages.pop(0) if len(self.pages) > 1 else self.pages[0]


def _ids(listing: Listing) -> list[int]:
    return list(listing.read(lambda entry: entry.get("id")))


async def test_one_short_page_is_one_call() -> None:
    pages = Pages(_page(1, total=1))

    assert _ids(await whole_list(pages, size=2)) == [1]
    assert pages.asked == [1]


async def test_pages_are_read_to_the_count_of_ocp() -> None:
    pages = Pages(_page(1, 2, total=3), _page(3, total=3))

    assert _ids(await whole_list(pages, size=2)) == [1, 2, 3]
    assert pages.asked == [1, 2]


async def test_a_full_page_is_not_believed_to_be_the_last() -> None:
    pages = Pages(_page(1, 2, total=1), _page(3, total=1))

    assert _ids(await whole_list(pages, size=2)) == [1, 2, 3]


async def test_without_a_count_an_empty_page_ends_the_list() -> None:
    pages = Pages(_page(1), _page(2), _page())

    assert _ids(await whole_list(pages, size=2)) == [1, 2]


async def test_a_server_that_does_not_page_is_read_once() -> None:
    pages = Pages(_page(1, 2, 3))

    assert _ids(await whole_list(pages, size=2)) == [1, 2, 3]
    assert pages.asked == [1, 2]


async def test_an_entry_that_moves_to_the_next_page_is_there_once() -> None:
    pages = Pages(_page(5, 4, total=4), _page(4, 3, total=5), _page(2, total=5), _page(total=4))

    assert _ids(await whole_list(pages, size=2)) == [5, 4, 3, 2]


async def test_an_entry_that_slipped_through_is_found_by_a_second_pass() -> None:
    pages = Pages(_page(1, 2, total=4), _page(4, total=3), _page(2, 3, total=3), _page(4, total=3))

    # 1 was removed between the pages: 3 moved to the page that had been read.
    assert 3 in _ids(await whole_list(pages, size=2))


async def test_a_count_that_never_fits_is_not_argued_with() -> None:
    pages = Pages(_page(1, total=9), _page(total=9), _page(1, total=9), _page(total=9))

    assert _ids(await whole_list(pages, size=2)) == [1]
    assert pages.asked == [1, 2, 1, 2]


async def test_the_same_page_again_and_again_is_trouble_and_not_the_whole_list() -> None:
    with pytest.raises(OcpUnavailable, match="repeats"):
        await whole_list(Pages(_page(1, 2, total=500)), size=2)


async def test_a_list_without_an_end_is_given_up() -> None:
    class Endless(Pages):
        async def __call__(self, number: int) -> Heard:
            self.asked.append(number)
            return _page(number)

    pages = Endless(_page())
    with pytest.raises(OcpUnavailable, match="without an end"):
        await whole_list(pages, size=2)

    assert len(pages.asked) == MOST_PAGES


@pytest.mark.parametrize("data", [None, {}, {"contents": None}, {"contents": 3}, "x"])
async def test_contents_that_are_missing_are_not_an_empty_list(data: object) -> None:
    with pytest.raises(OcpUnavailable, match="without contents"):
        await whole_list(Pages(heard({"successful": True, "data": data})), size=2)


@pytest.mark.invariant(11)
async def test_entries_that_are_no_objects_count_but_are_not_told() -> None:
    pages = Pages(heard({"successful": True, "data": {"contents": [{"id": 1}, 7, {"name": "x"}], "page": None}}))

    listing = await whole_list(pages, size=9)

    assert listing.read(dict) == ({"id": 1}, {"name": "x"})


@pytest.mark.parametrize(
    ("timestamp", "headers", "at"),
    [
        ("2025-03-11T10:15:20.7+08:00", {"date": "Tue, 11 Mar 2025 10:15:02 GMT"}, "2025-03-11T10:15:20.7+08:00"),
        ("late", {"date": "Tue, 11 Mar 2025 10:15:02 GMT"}, "2025-03-11T10:15:02+00:00"),
        (None, {"date": "late"}, ""),
        (None, {}, ""),
    ],
)
async def test_a_list_knows_when_its_first_page_was_written(timestamp: str, headers: dict[str, Any], at: str) -> None:
    first = heard({"successful": True, "data": {"contents": [{"id": 1}]}, "timestamp": timestamp}, **headers)

    assert (await whole_list(Pages(first, _page()), size=9)).at == at
