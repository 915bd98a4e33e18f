"""Creating a cluster: what OCP takes, what it answers, and every check it makes."""

from typing import Any

import pytest

from bot.sandbox.ocp import SandboxOcp

from .client import CLUSTERS, TASKS, Client, a_create
from .conftest import Time
from .contract import fixture

ONE_LINK = {"clusterName": "ob_pay", "obClusterId": 1, "username": "proxyro"}


def edges(task: Any) -> list[tuple[object, ...]]:
    """Return the graph without ids: which stage and branch leads to which."""
    places = {node["id"]: (node["name"], node["parallelIdx"]) for node in task["subtasks"]}
    return sorted((places[node["id"]], places[down]) for node in task["subtasks"] for down in node["downstreams"])


async def test_an_empty_cluster_is_answered_like_the_seeds_sample(client: Client) -> None:
    answer = await client.create(hosts=())

    seed = fixture("seed_create_cluster_response.json")["data"]
    assert set(answer.data) == set(seed)
    assert {frozenset(node) for node in answer.data["subtasks"]} == {frozenset(node) for node in seed["subtasks"]}
    assert {node["name"]: node["status"] for node in answer.data["subtasks"]} == {
        "Prepare obproxy install": "READY",
        "Finish node": "PENDING",
    }
    assert answer.data["creator"] == "obproxy-bot"


async def test_the_seeds_own_request_is_taken(client: Client, ocp: SandboxOcp) -> None:
    """It leaves out what its table requires, and names the cluster hooray."""
    ocp.inventory.add_ob_cluster("hooray", 1)

    answer = await client.post(CLUSTERS, fixture("seed_create_cluster_request.json"))

    assert answer.status == 200
    assert [body["name"] for body in ocp.accepted_creates] == ["OBProxy001"]


async def test_on_hosts_the_answer_has_the_graph_of_the_composed_story(client: Client) -> None:
    answer = await client.create(hosts=(11, 12, 14))

    story = fixture("composed_install_01_submitted.json")["data"]
    assert set(answer.data) == set(story)
    assert edges(answer.data) == edges(story)
    assert answer.data["context"]["listMap"]["host_ids"] == ["11", "12", "14"]


async def test_the_record_is_listed_at_once_and_runs_when_the_task_is_done(client: Client, time: Time) -> None:
    await client.create()
    [creating] = (await client.get(CLUSTERS)).data["contents"]
    time.passes(300)
    running = (await client.get(f"{CLUSTERS}/{creating['id']}")).data

    assert {(s["status"], s["operateStatus"]) for s in creating["obproxies"]} == {("CREATING", "OPERATING")}
    assert {(s["status"], s["operateStatus"]) for s in running["obproxies"]} == {("RUNNING", "NORMAL")}
    assert [s["ip"] for s in running["obproxies"]] == ["192.0.2.11", "192.0.2.12"]
    assert set(running) == set(fixture("composed_list_clusters_creating.json")["data"]["contents"][1])


async def test_a_taken_name_is_refused_before_its_hosts_are_looked_at(client: Client, ocp: SandboxOcp) -> None:
    """So a repeated create meets its own name, not its own hosts."""
    await client.create()
    again = await client.create()
    ocp.world.conflict_status = 409
    once_more = await client.create()

    assert (again.status, again.error["code"]) == (400, "COM10006")
    assert (once_more.status, once_more.error["code"]) == (409, "COM10006")
    assert len(ocp.accepted_creates) == 1


async def test_a_host_is_taken_from_the_accepted_create_on(client: Client) -> None:
    await client.create(hosts=(11,))

    answer = await client.create(name="other", hosts=(11,))

    assert (answer.status, answer.error["code"]) == (400, "COM10001")
    assert "host 11 already has an OBProxy" in answer.error["message"]


@pytest.mark.parametrize("keeps", [False, True])
async def test_what_a_rollback_leaves_is_a_setting(client: Client, ocp: SandboxOcp, time: Time, keeps: bool) -> None:
    """The record goes or stays; the hosts are free again either way."""
    ocp.world.keeps_record_after_rollback = keeps
    ocp.fail("Start obproxy process")
    task = (await client.create()).data["id"]
    time.passes(300)
    await client.post(f"{TASKS}/{task}/rollback")
    time.passes(300)

    names = [record["name"] for record in (await client.get(CLUSTERS)).data["contents"]]
    hosts = (await client.get("/api/v2/compute/hosts", status="AVAILABLE")).data["contents"]
    assert names == (["pay_01"] if keeps else [])
    assert {11, 12} <= {host["id"] for host in hosts}
    assert (await client.task(task))["operation"] == "ROLLBACK"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": None}, "name"),
        ({"name": ""}, "name"),
        ({"name": "1pay"}, "name"),
        ({"name": "pay-01"}, "name"),
        ({"name": "pay_01\n"}, "name"),
        ({"address": " "}, "address"),
        ({"port": "2883"}, "port"),
        ({"port": True}, "port"),
        ({"port": 70000}, "port"),
        ({"workMode": "OB_SHARDING"}, "workMode"),
        ({"workMode": "RS_LIST", "obLinks": []}, "obLinks"),
        ({"workMode": "RS_LIST", "obLinks": [ONE_LINK, ONE_LINK]}, "obLinks"),
        ({"obLinks": {}}, "obLinks"),
        ({"obLinks": ["ob_pay"]}, "obLinks[0]"),
        ({"obLinks": [{"clusterName": "ob_pay", "obClusterId": 1}]}, "obLinks[0].username"),
        ({"obLinks": [ONE_LINK | {"obClusterId": "1"}]}, "obLinks[0].obClusterId"),
        ({"obLinks": [ONE_LINK | {"obClusterId": 2}]}, "obClusterId"),
        ({"obLinks": [ONE_LINK | {"clusterName": "nowhere"}]}, "clusterName"),
        ({"startupParameters": {}}, "startupParameters"),
        ({"parameters": [{"name": "x", "value": 1}]}, "parameters[0]"),
        ({"obproxyInstallParam": []}, "obproxyInstallParam"),
        ({"obproxyInstallParam": {}}, "hostIds"),
        ({"install": {"hostIds": ["11"]}}, "hostIds"),
        ({"install": {"hostIds": [11, 11]}}, "hostIds"),
        ({"install": {"hostIds": [99]}}, "hostIds"),
        ({"install": {"hostIds": [13]}}, "hostIds"),
        ({"install": {"hostIds": [16]}}, "hostIds"),
        ({"install": {"hostIds": [21]}}, "hostIds"),
        ({"install": {"sqlPort": 80}}, "sqlPort"),
        ({"install": {"sqlPort": 2884}}, "sqlPort"),
        ({"install": {"exportPort": 0}}, "exportPort"),
        ({"install": {"rpcPort": 2883}}, "rpcPort"),
        ({"install": {"version": "4.2.1.0"}}, "version"),
        ({"install": {"version": None}}, "version"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_starts(
    client: Client, ocp: SandboxOcp, changes: dict[str, Any], field: str
) -> None:
    answer = await client.create(**changes)

    assert (answer.status, answer.error["code"]) == (400, "COM10001")
    assert field in answer.error["message"]
    assert (ocp.tasks, ocp.clusters, ocp.accepted_creates) == ({}, {}, [])


async def test_several_wrong_fields_are_listed(client: Client) -> None:
    answer = await client.create(name="", port=0)

    assert [detail["field"] for detail in answer.error["subErrors"]] == ["name", "port"]


@pytest.mark.parametrize("body", [None, [], "text"])
async def test_a_body_that_is_no_object_is_refused(client: Client, body: object) -> None:
    answer = await client.post(CLUSTERS, body)

    assert (answer.status, answer.error["code"]) == (400, "COM10001")


async def test_either_spelling_of_the_exporter_port_will_do(client: Client, ocp: SandboxOcp) -> None:
    body = a_create(hosts=(11,))
    del body["obproxyInstallParam"]["exportPort"]

    answer = await client.post(CLUSTERS, body)

    assert answer.status == 200
    [cluster] = ocp.clusters.values()
    assert cluster.servers[0].exporter_port == 2884


async def test_no_install_part_gives_an_empty_cluster(client: Client) -> None:
    answer = await client.create(obproxyInstallParam=None)

    assert len(answer.data["subtasks"]) == 2


async def test_aarch64_hosts_take_the_package_for_them(client: Client) -> None:
    answer = await client.create(hosts=(21,), install={"version": "obproxy-ce-4.2.1.0-11.el7.aarch64.rpm"})

    assert answer.status == 200
