"""The whole record of requests, for one person who asks for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.domain.chapter import Chapter, Told
from bot.domain.errors import Gone
from bot.domain.request import Request, UserId
from bot.domain.slash import History
from bot.ports import Store, Tx

from .sheets import Sheets

MOST_REQUESTS = 10
"""More than fit into one answer, but for those with few events."""


@dataclass(frozen=True, slots=True)
class Histories:
    """Answer /obproxy history; reads only."""

    store: Store
    sheets: Sheets

    async def of(self, wanted: History, *, by: UserId, seen: Callable[[Request], bool]) -> Told:
        """
        Return what *by* asks for, of the requests that they may have *seen*.

        Raises:
            Gone: there is none with that number, or none that they may see.
        """
        async with self.store.reading() as tx:
            if wanted.number is not None:
                return Told(await self._chapters(tx, [await _numbered(tx, wanted.number, seen)]), 1)
            people = () if wanted.name is not None else await _people(tx, wanted, by)
            found, total = await tx.requests_about(name=wanted.name, actors=people, most=MOST_REQUESTS)
            shown = [request for request in found if seen(request)]
            return Told(await self._chapters(tx, shown), total - len(found) + len(shown), people)

    async def _chapters(self, tx: Tx, requests: Sequence[Request]) -> tuple[Chapter, ...]:
        return tuple([Chapter(await self.sheets.of(tx, each), await tx.events(each.id)) for each in requests])


async def _numbered(tx: Tx, number: int, seen: Callable[[Request], bool]) -> Request:
    request = await tx.request_by_number(number)
    if request is None or not seen(request):
        raise Gone(f"no request has number {number}", reference=f"#{number}")
    return request


async def _people(tx: Tx, wanted: History, by: UserId) -> tuple[str, ...]:
    """Return the ids of whom it is about; a name may have been that of several, or of nobody."""
    if wanted.called is not None:
        return await tx.actors_called(wanted.called)
    return (wanted.user or by,)
