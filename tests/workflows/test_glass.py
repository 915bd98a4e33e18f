"""Breaking the glass: who may, when, once; and that it never counts as an approval."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import (
    BotError,
    Changed,
    FormRefused,
    GlassOff,
    Gone,
    GroupUnknown,
    IsPaused,
    NotAllowed,
    OldButton,
    PastDeciding,
    RanUnapproved,
    TooLate,
)
from bot.domain.event import Event, Kind
from bot.domain.policy import Policies
from bot.domain.request import Actor, RevisionId, State, UserId
from bot.domain.texts import Text
from bot.store.database import Database
from bot.workflows.glass import Glass
from bot.workflows.pause import Pause, held_by_pause
from tests.builders import DANA, INES, OMAR, a_policy

from .test_approving import MIA, Office, wake

ZOE, ADMINS = UserId("U0ZOE"), "S0ADMINS"
WHY = "the primary is down"
ON = a_policy(
    approvers=(OMAR, INES, MIA), admins=(ZOE, DANA, ADMINS), approvals_required=2, break_glass=True, hash="rules-1"
)


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    """Two approvals are needed; Zoe and Dana are admins, and a group of which Slack tells only to some."""
    office = Office(Database.at(database_url), ON)
    office.town.groups = {ADMINS: frozenset({MIA})}
    await office.begins()
    yield office
    await office.database.close()


def glass(office: Office, **changed: object) -> Glass:
    """Return what the button and its form do, under rules that are *changed*."""
    policy = replace(office.policy, **changed)  # type: ignore[arg-type]
    return Glass(office.database, office.clock, policy, office.rights, wake)


async def breaks(
    office: Office,
    by: UserId = ZOE,
    *,
    seen: RevisionId | None = None,
    name: str = "pay_01",
    why: str = WHY,
    origin: str = "view-glass",
    **changed: object,
) -> None:
    """Let *by* send the form."""
    seen = seen or await office.seen()
    await glass(office, **changed).break_(seen, by=Actor(by, "zoe"), typed_name=name, why=why, origin=origin)


async def last(office: Office) -> Event:
    return (await office.events())[-1]


async def approved(office: Office) -> None:
    """Let two approve it."""
    for who in (OMAR, INES):
        await office.decide.approve(await office.seen(), by=Actor(who))


# ---------------------------------------------------------------- who may


async def test_an_admin_runs_it_and_the_event_says_all_of_it(office: Office) -> None:
    """Who, in which role, why, what exactly, under which rules, who had approved; the request is due at once."""
    await office.decide.approve(await office.seen(), by=Actor(OMAR))

    await breaks(office)

    request, event = await office.request(), await last(office)
    async with office.database.reading() as tx:
        hash_ = (await tx.revision(request.revision)).hash
    assert (event.kind, event.actor, event.role) == (Kind.UNAPPROVED, ZOE, "admin")
    assert event.content == {
        "reason": WHY,
        "was": "PENDING",
        "given": 1,
        "needed": 2,
        "approved_by": [OMAR],
        "own": False,
        "origin": "view-glass",
        "actor_name": "zoe",
        "revision": request.revision,
        "payload_hash": hash_,
        "policy": "rules-1",
    }
    assert (request.state, request.decided_by, request.decided_at) == (State.APPROVED, None, office.clock.now())
    assert request.next_try_at == office.clock.now()


async def test_who_asked_may_do_it_as_an_admin_and_the_event_says_so(office: Office) -> None:
    """That is what the glass is for."""
    await breaks(office, DANA)

    event = await last(office)
    assert (event.actor, event.role, event.content["own"]) == (DANA, "admin", True)


@pytest.mark.invariant(4)
@pytest.mark.parametrize("who", [OMAR, UserId("U0EVE")])
async def test_without_the_role_no_form_opens_and_none_is_obeyed(office: Office, who: UserId) -> None:
    """An approver is no admin."""
    with pytest.raises(NotAllowed):
        await glass(office).may_break(await office.seen(), by=Actor(who))
    with pytest.raises(NotAllowed):
        await breaks(office, who)

    assert await office.kinds() == [Kind.ASKED]


@pytest.mark.invariant(4)
async def test_who_may_be_an_admin_is_none_while_slack_is_silent(office: Office) -> None:
    """Mia is one by a user group only."""
    office.town.is_silent = True
    with pytest.raises(GroupUnknown):
        await breaks(office, MIA)

    office.town.is_silent = False
    await breaks(office, MIA)

    assert (await last(office)).actor == MIA


@pytest.mark.invariant(4)
async def test_where_it_is_off_nobody_may(office: Office) -> None:
    """By default; the words say what turns it on."""
    for refused in (
        glass(office, break_glass=False).may_break(await office.seen(), by=Actor(ZOE)),
        breaks(office, break_glass=False),
    ):
        with pytest.raises(GlassOff) as told:
            await refused
        assert "the settings' break_glass turns it on" in told.value.text.message
        assert told.value.fields == {"environment": "prod"}
    assert not a_policy().break_glass
    assert await office.kinds() == [Kind.ASKED]


# ---------------------------------------------------------------- what is typed


async def test_every_mistake_in_the_form_is_told_at_its_field(office: Office) -> None:
    """Another name, also in capitals, and a reason that says nothing or names no ticket."""
    office.policy = replace(ON, ticket_pattern="CHG[0-9]{7}", ticket_example="CHG0012345")
    for name, why, fields in (
        ("pay_02", "x", {"name", "reason"}),
        ("PAY_01", WHY, {"name", "reason"}),
        ("", "CHG0012345 down", {"name"}),
        ("pay_01", WHY, {"reason"}),
        ("pay_01", "", {"reason"}),
    ):
        with pytest.raises(FormRefused) as told:
            await breaks(office, name=name, why=why)
        assert set(told.value.at) == fields
        assert all(isinstance(words, Text) for words in told.value.at.values())

    await breaks(office, name=" pay_01 ", why="CHG0012345 down")

    assert (await last(office)).content["reason"] == "CHG0012345 down"


# ---------------------------------------------------------------- when, and once


async def test_a_held_request_runs_so_too_and_comes_back_under_the_usual_rules(office: Office) -> None:
    """Then it needs approvals like any other: two of others, young enough, of whom the admin is none."""
    await approved(office)
    await office.holds()
    office.clock.seconds += timedelta(hours=25).total_seconds()

    await breaks(office)
    was = (await last(office)).content["was"]
    await office.holds()
    first = await office.decide.send_now(await office.seen(), by=Actor(OMAR))

    assert was == "HELD"
    assert first.given.keys() == {OMAR}
    assert (await office.request()).state is State.HELD
    second = await office.decide.send_now(await office.seen(), by=Actor(INES))
    assert second.are_enough
    assert (await office.request()).decided_by == INES


@pytest.mark.invariant(4)
async def test_it_never_counts_as_an_approval(office: Office) -> None:
    """Although the admin who ran it is an approver: of the two that are needed none is there."""
    await breaks(office, OMAR, admins=(OMAR,))
    await office.holds()

    counted = await office.decide.send_now(await office.seen(), by=Actor(INES))

    assert (set(counted.given), counted.are_enough) == ({INES}, False)


@pytest.mark.invariant(5)
async def test_an_old_revision_is_not_run(office: Office) -> None:
    """Whoever typed the name had something else before their eyes."""
    old = await office.seen()
    await office.edits(old, hosts="12")

    for refused in (glass(office).may_break(old, by=Actor(ZOE)), breaks(office, seen=old)):
        with pytest.raises(Changed):
            await refused
    with pytest.raises(Gone):
        await breaks(office, seen=RevisionId("none"))


async def test_what_nobody_can_decide_on_any_more_is_not_run(office: Office) -> None:
    """Its end has come, whether a round has noticed it or not."""
    office.clock.seconds += timedelta(hours=24).total_seconds()
    for refused in (glass(office).may_break(await office.seen(), by=Actor(ZOE)), breaks(office)):
        with pytest.raises(PastDeciding):
            await refused

    await office.deadlines.round()

    with pytest.raises(TooLate):
        await breaks(office)
    assert await office.kinds() == [Kind.ASKED, Kind.EXPIRED]


async def test_while_the_environment_is_paused_nothing_is_run(office: Office) -> None:
    """No form opens in vain, and one that is open is not obeyed; a pause that comes after it holds the request."""
    policies = Policies({("prod", ""): office.policy})
    pause = Pause(office.database, office.clock, policies, office.rights, wake)
    await pause.pause("prod", "OCP is upgraded", by=Actor(OMAR), at=office.policy.approvals)
    for refused in (glass(office).may_break(await office.seen(), by=Actor(ZOE)), breaks(office)):
        with pytest.raises(IsPaused):
            await refused
    await pause.resume("prod", by=Actor(OMAR), at=office.policy.approvals)
    await breaks(office)

    await pause.pause("prod", "OCP is upgraded", by=Actor(OMAR), at=office.policy.approvals)
    async with office.database.transaction() as tx:
        assert await held_by_pause(tx, await office.request(), office.clock.now())

    event = await last(office)
    assert (event.kind, event.content["why"], event.content["unapproved"]) == (Kind.HELD, "paused", True)


@pytest.mark.invariant(5)
async def test_whoever_comes_second_is_told_who_was_faster(office: Office) -> None:
    """Another admin, an approver, and whoever would reject it."""
    seen = await office.seen()
    await breaks(office)

    late = (
        glass(office).may_break(seen, by=Actor(DANA)),
        breaks(office, DANA, origin="view-other"),
        office.decide.approve(seen, by=Actor(OMAR)),
        office.decide.may_reject(seen, by=Actor(INES)),
    )
    for refused in late:
        with pytest.raises(RanUnapproved) as told:
            await refused
        assert told.value.fields["who"].ids == [ZOE]
        assert told.value.text.message.startswith("%(who)s ran #%(number)s without approval at %(when)s.")


@pytest.mark.invariant(5)
async def test_what_was_approved_meanwhile_is_not_run_as_well(office: Office) -> None:
    """The form was open; the approvers were faster."""
    seen = await office.seen()
    await glass(office).may_break(seen, by=Actor(ZOE))
    await approved(office)

    with pytest.raises(TooLate) as told:
        await breaks(office, seen=seen)

    assert told.value.fields["who"].ids == [INES]
    assert Kind.UNAPPROVED not in await office.kinds()


@pytest.mark.invariant(5)
async def test_a_form_that_is_sent_again_decides_nothing_again(office: Office) -> None:
    """Neither at once, because its first answer was slow, nor after the request came back held."""
    await breaks(office)
    await breaks(office)
    assert (await office.request()).state is State.APPROVED
    await office.holds()

    await breaks(office)

    assert (await office.request()).state is State.HELD
    assert (await office.kinds()).count(Kind.UNAPPROVED) == 1
    await breaks(office, origin="view-new")
    assert (await office.request()).state is State.APPROVED


@pytest.mark.invariant(5)
@pytest.mark.parametrize("state", sorted(set(State) - {State.PENDING, State.HELD}))
async def test_elsewhere_nothing_is_run(office: Office, state: State) -> None:
    """Whatever else has become of it."""
    request = await office.request()
    async with office.database.transaction() as tx:
        await tx.save(replace(request, state=state), at=office.clock.now())

    with pytest.raises((TooLate, OldButton)):
        await breaks(office)
    with pytest.raises(BotError):
        await glass(office).may_break(request.revision, by=Actor(ZOE))

    assert await office.kinds() == [Kind.ASKED]


async def test_what_was_run_without_approval_can_be_withdrawn_until_it_goes_out(office: Office) -> None:
    """By whoever asked, as after an approval."""
    await breaks(office)

    await office.own.withdraw(await office.seen(), by=Actor(DANA), why="")

    assert (await office.request()).state is State.WITHDRAWN
