"""The client against the sandbox OCP, over HTTP."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.domain.answer import Accepted, Answer, Call, NotSent, Refused, Stopped, Unknown
from bot.domain.errors import OcpRefused, OcpStopped, OcpUnavailable, TaskGone
from bot.ocp import OcpClient
from bot.ports import Ocp
from bot.sandbox.ocp import Fault, SandboxOcp
from bot.sandbox.ocp.faults import Kind

from .conftest import HASTY, Connect, FakeClock, until

CLUSTERS = "/api/v2/obproxy/clusters"
POSTS: dict[str, Any] = {"method": "POST", "path": r"/api/v2/obproxy/clusters$"}


def create(name: str = "pay") -> Call:
    """Return a create of an empty cluster."""
    body = {"name": name, "address": "192.0.2.80", "port": 2883, "workMode": "CONFIG_URL"}
    return Call("POST", CLUSTERS, body | {"obLinks": [], "startupParameters": [], "parameters": []})


def test_it_is_what_the_core_asks_for(connect: Connect) -> None:
    ocp: Ocp = connect("http://127.0.0.1:1")

    assert ocp.allowance is None


async def test_a_create_is_accepted_and_its_task_can_be_read(client: OcpClient, ocp: SandboxOcp) -> None:
    answer = await client.send(create())

    assert isinstance(answer, Accepted)
    assert answer.trace_id
    task = await client.task(answer.task.id)
    assert task.name == "Install obproxy"
    assert {subtask.id for subtask in task.known_subtasks} == {subtask.id for subtask in answer.task.known_subtasks}
    assert [body["name"] for body in ocp.accepted_creates] == ["pay"]


async def test_the_headers_that_ocp_wants_are_sent(client: OcpClient, ocp: SandboxOcp) -> None:
    await client.send(create())

    [record] = ocp.records
    assert record.headers["Content-Type"] == "application/json"
    assert record.headers["Accept-Language"] == "en"
    assert record.body == create().body


async def test_a_name_that_exists_is_contested(client: OcpClient) -> None:
    await client.send(create())

    answer = await client.send(create())

    assert isinstance(answer, Unknown)
    assert answer.contested


async def test_a_body_that_ocp_does_not_take_is_refused(client: OcpClient, ocp: SandboxOcp) -> None:
    answer = await client.send(create(name="no-dashes"))

    assert isinstance(answer, Refused)
    assert (answer.code, answer.status) == ("COM10001", 400)
    assert ocp.accepted_creates == []


@pytest.mark.invariant(1)
@pytest.mark.parametrize(
    ("fault", "answer", "accepted"),
    [
        (Fault(kind="lost_before", **POSTS), Unknown, 0),
        (Fault(kind="lost_after", **POSTS), Unknown, 1),
        (Fault(kind="status", status=503, **POSTS), Unknown, 1),
        (Fault(kind="html", status=502, **POSTS), Unknown, 1),
        (Fault(kind="html", status=404, after_effect=False, **POSTS), Stopped, 0),
        (Fault(kind="half_json", **POSTS), Unknown, 1),
        (Fault(kind="no_id", **POSTS), Unknown, 1),
        (Fault(kind="unknown_state", **POSTS), Accepted, 1),
        (Fault(kind="redirect", **POSTS), Stopped, 0),
        (Fault(kind="rate_limited", seconds=7, **POSTS), NotSent, 0),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else "",
)
async def test_each_fault_is_one_answer_and_one_request(
    client: OcpClient, ocp: SandboxOcp, fault: Fault, answer: type[Answer], accepted: int
) -> None:
    ocp.add_fault(fault)

    assert isinstance(await client.send(create()), answer)
    assert len(ocp.records) == 1
    assert len(ocp.accepted_creates) == accepted


async def test_a_slow_answer_is_waited_for_in_total_and_not_for_ever(ocp: SandboxOcp, connect: Connect) -> None:
    ocp.add_fault(Fault(kind="slow", seconds=0.8, times=2, path=CLUSTERS))
    client = connect(ocp.url, limits=HASTY)

    assert await client.send(create()) == Unknown("no whole answer within 0.4 s", cause="late")
    with pytest.raises(OcpUnavailable, match="within"):
        await client.clusters()
    assert len(ocp.accepted_creates) == 1


async def test_a_rate_limit_names_the_seconds(client: OcpClient, ocp: SandboxOcp) -> None:
    ocp.add_fault(Fault(kind="rate_limited", seconds=7, times=2, path=CLUSTERS))

    answer = await client.send(create())

    assert isinstance(answer, NotSent)
    assert answer.seconds == 7
    with pytest.raises(OcpUnavailable) as raised:
        await client.clusters()
    assert raised.value.seconds == 7


async def test_a_server_that_is_down_was_never_asked(client: OcpClient, ocp: SandboxOcp) -> None:
    await client.clusters()
    await ocp.down()

    assert isinstance(await client.send(create()), NotSent)
    with pytest.raises(OcpUnavailable):
        await client.clusters()

    await ocp.up()
    assert isinstance(await client.send(create()), Accepted)


async def test_wrong_credentials_stop(ocp: SandboxOcp, connect: Connect) -> None:
    client = connect(ocp.url, username="obproxy-bot", password="a-wrong-secret")

    answer = await client.send(create())

    assert isinstance(answer, Stopped)
    assert answer.reason == "credentials"
    assert "IAM10004" in answer.detail
    with pytest.raises(OcpStopped) as raised:
        await client.clusters()
    assert (raised.value.reason, raised.value.code) == ("credentials", "IAM10004")
    assert "a-wrong-secret" not in str(raised.value)


async def test_a_cancelled_send_passes_the_cancellation_on(client: OcpClient, ocp: SandboxOcp) -> None:
    ocp.add_fault(Fault(kind="slow", seconds=0.2, **POSTS))
    sending = asyncio.create_task(client.send(create()))
    await until(lambda: ocp.records)

    sending.cancel()

    with capture_logs() as lines, pytest.raises(asyncio.CancelledError):
        await sending
    assert [line["outcome"] for line in lines] == ["broken_off"]


@pytest.mark.invariant(7)
async def test_a_write_is_logged_without_body_and_credentials(client: OcpClient) -> None:
    with capture_logs() as lines:
        answer = await client.send(create("secret_plan"))

    assert isinstance(answer, Accepted)
    [line] = lines
    assert line["event"] == "ocp_write"
    assert (line["method"], line["path"], line["status"]) == ("POST", CLUSTERS, 200)
    assert (line["outcome"], line["trace_id"]) == ("Accepted", answer.trace_id)
    assert "sandbox-password" not in str(line)
    assert "secret_plan" not in str(line)


@pytest.mark.parametrize("kind", ["redirect", "rate_limited", "lost_before"])
async def test_whatever_becomes_of_a_write_is_one_line_that_says_why(
    client: OcpClient, ocp: SandboxOcp, kind: Kind
) -> None:
    ocp.add_fault(Fault(kind=kind, **POSTS))

    with capture_logs() as lines:
        answer = await client.send(create())

    assert [line["outcome"] for line in lines] == [type(answer).__name__]
    assert lines[0]["why"]


async def test_the_list_of_clusters_comes_with_ocps_time(client: OcpClient, ocp: SandboxOcp) -> None:
    await client.send(create("one"))
    await client.send(create("two"))

    listed = await client.clusters()

    assert {"one", "two"} <= {cluster.name for cluster in listed.clusters}
    at = listed.at
    assert at is not None
    assert abs(at - await client.time()) < timedelta(seconds=5)
    one = next(cluster for cluster in listed.clusters if cluster.name == "one")
    assert await client.cluster(one.id) == one


async def test_a_gone_task_is_told_from_a_wrong_address(client: OcpClient, ocp: SandboxOcp) -> None:
    with pytest.raises(TaskGone):
        await client.task(999)
    with pytest.raises(OcpRefused) as raised:
        await client.cluster(999)
    assert not isinstance(raised.value, TaskGone)

    ocp.add_fault(Fault(kind="html", status=404, path="/tasks/"))
    with pytest.raises(OcpStopped):
        await client.task(999)


@pytest.mark.parametrize("kind", ["lost_before", "half_json"])
async def test_trouble_with_a_read_is_unavailable(client: OcpClient, ocp: SandboxOcp, kind: Kind) -> None:
    ocp.add_fault(Fault(kind=kind, path=CLUSTERS))

    with pytest.raises(OcpUnavailable):
        await client.clusters()


async def test_another_task_than_asked_for_is_not_taken(client: OcpClient, ocp: SandboxOcp) -> None:
    envelope = {"successful": True, "data": {"id": 8, "status": "SUCCESSFUL"}}
    ocp.add_fault(Fault(kind="status", status=200, body=envelope, path="/tasks/"))

    with pytest.raises(OcpUnavailable, match="another task"):
        await client.task(7)


@pytest.mark.invariant(11)
async def test_an_unknown_state_is_shown(client: OcpClient, ocp: SandboxOcp) -> None:
    ocp.add_fault(Fault(kind="unknown_state", **POSTS))

    answer = await client.send(create())

    assert isinstance(answer, Accepted)
    assert answer.task.mark.status == "HIBERNATING"


async def test_tasks_are_found_by_their_exact_name(client: OcpClient, ocp: SandboxOcp) -> None:
    await client.send(create())

    assert len(await client.tasks(name="Install obproxy", statuses=("RUNNING", "FAILED"))) == 1
    assert await client.tasks(name="Install") == ()
    assert await client.tasks(statuses=["FAILED"]) == ()
    assert len(await client.tasks()) == 1
    queries = [record.query for record in ocp.records if record.path.endswith("/instances")]
    assert queries[0] == {"name": "Install obproxy", "status": "FAILED,RUNNING", "page": "1", "size": "500"}


async def test_the_inventory_is_read_whole(client: OcpClient, ocp: SandboxOcp) -> None:
    for number in range(1000, 1400):
        ocp.inventory.add_host(number, address="192.0.2.9")

    hosts = await client.hosts()

    assert len(hosts) == len(ocp.inventory.hosts)
    assert {host.id for host in hosts} == set(ocp.inventory.hosts)
    assert {"4.2.1.0", "4.3.2.0"} <= {package.version for package in await client.packages()}
    assert {cluster.name: cluster.id for cluster in await client.ob_clusters()}["ob_orders"] == 2
    assert (await client.version()).startswith("4.0.3")


async def test_reads_pause_when_little_is_left(client: OcpClient, ocp: SandboxOcp, clock: FakeClock) -> None:
    ocp.rate_limit.limit = 10
    for _ in range(8):
        await client.version()

    await client.version()

    assert len(clock.slept) == 1
    assert 0 < clock.slept[0] <= 10
    assert client.allowance is not None
    assert client.allowance.limit == 10


async def test_at_most_three_reads_at_once_and_a_write_does_not_wait(client: OcpClient, ocp: SandboxOcp) -> None:
    ocp.add_fault(Fault(kind="slow", seconds=0.5, times=None, path="/info"))
    reads = [asyncio.create_task(client.version()) for _ in range(5)]
    await until(lambda: len(ocp.records) == 3)

    answer = await client.send(create())

    assert isinstance(answer, Accepted)
    assert [record.method for record in ocp.records] == ["GET", "GET", "GET", "POST"]
    assert len(await asyncio.gather(*reads)) == 5


async def test_a_write_without_a_place_is_not_sent(client: OcpClient, ocp: SandboxOcp) -> None:
    ocp.add_fault(Fault(kind="slow", seconds=0.6, **POSTS))

    first, second = await asyncio.gather(client.send(create("one")), client.send(create("two")))

    assert isinstance(first, Accepted)
    assert isinstance(second, NotSent)
    assert len(ocp.records) == 1
