"""Drawings: a thread's card brought up to date, noted before, and owed until it surely shows the present."""

from dataclasses import dataclass, replace

import structlog

from bot.domain.errors import Conflict, ContentRefused, PlaceRefused, RootRefused, SlackError
from bot.domain.pace import UNSURE_FOR
from bot.domain.records import Thread
from bot.ports import Message, Messenger

from .gate import UPDATE, Gate, NotNow
from .notes import Notes

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """
    A card as it is to be.

    `plain` is for when Slack refuses the blocks of `message`, `hash` tells it from another one. What `can_wait` leaves
    room for what cannot. `is_all` if the thread has nothing else to show: then its place has taken all that was due.
    """

    message: Message
    plain: Message
    hash: str
    can_wait: bool
    is_all: bool


@dataclass(frozen=True, slots=True)
class Drawings:
    """Draw cards; what cannot be drawn now stays owed."""

    notes: Notes
    messenger: Messenger
    gate: Gate

    async def draw(self, thread: Thread, drawing: Drawing) -> tuple[Thread, float]:
        """
        Draw the card, and let the thread go on; raises NotNow when it cannot.

        Return the thread, and the seconds after which Slack takes the card if it does not now.
        """
        wait = self.gate.wait(UPDATE, thread.place.channel, spare=5.0 if drawing.can_wait else 0.0)
        if wait > 0:
            return await self._owe(thread), wait
        return await self._draw(thread, drawing), 0.0

    async def _draw(self, thread: Thread, drawing: Drawing) -> Thread:
        noted_from, at = self.notes.clock.monotonic(), self.notes.clock.now()
        noted = await self.notes.save(replace(thread, card_in_flight=at))
        try:
            await self._update(noted, drawing, noted_from)
        except NotNow:
            return noted
        except PlaceRefused as error:
            raise await self.notes.detour.block(noted, error) from error
        except RootRefused as error:
            raise await self.notes.new_root(noted, error) from error
        except SlackError as error:
            log.info("a card may not be drawn; it is drawn again", thread=thread.id, error=str(error))
            if self.notes.is_overtaken(at):
                await self._owe_again(thread.id)
            return noted
        return await self._drawn(noted, drawing)

    async def _update(self, thread: Thread, drawing: Drawing, noted_from: float) -> None:
        for form in (drawing.message, drawing.plain):
            self.notes.in_time(noted_from, thread)
            try:
                with self.gate.heard(UPDATE, thread.place.channel):
                    return await self.messenger.update(thread.place, thread.root_ts or "", form)
            except ContentRefused:
                log.exception("Slack refused a card for its content", thread=thread.id)
        return None

    async def _drawn(self, noted: Thread, drawing: Drawing) -> Thread:
        """Store that the card is drawn; if somebody else went on meanwhile, it may be older than theirs."""
        drawn = replace(noted, card_hash=drawing.hash, card_in_flight=None)
        try:
            return await (self.notes.opened(noted, drawn) if drawing.is_all else self.notes.save(drawn))
        except Conflict:
            await self._owe_again(noted.id)
            raise

    async def _owe(self, thread: Thread) -> Thread:
        """Note that the card is to be drawn as soon as Slack's limits allow."""
        if thread.card_in_flight is not None:
            return thread
        return await self.notes.save(replace(thread, card_in_flight=self.notes.clock.now() - UNSURE_FOR))

    async def _owe_again(self, thread_id: str) -> None:
        """
        Note on the thread as it is now that its card is to be drawn, until that is noted.

        Whoever is drawing it then finds another version, and draws it once more.
        """
        while True:
            async with self.notes.store.reading() as tx:
                thread = await tx.thread(thread_id)
            due = thread.card_in_flight or self.notes.clock.now() - UNSURE_FOR
            try:
                await self.notes.save(replace(thread, card_in_flight=due))
            except Conflict as error:
                log.info("somebody else wrote first; a card is owed all the same", thread=thread_id, error=str(error))
            else:
                return
