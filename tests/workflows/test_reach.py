"""Whether OCP answers: what is a silence and what is none, when it is told, and when its end is."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.domain.barred import STOPPED, UNREACHABLE
from bot.domain.errors import OcpError
from bot.domain.event import Event, Fact, Kind, first_broken
from bot.domain.records import Act, EnvironmentRow, Watch
from bot.domain.request import RequestId, State
from bot.ocp.client import OcpClient
from bot.ocp.wire import Limits
from bot.sandbox.ocp import Fault, SandboxOcp
from bot.sandbox.ocp.faults import Kind as FaultKind
from bot.store.database import Database
from bot.workers.leases import Leases
from bot.workflows.line import Line
from bot.workflows.reach import Reach
from bot.workflows.silence import Silence
from bot.workflows.stop import Brake
from tests.builders import NOW, a_request, a_task
from tests.still_clock import StillClock

INFO = "/api/v2/info"
HASTY, PATIENT = Limits(read_seconds=0.2), Limits(read_seconds=10)
HTML_502 = Fault(kind="html", path=".*", status=502, times=None, after_effect=False)


@dataclass(slots=True)
class Replica:
    """One process: what it has noticed by itself, over a database that others may share."""

    ocp: SandboxOcp
    database: Database
    client: OcpClient
    clock: StillClock
    reach: Reach
    line: Line

    @classmethod
    def of(
        cls,
        ocp: SandboxOcp,
        database_url: str,
        clock: StillClock,
        leads: Callable[[], bool] = lambda: True,
        limits: Limits = PATIENT,
        password: str = "",
    ) -> "Replica":
        database = Database.at(database_url)
        secret = password or ocp.password
        client = OcpClient(base_url=ocp.url, username=ocp.username, password=secret, clock=clock, limits=limits)
        brake = Brake(database, clock, lambda: "id", "prod", f"digest of {secret}", lambda: None)
        reach = Reach(client, clock, brake, Silence(database, clock, "prod", brake, lambda: None), lambda: 0.5, leads)
        return cls(ocp, database, client, clock, reach, Line(client, reach))

    async def calls(self) -> None:
        """Read a task as a watch does; whatever comes of it is heard."""
        with pytest.raises(OcpError):
            await self.line.task(1)

    async def rounds(self, seconds: float) -> None:
        """Let so many seconds pass with a round in each."""
        for _ in range(int(seconds)):
            await self.reach.round()
            self.clock.seconds += 1

    async def row(self) -> EnvironmentRow:
        async with self.database.reading() as tx:
            return await tx.environment("prod")

    async def events(self) -> tuple[Event, ...]:
        async with self.database.reading() as tx:
            events = await tx.events("environment:prod")
        assert first_broken(events) is None
        return events

    async def told(self) -> list[str]:
        return [event.kind for event in await self.events()]

    async def goes_away(self) -> None:
        """Let OCP be silent until it is told."""
        await self.ocp.down()
        await self.calls()
        await self.rounds(100)
        assert (await self.told())[-1] == Kind.AWAY

    async def close(self) -> None:
        await self.client.aclose()
        await self.database.close()


@pytest.fixture
async def ocp() -> AsyncIterator[SandboxOcp]:
    async with SandboxOcp() as sandbox:
        yield sandbox


@pytest.fixture
async def replicas(ocp: SandboxOcp, database_url: str) -> AsyncIterator[list[Replica]]:
    """Two processes on one database of either kind, and one clock."""
    clock = StillClock()
    both = [Replica.of(ocp, database_url, clock) for _ in range(2)]
    await both[0].database.migrate()
    yield both
    for replica in both:
        await replica.close()


@pytest.fixture
async def replica(ocp: SandboxOcp, tmp_path: Path) -> AsyncIterator[Replica]:
    """One process that has read OCP's version already."""
    replica = Replica.of(ocp, f"sqlite:///{tmp_path}/bot.db", StillClock())
    await replica.database.migrate()
    await replica.rounds(1)
    assert (await replica.row()).ocp_version == "4.0.3-20250201"
    yield replica
    await replica.close()


def everything(kind: FaultKind, **changes: Any) -> Fault:
    """Return what OCP answers from now on, to every call unless *changes* say to which."""
    return Fault(kind=kind, **{"path": ".*", "times": None, "after_effect": False, **changes})


SILENT = {
    "hangs up": everything("lost_before"),
    "gateway's 502": HTML_502,
    "maintenance page with 200": everything("html", status=200),
    "ingress without OCP": everything("html", status=404),
    "log-on page": everything("redirect"),
    "half an answer": everything("status", status=200, body='{"successful": tr'),
    "OCP's own 500": everything("status", status=500, body='{"successful":false,"error":{"code":"COM10999"}}'),
    "a 503 without a page": everything("status", status=503, body="{}"),
}
THERE = {
    "limits calls": everything("rate_limited", seconds=1),
    "refuses": everything("status", status=403, body='{"successful":false,"error":{"code":"COM10009","message":"no"}}'),
    "tells no version": everything("status", status=200, body="{}", path=INFO),
    "answers all but this task": everything("status", status=500, path="/tasks/"),
    "is behind a gateway that hides its version": everything("html", status=404, path=INFO),
}


@pytest.mark.parametrize("fault", SILENT.values(), ids=SILENT)
async def test_a_minute_without_an_answer_of_ocps_own_is_a_silence(replica: Replica, fault: Fault) -> None:
    """Whatever else answers. It is told once, with the time of the first call in vain."""
    replica.ocp.add_fault(fault)

    await _is_silent(replica)


async def test_an_ocp_that_takes_calls_and_never_answers_is_silent(ocp: SandboxOcp, tmp_path: Path) -> None:
    """The time for an answer runs out, again and again."""
    replica = Replica.of(ocp, f"sqlite:///{tmp_path}/bot.db", StillClock(), limits=HASTY)
    await replica.database.migrate()
    ocp.add_fault(everything("slow", seconds=60))

    await _is_silent(replica)
    await replica.close()


async def _is_silent(replica: Replica) -> None:
    replica.clock.seconds = 1000
    await replica.calls()
    await replica.rounds(45)
    assert await replica.told() == []
    await replica.rounds(60)
    await replica.rounds(30)

    [away] = await replica.events()
    assert away.content == {"since": (NOW + timedelta(seconds=1000)).isoformat()}
    assert (await replica.row()).away_since == NOW + timedelta(seconds=1000)
    assert await replica.reach.barred() == UNREACHABLE


@pytest.mark.parametrize("fault", THERE.values(), ids=THERE)
async def test_an_ocp_that_answers_anything_is_not_silent(replica: Replica, fault: Fault) -> None:
    """A limit and a refusal are answers, and one task in trouble is not all of OCP."""
    replica.ocp.add_fault(fault)

    for _ in range(5):
        await replica.calls()
        await replica.rounds(30)

    assert await replica.told() == []
    assert await replica.reach.barred() == ""


async def test_an_answer_to_anybody_ends_the_doubt(replica: Replica) -> None:
    """The first failure after it begins to count anew."""
    replica.ocp.add_fault(replace(HTML_502, path=INFO))
    replica.ocp.add_fault(replace(HTML_502, path="/tasks/"))

    for _ in range(10):
        await replica.calls()
        await replica.rounds(20)
        await replica.line.clusters()

    assert await replica.told() == []


async def test_a_refused_log_on_is_a_stop_and_no_silence(replica: Replica) -> None:
    """It is told as what it is, ends a silence that was told, and OCP is left alone."""
    await replica.goes_away()
    replica.ocp.login.password = "another-one"
    await replica.ocp.up()

    await replica.rounds(60)
    calls = len(replica.ocp.records)
    await replica.rounds(200)

    assert await replica.told() == [Kind.AWAY, Kind.STOPPED]
    assert (await replica.row()).away_since is None
    assert await replica.reach.barred() == STOPPED
    assert len(replica.ocp.records) == calls


async def test_ocp_is_asked_ever_less_while_it_is_silent(replica: Replica) -> None:
    """After 2 s, 4 s, 8 s and so on, up to every 30 s."""
    replica.ocp.add_fault(HTML_502)
    await replica.calls()
    asked = []

    for _ in range(150):
        before = len(replica.ocp.records)
        await replica.rounds(1)
        asked += [replica.clock.seconds] * (len(replica.ocp.records) - before)

    assert [later - sooner for sooner, later in pairwise(asked)] == [2, 4, 8, 16, 30, 30, 30]


async def test_nobody_asks_an_ocp_that_is_not_in_doubt(replica: Replica) -> None:
    """Its version was read at the start; that is all."""
    await replica.rounds(600)

    assert [record.path for record in replica.ocp.records] == [INFO]


async def test_calls_go_on_once_a_question_was_answered_and_the_end_is_told_after_the_looks(replica: Replica) -> None:
    """All watches are due at once; the notice waits for them and counts what they have found."""
    watch = await a_watch(replica, later=600)
    await replica.goes_away()
    await replica.ocp.up()

    await replica.rounds(40)
    assert await replica.reach.barred() == ""
    assert await replica.told() == [Kind.AWAY]
    await looked(replica, watch)
    await replica.rounds(1)

    _, back = await replica.events()
    assert back.kind == Kind.BACK
    assert back.content["counts"] == {"SUCCESSFUL": 1}
    assert back.content["left"] == 0
    assert 100 <= back.content["seconds"] <= 140
    assert (await replica.row()).away_since is None


async def test_the_end_is_told_after_a_minute_although_a_task_was_not_looked_at(replica: Replica) -> None:
    """And it says so."""
    await a_watch(replica, later=600)
    await replica.goes_away()
    await replica.ocp.up()

    await replica.rounds(40)
    assert await replica.told() == [Kind.AWAY]
    await replica.rounds(60)

    _, back = await replica.events()
    assert back.content["counts"] == {}
    assert back.content["left"] == 1


async def test_an_ocp_that_is_gone_again_before_its_return_was_told_is_still_away(replica: Replica) -> None:
    """Nothing is told in between, and in the end it was away from the first time on."""
    watch = await a_watch(replica, later=600)
    await replica.goes_away()
    since = (await replica.row()).away_since
    await replica.ocp.up()
    await replica.rounds(40)
    assert await replica.reach.barred() == ""

    await replica.ocp.down()
    await replica.calls()
    await replica.rounds(300)
    assert await replica.reach.barred() == UNREACHABLE
    assert await replica.told() == [Kind.AWAY]
    await replica.ocp.up()
    await replica.rounds(40)
    await looked(replica, watch)
    await replica.rounds(1)

    away, back = await replica.events()
    assert since is not None
    assert away.content["since"] == back.content["since"] == since.isoformat()
    assert back.content["seconds"] > 400


async def test_another_version_is_told_only_with_a_return(replica: Replica) -> None:
    """Read at the start of the next process it is kept, and told to nobody."""
    replica.ocp.world.version = "4.2.0"
    replica.reach.version = None
    await replica.rounds(1)
    assert (await replica.row()).ocp_version == "4.2.0-20250201"
    assert await replica.told() == []

    await replica.goes_away()
    replica.ocp.world.version = "4.3.2"
    await replica.ocp.up()
    await replica.rounds(40)

    _, back = await replica.events()
    assert (back.content["version"], back.content["was_version"]) == ("4.3.2-20250201", "4.2.0-20250201")
    assert (await replica.row()).ocp_version == "4.3.2-20250201"


async def test_what_waited_for_ocp_is_due_when_it_answers(replica: Replica) -> None:
    """A send at once; a look for a lost create when nobody can be waiting for its answer any more."""
    approved = a_request(state=State.APPROVED, version=0, next_try_at=NOW + timedelta(hours=1))
    lost = replace(approved, id=RequestId("r-2"), number=2, name="pay_02", origin="V2", state=State.UNCERTAIN)
    claim = NOW + timedelta(seconds=500)
    async with replica.database.transaction() as tx:
        await tx.save(approved, Fact(Kind.APPROVED), at=NOW)
        await tx.save(lost, Fact(Kind.UNCERTAIN), at=NOW)
        await tx.save_act(an_act(lost.id, claim))

    await replica.goes_away()
    await replica.ocp.up()
    await replica.rounds(40)

    async with replica.database.reading() as tx:
        first, second = await tx.request(approved.id), await tx.request(lost.id)
    assert first is not None
    assert second is not None
    assert first.next_try_at is not None
    assert first.next_try_at <= replica.clock.now()
    assert second.next_try_at == claim


async def test_several_replicas_tell_it_once(replicas: list[Replica]) -> None:
    """Both have met the silence and both meet its end, at the same moments."""
    ocp = replicas[0].ocp

    async def together(seconds: int) -> None:
        for _ in range(seconds):
            await asyncio.gather(*(replica.reach.round() for replica in replicas))
            replicas[0].clock.seconds += 1

    await together(1)
    await ocp.down()
    await asyncio.gather(*(replica.calls() for replica in replicas))
    await together(100)
    assert [await replica.reach.barred() for replica in replicas] == [UNREACHABLE, UNREACHABLE]
    await ocp.up()
    await together(40)

    assert await replicas[0].told() == [Kind.AWAY, Kind.BACK]
    assert [await replica.reach.barred() for replica in replicas] == ["", ""]


async def test_one_replica_that_cannot_reach_ocp_tells_nothing_while_another_one_leads(
    replica: Replica, tmp_path: Path
) -> None:
    """Its own network is no silence of OCP's, however long it lasts."""
    async with SandboxOcp() as dead:
        await dead.down()
        cut_off = Replica.of(dead, f"sqlite:///{tmp_path}/bot.db", replica.clock, leads=lambda: False)

        for _ in range(120):
            await replica.rounds(5)
            await cut_off.reach.round()
            assert await replica.reach.barred() == ""

        assert await replica.told() == []
        await cut_off.close()


@pytest.mark.long
async def test_a_replica_whose_silence_another_one_has_ended_begins_anew(replica: Replica, tmp_path: Path) -> None:
    """It could not reach OCP and told it, and another one could: without a new call in vain it tells nothing more."""
    async with SandboxOcp() as dead:
        cut_off = Replica.of(dead, f"sqlite:///{tmp_path}/bot.db", replica.clock)
        await cut_off.rounds(1)
        await cut_off.goes_away()

        for _ in range(120):
            await replica.rounds(5)
            await cut_off.reach.round()

        assert await replica.told() == [Kind.AWAY, Kind.BACK]
        await cut_off.close()


async def test_an_answer_in_an_earlier_silence_does_not_end_the_present_one(replicas: list[Replica]) -> None:
    """One replica stands still when it has heard OCP, and goes on in the next silence."""
    stood_still, other = replicas
    await a_watch(other, later=600)
    await stood_still.goes_away()
    await other.ocp.up()
    await stood_still.rounds(40)
    await other.rounds(100)
    assert await other.told() == [Kind.AWAY, Kind.BACK]
    await other.goes_away()
    other.clock.seconds += 600

    assert await stood_still.reach.barred() == UNREACHABLE
    await stood_still.rounds(60)

    assert await other.told() == [Kind.AWAY, Kind.BACK, Kind.AWAY]


async def test_the_end_is_not_told_if_ocp_is_silent_again_by_then(replica: Replica) -> None:
    """It answered, a task was still to be looked at, and nobody has called it since."""
    await a_watch(replica, later=600)
    await replica.goes_away()
    await replica.ocp.up()
    await replica.rounds(40)
    assert await replica.reach.barred() == ""

    await replica.ocp.down()
    replica.clock.seconds += 600
    await replica.rounds(60)

    assert await replica.told() == [Kind.AWAY]
    assert await replica.reach.barred() == UNREACHABLE


async def test_a_long_limit_hides_no_silence(replica: Replica) -> None:
    """OCP's windows go up to a day; a call in vain is followed by a question all the same."""
    limited = everything("rate_limited", path=INFO, seconds=86400)
    replica.ocp.add_fault(limited)
    replica.reach.version = None
    await replica.rounds(1)
    assert replica.reach.ask_at <= replica.clock.seconds + 60

    await replica.goes_away()


@dataclass(slots=True)
class Fleet:
    """Replicas on one PostgreSQL that share the leases; whoever leads calls OCP, as the watches do."""

    replicas: list[tuple[Replica, Leases]]
    clock: StillClock
    seconds: int = 0

    async def passes(self, seconds: int) -> None:
        """Let so many seconds pass, for the leases in the database, too."""
        for _ in range(seconds):
            for replica, leases in self.replicas:
                await self._does(replica, leases)
            async with self.replicas[0][0].database.engine.begin() as connection:
                await connection.execute(text("UPDATE leases SET until = until - interval '1 second'"))
            self.clock.seconds += 1
            self.seconds += 1

    async def _does(self, replica: Replica, leases: Leases) -> None:
        if self.seconds % 3 == 0:
            await leases.renew()
        if self.seconds % 5 == 0:
            await replica.reach.round()
            if leases.has("watch") and not await replica.reach.barred():
                with suppress(OcpError):
                    await replica.line.task(1)

    def leader(self) -> int:
        """Return which one leads."""
        [leader] = [number for number, (_, leases) in enumerate(self.replicas) if leases.has("watch")]
        return leader

    @classmethod
    async def of(cls, database_url: str, *ocps: SandboxOcp, passwords: Sequence[str] = ()) -> "Fleet":
        clock = StillClock()
        fleet = cls([], clock)
        for number, ocp in enumerate(ocps):
            password = passwords[number] if passwords else ""
            fleet.replicas.append(_member(ocp, database_url, clock, str(number), password))
        await fleet.replicas[0][0].database.migrate()
        return fleet

    async def close(self) -> None:
        for replica, _ in self.replicas:
            await replica.close()


def _member(
    ocp: SandboxOcp, database_url: str, clock: StillClock, holder: str, password: str = ""
) -> tuple[Replica, Leases]:
    replica = Replica.of(ocp, database_url, clock, lambda: leases.has("watch"), password=password)
    leases = Leases(replica.database, clock, holder, ["send"], of_ocp=["watch"], may_lead=replica.reach.may_lead)
    return replica, leases


@pytest.mark.long
async def test_who_cannot_reach_ocp_lets_another_replica_lead(ocp: SandboxOcp, postgres_url: str) -> None:
    """Before it is told, and for good."""
    async with SandboxOcp() as own_network:
        fleet = await Fleet.of(postgres_url, own_network, ocp)
        await fleet.passes(10)
        assert fleet.leader() == 0
        await own_network.down()
        await fleet.passes(60)
        assert fleet.leader() == 1
        await fleet.passes(200)

        assert fleet.leader() == 1
        assert await fleet.replicas[1][0].told() == []
        await fleet.close()


@pytest.mark.parametrize("size", [1, *(pytest.param(n, marks=pytest.mark.long) for n in (2, 3))])
async def test_a_silence_that_all_meet_is_told_by_one(ocp: SandboxOcp, postgres_url: str, size: int) -> None:
    """Standing aside for each other does not keep them from it, and somebody leads when it is over."""
    fleet = await Fleet.of(postgres_url, *[ocp] * size)
    await fleet.passes(10)
    await ocp.down()
    while await fleet.replicas[0][0].told() == []:
        await fleet.passes(1)
        assert fleet.seconds <= 10 + 150
    await fleet.passes(300)
    await ocp.up()
    await fleet.passes(60)

    assert await fleet.replicas[0][0].told() == [Kind.AWAY, Kind.BACK]
    fleet.leader()
    await fleet.close()


async def test_a_replica_that_stood_still_writes_nothing_over_newer_facts(replicas: list[Replica]) -> None:
    """It had decided to tell a silence, and to keep a version; another one has told both, and more, meanwhile."""
    slow, quick = replicas
    seen = await slow.row()
    await quick.goes_away()
    await quick.ocp.up()
    await quick.rounds(100)
    told, row = await quick.told(), await quick.row()
    assert told[-2:] == [Kind.AWAY, Kind.BACK]

    await slow.reach.silence.begin(NOW, seen)
    await slow.reach.silence.note("4.0.0", seen)

    assert await slow.told() == told
    assert await slow.row() == row


@pytest.mark.long
async def test_who_takes_over_from_a_replica_that_ends_tells_no_old_silence(ocp: SandboxOcp, postgres_url: str) -> None:
    """One without OCP may have to lead; what it tells has not begun hours ago, and is over when another one leads."""
    async with SandboxOcp() as own_network:
        fleet = await Fleet.of(postgres_url, ocp, own_network)
        await fleet.passes(10)
        await own_network.down()
        await fleet.passes(400)
        first, leases = fleet.replicas[0]
        await leases.give_back()
        fleet.replicas[:1] = []
        left_at = fleet.clock.now()
        await fleet.passes(150)

        away, *_ = await first.events()
        assert away.kind == Kind.AWAY
        assert datetime.fromisoformat(away.content["since"]) >= left_at - timedelta(seconds=150)
        fleet.replicas.append(_member(ocp, postgres_url, fleet.clock, "next"))
        await fleet.passes(400)
        assert fleet.leader() == 1
        assert (await first.told()).count(Kind.AWAY) <= 2
        await first.close()
        await fleet.close()


@pytest.mark.long
async def test_a_stop_of_another_password_is_lifted_once_it_has_lasted(ocp: SandboxOcp, postgres_url: str) -> None:
    """A rolling change: the old replica stops all calls once more, and ends; the new one sends, and cards say so."""
    clock = StillClock()
    new, old = (Replica.of(ocp, postgres_url, clock, password=password) for password in ("", "of yesterday"))
    await new.database.migrate()
    await old.calls()
    assert (await new.row()).stopped
    assert await new.reach.barred() == ""
    await new.rounds(590)
    assert await new.told() == [Kind.STOPPED]

    await new.rounds(20)

    assert await new.told() == [Kind.STOPPED, Kind.RESTARTED]
    assert not (await new.row()).stopped
    for replica in (new, old):
        await replica.close()


@pytest.mark.long
async def test_a_stop_of_another_password_stands_where_ours_is_refused_too(ocp: SandboxOcp, postgres_url: str) -> None:
    """It is tried once, and that is the end of it."""
    clock = StillClock()
    mine, old = (Replica.of(ocp, postgres_url, clock, password=password) for password in ("", "of yesterday"))
    await mine.database.migrate()
    await mine.rounds(1)
    await old.calls()
    ocp.login.password = "of tomorrow"
    before = len(ocp.records)

    await mine.rounds(2000)

    assert await mine.told() == [Kind.STOPPED, Kind.STOPPED]
    assert await mine.reach.barred() == STOPPED
    assert len(ocp.records) == before + 1
    for replica in (mine, old):
        await replica.close()


@pytest.mark.long
async def test_whose_password_is_refused_lets_another_replica_lead(ocp: SandboxOcp, postgres_url: str) -> None:
    """For good, if that one has a password that OCP takes."""
    fleet = await Fleet.of(postgres_url, ocp, ocp, passwords=("of yesterday", ""))
    await fleet.passes(10)
    assert fleet.leader() == 0
    await fleet.passes(300)

    assert fleet.leader() == 1
    assert await fleet.replicas[1][0].told() == [Kind.STOPPED]
    await fleet.passes(400)
    assert fleet.leader() == 1, "also once the other one was refused anew"
    await fleet.close()


async def a_watch(replica: Replica, *, later: float) -> Watch:
    """Store a running request with its watch, to be looked at so much *later*."""
    request = a_request(state=State.RUNNING, version=0)
    watch = Watch(
        id="w-1",
        environment="prod",
        task_id=41257,
        request=request.id,
        snapshot=a_task(),
        version=1,
        bound_at=NOW,
        next_look_at=NOW + timedelta(seconds=later),
    )
    async with replica.database.transaction() as tx:
        await tx.save(request, Fact(Kind.RUNNING), at=NOW)
        await tx.save_watch(watch)
    return watch


async def looked(replica: Replica, watch: Watch) -> None:
    """Store a look that has found one subtask done, as a watch does."""
    change = {"subtask": 1, "name": "Install rpm", "was": {"status": "RUNNING"}, "now": {"status": "SUCCESSFUL"}}
    now = replica.clock.now()
    async with replica.database.transaction() as tx:
        [due] = await tx.due_watches("prod", now)
        request = await tx.request(watch.request)
        assert request is not None
        await tx.save_watch(replace(due, version=due.version + 1, next_look_at=now + timedelta(seconds=5)))
        await tx.save(request, Fact(Kind.CHANGED, {"task": watch.task_id, "changes": [change]}), at=now)


def an_act(request_id: RequestId, until: datetime) -> Act:
    return Act(
        id="a-1",
        request=request_id,
        verb="create",
        target="pay_02",
        payload_hash="h",
        state="unknown",
        claimed_until=until,
        before=NOW.isoformat(),
    )
