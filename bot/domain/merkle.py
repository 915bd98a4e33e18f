"""Merkle tree hashes over a list that only grows (RFC 6962, section 2.1), without keeping the list."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

LEAF, NODE = b"\x00", b"\x01"
"""What a leaf and an inner node begin with, so that neither can be passed off as the other."""


def leaf(content: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(LEAF + content).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return sha256(NODE + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """
    All that has to be known of `size` leaves to add more of them, and to tell the root.

    `peaks` are the roots of the whole subtrees, the largest first: one for each 1 in the binary `size`.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def add(self, content: bytes) -> Self:
        """Return the frontier with one more leaf."""
        peaks, size, hash_ = list(self.peaks), self.size, leaf(content)
        while size & 1:
            hash_ = node(peaks.pop(), hash_)
            size >>= 1
        return type(self)(self.size + 1, (*peaks, hash_))

    def add_all(self, contents: Iterable[bytes]) -> Self:
        """Return the frontier with more leaves."""
        frontier = self
        for content in contents:
            frontier = frontier.add(content)
        return frontier

    @property
    def root(self) -> str:
        """The Merkle tree hash in hex; without leaves that of nothing."""
        if not self.peaks:
            return sha256().hexdigest()
        hash_ = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            hash_ = node(peak, hash_)
        return hash_.hex()

    def __str__(self) -> str:
        return " ".join([str(self.size), *(peak.hex() for peak in self.peaks)])

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the frontier that was written as *text*."""
        size, *peaks = text.split()
        return cls(int(size), tuple(map(bytes.fromhex, peaks)))
