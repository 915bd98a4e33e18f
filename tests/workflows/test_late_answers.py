"""A replica that stood still holds the answer to its own create; meanwhile the request has gone on without it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clock import SystemClock
from bot.domain.answer import Accepted, Answer, NotSent, Refused, Stopped, Unknown
from bot.domain.errors import Conflict, OcpStopped
from bot.domain.event import Fact, Kind
from bot.domain.records import Act
from bot.domain.request import Request, State
from bot.store.database import Database
from bot.workflows.settle import Settle
from bot.workflows.stop import Brake
from tests.builders import DANA, NOW, TASK_ID, a_policy, a_request, a_revision, a_task

ACCEPTED = Accepted(a_task(), "trace-1")
OTHERS: list[Answer] = [
    Refused("OBPROXY4007", "no", "trace-1", 400),
    NotSent("connection refused"),
    Stopped("credentials", "401"),
    Unknown("time-out", cause="late"),
]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database.at(database_url)
    await database.migrate()
    yield database
    await database.close()


@pytest.fixture
def settle(database: Database) -> Settle:
    clock, ids = SystemClock(), iter(range(1000))
    policy = a_policy()
    brake = Brake(database, clock, lambda: f"b-{next(ids)}", "prod", "digest", lambda: None)
    return Settle(database, clock, lambda: f"w-{next(ids)}", policy, brake, lambda: None, lambda: 0.5)


@pytest.mark.invariant(1)
@pytest.mark.parametrize("answer", OTHERS, ids=lambda answer: type(answer).__name__)
@pytest.mark.parametrize("state", [State.APPROVED, State.SUBMITTING, State.UNCERTAIN])
async def test_an_answer_of_the_first_try_says_nothing_of_the_second(
    database: Database, settle: Settle, state: State, answer: Answer
) -> None:
    """The operator said "send again": what did not happen the first time gives nobody leave to send a third time."""
    first = await _stored(database, state, open_act="second" if state is not State.APPROVED else None)

    await settle.answered(first, answer)

    request, act, kinds = await _now(database)
    assert request.state is state
    assert (act and act.id) == (None if state is State.APPROVED else "second")
    assert kinds == [Kind.ASKED]


@pytest.mark.parametrize("answer", [NotSent("connection refused"), Stopped("credentials", "401")])
async def test_what_surely_was_not_sent_is_uncertain_no_more(
    database: Database, settle: Settle, answer: Answer
) -> None:
    """Another replica has given the claim up; who held it knows that no byte has left, so nobody has to look."""
    first = await _stored(database, State.UNCERTAIN, open_act="first")

    await settle.answered(first, answer)

    request, act, kinds = await _now(database)
    assert request.state is State.APPROVED
    assert act is None
    assert kinds == [Kind.ASKED, Kind.DELAYED]


@pytest.mark.parametrize("state", [State.APPROVED, State.SUBMITTING, State.UNCERTAIN, State.HELD])
async def test_a_task_that_the_first_try_opened_is_followed(database: Database, settle: Settle, state: State) -> None:
    """OCP has it: nothing more is sent, and the second try's answer, whatever it is, changes nothing."""
    has_second = state in {State.SUBMITTING, State.UNCERTAIN}
    first = await _stored(database, state, open_act="second" if has_second else None)

    await settle.answered(first, ACCEPTED)
    for answer in OTHERS if has_second else []:
        await settle.answered(replace(first, id="second"), answer)

    request, act, kinds = await _now(database)
    assert request.state is State.RUNNING
    assert act is None
    assert [kind for kind in kinds if kind != Kind.STOPPED] == [Kind.ASKED, Kind.RUNNING]


@pytest.mark.parametrize("state", [State.CLOSED, State.RUNNING, State.FAILED])
async def test_a_task_that_came_too_late_to_be_followed_is_told(
    database: Database, settle: Settle, state: State
) -> None:
    """Somebody closed the request or attached another task: the record says what OCP runs all the same."""
    first = await _stored(database, state, open_act=None)

    await settle.answered(first, ACCEPTED)
    await settle.answered(first, ACCEPTED)

    request, _, kinds = await _now(database)
    assert request.state is state
    assert kinds == [Kind.ASKED, Kind.LATE]


async def test_a_task_that_was_adopted_meanwhile_is_no_news(database: Database, settle: Settle) -> None:
    """Another replica looked and found the very task that the answer names."""
    first = await _stored(database, State.UNCERTAIN, open_act="first")
    async with database.transaction() as tx:
        request = await tx.request(first.request)
        assert request is not None
        await settle.bind(tx, request, first, a_task(), {"how": "adopted"})

    await settle.answered(first, ACCEPTED)

    request, _, kinds = await _now(database)
    assert request.state is State.RUNNING
    assert kinds == [Kind.ASKED, Kind.RUNNING]


async def _stored(database: Database, state: State, *, open_act: str | None) -> Act:
    """Store a request in *state* whose open act has the id *open_act*; return the act of the first try."""
    request = a_request(state=state, version=0, seq=0, head="")
    first = Act(
        id="first",
        request=request.id,
        verb="create",
        target=request.name,
        payload_hash="h",
        state="given_up" if open_act != "first" else "unknown",
        claimed_until=NOW,
        before=NOW.isoformat(),
    )
    async with database.transaction() as tx:
        await tx.save(request, Fact(Kind.ASKED, actor=DANA), at=NOW)
        await tx.add_revision(request.id, a_revision(), NOW)
        await tx.save_act(first)
        if open_act == "second":
            await tx.save_act(replace(first, id="second", state="claimed"))
    return first


async def _now(database: Database) -> tuple[Request, Act | None, list[str]]:
    async with database.reading() as tx:
        request = await tx.request(a_request().id)
        assert request is not None
        watches = await tx.watches_of(request.id)
        assert [watch.task_id for watch in watches] in ([], [TASK_ID])
        return request, await tx.open_act(request.id), [event.kind for event in await tx.events(request.id)]


@pytest.mark.invariant(1)
async def test_a_check_of_long_ago_puts_off_no_newer_approval(database: Database, settle: Settle) -> None:
    """The process stood still in its look at OCP; meanwhile the request was held, and released by an approver."""
    await _stored(database, State.APPROVED, open_act=None)
    read, _, _ = await _now(database)
    async with database.transaction() as tx:
        held = await tx.save(read.move(State.HELD, now=NOW), Fact(Kind.HELD), at=NOW)
        released = await tx.save(held.move(State.APPROVED, now=NOW), Fact(Kind.APPROVED), at=NOW)

    with pytest.raises(Conflict):
        await settle.delay(read, "unreachable", "")

    assert (await _now(database))[0] == released


async def test_a_refusal_of_before_a_stop_was_lifted_stops_nothing_anew(database: Database, settle: Settle) -> None:
    """The process stood still with OCP's 401; meanwhile another one told it, and an operator lifted the stop."""
    brake, refused = settle.brake, OcpStopped("401", reason="credentials")
    asked_at = settle.clock.now()
    await brake.heed(refused, asked_at)
    await brake.lift()

    await brake.heed(refused, asked_at)
    assert await brake.is_on() == ""
    await brake.heed(refused, settle.clock.now() + timedelta(seconds=1))

    assert await brake.is_on()
    async with database.reading() as tx:
        kinds = [event.kind for event in await tx.events("environment:prod")]
    assert kinds == [Kind.STOPPED, Kind.RESTARTED, Kind.STOPPED]


async def test_a_refused_create_of_before_a_stop_was_lifted_stops_nothing_anew(
    database: Database, settle: Settle
) -> None:
    """The same with the answer to its own create: that is settled, and the lifted stop stays lifted."""
    first = await _stored(database, State.SUBMITTING, open_act="first")
    await settle.brake.pull("credentials", "401", asked_at=NOW)
    await settle.brake.lift()

    await settle.answered(first, Stopped("credentials", "401"))

    assert await settle.brake.is_on() == ""
    assert (await _now(database))[0].state is State.APPROVED
