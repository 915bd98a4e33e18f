"""A record in a real database, with anchors; and an intruder who can write the database."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sqlalchemy import insert, text

from bot.domain.anchor import Anchor, AnchorRow, next_anchor
from bot.domain.event import Event, Fact, Kind, chain
from bot.domain.merkle import Frontier
from bot.domain.records import EnvironmentRow
from bot.domain.request import Request, RequestId, RevisionId, State, UserId
from bot.store.database import Database
from bot.store.tables import events
from bot.workflows.verify import Verify
from tests.builders import NOW, a_request, a_revision

KEY = "a key of the auditors"


@dataclass(slots=True)
class Kept:
    """A database with a record, and the anchors of it that were kept elsewhere."""

    database: Database
    url: str
    anchors: list[Anchor] = field(default_factory=list)

    async def asked(self, requester: str = "U0DANA", name: str = "") -> Request:
        """Store one more request, approved and refused by OCP."""
        async with self.database.transaction() as tx:
            number = await tx.next_number()
            revision = a_revision(id=RevisionId(f"revision-{number}"))
            request = a_request(
                id=RequestId(f"request-{number}"),
                number=number,
                name=name or f"pay_{number:02}",
                requester=UserId(requester),
                origin=f"view-{number}",
                revision=revision.id,
            )
            asked = {"number": number, "payload_hash": revision.hash, "actor_name": "dana"}
            stored = await tx.save(request, Fact(Kind.ASKED, asked, requester, "requester"), at=NOW)
            await tx.add_revision(request.id, revision, NOW)
            approved = Fact(Kind.APPROVED, {"payload_hash": revision.hash, "actor_name": "omar"}, "U0OMAR", "approver")
            stored = await tx.save(replace(stored, state=State.APPROVED), approved, at=NOW)
            refused = Fact(
                Kind.REFUSED, {"code": "COM10006", "message": "There.", "traceId": "b7d04c1e", "status": 200}
            )
            return await tx.save(replace(stored, state=State.OCP_REFUSED, ended_at=NOW), refused, at=NOW)

    async def away(self) -> None:
        """Let the environment's own timeline have events."""
        async with self.database.transaction() as tx:
            await tx.save_environment(EnvironmentRow(name="prod"), Fact(Kind.AWAY), Fact(Kind.BACK), at=NOW)

    async def anchored(self, key: str = "") -> None:
        """Make an anchor and keep it."""
        async with self.database.transaction() as tx:
            last, heads = await tx.anchors.last(), await tx.anchors.new_heads()
            before, frontier = (last.anchor, last.frontier) if last else (None, Frontier())
            anchor, grown = next_anchor(before, frontier, heads, NOW)
            row = AnchorRow(anchor=anchor.signed(key), frontier=grown, ident=f"anchor-{anchor.number}")
            await tx.anchors.add(row, heads)
        self.anchors.append(row.anchor)

    async def found(self, *, with_anchors: bool = False, key: str = "") -> list[str]:
        """Return what verifying finds."""
        reader = Database.to_read(self.url)
        try:
            async with reader.auditing() as record:
                checking = Verify(record, self.anchors if with_anchors else [], key)
                return [str(finding) async for finding in checking.findings()]
        finally:
            await reader.close()

    # ------------------------------------------------------------ the intruder

    async def tampered(self, *statements: str, **values: Any) -> None:
        """Let an intruder run *statements*."""
        async with self.database.engine.begin() as connection:
            for statement in statements:
                await connection.execute(text(statement), values if ":" in statement else {})

    async def removed(self, number: int, *, with_heads: bool) -> None:
        """Remove a request with all its rows; *with_heads* also what the list of heads knows of it, closing the gap."""
        id_ = f"request-{number}"
        await self.tampered(
            "DELETE FROM events WHERE timeline = :id",
            "DELETE FROM revisions WHERE request = :id",
            "DELETE FROM requests WHERE id = :id",
            id=id_,
        )
        if with_heads:
            await self.tampered("DELETE FROM heads WHERE timeline = :id", id=id_)
            await self._renumbered()

    async def forged(self, number: int, *facts: Fact) -> None:
        """Write a request's whole history anew, with a chain in which everything fits."""
        timeline = f"request-{number}"
        forged = chain(timeline, 0, "", facts, NOW)
        await self.tampered("DELETE FROM events WHERE timeline = :id", id=timeline)
        for event in forged:
            await self._insert(event)
        last = forged[-1]
        await self.tampered(
            "UPDATE requests SET seq = :seq, head = :head WHERE id = :id", seq=last.seq, head=last.hash, id=timeline
        )

    async def anchored_anew(self) -> None:
        """Forget all anchors and make one that fits what is there now."""
        kept = list(self.anchors)
        await self.tampered("DELETE FROM anchors", "DELETE FROM heads")
        await self.anchored()
        self.anchors = kept

    async def _insert(self, event: Event) -> None:
        async with self.database.engine.begin() as connection:
            await connection.execute(insert(events), asdict(event))

    async def _renumbered(self) -> None:
        async with self.database.engine.begin() as connection:
            positions: Sequence[int] = (
                (await connection.execute(text("SELECT position FROM heads ORDER BY position"))).scalars().all()
            )
            for new, old in enumerate(positions):
                await connection.execute(
                    text("UPDATE heads SET position = :new WHERE position = :old"), {"new": new, "old": old}
                )
