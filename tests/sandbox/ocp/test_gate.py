"""Log-on, rate limit, records."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.sandbox.ocp import SandboxOcp

from .client import CLUSTERS, TASKS, Client
from .conftest import Time
from .contract import fixture


@pytest.fixture
async def stranger(ocp: SandboxOcp) -> AsyncIterator[Client]:
    login = aiohttp.encode_basic_auth("obproxy-bot", "wrong")
    async with aiohttp.ClientSession(headers={"Authorization": login}) as session:
        yield Client(ocp, session)


async def test_wrong_credentials_count_down(stranger: Client, client: Client) -> None:
    first, second = await stranger.get(TASKS), await stranger.get(TASKS)
    await client.get(TASKS)
    third = await stranger.get(TASKS)

    assert (first.status, first.error["code"]) == (401, "IAM10004")
    assert "19 attempts left" in first.error["message"]
    assert "18 attempts left" in second.error["message"]
    assert "19 attempts left" in third.error["message"]


async def test_at_zero_even_the_right_password_is_refused(stranger: Client, client: Client, ocp: SandboxOcp) -> None:
    for _ in range(20):
        await stranger.get(TASKS)

    assert (await client.get(TASKS)).status == 401
    ocp.login.unlock()
    assert (await client.get(TASKS)).status == 200


async def test_missing_credentials_have_their_own_code(ocp: SandboxOcp) -> None:
    """Only the clock and the health word need none."""
    async with aiohttp.ClientSession() as session:
        nobody = Client(ocp, session)
        answer = await nobody.get(CLUSTERS)

        assert (answer.status, answer.error["code"]) == (401, "IAM10000")
        assert (await nobody.get("/api/v2/time")).status == 200
        assert (await nobody.get("/api/status")).status == 200


async def test_every_answer_carries_the_rate_limit(client: Client) -> None:
    answers = [await client.get(TASKS), await client.get(f"{TASKS}/1"), await client.get("/api/status")]

    for answer in answers:
        assert {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"} <= set(answer.headers)
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["99999", "99998", "99997"]


async def test_the_limit_answers_429_as_documented_until_the_window_is_over(
    client: Client, ocp: SandboxOcp, time: Time
) -> None:
    ocp.rate_limit.limit, ocp.rate_limit.monotonic = 2, time
    answers = [await client.get(TASKS) for _ in range(3)]
    time.passes(10)
    later = await client.get(TASKS)

    documented = fixture("error_429_rate_limited.json")
    assert [answer.status for answer in answers] == [200, 200, 429]
    refused = answers[2]
    assert (refused.error["code"], refused.body["traceId"]) == (documented["error"]["code"], documented["traceId"])
    assert set(refused.body) == set(documented)
    assert (refused.headers["RateLimit-Remaining"], refused.headers["RateLimit-Reset"]) == ("0", "10")
    assert later.status == 200


async def test_every_request_is_recorded_without_its_credentials(client: Client, ocp: SandboxOcp) -> None:
    await client.get(TASKS, page="1")
    await client.create()
    await client.create()

    listed, created, refused = ocp.records
    assert (listed.method, listed.path, listed.query, listed.status) == ("GET", TASKS, {"page": "1"}, 200)
    assert (created.body["name"], created.accepted, refused.accepted) == ("pay_01", True, False)
    assert refused.status == 400
    assert not any(name.lower() == "authorization" for record in ocp.records for name in record.headers)


async def test_the_same_seed_gives_the_same_ids(time: Time) -> None:
    tasks = []
    for _ in range(2):
        async with SandboxOcp(seed=5, monotonic=time) as sandbox:
            tasks.append(sandbox.console.create("one").subtasks.keys())

    assert list(tasks[0]) == list(tasks[1])


def test_a_misspelt_subtask_is_noticed(ocp: SandboxOcp) -> None:
    """Otherwise a story would wait for a failure that never comes."""
    with pytest.raises(ValueError, match="no subtask is called"):
        ocp.fail("Instal rpm")
