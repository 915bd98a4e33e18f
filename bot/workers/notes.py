"""The notes around a call to Slack: written before it, settled after it, read back when nobody knows (DESIGN, 7)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

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
    TokenRefused,
)
from bot.domain.pace import UNSURE_FOR, may_start
from bot.domain.records import Thread
from bot.ports import Clock, Message, Messenger, NewId, Store

from .copies import Copies
from .detour import Detour
from .gate import FIND, POST, UPDATE, Gate, NotNow

AGAIN_SECONDS = 1.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Notes:
    """Post and update with notes; each method returns the thread as stored and raises NotNow to be called again."""

    store: Store
    clock: Clock
    new_id: NewId
    messenger: Messenger
    gate: Gate
    copies: Copies
    detour: Detour

    async def save(self, thread: Thread) -> Thread:
        """Store *thread*; raises Conflict if another sender wrote it."""
        async with self.store.transaction() as tx:
            return await tx.save_thread(thread)

    async def found(self, thread: Thread, *, since: datetime) -> str | None:
        """
        Return the ts of the post that is in flight, None if it surely never arrived.

        It was not made before *since*. Of several copies the oldest counts, and the others are removed later.
        """
        if thread.in_flight is None:
            return None
        _, ident, at = thread.in_flight
        self._not_before(at + UNSURE_FOR)
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

    async def landed(self, noted: Thread, shown: Thread, *, since: datetime) -> Thread:
        """
        Store *shown*, what *noted* has become by its post; the place takes messages.

        Raises:
            Conflict: another sender went on with the thread; one of the copies goes.
        """
        try:
            return await self._shown(noted, replace(shown, in_flight=None))
        except Conflict:
            self.copies.suspect(noted, since)
            raise

    async def post(
        self,
        thread: Thread,
        message: Message,
        plain: Message,
        *,
        upto: int,
        since: datetime,
        root: str | None = None,
        broadcast: bool = False,
        can_wait: bool = False,
    ) -> tuple[Thread, str]:
        """
        Post *message* once, noted before it leaves, as *plain* if Slack refuses its blocks.

        What *can_wait* leaves room for what cannot: a failure is not held up by the progress of others.

        Return the thread, its note still there, and the ts ("" if Slack took neither form: it counts as shown).
        """
        self.gate.enter(POST, thread.place.channel, spare=1.0 if can_wait else 0.0)
        ident = thread.in_flight[1] if thread.in_flight else self.new_id()
        noted_from, at = self.clock.monotonic(), self.clock.now()
        noted = await self.save(replace(thread, in_flight=(upto, ident, at)))
        try:
            return noted, await self._post(noted, message, plain, root, noted_from, broadcast=broadcast)
        except PlaceRefused as error:
            raise await self.detour.block(_unposted(thread, noted), error) from error
        except RootRefused as error:
            raise await self._new_root(noted, error) from error
        except (NotNow, SlackLimited, SlackUnreachable, TokenRefused) as error:
            if noted != (unposted := _unposted(thread, noted)):
                await self.save(unposted)
            raise self._later(error, POST, thread) from error
        except SlackError as error:
            log.warning("nobody knows whether a post arrived; it is looked for", thread=thread.id, error=str(error))
            if self._is_overtaken(at):
                self.copies.suspect(noted, since)
            raise NotNow(UNSURE_FOR.total_seconds()) from error

    async def _post(
        self, thread: Thread, message: Message, plain: Message, root: str | None, noted_from: float, *, broadcast: bool
    ) -> str:
        odd: OddRefusal | None = None
        ident = thread.in_flight[1] if thread.in_flight else ""
        for form, shown_in_channel in ((message, broadcast), (plain, False)):
            self._in_time(noted_from, thread)
            try:
                with self.gate.heard(POST, thread.place.channel):
                    return await self.messenger.post(
                        thread.place, form, ident=ident, root=root, broadcast=shown_in_channel
                    )
            except ContentRefused:
                log.exception("Slack refused a message for its content", thread=thread.id)
            except OddRefusal as error:
                odd = error
                log.exception("Slack refused a message, nobody knows why", thread=thread.id)
        if odd is not None:
            raise PlaceRefused(str(odd)) from odd
        return ""

    async def update(self, thread: Thread, message: Message, plain: Message, hash_: str, *, can_wait: bool) -> Thread:
        """Draw the card, noted before; what cannot be drawn now stays owed, and the thread goes on."""
        if self.gate.wait(UPDATE, thread.place.channel, spare=5.0 if can_wait else 0.0) > 0:
            return await self.owe(thread)
        noted_from, at = self.clock.monotonic(), self.clock.now()
        noted = await self.save(replace(thread, card_in_flight=at))
        try:
            await self._update(noted, message, plain, noted_from)
        except PlaceRefused as error:
            raise await self.detour.block(noted, error) from error
        except RootRefused as error:
            raise await self._new_root(noted, error) from error
        except NotNow:
            return noted
        except SlackError as error:
            log.info("a card may not be drawn; it is drawn again", thread=thread.id, error=str(error))
            if self._is_overtaken(at):
                await self._owe_again(thread.id)
            return noted
        return await self._drawn(noted, hash_)

    async def _update(self, thread: Thread, message: Message, plain: Message, noted_from: float) -> None:
        for form in (message, plain):
            self._in_time(noted_from, thread)
            try:
                with self.gate.heard(UPDATE, thread.place.channel):
                    return await self.messenger.update(thread.place, thread.root_ts or "", form)
            except ContentRefused:
                log.exception("Slack refused a card for its content", thread=thread.id)
        return None

    async def _drawn(self, noted: Thread, hash_: str) -> Thread:
        """Store that the card is drawn; if somebody else went on meanwhile, it may be older than theirs."""
        try:
            return await self._shown(noted, replace(noted, card_hash=hash_, card_in_flight=None))
        except Conflict:
            await self._owe_again(noted.id)
            raise

    async def owe(self, thread: Thread) -> Thread:
        """Note that the card is to be drawn as soon as Slack's limits allow."""
        if thread.card_in_flight is not None:
            return thread
        return await self.save(replace(thread, card_in_flight=self.clock.now() - UNSURE_FOR))

    async def _owe_again(self, thread_id: str) -> None:
        """
        Note on the thread as it is now that its card is to be drawn, until that is noted.

        Whoever is drawing it then finds another version, and draws it once more.
        """
        while True:
            async with self.store.reading() as tx:
                thread = await tx.thread(thread_id)
            try:
                await self.save(replace(thread, card_in_flight=thread.card_in_flight or self.clock.now() - UNSURE_FOR))
            except Conflict as error:
                log.info("somebody else wrote first; a card is owed all the same", thread=thread_id, error=str(error))
            else:
                return

    async def _shown(self, before: Thread, after: Thread) -> Thread:
        """Store *after*: its place took a message, so it is blocked no more."""
        async with self.store.transaction() as tx:
            if before.blocked and before.request:
                await tx.request(before.request)  # one at a time: all its threads are written
            stored = await tx.save_thread(replace(after, blocked="", blocked_until=None))
            if before.blocked:
                await self.detour.redraw_others(tx, stored)
        return stored

    async def _new_root(self, thread: Thread, error: RootRefused) -> NotNow:
        """The card is gone or cannot be changed: a new one takes over; nothing of it was posted before now."""
        log.warning("a card is gone; a new one takes over", thread=thread.id, error=str(error))
        now = self.clock.now()
        await self.save(
            replace(thread, root_ts=None, in_flight=None, card_hash="", card_in_flight=None, last_reply_at=now)
        )
        return NotNow(0.0)

    def _in_time(self, noted_from: float, thread: Thread) -> None:
        """Raise NotNow if the note is too old: others count on what it announces being over soon."""
        if not may_start(noted_from, self.clock.monotonic()):
            log.warning("a note was too old to be acted upon", thread=thread.id)
            raise NotNow(AGAIN_SECONDS)

    def _is_overtaken(self, noted_at: datetime) -> bool:
        """Whether others may have given up what was noted then."""
        return self.clock.now() >= noted_at + UNSURE_FOR

    def _not_before(self, moment: datetime) -> None:
        seconds = (moment - self.clock.now()) / timedelta(seconds=1)
        if seconds > 0:
            raise NotNow(seconds)

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
