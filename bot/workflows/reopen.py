"""Reopening: a channel takes messages again, and what was blocked there goes on at once."""

from dataclasses import dataclass

from bot.domain.request import Place, UserId
from bot.ports import Clock, Store, Wake


@dataclass(frozen=True, slots=True)
class Reopen:
    """Let blocked threads go on. `bot` is the bot's own user id."""

    store: Store
    clock: Clock
    bot: UserId
    wake: Wake

    async def joined(self, who: UserId, place: Place) -> None:
        """Somebody was invited to *place*; it matters if that is the bot."""
        if who == self.bot:
            await self.unarchived(place)

    async def unarchived(self, place: Place) -> None:
        """*place* may take messages again; told twice it is done once."""
        async with self.store.transaction() as tx:
            await tx.unblock(place, self.clock.now())
        self.wake()
