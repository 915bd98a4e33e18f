"""A game: people click whatever they like, and whoever keeps the book knows who has really agreed to what is sent."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.answer import Answer, NotSent, Refused, Unknown
from bot.domain.errors import BotError
from bot.domain.event import Kind
from bot.domain.policy import Policy
from bot.domain.request import Actor, Request, RequestId, RevisionId, State, UserId
from bot.store.database import Database
from tests.builders import DANA, INES, OMAR, a_policy, a_revision
from tests.people import Town

from .site import Site

MIA, EDDA, GINA, GUS, ADA, NED = (UserId(f"U0{name}") for name in ("MIA", "EDDA", "GINA", "GUS", "ADA", "NED"))
NAMED = frozenset({OMAR, INES, MIA, DANA, EDDA})
"""They may approve; Gina and Gus while they are in the group; Ada is admin, Ned nobody."""

GROUP = "S0APPROVERS"
MINUTE = timedelta(minutes=1)
DAY = timedelta(hours=24)
ANSWERS: Mapping[str, Answer | None] = {
    "accepted": None,
    "refused": Refused("OBPROXY4007", "no", "trace-1", 400),
    "not sent": NotSent("connection refused"),
    "lost": Unknown("time-out", cause="late"),
}
HAPPENS = frozenset({*ANSWERS, "wait", "deadlines", "joins", "leaves", "silence", "look", "writes part"})
"""What is nobody's click."""

Step = tuple[str, UserId, int]
"""What happens, who does it, and a number: of the card that is clicked on (0 is the newest), or minutes."""


def rules(needed: int) -> Policy:
    return a_policy(
        approvers=(OMAR, INES, MIA), also_approve=(DANA, EDDA, GROUP), admins=(ADA,), approvals_required=needed
    )


@dataclass(slots=True, kw_only=True)
class Voice:
    """Somebody's click that was counted, and whether they were an approver then."""

    who: UserId
    at: datetime
    is_approvers: bool


@dataclass(slots=True)
class Game:
    """
    Steps over one site, and the book about them.

    `cards` are the revisions with what was asked for last at the end, `authors` who wrote each or what it was made
    from. `voices` are the clicks that were counted for each, `left` is when somebody left the group last, and `sent`
    how often each request has begun to be sent.
    """

    site: Site
    needed: int
    cards: list[RevisionId] = field(default_factory=list)
    authors: dict[RevisionId, frozenset[UserId]] = field(default_factory=dict)
    asked_at: dict[RevisionId, datetime] = field(default_factory=dict)
    voices: dict[RevisionId, list[Voice]] = field(default_factory=dict)
    left: dict[UserId, datetime] = field(default_factory=dict)
    sent: Counter[RequestId] = field(default_factory=Counter)

    async def play(self, steps: Sequence[Step]) -> None:
        """Let Dana ask, then let *steps* happen; after each, whatever was sent was agreed to."""
        await self._asks(DANA, None)
        for what, who, number in steps:
            if what in HAPPENS:
                await self._happens(what, who, number)
            else:
                await self._unless_refused(what, who, self.cards[-1 - number % len(self.cards)])
            await self._check()

    async def _unless_refused(self, what: str, who: UserId, seen: RevisionId) -> None:
        before = await self.site.requests()
        try:
            await self._clicks(what, who, seen)
        except BotError:
            assert await self.site.requests() == before

    async def _clicks(self, what: str, who: UserId, seen: RevisionId) -> None:
        by, site = Actor(who), self.site
        match what:
            case "approve":
                await site.decide.approve(seen, by=by)
                assert self._now < self.asked_at[seen] + DAY
                self._counted(seen, who)
            case "send now":
                await site.decide.send_now(seen, by=by)
                self._counted(seen, who)
            case "send again":
                await site.operate.send_again(seen, by=by)
                self._counted(seen, who)
            case "reject":
                await site.decide.reject(seen, by=by, why="wrong hosts")
            case "withdraw":
                await site.own.withdraw(seen, by=by, why="")
            case "remind":
                await site.own.remind(seen, by=by)
            case "edit":
                await site.edited(seen, who)
                await self._is_asked(who, self.authors[seen])
            case "ask again":
                await self._asks(who, seen)
            case "close":
                await site.operate.close(seen, by=by, why="not needed")
            case _:
                raise LookupError(what)

    async def _happens(self, what: str, who: UserId, number: int) -> None:
        """Let happen what is nobody's click."""
        match what:
            case "wait":
                self.site.later(minutes=number)
            case "deadlines":
                await self.site.deadlines.round()
            case "joins":
                self._group({*self._members, who})
            case "leaves":
                if who in self._members:
                    self.left[who] = self._now
                self._group(self._members - {who})
            case "writes part" if not any(self.voices.values()):
                await self._writes_part(who)
            case "silence":
                self.site.town.is_silent = bool(number % 2)
            case "look":
                self.site.later(minutes=12)
                await self.site.look.round()
            case _ if what in ANSWERS:
                self.site.ocp.answer = ANSWERS[what]
                await self.site.submit.round()

    async def _writes_part(self, who: UserId) -> None:
        """Let a revision of the newest request be somebody else's, as once others than the requester may edit."""
        part, seen = self.site.new_id(), self.cards[-1]
        async with self.site.database.transaction() as tx:
            request = await tx.request_of_revision(seen)
            assert request is not None
            revision = a_revision(id=RevisionId(part), number=1000 + next(self.site.numbers), author=who)
            await tx.add_revision(request.id, revision, self._now)
        self.authors[seen] |= {who}

    async def _asks(self, who: UserId, again: RevisionId | None) -> None:
        await self.site.asked(who, again=again)
        await self._is_asked(who, self.authors[again] if again else frozenset())

    async def _is_asked(self, who: UserId, before: frozenset[UserId]) -> None:
        """Write down the revision that is new now."""
        [new] = {request.revision for request in await self.site.requests()} - {*self.cards}
        self.cards.append(new)
        self.authors[new], self.asked_at[new], self.voices[new] = before | {who}, self._now, []

    def _counted(self, seen: RevisionId, who: UserId) -> None:
        """Write down a click that was counted; whoever left the group within a minute may pass for a member."""
        was_there = who in self.left and self._now - self.left[who] <= MINUTE
        is_approvers = who in NAMED or who in self._members or was_there
        self.voices[seen].append(Voice(who=who, at=self._now, is_approvers=is_approvers))

    async def _check(self) -> None:
        """Every request that began to be sent since the last step was agreed to by enough others, lately."""
        for request in await self._newly_sent():
            assert len(self._agreed(request)) >= self.needed, f"{request.number}: {self.voices[request.revision]}"

    def _agreed(self, request: Request) -> set[UserId]:
        """Return who agreed: with the role then, with no part in it, and not long before the last of them."""
        voices = self.voices[request.revision]
        decided_at = max((voice.at for voice in voices), default=datetime.min.replace(tzinfo=self._now.tzinfo))
        if self._now - decided_at > self.site.policy.sends_within:
            return set()
        counted = [voice for voice in voices if voice.is_approvers and decided_at - voice.at < DAY]
        return {voice.who for voice in counted} - self.authors[request.revision]

    async def _newly_sent(self) -> list[Request]:
        """Return the requests that have begun to be sent since this was asked last."""
        async with self.site.database.reading() as tx:
            requests = await tx.requests_in("prod", *State)
            counts = {request.id: len(await tx.events_of(request.id, [Kind.SUBMITTING])) for request in requests}
        new = [request for request in requests if counts[request.id] > self.sent[request.id]]
        self.sent = Counter(counts)
        return new

    @property
    def _now(self) -> datetime:
        return self.site.clock.now()

    @property
    def _members(self) -> frozenset[UserId]:
        return self.site.town.groups[GROUP]

    def _group(self, members: set[UserId] | frozenset[UserId]) -> None:
        self.site.town.groups = {GROUP: frozenset(members)}


async def play(url: str, needed: int, steps: Sequence[Step]) -> int:
    """Play *steps* over an empty database that was migrated; return how often something has begun to be sent."""
    site = Site(Database.at(url), rules(needed), Town(groups={GROUP: frozenset({GINA})}))
    game = Game(site, needed)
    try:
        await game.play(steps)
    finally:
        await site.database.close()
    return game.sent.total()
