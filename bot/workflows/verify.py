"""Verifying the record: each timeline by itself, that none is gone, and what the anchors say of all of them."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field

from bot.domain.anchor import Anchor
from bot.domain.entry import title
from bot.domain.following import Finding, Following
from bot.ports import Record

from .proof import Proof


@dataclass(slots=True)
class Verify:
    """
    Read a whole record, in memory that does not grow with it.

    `given` are anchors that were kept elsewhere, `key` is the one that they are signed with, "" for none. `timelines`,
    `requests` and `events` count what was read.
    """

    record: Record
    given: Sequence[Anchor] = ()
    key: str = ""
    timelines: int = 0
    requests: int = 0
    events: int = 0
    proof: Proof = field(default_factory=Proof)

    async def findings(self) -> AsyncIterator[Finding]:
        """Yield everything that is not as it was written."""
        async for finding in self._of_timelines():
            yield finding
        async for timeline, number in self.record.empty():
            yield Finding(title(timeline, number), "all its events are missing")
        async for request, revision in self.record.loose_revisions():
            yield Finding(f"request #{request}", f"the payload of its revision {revision} is not the one it had")
        async for finding in self._of_anchors():
            yield finding
        async for finding in self._of_numbers():
            yield finding

    async def _of_timelines(self) -> AsyncIterator[Finding]:
        following = Following()
        async for entry in self.record.timelines():
            if following.last is None or following.last.event.timeline != entry.event.timeline:
                for finding in following.ends():
                    yield finding
                following, self.timelines = Following(), self.timelines + 1
            self.events += 1
            for finding in following.takes(entry):
                yield finding
        for finding in following.ends():
            yield finding

    async def _of_anchors(self) -> AsyncIterator[Finding]:
        self.proof = Proof(self.key)
        for finding in self.proof.takes_given(self.given):
            yield finding
        async for anchor in self.record.anchors():
            for finding in self.proof.takes_stored(anchor):
                yield finding
        for finding in self.proof.has_all_anchors():
            yield finding
        async for position, head, now in self.record.heads():
            for finding in self.proof.takes_head(position, head, now):
                yield finding
        for finding in self.proof.ends():
            yield finding

    async def _of_numbers(self) -> AsyncIterator[Finding]:
        """Numbers have no gaps: one is given in the transaction that stores its request."""
        counted, expected = await self.record.counted(), 1
        async for number in self.record.numbers():
            self.requests += 1
            for finding in self._gone(expected, number - 1):
                yield finding
            expected = number + 1
        for finding in self._gone(expected, max(counted, self.proof.requests)):
            yield finding
        if counted < expected - 1:
            yield Finding("requests", f"the counter of their numbers was set back, from {expected - 1} to {counted}")

    def _gone(self, first: int, last: int) -> Iterator[Finding]:
        """Yield that the requests with these numbers are gone, if there are any."""
        if first <= last:
            named = f"request #{first}" if first == last else f"requests #{first} to #{last}"
            anchored = f"; anchor {self.proof.newest} counted it" if last <= self.proof.requests else ""
            yield Finding(named, f"removed whole: the number was given, and there is no such request{anchored}")
