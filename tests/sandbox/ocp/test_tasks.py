"""Tasks over HTTP: every answer is checked against the contract on the way."""

from typing import Any

from bot.sandbox.ocp import SandboxOcp

from .client import TASKS, Client
from .conftest import Time
from .contract import fixture

INSTALL = "Install rpm by package and version"


async def failed(client: Client, time: Time, name: str = INSTALL) -> Any:
    """Create on two hosts, let branch 1 of *name* fail, return the task's detail."""
    client.ocp.fail(name, branch=1)
    number = (await client.create()).data["id"]
    time.passes(300)
    return await client.task(number)


def the_failed(task: Any) -> str:
    [node] = [node for node in task["subtasks"] if node["status"] == "FAILED"]
    return f"{TASKS}/{task['id']}/subtasks/{node['id']}"


async def test_every_second_of_an_install_is_within_the_contract(client: Client, time: Time) -> None:
    number = (await client.create(hosts=(11, 12, 14))).data["id"]
    seen = []
    for _ in range(70):
        time.passes(1)
        task = await client.task(number)
        await client.get(TASKS)
        seen.append(task["status"])

    assert list(dict.fromkeys(seen)) == ["RUNNING", "SUCCESSFUL"]
    story = fixture("composed_install_09_successful_after_retry.json")["data"]
    assert set(task) == set(story)
    assert {frozenset(node) for node in task["subtasks"]} == {frozenset(node) for node in story["subtasks"]}


async def test_subtasks_come_in_another_order_each_time(client: Client) -> None:
    number = (await client.create()).data["id"]

    orders = {tuple(node["id"] for node in (await client.task(number))["subtasks"]) for _ in range(5)}

    assert len(orders) > 1
    assert len({frozenset(order) for order in orders}) == 1


async def test_retry_answers_the_task_and_it_ends_well(client: Client, time: Time) -> None:
    task = await failed(client, time)
    answer = await client.post(f"{TASKS}/{task['id']}/retry")
    time.passes(300)
    done = await client.task(task["id"])

    assert (task["status"], answer.data["status"], answer.data["operation"]) == ("FAILED", "RUNNING", "RETRY")
    assert answer.data["finishTime"] == task["finishTime"]
    assert done["status"] == "SUCCESSFUL"
    assert isinstance(done["creator"], dict)


async def test_subtask_retry_answers_the_subtask(client: Client, time: Time) -> None:
    task = await failed(client, time)

    answer = await client.post(the_failed(task) + "/retry")

    assert (answer.data["status"], answer.data["operation"], answer.data["runTime"]) == ("READY", "RETRY", 1)
    assert set(answer.data) == set(fixture("composed_subtask_retry.json")["data"])


async def test_skip_and_cancel_answer_without_data(client: Client, time: Time) -> None:
    task = await failed(client, time)
    skipped = await client.post(the_failed(task) + "/skip")
    time.passes(4)
    [running, *_] = [n for n in (await client.task(task["id"]))["subtasks"] if n["status"] == "RUNNING"]
    cancelled = await client.post(f"{TASKS}/{task['id']}/subtasks/{running['id']}/cancel")
    canceling = {n["id"]: n for n in (await client.task(task["id"]))["subtasks"]}[running["id"]]

    assert "data" not in skipped.body
    assert "data" not in cancelled.body
    assert (canceling["status"], canceling["operation"]) == ("CANCELING", "CANCEL")


async def test_rollback_answers_the_task_and_ends_with_everything_pending(client: Client, time: Time) -> None:
    task = await failed(client, time)
    answer = await client.post(f"{TASKS}/{task['id']}/rollback")
    seen = set()
    for _ in range(60):
        time.passes(1)
        undone = await client.task(task["id"])
        seen |= {(node["status"], node["operation"]) for node in undone["subtasks"]}

    assert (answer.data["status"], answer.data["operation"]) == ("RUNNING", "ROLLBACK")
    assert (undone["status"], undone["operation"]) == ("SUCCESSFUL", "ROLLBACK")
    assert {node["status"] for node in undone["subtasks"]} == {"PENDING"}
    assert {("READY", "ROLLBACK"), ("RUNNING", "ROLLBACK"), ("PENDING", "ROLLBACK"), ("PENDING", "EXECUTE")} <= seen


async def test_a_log_holds_every_run_behind_hash_marks(client: Client, time: Time) -> None:
    task = await failed(client, time)
    await client.post(f"{TASKS}/{task['id']}/retry")
    time.passes(300)

    log = (await client.get(the_failed(task) + "/log")).data["log"]

    heads = [line for line in log.splitlines() if line.startswith("############{")]
    assert [head.split("{")[1].rstrip("}") for head in heads] == ["EXECUTE", "RETRY"]
    assert "ERROR not enough disk space" in log
    assert "192.0.2.12" in log


async def test_refusals_have_the_documented_codes(client: Client, time: Time) -> None:
    task = await failed(client, time)
    path, node = f"{TASKS}/{task['id']}", the_failed(task)
    finish = next(n["id"] for n in task["subtasks"] if n["name"] == "Finish node")
    client.ocp.tasks[task["id"]].prohibit_rollback = True
    client.ocp.tasks[task["id"]].subtask(int(node.rsplit("/", 1)[1])).prohibit_skip = True
    calls = {
        path + "/rollback": (400, "TSK10009"),
        node + "/skip": (400, "TSK10010"),
        node + "/cancel": (400, "TSK10007"),
        f"{path}/subtasks/{finish}/retry": (400, "TSK10007"),
        f"{path}/subtasks/1/skip": (404, "TSK10001"),
        f"{TASKS}/1/retry": (404, "TSK10001"),
        f"{TASKS}/1/rollback": (404, "TSK10001"),
    }

    for call, expected in calls.items():
        answer = await client.post(call)
        assert (answer.status, answer.error["code"]) == expected
    assert (await client.get(f"{TASKS}/1")).error["code"] == "TSK10001"
    assert (await client.get(f"{path}/subtasks/1/log")).status == 404


async def test_a_person_in_the_console_revives_a_failed_task(client: Client, ocp: SandboxOcp, time: Time) -> None:
    task = await failed(client, time)
    node = int(the_failed(task).rsplit("/", 1)[1])
    ocp.fail(INSTALL, branch=1, times=2)

    ocp.console.retry(task["id"])
    time.passes(100)
    ocp.console.retry_subtask(task["id"], node)
    time.passes(100)
    ocp.console.skip(task["id"], node)
    time.passes(4)
    [running, *_] = [s for s in ocp.tasks[task["id"]].subtasks.values() if s.status == "RUNNING"]
    ocp.console.cancel(task["id"], running.id)
    time.passes(100)
    ocp.console.rollback(task["id"])
    time.passes(300)

    assert ocp.tasks[task["id"]].is_undone
    assert ocp.console.create("made_by_hand").creator == "admin"
    assert (await client.get(TASKS)).data["contents"][0]["creator"] == {"id": 100, "name": "admin"}


async def test_a_slow_subtask_takes_as_long_as_it_was_told(client: Client, ocp: SandboxOcp, time: Time) -> None:
    ocp.slow("Prepare obproxy install", 5000)
    number = (await client.create()).data["id"]
    time.passes(4000)

    assert (await client.task(number))["status"] == "RUNNING"
    time.passes(1300)
    assert (await client.task(number))["status"] == "SUCCESSFUL"


async def test_from_4_3_on_there_are_tags_and_flags(client_4x: Client, time: Time) -> None:
    created = (await client_4x.create()).data
    time.passes(20)
    task = await client_4x.task(created["id"])

    story = fixture("composed_install_10_running_4x.json")["data"]
    assert set(created) == set(fixture("doc_create_cluster_4x_response.json")["data"])
    assert set(story) <= set(task)
    assert task["tags"] == [{"deleted": False, "obproxyClusterId": 27, "obproxyClusterName": "pay_01"}]
    assert all(node["taskId"] == task["id"] and node["prohibitSkip"] is False for node in task["subtasks"])


async def test_from_4_3_on_rollback_has_no_data_and_the_list_an_operation(client_4x: Client, time: Time) -> None:
    task = await failed(client_4x, time)
    answer = await client_4x.post(f"{TASKS}/{task['id']}/rollback")
    [rolling] = (await client_4x.get(TASKS)).data["contents"]
    time.passes(300)
    [undone] = (await client_4x.get(TASKS)).data["contents"]

    assert "data" not in answer.body
    assert (rolling["operation"], undone["operation"]) == ("rollback", "execute")
    assert undone["tags"][0]["deleted"]


async def test_before_4_3_the_list_hides_the_operation(client: Client, time: Time) -> None:
    await failed(client, time)
    [entry] = (await client.get(TASKS)).data["contents"]

    assert set(entry) == set(fixture("composed_task_list_page1.json")["data"]["contents"][1])
    assert {frozenset(node) for node in entry["subtasks"]} == {
        frozenset({"id", "name", "description", "status", "operation"})
    }
