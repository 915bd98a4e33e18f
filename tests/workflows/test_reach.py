"""Whether OCP answers: what is a silence and what is none, when it is told, and when its end is."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import OcpError
from bot.domain.event import Event, Fact, Kind, first_broken
from bot.domain.records import Act, EnvironmentRow, Watch
from bot.domain.request import RequestId, State
from bot.ocp.client import OcpClient
from bot.ocp.wire import Limits
from bot.sandbox.ocp import Fault, SandboxOcp
from bot.sandbox.ocp.faults import Kind as FaultKind
from bot.store.database import Database
from bot.workflows.line import Line
from bot.workflows.reach import STOPPED, UNREACHABLE, Reach
from bot.workflows.silence import Silence
from bot.workflows.stop import Brake
from tests.builders import NOW, a_request, a_task
from tests.still_clock import StillClock

INFO = "/api/v2/info"
HASTY = Limits(read_seconds=0.2)
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
    def of(cls, ocp: SandboxOcp, database_url: str, clock: StillClock) -> "Replica":
        database = Database.at(database_url)
        client = OcpClient(base_url=ocp.url, username=ocp.username, password=ocp.password, clock=clock, limits=HASTY)
        brake = Brake(database, clock, lambda: "id", "prod", "digest", lambda: None)
        reach = Reach(client, clock, brake, Silence(database, clock, "prod", brake, lambda: None), lambda: 0.5)
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
    "hangs": everything("slow", seconds=60),
    "hangs up": everything("lost_before"),
    "gateway's 502": HTML_502,
    "maintenance page with 200": everything("html", status=200),
    "ingress without OCP": everything("html", status=404),
    "log-on page": everything("redirect"),
    "half an answer": everything("status", status=200, body='{"successful": tr'),
    "OCP's own 500": everything("status", status=500, body='{"successful":false,"error":{"code":"COM10999"}}'),
    "a 503 that says when to come back": everything("status", status=503, body="{}"),
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
    replica.clock.seconds = 1000
    replica.ocp.add_fault(fault)

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
