"""Looking things up for one person: requests, and where their cards are."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.barred import barred
from bot.domain.errors import Gone
from bot.domain.records import Thread
from bot.domain.request import Request, RequestId, Revision, RevisionId, UserId
from bot.domain.sheet import Sheet
from bot.domain.slash import Status
from bot.ports import Clock, Messenger, Store, Tx

from .sheets import Sheets

MOST_LISTED = 10
POSTED_WITHIN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Posted:
    """
    Where a request's card is: its address, and whether the bot can post where it was typed, and for approval.

    `is_private` if it is, or soon will be, in the bot's conversation with one person.
    """

    link: str
    can_post_at_home: bool
    can_post_for_approval: bool
    is_private: bool


@dataclass(frozen=True, slots=True)
class Inspect:
    """Answer questions about requests; reads only."""

    store: Store
    clock: Clock
    messenger: Messenger
    sheets: Sheets

    async def listed(self, wanted: Status, *, by: UserId) -> Sequence[tuple[Request, str]]:
        """Return the requests for a name, or those of *by*, newest first, each with the address of its card."""
        async with self.store.reading() as tx:
            if wanted.name is not None:
                found = await tx.requests_named(wanted.name, most=MOST_LISTED)
            else:
                found = await tx.requests_by(by, most=MOST_LISTED)
            return [(request, await self._link(tx, request.id)) for request in found]

    async def sheet(self, number: int) -> tuple[Sheet, str]:
        """Return one request's sheet and the address of its card; raises Gone if there is no such number."""
        async with self.store.reading() as tx:
            request = await tx.request_by_number(number)
            if request is None:
                raise Gone(f"no request has number {number}", reference=f"#{number}")
            return await self.sheets.of(tx, request), await self._link(tx, request.id)

    async def asked_with(self, origin: str) -> Request:
        """Return the request that a form has led to; raises Gone if it led to none."""
        async with self.store.reading() as tx:
            request = await tx.request_by_origin(origin)
        if request is None:
            raise Gone(f"no request came from {origin}", reference=origin)
        return request

    async def payload(self, seen: RevisionId) -> tuple[Request, Revision]:
        """Return a revision with its request; raises Gone if it does not exist."""
        async with self.store.reading() as tx:
            request = await tx.request_of_revision(seen)
            if request is None:
                raise Gone(f"no request has revision {seen}", reference=seen)
            return request, await tx.revision(seen)

    async def decided(self, seen: RevisionId) -> tuple[Request, str]:
        """Return a revision's request, and what bars its environment ("": nothing); raises Gone without a request."""
        request, _ = await self.payload(seen)
        async with self.store.reading() as tx:
            return request, barred(await tx.environment(request.environment))

    async def posted(self, request_id: RequestId) -> Posted:
        """Return where the card is once the sender has posted it, or what is known of it after ten seconds."""
        until = self.clock.monotonic() + POSTED_WITHIN_SECONDS
        while True:
            async with self.store.reading() as tx:
                threads = await tx.threads_of(request_id)
            if all(thread.root_ts or thread.blocked for thread in threads) or self.clock.monotonic() > until:
                blocked = [thread for thread in threads if thread.blocked]
                return Posted(
                    self._link_of(threads),
                    can_post_at_home=not any(thread.is_home for thread in blocked),
                    can_post_for_approval=all(thread.is_home for thread in blocked),
                    is_private=any(thread.is_direct and not thread.blocked for thread in threads),
                )
            await self.clock.sleep(0.25)

    async def _link(self, tx: Tx, request_id: RequestId) -> str:
        return self._link_of(await tx.threads_of(request_id))

    def _link_of(self, threads: Sequence[Thread]) -> str:
        seen_by_all_first = sorted(threads, key=lambda thread: thread.is_direct)
        root = next((thread for thread in seen_by_all_first if thread.root_ts), None)
        return self.messenger.link(root.place, root.root_ts) if root and root.root_ts else ""
