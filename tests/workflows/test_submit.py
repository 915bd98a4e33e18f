"""A replica that stands still between its look at OCP and its claim."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot import operations
from bot.domain.event import Fact, Kind
from bot.domain.request import Actor, State
from bot.ocp.client import OcpClient
from bot.sandbox.ocp import SandboxOcp
from bot.store.database import Database
from bot.workflows.line import Line
from bot.workflows.reach import Reach
from bot.workflows.settle import Settle
from bot.workflows.silence import Silence
from bot.workflows.stop import Brake
from bot.workflows.submit import Submit
from tests.builders import DANA, NOW, PAYLOAD, a_policy, a_request, a_revision
from tests.people import Town
from tests.still_clock import StillClock

from .site import APPROVER, GROUPS, REQUESTER, Site, rules


class StoppingClock(StillClock):
    """Its process is stopped for so many seconds, once, right after it has looked at it."""

    stops = 0.0

    def monotonic(self) -> float:
        seconds, self.seconds, self.stops = self.seconds, self.seconds + self.stops, 0.0
        return seconds


@pytest.fixture
async def ocp() -> AsyncIterator[SandboxOcp]:
    async with SandboxOcp() as sandbox:
        yield sandbox


@pytest.mark.invariant(1)
@pytest.mark.parametrize(("stood_still", "sent_at_once"), [(4.0, True), (60.0, False)])
async def test_what_was_seen_before_a_stop_is_seen_anew_before_the_claim(
    ocp: SandboxOcp, database_url: str, stood_still: float, sent_at_once: bool
) -> None:
    """The list is a minute old: nothing is claimed; the next round looks again, and sends."""
    clock, ids = StoppingClock(), itertools.count()
    database = Database.at(database_url)
    await database.migrate()
    client = OcpClient(base_url=ocp.url, username=ocp.username, password=ocp.password, clock=StillClock())

    def new_id() -> str:
        return f"id-{next(ids)}"

    def wake() -> None:
        """Nobody sleeps here."""

    policy = a_policy()
    brake = Brake(database, clock, new_id, "prod", "digest", wake)
    reach = Reach(client, clock, brake, Silence(database, clock, "prod", brake, wake), lambda: 0.5, lambda: True)
    settle = Settle(database, clock, new_id, policy, brake, wake, lambda: 0.5)
    line = Line(client, reach)
    catalogue = operations.load(exporter_port_names=("exportPort",))
    submit = Submit(database, line, clock, new_id, catalogue, policy, reach, settle, wake, lambda: True)
    request = a_request(state=State.APPROVED, decided_at=NOW, next_try_at=NOW, version=0, seq=0, head="")
    async with database.transaction() as tx:
        await tx.save(request, Fact(Kind.ASKED, actor=DANA), Fact(Kind.APPROVED, actor=DANA), at=NOW)
        await tx.add_revision(request.id, a_revision(PAYLOAD), NOW)

    clock.stops = stood_still
    await submit.round()
    after_the_stop = len(ocp.accepted_creates)
    await submit.round()

    assert after_the_stop == (1 if sent_at_once else 0)
    assert len(ocp.accepted_creates) == 1
    async with database.reading() as tx:
        kinds = [event.kind for event in await tx.events(request.id)]
    assert kinds.count(Kind.SUBMITTING) == 1
    await client.aclose()
    await database.close()


@pytest.mark.invariant(4)
async def test_what_was_approved_under_other_rules_is_held(database_url: str) -> None:
    """A start with other rules came between the approval and the send: an approver has to say it again under them."""
    database = Database.at(database_url)
    await database.migrate()
    site = Site(database, rules(), Town(groups=GROUPS))
    asked = await site.asked(REQUESTER)
    await site.decide.approve(asked.revision, by=Actor(APPROVER))
    policy = replace(site.policy, hash="other rules")

    await replace(site.submit, policy=policy).round()

    async with database.reading() as tx:
        held, last = await tx.request(asked.id), await tx.latest_event(asked.id, [Kind.HELD])
    assert held is not None
    assert last is not None
    assert (held.state, last.content["why"]) == (State.HELD, "rules")
    await replace(site.decide, policy=policy).send_now(asked.revision, by=Actor(APPROVER))
    await replace(site.submit, policy=policy).round()
    async with database.reading() as tx:
        sent = await tx.request(asked.id)
    assert sent is not None
    assert sent.state is State.RUNNING
    await database.close()
