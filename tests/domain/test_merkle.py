"""The Merkle tree: RFC 6962's, and nothing of the list can be changed under the same root."""

from hashlib import sha256

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.merkle import Frontier, leaf, node

LEAVES = st.lists(st.binary(max_size=8), max_size=40)

CONTENTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
"""Certificate Transparency's own test vectors."""


def by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return leaf(leaves[0])
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node(by_definition(leaves[:k]), by_definition(leaves[k:]))


@pytest.mark.parametrize("size", ROOTS)
def test_the_roots_are_those_of_certificate_transparency(size: int) -> None:
    contents = [bytes.fromhex(text) for text in CONTENTS[:size]]

    assert Frontier().add_all(contents).root == ROOTS[size]


@given(LEAVES, st.integers(0, 40))
def test_the_root_is_that_of_the_definition_however_the_leaves_came(leaves: list[bytes], at: int) -> None:
    """In one go, or written down and read again in between."""
    first = Frontier.read(str(Frontier().add_all(leaves[:at])))

    assert first.add_all(leaves[at:]).root == by_definition(leaves).hex()
    assert first.add_all(leaves[at:]).size == len(leaves)


@given(LEAVES.filter(bool), st.binary(max_size=8), st.data())
def test_another_leaf_is_another_root(leaves: list[bytes], other: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(leaves) - 1))
    assume(leaves[at] != other)

    changed = [*leaves[:at], other, *leaves[at + 1 :]]

    assert Frontier().add_all(changed).root != Frontier().add_all(leaves).root


@given(LEAVES, LEAVES)
def test_every_other_list_is_another_root(one: list[bytes], other: list[bytes]) -> None:
    """Leaves removed, added, swapped."""
    assert (Frontier().add_all(one).root == Frontier().add_all(other).root) == (one == other)


@given(LEAVES.filter(bool), st.data())
def test_a_removed_leaf_is_another_root(leaves: list[bytes], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(leaves) - 1))

    assert Frontier().add_all([*leaves[:at], *leaves[at + 1 :]]).root != Frontier().add_all(leaves).root


def test_an_inner_node_is_no_leaf() -> None:
    """The content of a node, given as a leaf, does not have the node's hash."""
    left, right = leaf(b"a"), leaf(b"b")

    assert Frontier().add_all([b"a", b"b"]).root != Frontier().add(left + right).root
