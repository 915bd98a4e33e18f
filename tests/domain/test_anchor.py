"""Anchors: what leaves the database, and how it is found again."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.anchor import Anchor, Damaged, Head, anchor_in, next_anchor
from bot.domain.merkle import Frontier
from tests.builders import NOW

HEADS = st.builds(Head, st.text(max_size=5), st.integers(1, 50), st.text(max_size=5), st.none() | st.integers(1, 99))


def an_anchor(key: str = "") -> Anchor:
    """Return the first anchor, over two requests."""
    heads = [Head("request-1", 3, "a" * 64, 1), Head("request-2", 1, "b" * 64, 2)]
    return next_anchor(None, Frontier(), heads, NOW)[0].signed(key)


def test_each_anchor_goes_on_from_the_one_before() -> None:
    first, frontier = next_anchor(
        None, Frontier(), [Head("request-1", 3, "a", 1), Head("environment:prod", 1, "c")], NOW
    )
    second, grown = next_anchor(first, frontier, [Head("request-1", 4, "b", 1)], NOW)

    assert (first.number, first.heads, first.requests, first.prev) == (1, 2, 1, "")
    assert (second.number, second.heads, second.requests, second.prev) == (2, 3, 1, first.digest)
    assert second.root == grown.root != first.root


@given(st.lists(HEADS, max_size=5), st.text(max_size=10))
def test_an_anchor_is_read_from_its_line(heads: list[Head], key: str) -> None:
    """From the channel as it stands there, and from a log in which other fields are around it."""
    anchor = next_anchor(None, Frontier(), heads, NOW)[0].signed(key)
    logged = json.dumps({"level": "info", **json.loads(anchor.line), "timestamp": "2026-11-24T14:02:00Z"})

    assert anchor_in(anchor.line) == anchor
    assert anchor_in(f"OBProxy Bot  14:02  {anchor.line}  (edited)\n") == anchor
    assert anchor_in(f"bot-1 | {{not JSON}} {logged}\n") == anchor


@pytest.mark.parametrize("line", ["", "{", '{"event": "running"}', "Audit anchor 3, of 14:02", '{"a": {"b": [1, 2]}}'])
def test_other_lines_hold_none(line: str) -> None:
    assert anchor_in(line) is None


@pytest.mark.parametrize("name", ["number", "at", "heads", "requests", "root", "prev", "digest"])
def test_a_changed_or_cut_line_is_damaged(name: str) -> None:
    """Whatever was written over; so that a mistake of copying is not taken for one of the record."""
    told = json.loads(an_anchor().line)
    changed = {**told, name: "7" if name != "at" else "2026-11-24T15:02:00+00:00"}
    without = {key: value for key, value in told.items() if key != name}

    for line in (json.dumps(changed), json.dumps(without), an_anchor().line[:200]):
        with pytest.raises(Damaged):
            anchor_in(line)


def test_only_who_has_the_key_can_sign() -> None:
    signed = an_anchor("key")

    assert signed.is_signed_with("key")
    assert not signed.is_signed_with("another")
    assert not an_anchor().is_signed_with("key")
    assert signed.digest == an_anchor().digest
