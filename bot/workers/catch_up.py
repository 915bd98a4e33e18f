"""Catching up: one thread shows, step by step, what its timeline has and it has not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.blocks.cards import card
from bot.blocks.replies import notice, plain, reply
from bot.domain.audience import Who, asked_in, called_in, showing
from bot.domain.event import Event, canonical, digest, timeline_of
from bot.domain.pace import UNSURE_FOR
from bot.domain.projection import Reply, Wait, as_one, next_step
from bot.domain.records import Thread
from bot.domain.sheet import Sheet
from bot.domain.texts import Translator
from bot.ports import Message, Operation, Store, Tx
from bot.workflows.sheets import Sheets

from .drawings import Drawing, Drawings
from .gate import NotNow
from .notes import Notes
from .posts import Draft, Posts


@dataclass(frozen=True, slots=True)
class Ahead:
    """
    A thread as stored, with the events ahead of its cursor.

    `sheet` is None for an environment's thread. `threads` are all of the request's, `since` is a time before which
    nothing that is in flight was posted.
    """

    thread: Thread
    events: tuple[Event, ...]
    since: datetime
    sheet: Sheet | None = None
    threads: tuple[Thread, ...] = ()

    @property
    def called(self) -> frozenset[Who]:
        """Whom the thread mentions."""
        return called_in(self.thread, self.threads)


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Bring one thread up to its timeline."""

    store: Store
    notes: Notes
    posts: Posts
    drawings: Drawings
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
            events = await tx.events(timeline_of(thread.environment), thread.cursor)
            return Ahead(thread, events, events[0].time if events else self.notes.clock.now())
        request = await tx.request(thread.request)
        if request is None:
            raise LookupError(f"thread {thread.id} has no request")
        events, threads = await tx.events(request.id, thread.cursor), await tx.threads_of(request.id)
        ahead = Ahead(thread, events, _last_shown(thread) or request.created_at, threads=threads)
        self._unless_it_waits(ahead)
        return replace(ahead, sheet=await self.sheets.of(tx, request))

    def _unless_it_waits(self, ahead: Ahead) -> None:
        """Raise NotNow, before more is read, if there is only progress, which is still gathered; most looks find so."""
        thread, step = ahead.thread, self._next(ahead)
        if isinstance(step, Wait) and thread.root_ts and thread.in_flight is None and thread.card_in_flight is None:
            raise self._later(step)

    def _next(self, ahead: Ahead) -> Reply | Wait | None:
        last_reply_at, now = ahead.thread.last_reply_at, self.notes.clock.now()
        return next_step(ahead.events, last_reply_at=last_reply_at, now=now, called=ahead.called)

    def _later(self, step: Wait) -> NotNow:
        return NotNow((step.until - self.notes.clock.now()).total_seconds())

    async def _root(self, ahead: Ahead, sheet: Sheet) -> bool:
        """Post the card that the thread hangs from."""
        thread = ahead.thread
        hash_, ts = "", await self.posts.found(thread, since=ahead.since)  # what was found shows the card as it was
        if ts is None:
            message = self._card(ahead, sheet)
            thread, ts = await self.posts.post(thread, self._draft(ahead, message, thread.cursor))
            hash_ = _hash(message)
        if not ts:
            raise NotNow(UNSURE_FOR.total_seconds())
        await self.posts.landed(thread, replace(thread, root_ts=ts, card_hash=hash_), since=ahead.since)
        return True

    async def _show(self, ahead: Ahead, sheet: Sheet) -> bool:
        """Draw the card, then post the next reply."""
        if ahead.thread.in_flight is not None:
            return await self._repost(ahead, sheet)
        step = self._next(ahead)
        if isinstance(step, Wait):
            await self._draw(ahead, sheet, step)
            raise self._later(step)
        thread, wait = await self._draw(ahead, sheet, step)
        if step is None:
            return self._owes(thread, wait)
        if not step.events:
            await self.notes.save(replace(thread, cursor=step.upto))
            return True
        return await self._reply(ahead, thread, sheet, step)

    async def _repost(self, ahead: Ahead, sheet: Sheet) -> bool:
        """Settle a reply whose outcome nobody noted: found, or posted again under the same id."""
        thread = ahead.thread
        upto = thread.in_flight[0] if thread.in_flight else 0
        ts = await self.posts.found(thread, since=ahead.since)
        shown = [event for event in ahead.events if event.seq <= upto]
        if ts is None and shown:
            return await self._reply(ahead, thread, sheet, as_one(shown, ahead.called))
        await self._landed(ahead, thread, upto)
        return True

    async def _reply(self, ahead: Ahead, thread: Thread, sheet: Sheet, step: Reply) -> bool:
        people = self._people(sheet, step.mentions)
        message = reply(step.events, sheet, self.translator, mentions=people)
        draft = self._draft(ahead, message, step.upto)
        noted, _ = await self.posts.post(thread, replace(draft, broadcast=step.broadcast, can_wait=not step.is_urgent))
        await self._landed(ahead, noted, step.upto)
        return True

    async def _landed(self, ahead: Ahead, thread: Thread, upto: int) -> None:
        shown = replace(thread, cursor=upto, last_reply_at=self.notes.clock.now())
        await self.posts.landed(thread, shown, since=ahead.since)

    async def _draw(self, ahead: Ahead, sheet: Sheet, step: Reply | Wait | None) -> tuple[Thread, float]:
        """Draw the card if it shows something else, or if it is owed and nobody is drawing it; see `Drawings.draw`."""
        thread, message = ahead.thread, self._card(ahead, sheet)
        hash_ = _hash(message)
        if thread.card_in_flight is None and hash_ == thread.card_hash:
            return thread, 0.0
        if thread.card_in_flight is not None and thread.card_in_flight + UNSURE_FOR > self.notes.clock.now():
            return thread, 0.0
        can_wait = isinstance(step, Wait) or (step is not None and not step.is_urgent)
        simple = plain(message, self.translator)
        return await self.drawings.draw(
            thread, Drawing(message=message, plain=simple, hash=hash_, can_wait=can_wait, is_all=step is None)
        )

    def _owes(self, thread: Thread, wait: float) -> bool:
        """Raise NotNow if the card is still to be drawn, after *wait*; else there is nothing left to do."""
        if thread.card_in_flight is not None:
            left = thread.card_in_flight + UNSURE_FOR - self.notes.clock.now()
            raise NotNow(max(1.0, wait, left / timedelta(seconds=1)))
        return False

    async def _notice(self, ahead: Ahead) -> bool:
        """Show an environment's next event: a message of its own, no card; some are for the record alone."""
        thread = ahead.thread
        if not ahead.events:
            return False
        event = ahead.events[0]
        if not showing(event.kind).as_text:
            await self.notes.save(replace(thread, cursor=event.seq))
            return True
        if await self.posts.found(thread, since=ahead.since) is None:
            message = notice(event, thread.environment, self.translator)
            thread, _ = await self.posts.post(thread, self._draft(ahead, message, event.seq))
        await self._landed(ahead, thread, event.seq)
        return True

    def _draft(self, ahead: Ahead, message: Message, upto: int) -> Draft:
        return Draft(message=message, plain=plain(message, self.translator), upto=upto, since=ahead.since)

    def _card(self, ahead: Ahead, sheet: Sheet) -> Message:
        """Draw the card; the approvers are asked where approvals happen, or at home if the bot cannot post there."""
        operation = self.operations[sheet.request.operation]
        asked = asked_in(ahead.thread, ahead.threads)
        there = replace(sheet, approvals_channel=asked.place.channel if asked else "")
        return card(there, operation, self.translator, asks_approvers=asked is not None and asked.id == ahead.thread.id)

    def _people(self, sheet: Sheet, mentions: Sequence[Who]) -> list[str]:
        runner = sheet.unapproved.by if sheet.unapproved else None
        groups: dict[Who, list[str]] = {
            Who.EVERY_APPROVER: [who for who in sheet.every_approver if who != runner],
            Who.APPROVERS: sheet.missing_approvers,
            Who.SECOND_GROUP: list(sheet.second_group),
            Who.OPERATORS: list(sheet.operators),
            Who.REQUESTER: [sheet.request.requester],
        }
        return list(dict.fromkeys(person for who in mentions for person in groups[who]))


def _last_shown(thread: Thread) -> datetime | None:
    """Return when *thread* surely had shown all that is not in flight: its last reply, or else its card."""
    if thread.last_reply_at is None and thread.root_ts is not None:
        return datetime.fromtimestamp(float(thread.root_ts), UTC)
    return thread.last_reply_at


def _hash(message: Message) -> str:
    return digest(canonical([[dict(block) for block in message.blocks], message.text]))
