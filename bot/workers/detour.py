"""Where a request goes on when a place takes no messages: in its requester's conversation with the bot."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.domain.errors import PlaceRefused, SlackError
from bot.domain.pace import UNSURE_FOR
from bot.domain.records import Thread
from bot.domain.request import Place, Request
from bot.ports import Clock, Messenger, NewId, Store, Tx

from .gate import OPEN, Gate, NotNow

BLOCKED_FOR = timedelta(minutes=5)
BLOCKED_MOST = timedelta(days=1)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Detour:
    """Block threads, and let what they would have shown be shown somewhere."""

    store: Store
    clock: Clock
    new_id: NewId
    messenger: Messenger
    gate: Gate

    async def block(self, thread: Thread, error: PlaceRefused) -> NotNow:
        """Note that the place takes no messages, which is tried again from time to time; never an event."""
        log.warning("a thread is blocked", thread=thread.id, channel=thread.place.channel, error=str(error))
        direct = await self._conversation(thread)
        now = self.clock.now()
        async with self.store.transaction() as tx:
            request = await tx.request(thread.request) if thread.request else None
            pause = _pause(request, now)
            await tx.save_thread(replace(thread, blocked=str(error), blocked_until=now + pause))
            is_new = request is not None and direct is not None and await self._goes_on(tx, request, direct)
            if is_new or not thread.blocked:
                await self.redraw_others(tx, thread)
        return NotNow(pause.total_seconds())

    async def redraw_others(self, tx: Tx, thread: Thread) -> None:
        """Let the request's other cards be drawn again: whom they call, and what they say of it, has changed."""
        if thread.request is not None:
            await tx.owe_other_cards(thread, self.clock.now() - UNSURE_FOR)

    async def _conversation(self, thread: Thread) -> Place | None:
        """
        Return the requester's conversation with the bot if the request is to go on there, opened if need be.

        What does not work out is tried again with the blocked place.
        """
        request = await self._stranded(thread)
        if request is None or self.gate.wait(OPEN, "") > 0:
            return None
        try:
            with self.gate.heard(OPEN, ""):
                return await self.messenger.direct(request.requester)
        except SlackError as error:
            log.warning("a requester cannot be written to", request=request.id, error=str(error))
            return None

    async def _stranded(self, thread: Thread) -> Request | None:
        """Return the request whose requester *thread* does not reach now, nor any other thread."""
        if thread.request is None:
            return None
        async with self.store.reading() as tx:
            request = await tx.request(thread.request)
            others = [each for each in await tx.threads_of(thread.request) if each.id != thread.id]
        is_theirs = thread.is_home or not others
        return request if is_theirs and not any(each.is_direct for each in others) else None

    async def _goes_on(self, tx: Tx, request: Request, direct: Place) -> bool:
        """Add the thread in *direct*; return False if it is there already."""
        if direct.channel in _channels(await tx.threads_of(request.id)):
            return False
        thread = Thread(
            id=self.new_id(), request=request.id, environment=request.environment, place=direct, is_home=True
        )
        await tx.save_thread(thread)
        return True


def _pause(request: Request | None, now: datetime) -> timedelta:
    """Return when to try again: the longer a request has ended, the later; an invitation is noticed at once anyway."""
    ended_for = now - request.ended_at if request and request.ended_at else timedelta()
    return min(max(BLOCKED_FOR, ended_for), BLOCKED_MOST)


def _channels(threads: Sequence[Thread]) -> set[str]:
    return {thread.place.channel for thread in threads}
