"""Posts: noted before they leave, settled after it, read back when nobody knows whether they arrived."""

from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.domain.errors import (
    Conflict,
    ContentRefused,
    OddRefusal,
    PlaceRefused,
    RootRefused,
    SlackError,
    SlackLimited,
    SlackUnreachable,
    StoreUnavailable,
    TokenRefused,
)
from bot.domain.pace import UNSURE_FOR
from bot.domain.records import Thread
from bot.ports import Message, Messenger, NewId

from .copies import Copies
from .gate import FIND, POST, Gate, NotNow
from .notes import AGAIN_SECONDS, Notes

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """
    What a thread is to show next: a card, or a reply below it.

    `plain` is for when Slack refuses the blocks of `message`. `upto` is the last event that it tells. No copy of it
    was posted before `since`. What `can_wait` leaves room for what cannot: a failure is not held up by progress.
    """

    message: Message
    plain: Message
    upto: int
    since: datetime
    broadcast: bool = False
    can_wait: bool = False


@dataclass(frozen=True, slots=True)
class Posts:
    """Post once; what cannot be done now raises NotNow, to be called again."""

    notes: Notes
    new_id: NewId
    messenger: Messenger
    gate: Gate
    copies: Copies

    async def found(self, thread: Thread, *, since: datetime) -> str | None:
        """
        Return the ts of the post that is in flight, None if it surely never arrived.

        It was not made before *since*. Of several copies the oldest counts, and the others are removed later.
        """
        if thread.in_flight is None:
            return None
        _, ident, at = thread.in_flight
        self.notes.not_before(at + UNSURE_FOR)
        self.gate.enter(FIND, thread.place.channel)
        try:
            with self.gate.heard(FIND, thread.place.channel):
                copies = await self.messenger.find(thread.place, ident, root=thread.root_ts, since=since)
        except (PlaceRefused, RootRefused, ContentRefused, OddRefusal) as error:
            log.warning(
                "a place cannot be read; what was posted there may appear twice", thread=thread.id, error=str(error)
            )
            return None
        except SlackError as error:
            raise self._later(error, FIND, thread) from error
        if len(copies) > 1:
            self.copies.suspect(thread, since)
        return copies[0] if copies else None

    async def post(self, thread: Thread, draft: Draft) -> tuple[Thread, str]:
        """
        Post *draft*, noted before it leaves.

        Return the thread, its note still there, and the ts ("" if Slack took neither form: it counts as shown).
        """
        self.gate.enter(POST, thread.place.channel, spare=1.0 if draft.can_wait else 0.0)
        ident = thread.in_flight[1] if thread.in_flight else self.new_id()
        noted_from, at = self.notes.clock.monotonic(), self.notes.clock.now()
        noted = await self.notes.save(replace(thread, in_flight=(draft.upto, ident, at)))
        try:
            return noted, await self._post(noted, draft, ident, noted_from)
        except PlaceRefused as error:
            raise await self.notes.detour.block(_unposted(thread, noted), error) from error
        except RootRefused as error:
            raise await self.notes.new_root(noted, error) from error
        except (NotNow, SlackLimited, SlackUnreachable, TokenRefused) as error:
            if thread.in_flight is None:
                await self.notes.save(_unposted(thread, noted))
            raise self._later(error, POST, thread) from error
        except SlackError as error:
            log.warning("nobody knows whether a post arrived; it is looked for", thread=thread.id, error=str(error))
            if self.notes.is_overtaken(at):
                self.copies.suspect(noted, draft.since)
            raise NotNow(UNSURE_FOR.total_seconds()) from error

    async def landed(self, noted: Thread, shown: Thread, *, since: datetime) -> Thread:
        """
        Store *shown*, what *noted* has become by its post; the place takes messages.

        Raises:
            Conflict: another sender went on with the thread; of two copies one is removed later.
        """
        try:
            return await self.notes.opened(noted, replace(shown, in_flight=None))
        except (Conflict, StoreUnavailable):
            self.copies.suspect(noted, since)
            raise

    async def _post(self, thread: Thread, draft: Draft, ident: str, noted_from: float) -> str:
        place, root = thread.place, thread.root_ts
        odd: OddRefusal | None = None
        for form, broadcast in ((draft.message, draft.broadcast), (draft.plain, False)):
            self.notes.in_time(noted_from, thread)
            try:
                with self.gate.heard(POST, place.channel):
                    return await self.messenger.post(place, form, ident=ident, root=root, broadcast=broadcast)
            except ContentRefused:
                log.exception("Slack refused a message for its content", thread=thread.id)
            except OddRefusal as error:
                odd = error
                log.exception("Slack refused a message, nobody knows why", thread=thread.id)
        if odd is not None:
            raise PlaceRefused(str(odd)) from odd
        return ""

    def _later(self, error: SlackError | NotNow, method: str, thread: Thread) -> NotNow:
        if isinstance(error, NotNow):
            return error
        if isinstance(error, SlackLimited):
            log.warning("Slack did not take a call", thread=thread.id, method=method, error=str(error))
            return NotNow(error.seconds)
        return NotNow(self.gate.outage.left() or AGAIN_SECONDS)


def _unposted(before: Thread, noted: Thread) -> Thread:
    """Return *noted* as it is when nothing was posted; what was in flight before it may still arrive."""
    return noted if before.in_flight else replace(noted, in_flight=None)
