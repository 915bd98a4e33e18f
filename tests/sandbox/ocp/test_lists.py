"""Lists, their filters and paging, and the answers without envelope."""

import pytest

from bot.sandbox.ocp import SandboxOcp

from .client import CLUSTERS, TASKS, Client
from .conftest import Time
from .contract import fixture

HOSTS = "/api/v2/compute/hosts"
PACKAGES = "/api/v2/software-packages"
OB_CLUSTERS = "/api/v2/ob/clusters"


async def ids(client: Client, path: str, **query: str) -> list[int]:
    return [entry["id"] for entry in (await client.get(path, **query)).data["contents"]]


async def test_the_seeded_hosts(client: Client) -> None:
    hosts = (await client.get(HOSTS, size="100")).data["contents"]

    assert [host["id"] for host in hosts] == [11, 12, 13, 14, 15, 16, 21]
    assert set(hosts[0]) == set(fixture("composed_hosts.json")["data"]["contents"][0])
    assert hosts[2]["services"][0]["type"] == "OB_PROXY"


async def test_hosts_can_be_filtered(client: Client) -> None:
    assert await ids(client, HOSTS, status="OFFLINE,NEW") == [16]
    assert await ids(client, HOSTS, status="AVAILABLE,ONLINE", excludedServiceType="OB_PROXY") == [11, 12, 14, 15, 21]
    assert await ids(client, HOSTS, includedServiceType="OB_PROXY,OMS") == [13]
    assert await ids(client, HOSTS, keyword="HOST-2") == [21]
    assert await ids(client, HOSTS, keyword="legacy") == [13]


async def test_one_host(client: Client) -> None:
    assert (await client.get(f"{HOSTS}/21")).data["architecture"] == "aarch64"
    assert (await client.get(f"{HOSTS}/99")).error["code"] == "CMP07005"


async def test_the_seeded_packages_can_be_filtered(client: Client) -> None:
    packages = (await client.get(PACKAGES, type="OBPROXY_INSTALL_PACKAGE", architecture="x86_64")).data["contents"]

    assert [package["fileName"] for package in packages] == [
        "obproxy-ce-4.2.1.0-11.el7.x86_64.rpm",
        "obproxy-ce-4.3.2.0-26.el8.x86_64.rpm",
    ]
    assert set(packages[0]) == set(fixture("composed_software_packages_obproxy.json")["data"]["contents"][0])
    assert await ids(client, PACKAGES, type="OB_SERVER_INSTALL_PACKAGE") == []
    assert await ids(client, PACKAGES, version="4.3.2.0", operatingSystem="el8", keyword="proxy") == [33]


async def test_names_of_oceanbase_clusters_match_fuzzily(client: Client) -> None:
    clusters = (await client.get(OB_CLUSTERS, name="OB_", status="RUNNING")).data["contents"]

    assert [(cluster["name"], cluster["obClusterId"]) for cluster in clusters] == [
        ("ob_pay", 1),
        ("ob_orders", 2),
        ("ob_dwh", 3),
    ]
    assert all(cluster["id"] != cluster["obClusterId"] for cluster in clusters)
    assert await ids(client, OB_CLUSTERS, name="dwh") == [1_000_003]


async def test_tasks_are_listed_newest_first_and_filtered(client: Client, ocp: SandboxOcp, time: Time) -> None:
    ocp.fail("Finish node")
    first = ocp.console.create("one").id
    time.passes(60)
    second = ocp.console.create("two").id

    assert await ids(client, TASKS) == [second, first]
    assert await ids(client, TASKS, name="install", status="FAILED,SUCCESSFUL") == [first]
    assert await ids(client, TASKS, sort="id,asc") == [first, second]
    assert await ids(client, TASKS, sort="finishTime,desc") == [first, second]
    assert await ids(client, TASKS, name="Offline obproxy") == []
    assert await ids(client, TASKS, type="SCHEDULED") == []


async def test_pages_count_from_one_and_default_to_ten(client: Client, ocp: SandboxOcp) -> None:
    for number in range(23):
        ocp.console.create(f"cluster_{number}")

    pages = [(await client.get(CLUSTERS, page=str(number))).data for number in (1, 2, 3, 4)]

    assert [len(page["contents"]) for page in pages] == [10, 10, 3, 0]
    assert pages[2]["page"] == {"number": 3, "size": 10, "totalElements": 23, "totalPages": 3}
    assert len({entry["id"] for page in pages for entry in page["contents"]}) == 23
    assert len(await ids(client, CLUSTERS, size="2000")) == 23


@pytest.mark.parametrize("query", [{"page": "0"}, {"page": "x"}, {"size": "0"}, {"size": "2001"}, {"size": "-1"}])
async def test_a_page_out_of_range_is_refused(client: Client, query: dict[str, str]) -> None:
    answer = await client.get(TASKS, **query)

    assert (answer.status, answer.error["code"]) == (400, "COM10001")
    assert next(iter(query)) in answer.error["message"]


async def test_an_unknown_sort_field_is_refused(client: Client) -> None:
    assert (await client.get(HOSTS, sort="colour,asc")).error["code"] == "COM10011"


async def test_an_unknown_cluster_is_not_found(client: Client) -> None:
    answer = await client.get(f"{CLUSTERS}/99")

    assert (answer.status, answer.error["code"]) == (404, "ODP21001")


async def test_info_is_bare_and_tells_the_version(client: Client, client_4x: Client) -> None:
    assert (await client.get("/api/v2/info")).body["buildVersion"].startswith("4.0.3")
    assert (await client_4x.get("/api/v2/info")).body["buildVersion"].startswith("4.3.2")


async def test_time_and_status_are_text(client: Client, time: Time) -> None:
    before = (await client.get("/api/v2/time")).text
    time.passes(3600)

    assert (await client.get("/api/v2/time")).text > before
    assert (await client.get("/api/status")).text == "okay"


async def test_an_unknown_path_or_method_is_refused_in_an_envelope(client: Client) -> None:
    client.checks = False

    assert (await client.get("/api/v2/nothing")).error["code"] == "COM10002"
    assert (await client.post("/api/v2/info")).status == 405
