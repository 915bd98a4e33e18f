"""Pausing and resuming, over a real database and a simulated OCP: nothing slips through, and nobody is told a lie."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from gettext import NullTranslations
from typing import Any

import pytest
from sqlalchemy import text

from bot import operations
from bot.domain.errors import (
    IsPaused,
    NoEnvironment,
    NoReason,
    NotAllowed,
    NotPaused,
    PausedAlready,
    ResumedAlready,
    StoreUnavailable,
    TooLate,
    WhichEnvironment,
)
from bot.domain.event import Event, Fact, Kind, first_broken
from bot.domain.inventory import ClusterList
from bot.domain.pause import Paused
from bot.domain.policy import Policies, Policy
from bot.domain.records import EnvironmentRow, Thread
from bot.domain.request import Actor, Place, Request, RevisionId, State
from bot.ocp.client import OcpClient
from bot.sandbox.ocp import SandboxOcp
from bot.store.database import Database
from bot.workflows.decide import Decide
from bot.workflows.fitting import Fitting
from bot.workflows.line import Line
from bot.workflows.operate import Operate
from bot.workflows.pause import Pause
from bot.workflows.reach import Reach
from bot.workflows.rights import Rights
from bot.workflows.settle import Settle
from bot.workflows.silence import Silence
from bot.workflows.stop import Brake
from bot.workflows.submit import Submit
from tests.builders import DANA, INES, NOW, OMAR, PAYLOAD, a_pause, a_policy, a_request, a_revision
from tests.people import Town, rights_of
from tests.still_clock import StillClock

T = NullTranslations()
omar, ines, dana = Actor(OMAR, "omar"), Actor(INES, "ines"), Actor(DANA, "dana")
WHY = "OCP is upgraded"
CREATE = ("POST", "/api/v2/obproxy/clusters")


class Interrupted(OcpClient):
    """Something happens between the look at OCP and the claim, once."""

    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def clusters(self) -> ClusterList:
        listed = await super().clusters()
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            await meanwhile()
        return listed


HERE = Place("T0TEAM", "C0DBA")


def wake() -> None:
    """Nobody sleeps here."""


def the_policy(**changed: Any) -> Policy:
    """Return the rules: omar and ines operate."""
    return a_policy(operators=(OMAR, INES), **changed)


@dataclass(slots=True)
class Desk:
    """The workflows around the requests of "prod", to which omar and ines may send; omar operates, and ines, too."""

    ocp: SandboxOcp
    database: Database
    client: Interrupted
    clock: StillClock = field(default_factory=StillClock)
    ids: Iterator[int] = field(default_factory=itertools.count)

    @property
    def rights(self) -> Rights:
        return rights_of(Town(), self.clock)

    def new_id(self) -> str:
        return f"id-{next(self.ids)}"

    @property
    def pause(self) -> Pause:
        policies = {(name, ""): the_policy(environment=name) for name in ("prod", "Staging")}
        return Pause(self.database, self.clock, Policies(policies), self.rights, wake)

    @property
    def decide(self) -> Decide:
        return Decide(self.database, self.clock, the_policy(), self.rights, wake)

    @property
    def submit(self) -> Submit:
        reach, settle = self._reach(), self._settle()
        line, policy, catalogue = (
            Line(self.client, reach),
            a_policy(),
            operations.load(exporter_port_names=("exportPort",)),
        )
        return Submit(
            self.database, line, self.clock, self.new_id, catalogue, policy, reach, settle, wake, lambda: True
        )

    @property
    def operate(self) -> Operate:
        reach = self._reach()
        fitting = Fitting(Line(self.client, reach), reach, operations.load(exporter_port_names=("exportPort",)))
        return Operate(self.database, self.clock, the_policy(), self.rights, self._settle(), fitting, wake)

    def _brake(self) -> Brake:
        return Brake(self.database, self.clock, self.new_id, "prod", "digest", wake)

    def _reach(self) -> Reach:
        silence = Silence(self.database, self.clock, "prod", self._brake(), wake)
        return Reach(self.client, self.clock, self._brake(), silence, lambda: 0.5, lambda: True)

    def _settle(self) -> Settle:
        return Settle(self.database, self.clock, self.new_id, a_policy(), self._brake(), wake, lambda: 0.5)

    async def has(self, state: State, *facts: Fact) -> None:
        """Store one more request of Dana's, in *state* and due now."""
        number = next(self.ids) + 1
        revision = a_revision({**PAYLOAD, "name": f"pay_{number}"}, id=RevisionId(f"revision-{number}"))
        changed = {"id": f"request-{number}", "number": number, "name": f"pay_{number}", "origin": f"view-{number}"}
        request = a_request(
            state=state, revision=revision.id, decided_at=NOW, next_try_at=NOW, version=0, seq=0, head="", **changed
        )
        async with self.database.transaction() as tx:
            await tx.save(request, Fact(Kind.ASKED, actor=DANA), *facts, at=NOW)
            await tx.add_revision(request.id, revision, NOW)

    async def requests(self, *states: State) -> tuple[Request, ...]:
        async with self.database.reading() as tx:
            return await tx.requests_in("prod", *states)

    async def row(self) -> EnvironmentRow:
        async with self.database.reading() as tx:
            return await tx.environment("prod")

    async def events(self, timeline: str = "environment:prod") -> tuple[Event, ...]:
        async with self.database.reading() as tx:
            events = await tx.events(timeline)
        assert first_broken(events) is None
        return events

    def sent(self) -> int:
        return sum((record.method, record.path) == CREATE for record in self.ocp.records)

    async def pauses(self) -> None:
        """Let omar pause "prod"."""
        await self.pause.pause("prod", WHY, by=omar, at=HERE)


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with SandboxOcp() as ocp:
        client = Interrupted(base_url=ocp.url, username=ocp.username, password=ocp.password, clock=StillClock())
        desk = Desk(ocp, Database.at(database_url), client)
        await desk.database.migrate()
        yield desk
        await client.aclose()
        await desk.database.close()


# ---------------------------------------------------------------- who pauses and resumes


async def test_a_pause_and_a_resume_are_stored_with_who_when_and_why(desk: Desk) -> None:
    """Whatever case the environment is typed in; the answer spells it as it is."""
    assert await desk.pause.pause("PROD", f"  {WHY}\n", by=omar, at=HERE) == "prod"
    paused = await desk.row()
    desk.clock.seconds += 3600
    assert await desk.pause.resume("Prod", by=ines, at=HERE) == ("prod", 0)

    assert paused.pause == Paused(why=WHY, by=OMAR, name="omar", since=NOW)
    assert (await desk.row()).pause is None
    first, last = await desk.events()
    assert (first.kind, first.actor, first.role) == ("environment.paused", OMAR, "operator")
    assert first.content == {"reason": WHY, "actor_name": "omar", "policy": ""}
    assert (last.kind, last.actor, last.role) == ("environment.resumed", INES, "operator")
    assert last.content == {"reason": WHY, "since": NOW.isoformat(), "held": 0, "actor_name": "ines", "policy": ""}


@pytest.mark.invariant(4)
async def test_only_an_operator_pauses_and_resumes(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        await desk.pause.pause("prod", WHY, by=dana, at=HERE)
    assert (await desk.row()).pause is None
    await desk.pauses()

    with pytest.raises(NotAllowed):
        await desk.pause.resume("prod", by=dana, at=HERE)

    assert (await desk.row()).pause is not None


@pytest.mark.invariant(5)
async def test_of_two_pauses_the_first_one_stands(desk: Desk) -> None:
    """At the same instant: one of them is told by whom, when and why, and there is one event."""
    both = await asyncio.gather(
        desk.pause.pause("prod", "disk full", by=omar, at=HERE),
        desk.pause.pause("prod", "upgrade", by=ines, at=HERE),
        return_exceptions=True,
    )

    [late] = [each for each in both if isinstance(each, PausedAlready)]
    [event] = await desk.events()
    row = await desk.row()
    assert (row.paused, row.paused_by) == (event.content["reason"], event.actor)
    assert late.text.render(T) == (
        f"prod was paused by @{row.paused_name} at 14:02:00 UTC already: {row.paused}. "
        "That pause stands; nothing was changed."
    )


@pytest.mark.invariant(5)
async def test_of_two_resumes_the_second_is_told_who_was_faster(desk: Desk) -> None:
    with pytest.raises(NotPaused) as never:
        await desk.pause.resume("prod", by=omar, at=HERE)
    assert never.value.text.render(T) == "prod is not paused. Nothing was changed."
    await desk.pauses()

    both = await asyncio.gather(
        desk.pause.resume("prod", by=omar, at=HERE), desk.pause.resume("prod", by=ines, at=HERE), return_exceptions=True
    )

    [late] = [each for each in both if isinstance(each, ResumedAlready)]
    name = (await desk.events())[-1].content["actor_name"]
    assert late.text.render(T) == f"prod is not paused: @{name} resumed it at 14:02:00 UTC. Nothing was changed."
    assert [event.kind for event in await desk.events()] == [Kind.PAUSED, Kind.UNPAUSED]


async def test_what_is_no_environment_or_no_reason_is_refused_with_an_example(desk: Desk) -> None:
    """And the list of environments."""
    with pytest.raises(NoEnvironment) as wrong:
        await desk.pause.pause("because", "OCP is upgraded", by=omar, at=HERE)
    with pytest.raises(WhichEnvironment) as missing:
        await desk.pause.resume("", by=omar, at=HERE)
    with pytest.raises(NoReason) as silent:
        await desk.pause.pause("staging", " ", by=omar, at=HERE)

    assert wrong.value.text.render(T) == (
        'There is no environment "because" here. Environments: prod, Staging. '
        'Type for example "/obproxy pause prod OCP is upgraded until 16:00".'
    )
    assert 'for example "/obproxy resume prod". Environments: prod, Staging.' in missing.value.text.render(T)
    assert '(0 are given), for example "/obproxy pause Staging OCP is' in silent.value.text.render(T)
    assert await desk.events("environment:Staging") == ()


async def test_a_start_pauses_what_is_not_paused_yet(desk: Desk) -> None:
    """By the bot; the pause of a person stays as it is, whatever number of starts."""
    await desk.pauses()

    for _ in range(2):
        await desk.pause.pause_all()

    [_] = await desk.events()
    [own] = await desk.events("environment:Staging")
    assert (own.kind, own.actor, own.role) == ("environment.paused", "bot", "bot")
    assert own.content["reason"] == "START_PAUSED=1"


# ---------------------------------------------------------------- nothing is sent


@pytest.mark.invariant(1)
async def test_what_is_approved_is_held_at_once_and_does_not_go_out_after_the_resume(desk: Desk) -> None:
    """Not only what is due; who, since when and why stand in the event."""
    await desk.has(State.APPROVED)
    await desk.pauses()
    await desk.has(State.APPROVED)

    await desk.submit.round()

    [first, second] = await desk.requests(State.HELD)
    [*_, held] = await desk.events(first.id)
    told = {"why": "paused", "detail": WHY, "paused_by": OMAR, "paused_name": "omar", "since": NOW.isoformat()}
    assert (held.kind, held.actor, held.content) == (Kind.HELD, "bot", told)
    assert await desk.pause.resume("prod", by=ines, at=HERE) == ("prod", 2)
    await desk.submit.round()
    assert desk.sent() == 0

    await desk.decide.send_now(second.revision, by=omar)
    await desk.submit.round()
    assert [body["name"] for body in desk.ocp.accepted_creates] == [second.name]


async def test_who_approves_during_a_pause_is_not_told_that_it_is_sent(desk: Desk) -> None:
    """The approval counts, its event says that nothing is sent, and the request is held."""
    await desk.pauses()
    await desk.has(State.PENDING)
    [request] = await desk.requests(State.PENDING)

    await desk.decide.approve(request.revision, by=ines)
    await desk.submit.round()

    [_, approved, held] = await desk.events(request.id)
    assert (approved.kind, approved.content["paused"]) == (Kind.APPROVED, True)
    assert (held.kind, held.content["why"]) == (Kind.HELD, "paused")


@pytest.mark.invariant(1)
async def test_a_resume_holds_what_nobody_has_held_yet(desk: Desk) -> None:
    """Approved during the pause, and the sender had no round since: it waits for a person all the same."""
    await desk.pauses()
    await desk.has(State.APPROVED)

    assert await desk.pause.resume("prod", by=omar, at=HERE) == ("prod", 1)

    await desk.submit.round()
    assert desk.sent() == 0


@pytest.mark.invariant(1)
@pytest.mark.parametrize("is_known", [True, False])
async def test_a_pause_between_the_look_and_the_claim_stops_the_send(desk: Desk, is_known: bool) -> None:
    """Also the very first thing that is stored of that environment."""
    if is_known:
        await desk.pauses()
        await desk.pause.resume("prod", by=omar, at=HERE)
    await desk.has(State.APPROVED)
    desk.client.meanwhile = desk.pauses

    await desk.submit.round()

    assert desk.sent() == 0
    [request] = await desk.requests(State.HELD)
    assert [event.kind for event in await desk.events(request.id)] == [Kind.ASKED, Kind.HELD]


@pytest.mark.invariant(1)
@pytest.mark.parametrize("is_known", [True, False])
async def test_a_claim_waits_for_a_pause_that_is_being_stored(desk: Desk, is_known: bool) -> None:
    """The pause has written, and not yet committed, when the claim begins: the claim does not slip past."""
    if is_known:
        async with desk.database.transaction() as tx:
            await tx.save_environment(await tx.environment("prod"), at=NOW)
    await desk.has(State.APPROVED)
    rounds: list[asyncio.Task[None]] = []

    async def meanwhile() -> None:
        is_written = asyncio.Event()
        rounds.append(asyncio.create_task(pauses_slowly(is_written)))
        await is_written.wait()

    async def pauses_slowly(is_written: asyncio.Event) -> None:
        async with desk.database.transaction() as tx:
            row, pause = await tx.environment("prod"), a_pause()
            changed = replace(row, paused=pause.why, paused_by=pause.by, paused_name=pause.name, paused_at=NOW)
            await tx.save_environment(changed, Fact(Kind.PAUSED, actor=OMAR), at=NOW)
            is_written.set()
            await asyncio.sleep(0.2)  # the claim is under way meanwhile: it waits for this row

    desk.client.meanwhile = meanwhile

    await desk.submit.round()
    await asyncio.gather(*rounds)
    await desk.submit.round()

    assert desk.sent() == 0
    assert len(await desk.requests(State.HELD)) == 1


@pytest.mark.invariant(1)
async def test_pauses_that_race_with_sends_are_before_or_after_the_claim(desk: Desk) -> None:
    """At the same instant: either it is held and nothing was sent, or it was claimed first and is finished."""
    for _ in range(6):
        await desk.has(State.APPROVED)
        before = desk.sent()

        await asyncio.gather(desk.submit.round(), desk.pauses())
        await desk.submit.round()

        [newest] = (await desk.requests(*State))[-1:]
        assert (newest.state, desk.sent() - before) in {(State.HELD, 0), (State.RUNNING, 1)}
        await desk.pause.resume("prod", by=omar, at=HERE)


@pytest.mark.invariant(1)
async def test_when_the_environment_cannot_be_read_nothing_is_sent(desk: Desk) -> None:
    """It fails closed: not knowing whether it is paused counts as paused."""
    await desk.has(State.APPROVED)
    is_hidden = False

    async def hide() -> None:
        nonlocal is_hidden
        async with desk.database.engine.begin() as connection:
            await connection.execute(text("ALTER TABLE environments RENAME TO hidden"))
        is_hidden = True

    desk.client.meanwhile = hide

    with pytest.raises(StoreUnavailable):
        await desk.submit.round()

    assert is_hidden
    assert desk.sent() == 0
    assert len(await desk.requests(State.APPROVED)) == 1


async def test_sending_now_or_again_is_refused_with_who_when_why_and_how_to_resume(desk: Desk) -> None:
    """Also by whoever has paused it; nothing is written. The buttons work again after the resume."""
    await desk.pauses()
    await desk.has(State.HELD, Fact(Kind.HELD))
    await desk.has(State.UNCERTAIN, Fact(Kind.UNCERTAIN), Fact(Kind.UNCLEAR))
    [held, unclear] = await desk.requests(State.HELD, State.UNCERTAIN)

    for click in (
        desk.decide.send_now(held.revision, by=omar),
        desk.operate.send_again(unclear.revision, by=ines),
    ):
        with pytest.raises(IsPaused) as refused:
            await click
        assert refused.value.text.render(T) == (
            "prod is paused by @omar since 14:02:00 UTC: OCP is upgraded. Nothing was done. "
            "An operator resumes it with /obproxy resume prod; press again after that."
        )

    assert await desk.requests(State.HELD, State.UNCERTAIN) == (held, unclear)
    await desk.pause.resume("prod", by=omar, at=HERE)
    await desk.decide.send_now(held.revision, by=omar)
    with pytest.raises(TooLate):
        await desk.decide.send_now(held.revision, by=ines)


async def test_who_clicks_on_what_is_decided_is_told_that_and_not_of_the_pause(desk: Desk) -> None:
    await desk.has(State.HELD, Fact(Kind.HELD))
    [held] = await desk.requests(State.HELD)
    await desk.operate.close(held.revision, by=omar, why="not needed")
    await desk.pauses()

    with pytest.raises(TooLate):
        await desk.decide.send_now(held.revision, by=ines)


async def test_a_pause_lifts_no_stop_and_a_stop_no_pause(desk: Desk) -> None:
    """OCP's refused log-on is another brake."""
    brake = desk._brake()
    await desk.pauses()
    await brake.pull("credentials", "IAM10004", asked_at=NOW)

    await desk.pause.resume("prod", by=omar, at=HERE)
    assert (await desk.row()).stopped == "credentials: IAM10004"
    await desk.pauses()
    assert await brake.lift()

    assert (await desk.row()).pause is not None


async def test_a_pause_and_a_resume_let_the_cards_of_open_requests_be_drawn(desk: Desk) -> None:
    await desk.has(State.PENDING)
    [request] = await desk.requests(State.PENDING)
    place = Place("T0TEAM", "C0DBA")
    thread = Thread(id="thread", request=request.id, environment="prod", place=place, is_home=False, root_ts="1.0")
    async with desk.database.transaction() as tx:
        await tx.save_thread(thread)

    for step in (desk.pauses(), desk.pause.resume("prod", by=omar, at=HERE)):
        await step
        async with desk.database.transaction() as tx:
            [owed] = await tx.threads_of(request.id)
            assert owed.card_in_flight is not None
            await tx.save_thread(replace(owed, card_in_flight=None))
