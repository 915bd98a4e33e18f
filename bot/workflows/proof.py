"""What anchors prove: the list of heads is the one that they were made over, and every head is still an event."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.domain.anchor import Anchor, Head
from bot.domain.entry import title
from bot.domain.following import Finding
from bot.domain.merkle import Frontier

FILE, DATABASE = "anchor file", "database"


@dataclass(slots=True)
class Proof:
    """
    Take the anchors of the file, then those of the database, then the list of heads; each yields what is wrong.

    `given` maps numbers to the anchors of the file. `due` holds the anchors that are still to be compared with the
    root over the heads so far, the next one last; `fitting` is the last one that was equal, `unfit` counts the others
    from `first_unfit` on. `requests` is the highest number of a request that an anchor counts,
    and `newest` the number of that anchor.
    """

    key: str = ""
    given: dict[int, Anchor] = field(default_factory=dict)
    last: Anchor | None = None
    stored: int = 0
    signed: int = 0
    found: set[int] = field(default_factory=set)
    due: list[tuple[Anchor, str]] = field(default_factory=list)
    frontier: Frontier = field(default_factory=Frontier)
    fitting: Anchor | None = None
    unfit: int = 0
    first_unfit: tuple[Anchor, str] | None = None
    requests: int = 0
    newest: int = 0

    def takes_given(self, anchors: Sequence[Anchor]) -> Iterator[Finding]:
        """Take the anchors of the file, in any order, each as often as it stands there."""
        for anchor in anchors:
            same = self.given.setdefault(anchor.number, anchor)
            if same.digest != anchor.digest:
                yield Finding(FILE, f"holds two different anchors {anchor.number}: of two databases, or one was forged")
            if self.key and not anchor.is_signed_with(self.key):
                yield Finding(FILE, f"anchor {anchor.number}: {_unsigned(anchor)}")
            self._expect(anchor, FILE)

    def takes_stored(self, anchor: Anchor) -> Iterator[Finding]:
        """Take the next anchor of the database."""
        if anchor.number != self.stored_number + 1 or anchor.prev != (self.last.digest if self.last else ""):
            yield Finding(DATABASE, f"anchor {anchor.number} does not follow from anchor {self.stored_number}")
        if self.key and (anchor.mac or self.signed) and not anchor.is_signed_with(self.key):
            yield Finding(DATABASE, f"anchor {anchor.number}: {_unsigned(anchor)}")
        given = self.given.get(anchor.number)
        if given is not None and given.digest != anchor.digest:
            yield Finding(DATABASE, f"anchor {anchor.number} is not the one of the {FILE}: it was made anew")
        self.last, self.stored, self.signed = anchor, self.stored + 1, self.signed + bool(anchor.mac)
        self.found.add(anchor.number)
        if given is None:
            self._expect(anchor, DATABASE)

    @property
    def stored_number(self) -> int:
        """The number of the last anchor of the database, 0 before the first."""
        return self.last.number if self.last else 0

    def has_all_anchors(self) -> Iterator[Finding]:
        """Yield the anchors that the database has lost, and prepare for its heads."""
        for number in sorted(self.given.keys() - self.found):
            yield Finding(DATABASE, f"anchor {number} of the {FILE} is gone: it was removed, or this is an older copy")
        if self.key and self.stored and not self.signed:
            yield Finding(DATABASE, "no anchor is signed, although AUDIT_KEY is set")
        self.due.sort(key=lambda due: (due[0].heads, due[0].number), reverse=True)

    def takes_head(self, position: int, head: Head, now: str | None) -> Iterator[Finding]:
        """Take the next of the list of heads; *now* is the hash that its event has, None if there is no such event."""
        where = title(head.timeline, head.number)
        if now is None:
            yield Finding(where, "is gone, and an anchor covers it", head.seq)
        elif now != head.hash:
            yield Finding(where, "was written anew, with all before it, after an anchor had covered it", head.seq)
        self._compare()
        if position != self.frontier.size:
            yield Finding(DATABASE, f"the list of heads lacks entries before {position}")
        self.frontier = self.frontier.add(head.leaf)

    def ends(self) -> Iterator[Finding]:
        """Yield which anchors do not fit the list of heads."""
        self._compare()
        self.unfit += len(self.due)
        if self.due and self.first_unfit is None:
            self.first_unfit = self.due[-1]
        if self.last is not None and self.frontier.size > self.last.heads:
            yield Finding(DATABASE, f"the list of heads goes on after entry {self.last.heads}, without an anchor")
        if self.first_unfit is not None:
            yield _does_not_fit(*self.first_unfit, self.fitting, self.unfit)

    def _expect(self, anchor: Anchor, source: str) -> None:
        self.due.append((anchor, source))
        if anchor.requests > self.requests:
            self.requests, self.newest = anchor.requests, anchor.number

    def _compare(self) -> None:
        """Compare the anchors that cover just the heads so far."""
        while self.due and self.due[-1][0].heads <= self.frontier.size:
            anchor, source = self.due.pop()
            if anchor.root == self.frontier.root and anchor.heads == self.frontier.size:
                self.fitting = anchor
            else:
                self.unfit += 1
                self.first_unfit = self.first_unfit or (anchor, source)


def _unsigned(anchor: Anchor) -> str:
    return "its HMAC is not the one under AUDIT_KEY" if anchor.mac else "it has no HMAC, although AUDIT_KEY is set"


def _does_not_fit(anchor: Anchor, source: str, fitting: Anchor | None, unfit: int) -> Finding:
    since = f"after anchor {fitting.number} of {fitting.at}, which fits," if fitting else "before it"
    rest = f"; {unfit - 1} more anchors do not fit either" if unfit > 1 else ""
    return Finding(
        source,
        f"anchor {anchor.number} of {anchor.at} was made over other heads than are here now. Of what it covers "
        f"{since} a timeline was removed whole, or its history was written anew{rest}",
    )
