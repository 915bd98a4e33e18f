"""The notes around a call to Slack: written before it, settled after it, read back when nobody knows (DESIGN, 7)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.domain.errors import (
    ContentRefused,
    OddRefusal,
    PlaceRefused,
    RootRefused,
    SlackError,
    SlackLimited,
    SlackUnreachable,
    TokenRefused,
)
from bot.domain.records import Thread
from bot.ports import Clock, Message, Messenger, NewId, Store

from .gate import FIND, POST, UPDATE, Gate

UNSURE_FOR = timedelta(seconds=15)
"""Slack's time-out and ten seconds more: after that a lost call has had its effect or never will."""

BLOCKED_FOR = timedelta(minutes=5)
AWAY_SECONDS = 5.0

log = structlog.get_logger()


class NotNow(Exception):
    """The thread goes on after `seconds`; nothing is lost meanwhile."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"not for {seconds:.1f} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Notes:
    """Post and update with notes; each method returns the thread as stored and raises NotNow to be called again."""

    store: Store
    clock: Clock
    new_id: NewId
    messenger: Messenger
    gate: Gate

    async def save(self, thread: Thread) -> Thread:
        """Store *thread*; raises Conflict if another sender wrote it."""
        async with self.store.transaction() as tx:
            return await tx.save_thread(thread)

    async def found(self, thread: Thread) -> str | None:
        """Return the ts of the post that is in flight, None if it surely never arrived; extra copies are removed."""
        if thread.in_flight is None:
            return None
        _, ident, at = thread.in_flight
        self._not_before(at + UNSURE_FOR)
        self._pass(FIND, thread)
        try:
            copies = await self.messenger.find(thread.place, ident, root=thread.root_ts, since=at)
        except (PlaceRefused, RootRefused, ContentRefused, OddRefusal) as error:
            log.warning(
                "a place cannot be read; what was posted there may appear twice", thread=thread.id, error=str(error)
            )
            return None
        except SlackError as error:
            raise self._later(error, FIND, thread) from error
        for extra in copies[1:]:
            await self._remove(thread, extra)
        return copies[0] if copies else None

    async def _remove(self, thread: Thread, extra: str) -> None:
        """Remove a copy; one that Slack keeps is better than a thread that stands still."""
        try:
            await self.messenger.delete(thread.place, extra)
        except SlackError as error:
            log.warning("a second copy of a reply stays", thread=thread.id, ts=extra, error=str(error))

    async def post(
        self,
        thread: Thread,
        message: Message,
        plain: Message,
        *,
        upto: int,
        root: str | None = None,
        broadcast: bool = False,
        can_wait: bool = False,
    ) -> tuple[Thread, str]:
        """
        Post *message* once, noted before it leaves, as *plain* if Slack refuses its blocks.

        What *can_wait* leaves room for what cannot: a failure is not held up by the progress of others.

        Return the thread, its note still there, and the ts ("" if Slack took neither form: it counts as shown).
        """
        self._pass(POST, thread, spare=1.0 if can_wait else 0.0)
        ident = thread.in_flight[1] if thread.in_flight else self.new_id()
        noted = await self.save(replace(thread, in_flight=(upto, ident, self.clock.now())))
        try:
            return noted, await self._post(noted, message, plain, ident, root, broadcast=broadcast)
        except PlaceRefused as error:
            raise await self._block(noted, error) from error
        except RootRefused as error:
            raise await self._new_root(noted, error) from error
        except (SlackLimited, SlackUnreachable, TokenRefused) as error:
            await self.save(replace(noted, in_flight=None))
            raise self._later(error, POST, thread) from error
        except SlackError as error:
            log.warning("nobody knows whether a post arrived; it is looked for", thread=thread.id, error=str(error))
            raise NotNow(UNSURE_FOR.total_seconds()) from error

    async def _post(
        self, thread: Thread, message: Message, plain: Message, ident: str, root: str | None, *, broadcast: bool
    ) -> str:
        odd: OddRefusal | None = None
        for form, shown_in_channel in ((message, broadcast), (plain, False)):
            try:
                return await self.messenger.post(thread.place, form, ident=ident, root=root, broadcast=shown_in_channel)
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
        wait = self.gate.wait(UPDATE, thread.place.channel, spare=5.0 if can_wait else 0.0)
        if wait > 0:
            return await self.owe(thread)
        noted = await self.save(replace(thread, card_in_flight=self.clock.now()))
        try:
            await self._update(noted, message, plain)
        except PlaceRefused as error:
            raise await self._block(noted, error) from error
        except RootRefused as error:
            raise await self._new_root(noted, error) from error
        except SlackLimited as error:
            self.gate.close(UPDATE, thread.place.channel, error.seconds)
            return await self.owe(noted)
        except SlackError as error:
            log.warning("a card may not be drawn; it is drawn again", thread=thread.id, error=str(error))
            return noted
        drawn = replace(noted, card_hash=hash_, card_in_flight=None, blocked="", blocked_until=None)
        return await self.save(drawn)

    async def _update(self, thread: Thread, message: Message, plain: Message) -> None:
        for form in (message, plain):
            try:
                return await self.messenger.update(thread.place, thread.root_ts or "", form)
            except ContentRefused:
                log.exception("Slack refused a card for its content", thread=thread.id)
        return None

    async def owe(self, thread: Thread) -> Thread:
        """Note that the card is to be drawn as soon as Slack's limits allow."""
        if thread.card_in_flight is not None:
            return thread
        return await self.save(replace(thread, card_in_flight=self.clock.now() - UNSURE_FOR))

    async def _block(self, thread: Thread, error: PlaceRefused) -> NotNow:
        """The place does not take messages: tried again from time to time, never an event."""
        log.warning("a thread is blocked", thread=thread.id, channel=thread.place.channel, error=str(error))
        now = self.clock.now()
        blocked = replace(thread, in_flight=None, blocked=str(error), blocked_until=now + BLOCKED_FOR)
        async with self.store.transaction() as tx:
            await tx.save_thread(blocked)
            siblings = await tx.threads_of(thread.request) if thread.request and not thread.blocked else ()
            for sibling in siblings:  # the card elsewhere calls those now who would have been called here
                is_idle = sibling.card_in_flight is None and sibling.in_flight is None
                if sibling.id != thread.id and is_idle:
                    await tx.save_thread(replace(sibling, card_in_flight=now - UNSURE_FOR))
        return NotNow(BLOCKED_FOR.total_seconds())

    async def _new_root(self, thread: Thread, error: RootRefused) -> NotNow:
        """The card is gone or cannot be changed: a new one takes over."""
        log.warning("a card is gone; a new one takes over", thread=thread.id, error=str(error))
        await self.save(replace(thread, root_ts=None, in_flight=None, card_hash="", card_in_flight=None))
        return NotNow(0.0)

    def _pass(self, method: str, thread: Thread, *, spare: float = 0.0) -> None:
        seconds = self.gate.wait(method, thread.place.channel, spare=spare)
        if seconds > 0:
            raise NotNow(seconds)

    def _not_before(self, moment: datetime) -> None:
        seconds = (moment - self.clock.now()).total_seconds()
        if seconds > 0:
            raise NotNow(seconds)

    def _later(self, error: SlackError, method: str, thread: Thread) -> NotNow:
        log.warning("Slack did not take a call", thread=thread.id, method=method, error=str(error))
        if isinstance(error, SlackLimited):
            self.gate.close(method, thread.place.channel, error.seconds)
            return NotNow(error.seconds)
        return NotNow(AWAY_SECONDS)
