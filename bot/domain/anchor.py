"""Anchors: what the whole record was at a moment, small enough to be kept where nobody who changes it gets at."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from .event import canonical, digest
from .merkle import Frontier

EVENT = "audit.anchor"
"""The name of an anchor's line in the log, and in the audit channel."""

EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Head:
    """
    The end of a timeline when an anchor was made: its last event.

    `number` is that of the request, None for an environment.
    """

    timeline: str
    seq: int
    hash: str
    number: int | None = None

    @property
    def leaf(self) -> bytes:
        """What the Merkle tree covers of it."""
        return canonical([self.timeline, self.seq, self.hash]).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """
    The Merkle root over the first `heads` entries of the list of heads, made at `at` (ISO text in UTC).

    `requests` is the number of the last request that is covered: as numbers have no gaps, as many there were. `prev`
    is the digest of the anchor before ("" for the first), `mac` the HMAC-SHA256 of its content, "" without a key.
    """

    number: int
    at: str
    heads: int
    requests: int
    root: str
    prev: str
    mac: str = ""

    @property
    def content(self) -> str:
        """What `digest` and `mac` cover."""
        return canonical([EVENT, self.number, self.at, self.heads, self.requests, self.root, self.prev])

    @property
    def digest(self) -> str:
        """What names it, and what the next one carries as `prev`."""
        return digest(self.content)

    @property
    def time(self) -> datetime:
        """`at` as an aware datetime."""
        return datetime.fromisoformat(self.at)

    @property
    def told(self) -> dict[str, Any]:
        """What leaves the database, without the line's name."""
        return asdict(self) | {"digest": self.digest}

    @property
    def line(self) -> str:
        """It as one line of JSON, for the audit channel. Its name comes first, so that a cut one is noticed."""
        return f'{{"event":"{EVENT}",{canonical(self.told)[1:]}'

    def signed(self, key: str) -> Self:
        """Return it with the HMAC under *key*; as it is if the key is empty."""
        return replace(self, mac=_mac(key, self.content)) if key else self

    def is_signed_with(self, key: str) -> bool:
        """Whether its HMAC is the one under *key*."""
        return hmac.compare_digest(self.mac, _mac(key, self.content))


def next_anchor(
    last: Anchor | None, frontier: Frontier, heads: Iterable[Head], at: datetime
) -> tuple[Anchor, Frontier]:
    """Return the anchor after *last*, whose frontier is *frontier*, with *heads* as the next of the list."""
    new = list(heads)
    grown = frontier.add_all(head.leaf for head in new)
    numbers = [head.number for head in new if head.number is not None]
    anchor = Anchor(
        number=last.number + 1 if last else 1,
        at=at.astimezone(UTC).isoformat(),
        heads=grown.size,
        requests=max([last.requests if last else 0, *numbers]),
        root=grown.root,
        prev=last.digest if last else "",
    )
    return anchor, grown


class Damaged(Exception):
    """A line that carries the name of an anchor, and is none."""


def anchor_in(line: str) -> Anchor | None:
    """
    Return the anchor that a line of a log, or of text copied from Slack, holds; None if it holds none.

    Raises:
        Damaged: it names one, and a part of it is missing or was changed.
    """
    if EVENT not in line:
        return None
    anchors = [found for found in _objects(line) if found.get("event") == EVENT]
    if not anchors:
        raise Damaged(line.strip()[:80])
    return _read(anchors[0])


def _objects(line: str) -> Iterator[Mapping[str, Any]]:
    """Yield the JSON objects that begin in *line*, whatever stands before and after them."""
    decoder, start = json.JSONDecoder(), line.find("{")
    while start >= 0:
        try:
            found, _ = decoder.raw_decode(line, start)
        except ValueError:
            found = None
        if isinstance(found, dict):
            yield found
        start = line.find("{", start + 1)


def _read(found: Mapping[str, Any]) -> Anchor:
    try:
        numbers = {name: int(found[name]) for name in ("number", "heads", "requests")}
        texts = {name: str(found[name]) for name in ("at", "root", "prev", "mac")}
        anchor = Anchor(**numbers, **texts)  # type: ignore[arg-type]
        is_whole = anchor.time.tzinfo is not None and anchor.digest == found["digest"]
    except (KeyError, TypeError, ValueError) as error:
        raise Damaged(f"anchor {found.get('number')}") from error
    if not is_whole:
        raise Damaged(f"anchor {anchor.number}")
    return anchor


def _mac(key: str, content: str) -> str:
    return hmac.new(key.encode(), content.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorRow:
    """
    An anchor as stored.

    `is_logged` once its line is in the log. `channel` is the audit channel there was when it was made ("" for none: it
    is never posted); it is posted, to the present one, under the id `ident`;
    `tried_at` was noted before a post whose outcome is not noted yet; `ts` is that of the message, "" while it is owed.
    """

    anchor: Anchor
    frontier: Frontier
    ident: str
    channel: str = ""
    is_logged: bool = False
    tried_at: datetime | None = None
    ts: str = ""

    @property
    def is_owed(self) -> bool:
        """Whether it is still to be posted."""
        return bool(self.channel) and not self.ts
