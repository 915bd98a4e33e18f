"""Faults: what the client sees, and whether OCP did the work."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from bot.sandbox.ocp import Fault, SandboxOcp

from .client import CLUSTERS, TASKS, Client
from .conftest import Time


def on_create(kind: Any, **changes: Any) -> Fault:
    return Fault(kind=kind, method="POST", path=r"/api/v2/obproxy/clusters$", **changes)


@pytest.fixture
def shaken(client: Client) -> Client:
    """A client that does not mind answers outside the contract."""
    client.checks = False
    return client


@pytest.mark.parametrize(("kind", "effects"), [("lost_before", 0), ("lost_after", 1)])
async def test_a_lost_connection(shaken: Client, ocp: SandboxOcp, kind: Any, effects: int) -> None:
    ocp.add_fault(on_create(kind))

    with pytest.raises(aiohttp.ClientError):
        await shaken.create()

    assert len(ocp.accepted_creates) == len(ocp.clusters) == effects
    assert [record.status for record in ocp.records] == [None]
    assert (await shaken.create()).status == (400 if effects else 200)


@pytest.mark.parametrize("after_effect", [True, False])
async def test_a_gateway_page_may_hide_an_effect(shaken: Client, ocp: SandboxOcp, after_effect: bool) -> None:
    ocp.add_fault(on_create("html", status=502, after_effect=after_effect))

    answer = await shaken.create()

    assert (answer.status, answer.headers["Content-Type"].split(";")[0]) == (502, "text/html")
    assert len(ocp.clusters) == after_effect


async def test_any_status_with_any_body(shaken: Client, ocp: SandboxOcp) -> None:
    ocp.add_fault(on_create("status", status=503, body={"a": 1}, after_effect=False))
    ocp.add_fault(on_create("status", status=500, body="oh", content_type="text/plain"))
    first, second = await shaken.create(), await shaken.create()

    assert (first.status, first.body, second.status, second.text) == (503, {"a": 1}, 500, "oh")
    assert len(ocp.accepted_creates) == 1


async def test_half_an_answer_after_the_effect(shaken: Client, ocp: SandboxOcp) -> None:
    ocp.add_fault(on_create("half_json"))
    answer = await shaken.create()

    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.text)
    assert len(ocp.accepted_creates) == 1


async def test_success_without_an_id(shaken: Client, ocp: SandboxOcp) -> None:
    ocp.add_fault(on_create("no_id"))
    answer = await shaken.create()

    assert answer.status == 200
    assert "id" not in answer.data
    assert len(ocp.accepted_creates) == 1


async def test_a_redirect_has_no_effect(shaken: Client, ocp: SandboxOcp) -> None:
    ocp.add_fault(on_create("redirect"))
    answer = await shaken.create()

    assert (answer.status, answer.headers["Location"]) == (302, "/login")
    assert ocp.accepted_creates == []


async def test_a_state_nobody_has_heard_of(shaken: Client, ocp: SandboxOcp) -> None:
    task = ocp.console.create("one").id
    ocp.add_fault(Fault(kind="unknown_state", path=TASKS, times=2))

    assert (await shaken.task(task))["status"] == "HIBERNATING"
    assert (await shaken.get(TASKS)).data["contents"][0]["status"] == "HIBERNATING"
    assert (await shaken.task(task))["status"] == "RUNNING"


async def test_rate_limited_on_demand_is_within_the_contract(client: Client, ocp: SandboxOcp) -> None:
    ocp.add_fault(on_create("rate_limited", seconds=7))
    answer = await client.create()

    assert (answer.status, answer.headers["RateLimit-Reset"]) == (429, "7")
    assert ocp.accepted_creates == []


async def test_a_slow_answer_outlasts_the_clients_patience(shaken: Client, ocp: SandboxOcp) -> None:
    """The effect is there although the client has given up."""
    ocp.add_fault(on_create("slow", seconds=3))

    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(shaken.create(), 0.5)

    assert len(ocp.clusters) == len(ocp.accepted_creates) == 1
    assert [(record.status, record.accepted) for record in ocp.records] == [(None, True)]


async def test_a_slow_answer_may_have_its_effect_only_later(shaken: Client, ocp: SandboxOcp) -> None:
    """A client that looks too early sees nothing yet."""
    ocp.add_fault(on_create("slow", seconds=1.5, after_effect=False))
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(shaken.create(), 0.5)
    early = (await shaken.get(CLUSTERS)).data["contents"]

    async with asyncio.timeout(15):
        while not (await shaken.get(CLUSTERS)).data["contents"]:
            continue

    assert early == []


async def test_faults_last_as_often_as_told_or_until_removed(shaken: Client, ocp: SandboxOcp) -> None:
    ocp.add_fault(Fault(kind="redirect", path="/api/v2/tasks", times=None))
    statuses = [(await shaken.get(TASKS)).status for _ in range(3)]
    other = (await shaken.get(CLUSTERS)).status
    ocp.remove_faults()

    assert (statuses, other) == ([302, 302, 302], 200)
    assert (await shaken.get(TASKS)).status == 200


async def test_ocp_goes_down_and_comes_back_with_its_state(client: Client, ocp: SandboxOcp, time: Time) -> None:
    task = (await client.create()).data["id"]
    url = ocp.url
    await ocp.down()
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.get(TASKS)
    time.passes(300)
    await ocp.up()

    assert ocp.url == url
    assert (await client.task(task))["status"] == "SUCCESSFUL"


async def test_stop_and_down_are_safe_at_any_time(ocp: SandboxOcp) -> None:
    await ocp.up()
    await ocp.down()
    await ocp.down()
    await ocp.stop()


async def test_speed_makes_simulated_time_run(session: aiohttp.ClientSession) -> None:
    """With a real clock, a minute of simulation passes in a moment."""
    async with SandboxOcp(speed=2000) as fast:
        hurried = Client(fast, session)
        number = (await hurried.create()).data["id"]
        async with asyncio.timeout(15):
            while (await hurried.task(number))["status"] != "SUCCESSFUL":
                continue
