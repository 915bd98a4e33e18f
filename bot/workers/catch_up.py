"""Catching up: one thread shows, step by step, what its timeline has and it has not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.blocks.cards import card
from bot.blocks.replies import notice, plain, reply
from bot.domain.audience import Who
from bot.domain.event import Event, canonical, digest
from bot.domain.projection import Reply, Wait, next_step
from bot.domain.records import Thread
from bot.domain.request import UserId
from bot.domain.sheet import Sheet
from bot.domain.texts import Translator
from bot.ports import Message, Operation, Store, Tx
from bot.workflows.sheets import Sheets

from .notes import UNSURE_FOR, Notes, NotNow


@dataclass(frozen=True, slots=True)
class Ahead:
    """A thread as stored, with the events ahead of its cursor. `sheet` is None for an environment's thread."""

    thread: Thread
    events: tuple[Event, ...]
    sheet: Sheet | None
    is_alone: bool


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Bring one thread up to its timeline."""

    store: Store
    notes: Notes
    sheets: Sheets
    operations: Mapping[str, Operation]
    translator: Translator

    async def catch_up(self, thread: Thread) -> None:
        """Show all that is due; raises NotNow when the rest has to wait, Conflict when another sender is at it."""
        while await self._step(thread):
            async with self.store.reading() as tx:
                thread = await tx.thread(thread.id)

    async def _step(self, thread: Thread) -> bool:
        """Do one step; return whether there may be another."""
        if thread.blocked_until is not None and thread.blocked_until > self.notes.clock.now():
            raise NotNow((thread.blocked_until - self.notes.clock.now()).total_seconds())
        async with self.store.reading() as tx:
            ahead = await self._read(tx, thread)
        if ahead.sheet is None:
            return await self._notice(ahead)
        if thread.root_ts is None:
            return await self._root(ahead, ahead.sheet)
        return await self._show(ahead, ahead.sheet)

    async def _read(self, tx: Tx, thread: Thread) -> Ahead:
        if thread.request is None:
            return Ahead(
                thread, await tx.events(f"environment:{thread.environment}", thread.cursor), None, is_alone=True
            )
        request = await tx.request(thread.request)
        if request is None:
            raise LookupError(f"thread {thread.id} has no request")
        others = [other for other in await tx.threads_of(request.id) if other.id != thread.id]
        is_alone = all(other.blocked for other in others)
        events = await tx.events(request.id, thread.cursor)
        return Ahead(thread, events, await self.sheets.of(tx, request), is_alone)

    async def _root(self, ahead: Ahead, sheet: Sheet) -> bool:
        """Post the card that the thread hangs from."""
        thread = ahead.thread
        message = self._card(ahead, sheet)
        hash_, ts = "", await self.notes.found(thread)  # what was found shows the card as it was then
        if ts is None:
            simple = plain(message, self.translator)
            thread, ts = await self.notes.post(thread, message, simple, upto=thread.cursor)
            hash_ = _hash(message)
        if not ts:
            raise NotNow(UNSURE_FOR.total_seconds())
        rooted = replace(thread, root_ts=ts, in_flight=None, card_hash=hash_, blocked="", blocked_until=None)
        await self.notes.save(rooted)
        return True

    async def _show(self, ahead: Ahead, sheet: Sheet) -> bool:
        """Draw the card, then post the next reply."""
        thread = ahead.thread
        if thread.in_flight is not None:
            return await self._repost(ahead, sheet)
        step = self._next(ahead, ahead.events)
        if isinstance(step, Wait):
            await self._draw_owed(ahead, sheet)
            raise NotNow((step.until - self.notes.clock.now()).total_seconds())
        thread = await self._draw(ahead, sheet, can_wait=step is not None and not step.is_urgent)
        if step is None:
            return self._owes(thread)
        if not step.events:
            await self.notes.save(replace(thread, cursor=step.upto))
            return True
        return await self._reply(thread, sheet, step)

    async def _repost(self, ahead: Ahead, sheet: Sheet) -> bool:
        """Settle a reply whose outcome nobody noted: found, or posted again under the same id."""
        thread = ahead.thread
        upto = thread.in_flight[0] if thread.in_flight else 0
        ts = await self.notes.found(thread)
        step = self._next(_without_last_reply(ahead), [event for event in ahead.events if event.seq <= upto])
        if ts is None and isinstance(step, Reply):
            return await self._reply(thread, sheet, step)
        await self._landed(thread, upto)
        return True

    async def _reply(self, thread: Thread, sheet: Sheet, step: Reply) -> bool:
        people = self._people(sheet, step.mentions)
        message = reply(step.events, sheet, self.translator, mentions=people)
        simple = plain(message, self.translator)
        thread, _ = await self.notes.post(
            thread,
            message,
            simple,
            upto=step.upto,
            root=thread.root_ts,
            broadcast=step.broadcast,
            can_wait=not step.is_urgent,
        )
        await self._landed(thread, step.upto)
        return True

    async def _landed(self, thread: Thread, upto: int) -> None:
        now = self.notes.clock.now()
        await self.notes.save(
            replace(thread, cursor=upto, in_flight=None, last_reply_at=now, blocked="", blocked_until=None)
        )

    async def _draw(self, ahead: Ahead, sheet: Sheet, *, can_wait: bool) -> Thread:
        thread, message = ahead.thread, self._card(ahead, sheet)
        hash_ = _hash(message)
        if thread.card_in_flight is None and hash_ == thread.card_hash:
            return thread
        if thread.card_in_flight is not None and thread.card_in_flight + UNSURE_FOR > self.notes.clock.now():
            return thread
        return await self.notes.update(thread, message, plain(message, self.translator), hash_, can_wait=can_wait)

    async def _draw_owed(self, ahead: Ahead, sheet: Sheet) -> None:
        if ahead.thread.card_in_flight is not None:
            await self._draw(ahead, sheet, can_wait=True)

    def _owes(self, thread: Thread) -> bool:
        """Raise NotNow if the card is still to be drawn; else there is nothing left to do."""
        if thread.card_in_flight is not None:
            left = thread.card_in_flight + UNSURE_FOR - self.notes.clock.now()
            raise NotNow(max(1.0, left / timedelta(seconds=1)))
        return False

    async def _notice(self, ahead: Ahead) -> bool:
        """Show an environment's next event: a message of its own, no card."""
        thread = ahead.thread
        if not ahead.events:
            return False
        event = ahead.events[0]
        if await self.notes.found(thread) is None:
            message = notice(event, thread.environment, self.translator)
            simple = plain(message, self.translator)
            thread, _ = await self.notes.post(thread, message, simple, upto=event.seq)
        await self._landed(thread, event.seq)
        return True

    def _next(self, ahead: Ahead, events: Sequence[Event]) -> Reply | Wait | None:
        return next_step(
            events,
            last_reply_at=ahead.thread.last_reply_at,
            now=self.notes.clock.now(),
            is_home=ahead.thread.is_home,
            is_alone=ahead.is_alone,
        )

    def _card(self, ahead: Ahead, sheet: Sheet) -> Message:
        """Draw the card; the approvers are asked where approvals happen, or here if the bot cannot post there."""
        operation = self.operations[sheet.request.operation]
        asks = ahead.is_alone or not ahead.thread.is_home
        return card(sheet, operation, self.translator, asks_approvers=asks)

    def _people(self, sheet: Sheet, mentions: Sequence[Who]) -> list[UserId]:
        groups = {
            Who.APPROVERS: list(sheet.approvers),
            Who.OPERATORS: list(sheet.operators),
            Who.REQUESTER: [sheet.request.requester],
        }
        return list(dict.fromkeys(person for who in mentions for person in groups[who]))


def _without_last_reply(ahead: Ahead) -> Ahead:
    """Return *ahead* as if nothing was replied yet: a reply that was due once is due still."""
    return replace(ahead, thread=replace(ahead.thread, last_reply_at=None))


def _hash(message: Message) -> str:
    return digest(canonical([[dict(block) for block in message.blocks], message.text]))
