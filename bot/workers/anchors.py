"""Anchors: made every hour, and told where nobody who changes the database gets at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.domain.anchor import EVENT, EVERY, Anchor, AnchorRow, next_anchor
from bot.domain.errors import SlackError, SlackLimited, SlackUnsure
from bot.domain.merkle import Frontier
from bot.domain.pace import UNSURE_FOR, may_start
from bot.domain.request import Place
from bot.ports import Clock, Message, Messenger, NewId, Store
from bot.workflows.again import unless_raced

from .gate import FIND, POST, Gate, NotNow

REFUSED_SECONDS = 300.0

log = structlog.get_logger()
to_keep = structlog.wrap_logger(None, wrapper_class=structlog.BoundLogger)
"""Writes whatever LOG_LEVEL says: an anchor that is not in the log proves nothing."""


@dataclass(slots=True)
class Anchors:
    """
    Make anchors and tell them; one replica at a time does (under a lease, and by the number of the next anchor).

    `place` is where they are posted, None for nowhere. `key` signs them, "" for none. `not_before` is when (monotonic
    seconds) there is something to do again, `told` the trouble that is in the log: how many wait, and for what.
    """

    store: Store
    clock: Clock
    new_id: NewId
    key: str
    place: Place | None
    messenger: Messenger
    gate: Gate
    draw: Callable[[Anchor], Message]
    not_before: float = 0.0
    told: tuple[int, type[SlackError]] | None = None

    async def round(self) -> None:
        """Make an anchor if one is due, then tell those that were not told yet."""
        if self.clock.monotonic() < self.not_before:
            return
        try:
            with unless_raced():
                await self._make()
                await self._tell()
        except NotNow as later:
            self.not_before = self.clock.monotonic() + later.seconds

    async def _make(self) -> None:
        now = self.clock.now()
        async with self.store.transaction() as tx:
            last = await tx.anchors.last()
            if last is not None and now < last.anchor.time + EVERY:
                return
            heads = await tx.anchors.new_heads()
            before, frontier = (last.anchor, last.frontier) if last else (None, Frontier())
            anchor, grown = next_anchor(before, frontier, heads, now)
            channel = self.place.channel if self.place else ""
            row = AnchorRow(anchor=anchor.signed(self.key), frontier=grown, ident=self.new_id(), channel=channel)
            await tx.anchors.add(row, heads)

    async def _tell(self) -> None:
        """Tell the oldest first, so that a log and a channel have them in their order."""
        async with self.store.reading() as tx:
            owed = await tx.anchors.owed()
        for row in owed:
            if not row.is_logged:
                to_keep.info(EVENT, **row.anchor.told)
                await self._save(row, replace(row, is_logged=True))
        if self.place is not None:
            await self._post_all([replace(row, is_logged=True) for row in owed if row.is_owed], self.place)

    async def _post_all(self, owed: Sequence[AnchorRow], place: Place) -> None:
        for index, row in enumerate(owed):
            try:
                await self._post(row, place)
            except SlackError as error:
                raise self._later(error, len(owed) - index) from error
        self.told = None

    async def _post(self, row: AnchorRow, place: Place) -> None:
        """Post it once: noted before it leaves, and looked for if nobody knows what became of an earlier try."""
        if row.tried_at is not None:
            ts = await self._found(row, row.tried_at, place)
            if ts:
                await self._save(row, replace(row, ts=ts))
                return
        self.gate.enter(POST, place.channel)
        noted_from = self.clock.monotonic()
        noted = await self._save(row, replace(row, tried_at=self.clock.now()))
        if not may_start(noted_from, self.clock.monotonic()):
            raise NotNow(UNSURE_FOR.total_seconds())
        ts = await self._sent(row, noted, place)
        await self._save(noted, replace(noted, ts=ts))

    async def _sent(self, row: AnchorRow, noted: AnchorRow, place: Place) -> str:
        """Return the ts; what Slack surely did not take is noted as never tried."""
        try:
            with self.gate.heard(POST, place.channel):
                return await self.messenger.post(
                    place, self.draw(row.anchor), ident=row.ident, root=None, broadcast=False
                )
        except SlackUnsure:
            raise
        except SlackError:
            await self._save(noted, replace(noted, tried_at=None))
            raise

    async def _found(self, row: AnchorRow, tried_at: datetime, place: Place) -> str:
        """Return the ts of the message that an earlier try has left, "" if there surely is none."""
        seconds = (tried_at + UNSURE_FOR - self.clock.now()).total_seconds()
        if seconds > 0:
            raise NotNow(seconds)
        self.gate.enter(FIND, place.channel)
        with self.gate.heard(FIND, place.channel):
            found = await self.messenger.find(place, row.ident, root=None, since=row.anchor.time)
        return found[0] if found else ""

    async def _save(self, before: AnchorRow, after: AnchorRow) -> AnchorRow:
        async with self.store.transaction() as tx:
            await tx.anchors.save(before, after)
        return after

    def _later(self, error: SlackError, owed: int) -> NotNow:
        """Log what is new: another refusal, or one more anchor that waits."""
        if self.told != (owed, type(error)):
            self.told = (owed, type(error))
            log.warning("anchors are not in the audit channel; they are posted later", owed=owed, error=str(error))
        if isinstance(error, SlackLimited):
            return NotNow(error.seconds)
        if isinstance(error, SlackUnsure):
            return NotNow(UNSURE_FOR.total_seconds())
        return NotNow(self.gate.outage.left() or REFUSED_SECONDS)
