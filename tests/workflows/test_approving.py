"""Approving, editing, withdrawing, reminding and waiting, over a real database and on a clock that is moved."""

import itertools
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.errors import (
    AlreadyApproved,
    Changed,
    FormRefused,
    NotRequester,
    OldButton,
    OwnWords,
    RemindedAlready,
    SelfApproval,
    TooLate,
)
from bot.domain.event import Event, Fact, Kind
from bot.domain.policy import Policies, Policy
from bot.domain.request import Actor, Request, RevisionId, State, UserId
from bot.operations.create_cluster import CreateCluster
from bot.store.database import Database
from bot.workflows.ask import Ask
from bot.workflows.deadlines import Deadlines
from bot.workflows.decide import Decide
from bot.workflows.own import Own
from bot.workflows.rights import Rights
from tests.builders import DANA, INES, NOW, OMAR, PAYLOAD, a_policy, a_request, a_revision
from tests.people import Town, rights_of
from tests.still_clock import StillClock

MIA = UserId("U0MIA")
OPERATION = CreateCluster()
FORM = OPERATION.typed("CHG0012345", PAYLOAD)


def wake() -> None:
    """Nobody sleeps here."""


@dataclass(slots=True)
class Office:
    """The workflows around one request of Dana's, which is in the database."""

    database: Database
    policy: Policy
    clock: StillClock = field(default_factory=StillClock)
    ids: Iterable[int] = field(default_factory=itertools.count)
    town: Town = field(default_factory=Town)

    @property
    def rights(self) -> Rights:
        return rights_of(self.town, self.clock)

    @property
    def decide(self) -> Decide:
        return Decide(self.database, self.clock, self.policy, self.rights, wake)

    @property
    def own(self) -> Own:
        return Own(self.database, self.clock, self.new_id, self.policy, self.rights, wake)

    @property
    def ask(self) -> Ask:
        return Ask(self.database, self.clock, self.new_id, self.policy, self.rights, wake)

    @property
    def deadlines(self) -> Deadlines:
        return Deadlines(self.database, self.clock, Policies({("prod", ""): self.policy}), wake)

    def new_id(self) -> str:
        return f"id-{next(iter(self.ids))}"

    async def begins(self) -> None:
        await self.database.migrate()
        await self.ask.ask(OPERATION, FORM, by=Actor(DANA), origin="view", home=a_request().home)

    async def passes(self, **time: float) -> None:
        """Let time pass, then a round of the worker."""
        self.clock.seconds += timedelta(**time).total_seconds()
        await self.deadlines.round()

    async def edits(self, seen: RevisionId, *, by: UserId = DANA, **changes: str) -> None:
        await self.own.edit(OPERATION, {**FORM, **changes}, seen, by=Actor(by), origin=self.new_id())

    async def holds(self) -> None:
        """Let an approved request be held, as when OCP is away."""
        request = await self.request()
        async with self.database.transaction() as tx:
            await tx.save(request.move(State.HELD, now=self.clock.now()), Fact(Kind.HELD), at=self.clock.now())

    async def request(self) -> Request:
        async with self.database.reading() as tx:
            found = await tx.request_by_number(1)
        assert found is not None
        return found

    async def seen(self) -> RevisionId:
        return (await self.request()).revision

    async def events(self) -> tuple[Event, ...]:
        async with self.database.reading() as tx:
            return await tx.events((await self.request()).id)

    async def kinds(self) -> list[str]:
        return [event.kind for event in await self.events()]


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    """Two approvals are needed."""
    office = Office(Database.at(database_url), a_policy(approvers=(OMAR, INES, MIA, DANA), approvals_required=2))
    await office.begins()
    yield office
    await office.database.close()


# ---------------------------------------------------------------- what each refusal is


@pytest.mark.invariant(4)
async def test_who_wrote_part_of_it_does_not_decide(office: Office) -> None:
    """Neither approves nor rejects, and no form opens in vain."""
    await _has_part_of(office, MIA)

    for refused in (
        office.decide.approve(await office.seen(), by=Actor(MIA)),
        office.decide.reject(await office.seen(), by=Actor(MIA), why="wrong hosts"),
        office.decide.may_reject(await office.seen(), by=Actor(MIA)),
    ):
        with pytest.raises(OwnWords):
            await refused
    with pytest.raises(SelfApproval):
        await office.decide.approve(await office.seen(), by=Actor(DANA))
    assert await office.kinds() == [Kind.ASKED]


async def test_the_second_approval_of_one_person_is_refused_in_words(office: Office) -> None:
    seen = await office.seen()
    await office.decide.approve(seen, by=Actor(OMAR))

    with pytest.raises(AlreadyApproved):
        await office.decide.approve(seen, by=Actor(OMAR))

    assert await office.kinds() == [Kind.ASKED, Kind.COUNTED]


@pytest.mark.invariant(5)
async def test_an_edit_makes_a_revision_and_old_cards_are_told(office: Office) -> None:
    """Number, author and what was voided are in the timeline; every button of the old card says who changed it."""
    old = await office.seen()
    await office.decide.approve(old, by=Actor(OMAR))

    await office.edits(old, hosts="12")

    edited = (await office.events())[-1]
    async with office.database.reading() as tx:
        revision = await tx.revision(await office.seen())
        assert await tx.authors((await office.request()).id) == {DANA}
    assert (revision.number, revision.author) == (2, DANA)
    assert (edited.kind, edited.content["voided"], edited.content["was"]) == (Kind.EDITED, [OMAR], old)
    for late in (
        office.decide.approve(old, by=Actor(INES)),
        office.decide.may_reject(old, by=Actor(INES)),
        office.own.may_edit(old, by=Actor(DANA)),
        office.own.withdraw(old, by=Actor(DANA), why=""),
        office.own.remind(old, by=Actor(DANA)),
    ):
        with pytest.raises(Changed) as told:
            await late
        assert told.value.fields["who"].ids == [DANA]


async def test_an_edit_changes_the_name_only_to_a_free_one(office: Office) -> None:
    """And leaves its own one to itself."""
    other = {**FORM, "name": "pay_02"}
    await office.ask.ask(OPERATION, other, by=Actor(OMAR), origin="view-2", home=a_request().home)

    with pytest.raises(FormRefused) as taken:
        await office.edits(await office.seen(), name="PAY_02")
    await office.edits(await office.seen(), name="PAY_01")

    assert "name" in taken.value.at
    assert (await office.request()).name == "PAY_01"


async def test_a_form_that_changes_nothing_is_refused(office: Office) -> None:
    """It would void approvals for nothing; a new reason alone is a change, because approvers read it."""
    seen = await office.seen()
    with pytest.raises(FormRefused):
        await office.edits(seen)

    await office.edits(seen, reason="another reason")

    assert (await office.request()).reason == "another reason"
    assert await office.seen() != seen


@pytest.mark.invariant(4)
async def test_what_is_somebody_elses_is_left_alone(office: Office) -> None:
    seen = await office.seen()
    for refused in (
        office.own.may_edit(seen, by=Actor(OMAR)),
        office.edits(seen, by=OMAR, hosts="12"),
        office.own.may_withdraw(seen, by=Actor(OMAR)),
        office.own.withdraw(seen, by=Actor(OMAR), why=""),
        office.own.remind(seen, by=Actor(OMAR)),
    ):
        with pytest.raises(NotRequester):
            await refused
    assert await office.kinds() == [Kind.ASKED]


@pytest.mark.invariant(5)
async def test_what_is_on_its_way_is_not_withdrawn(office: Office) -> None:
    """Approved it can be; once the bot began to send, whoever comes is told when."""
    seen = await office.seen()
    for person in (OMAR, INES):
        await office.decide.approve(seen, by=Actor(person))
    await office.own.may_withdraw(seen, by=Actor(DANA))
    request = await office.request()
    async with office.database.transaction() as tx:
        sending = request.move(State.SUBMITTING, now=office.clock.now())
        await tx.save(sending, Fact(Kind.SUBMITTING), at=office.clock.now())

    with pytest.raises(TooLate) as late:
        await office.own.withdraw(seen, by=Actor(DANA), why="")

    assert late.value.fields["what"].message == "began to send"


async def test_a_withdrawal_that_is_sent_twice_is_one(office: Office) -> None:
    seen = await office.seen()

    for _ in range(2):
        await office.own.withdraw(seen, by=Actor(DANA), why="not needed")

    assert await office.kinds() == [Kind.ASKED, Kind.WITHDRAWN]


async def test_what_has_not_ended_is_not_asked_for_again(office: Office) -> None:
    with pytest.raises(OldButton):
        await office.ask.may_ask_again(await office.seen(), by=Actor(DANA))


# ---------------------------------------------------------------- time


async def test_what_nobody_could_get_approved_is_refused_at_the_form(office: Office) -> None:
    """Omar may approve, but not what he asks for: of two that are needed one is left."""
    office.policy = a_policy(approvers=(OMAR, INES), approvals_required=2)

    with pytest.raises(FormRefused) as refused:
        await office.ask.ask(
            OPERATION, {**FORM, "name": "pay_02"}, by=Actor(OMAR), origin="view-2", home=a_request().home
        )

    assert refused.value.at["name"].fields == {"needed": 2, "others": 1, "environment": "prod"}


async def test_a_new_request_is_looked_at_when_something_is_due(office: Office) -> None:
    """Not at once, which would be a commit for nothing."""
    before = await office.request()

    await office.deadlines.round()

    assert await office.request() == before


@pytest.mark.parametrize(
    ("group", "second"),
    [((), Kind.REMINDED), (("S0LEADS",), Kind.ESCALATED)],
    ids=["nobody else", "a second group"],
)
async def test_reminders_and_the_end_come_at_their_time_and_once(
    office: Office, group: tuple[str, ...], second: Kind
) -> None:
    """After 30 min, 2 h, 8 h and 24 h to the second, however often the worker runs or is started anew."""
    office.policy = a_policy(approvals_required=2, second_group=group)
    found: list[tuple[float, str]] = []
    for seconds in (1799, 1, 0, 5399, 1, 5, 21594, 1, 3600, 53998, 1, 1, 3600):
        await office.passes(seconds=seconds)
        await office.deadlines.round()
        found += [(office.clock.seconds, kind) for kind in (await office.kinds())[1 + len(found) :]]

    assert found == [
        (1800, Kind.REMINDED),
        (7200, second),
        (28800, second),
        (86400, Kind.EXPIRED),
    ]
    assert (await office.request()).state is State.EXPIRED


@pytest.mark.invariant(4)
async def test_an_approval_under_other_rules_does_not_count(office: Office) -> None:
    """A start with other rules comes in between; whoever approved before approves again."""
    await office.decide.approve(await office.seen(), by=Actor(OMAR))
    office.policy = replace(office.policy, hash="other rules")

    counted = await office.decide.approve(await office.seen(), by=Actor(INES))
    again = await office.decide.approve(await office.seen(), by=Actor(OMAR))

    assert (set(counted.given), counted.are_enough) == ({INES}, False)
    assert (set(again.given), again.are_enough) == ({INES, OMAR}, True)


async def test_a_form_that_is_sent_again_for_another_environment_or_reason_is_refused(office: Office) -> None:
    """It was saved as it was typed before; nobody is told that the change was."""
    staging = Ask(office.database, office.clock, office.new_id, a_policy(environment="staging"), office.rights, wake)

    for ask, form in ((staging, FORM), (office.ask, {**FORM, "reason": "another reason"})):
        with pytest.raises(FormRefused) as refused:
            await ask.ask(OPERATION, form, by=Actor(DANA), origin="view", home=a_request().home)
        assert refused.value.at["name"].fields == {"number": 1}
    again = await office.ask.ask(OPERATION, FORM, by=Actor(DANA), origin="view", home=a_request().home)

    assert again.number == 1


@pytest.mark.invariant(4)
async def test_the_second_group_may_approve(office: Office) -> None:
    office.town.groups = {"S0LEADS": frozenset({UserId("U0LEA")})}
    office.policy = a_policy(approvals_required=1, second_group=("S0LEADS",))

    assert (await office.decide.approve(await office.seen(), by=Actor(UserId("U0LEA")))).are_enough


async def test_from_two_hours_on_the_requester_reminds_the_second_group_too(office: Office) -> None:
    office.policy = a_policy(approvals_required=2, second_group=("S0LEADS",))
    await office.own.remind(await office.seen(), by=Actor(DANA))
    office.clock.seconds = timedelta(hours=2).total_seconds()

    await office.own.remind(await office.seen(), by=Actor(DANA))

    assert await office.kinds() == [Kind.ASKED, Kind.REMINDED, Kind.ESCALATED]
    assert (await office.events())[-1].actor == DANA


async def test_after_a_long_stop_one_reminder_is_enough(office: Office) -> None:
    """Nine hours without a bot: not three at once."""
    await office.passes(hours=9)
    await office.passes(minutes=1)

    assert await office.kinds() == [Kind.ASKED, Kind.REMINDED]
    assert (await office.events())[-1].content["after"] == 28800


async def test_nobody_is_reminded_of_what_is_decided(office: Office) -> None:
    await office.passes(minutes=31)
    await office.decide.reject(await office.seen(), by=Actor(OMAR), why="wrong hosts")
    await office.passes(hours=9)
    await office.passes(hours=24)

    assert await office.kinds() == [Kind.ASKED, Kind.REMINDED, Kind.REJECTED]


async def test_an_edit_lets_the_time_begin_anew(office: Office) -> None:
    """Reminders and end are counted from when the present revision was asked for."""
    await office.passes(hours=23)
    await office.edits(await office.seen(), hosts="12")
    await office.passes(hours=23)
    assert (await office.request()).state is State.PENDING
    assert (await office.kinds())[-1] == Kind.REMINDED

    await office.passes(hours=1)

    assert (await office.request()).state is State.EXPIRED


async def test_a_shorter_time_set_at_a_start_is_kept_within_half_an_hour(office: Office) -> None:
    """What waited under the longer one does not wait for it."""
    await office.passes(hours=3)
    office.policy = a_policy(approvals_last=timedelta(hours=2))

    await office.passes(minutes=31)

    assert (await office.request()).state is State.EXPIRED


async def test_whoever_asked_reminds_at_most_every_half_hour(office: Office) -> None:
    """Counted from any reminder, so that nobody is called twice in a minute."""
    seen = await office.seen()
    await office.own.remind(seen, by=Actor(DANA, "dana"))
    office.clock.seconds += 1799
    with pytest.raises(RemindedAlready) as early:
        await office.own.remind(seen, by=Actor(DANA))
    office.clock.seconds += 1

    await office.own.remind(seen, by=Actor(DANA))

    assert early.value.fields["until"].at == NOW + timedelta(minutes=30)
    assert [event.actor for event in (await office.events())[1:]] == [DANA, DANA]


async def test_a_policy_that_needs_nobody_approves_at_once(database_url: str) -> None:
    """In the same transaction, by nobody; who asked is no approver."""
    office = Office(Database.at(database_url), a_policy(approvals_required=0))
    await office.begins()

    request, [asked, approved] = await office.request(), await office.events()

    assert (request.state, request.decided_by, request.next_try_at) == (State.APPROVED, None, office.clock.now())
    assert (asked.kind, approved.kind, approved.actor) == (Kind.ASKED, Kind.APPROVED, "bot")
    data: Mapping[str, Any] = approved.content
    assert (data["revision"], data["needed"]) == (request.revision, 0)
    await office.database.close()


async def _has_part_of(office: Office, author: UserId) -> None:
    """Let a revision of the request be *author*'s, as once others than the requester may edit."""
    async with office.database.transaction() as tx:
        revision = a_revision(id=RevisionId(office.new_id()), number=99, author=author)
        await tx.add_revision((await office.request()).id, revision, office.clock.now())
