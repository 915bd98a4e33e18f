"""Second copies of a post: found when its thread has settled, and removed, all but the one that the thread uses."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from bot.domain.errors import Conflict, SlackError, SlackLimited, SlackUnreachable, SlackUnsure, TokenRefused
from bot.domain.records import Thread
from bot.ports import Clock, Messenger, Store

from .gate import DELETE, FIND, Gate, NotNow

SETTLING_SECONDS = 5.0
AGAIN_SECONDS = 30.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Suspect:
    """
    A post that may be there more than once.

    `noted` is the thread with the post in flight; `since` is a time before any copy of it.
    """

    noted: Thread
    ident: str
    since: datetime


@dataclass(slots=True)
class Copies:
    """
    Posts that two senders may both have made.

    A sender that was stopped for longer than its note holds may post what another one has posted meanwhile. It finds
    that out when it stores the outcome, and is the one that looks. `suspects` maps an id in flight to its suspect,
    `not_before` to the monotonic seconds of the next look; both end with the process, which was faulty twice then.
    """

    store: Store
    clock: Clock
    messenger: Messenger
    gate: Gate
    suspects: dict[str, Suspect] = field(default_factory=dict)
    not_before: dict[str, float] = field(default_factory=dict)

    def suspect(self, noted: Thread, since: datetime) -> None:
        """Look for copies of what is in flight in *noted*, as soon as its thread has settled."""
        if noted.in_flight is not None:
            ident = noted.in_flight[1]
            log.info("a post may be there twice; it is looked for", thread=noted.id, ident=ident)
            self.suspects[ident] = Suspect(noted, ident, since)

    async def round(self) -> None:
        """Look at every suspect that is due; what does not work out now is tried again."""
        now = self.clock.monotonic()
        for ident, suspect in list(self.suspects.items()):
            if self.not_before.get(ident, now) <= now:
                await self._look(suspect)

    async def _look(self, suspect: Suspect) -> None:
        try:
            await self._settle(suspect)
        except NotNow as later:
            self.not_before[suspect.ident] = self.clock.monotonic() + later.seconds
        except Conflict as error:
            log.warning("a second copy of a post may stay", thread=suspect.noted.id, error=str(error))
            self._forget(suspect)
        except Exception:
            log.exception("copies could not be looked for; it is tried again", thread=suspect.noted.id)
            self.not_before[suspect.ident] = self.clock.monotonic() + AGAIN_SECONDS
        else:
            self._forget(suspect)

    def _forget(self, suspect: Suspect) -> None:
        del self.suspects[suspect.ident]
        self.not_before.pop(suspect.ident, None)

    async def _settle(self, suspect: Suspect) -> None:
        """
        Remove all copies but the one that is used.

        Every sender decides alike and only once the thread has settled on one, so two that look at the same time
        never remove both.

        Raises:
            Conflict: the thread is not shown any more, and so nothing says which copy is the one that counts.
        """
        async with self.store.reading() as tx:
            thread = await tx.thread(suspect.noted.id)
        if not _is_settled(thread, suspect):
            raise NotNow(SETTLING_SECONDS)
        copies = await self._find(suspect)
        used = thread.root_ts if _is_root(suspect) else next(iter(copies), None)
        for copy in copies:
            if copy != used:
                await self._remove(suspect, copy)

    async def _find(self, suspect: Suspect) -> Sequence[str]:
        place, root = suspect.noted.place, suspect.noted.root_ts
        self.gate.enter(FIND, place.channel)
        try:
            with self.gate.heard(FIND, place.channel):
                return await self.messenger.find(place, suspect.ident, root=root, since=suspect.since)
        except SlackError as error:
            self._give_up_or_raise(error, suspect)
            return ()

    async def _remove(self, suspect: Suspect, copy: str) -> None:
        place = suspect.noted.place
        self.gate.enter(DELETE, place.channel)
        try:
            with self.gate.heard(DELETE, place.channel):
                await self.messenger.delete(place, copy)
        except SlackError as error:
            self._give_up_or_raise(error, suspect)
        else:
            log.info("a second copy of a post was removed", thread=suspect.noted.id, ts=copy)

    def _give_up_or_raise(self, error: SlackError, suspect: Suspect) -> None:
        """Raise NotNow for what passes; a copy that Slack does not let us read or remove stays."""
        if isinstance(error, SlackLimited):
            raise NotNow(error.seconds) from error
        if isinstance(error, SlackUnsure | SlackUnreachable | TokenRefused):
            raise NotNow(SETTLING_SECONDS) from error
        log.warning("a second copy of a post may stay", thread=suspect.noted.id, error=str(error))


def _is_root(suspect: Suspect) -> bool:
    return suspect.noted.root_ts is None and suspect.noted.request is not None


def _is_settled(thread: Thread, suspect: Suspect) -> bool:
    """Whether nobody is posting it any more, and a card's thread has its root."""
    is_in_flight = thread.in_flight is not None and thread.in_flight[1] == suspect.ident
    return not is_in_flight and not (_is_root(suspect) and thread.root_ts is None)
