"""Reading OCP's objects, however they are spelt."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.task import Outcome, Print, Task, outcome
from bot.ocp.envelope import Envelope
from bot.ocp.reading import (
    contents_of,
    read_cluster,
    read_host,
    read_ob_cluster,
    read_package,
    read_task,
    total_of,
)

from .fixtures import answers, heard, load
from .test_answers import JSON

TASKS = {"TaskResponse", "WrappedTaskResponse", "WrappedTaskOrNoDataResponse", "LegacyTaskResponse", "LooseEnvelope"}
LISTS = {
    "TaskPageResponse": read_task,
    "TaskIterableResponse": read_task,
    "ObproxyClusterPageResponse": read_cluster,
    "HostPageResponse": read_host,
    "SoftwarePackagePageResponse": read_package,
    "ObClusterPageResponse": read_ob_cluster,
}


def _task(**data: Any) -> Task:
    task = read_task({"id": 7, "status": "SUCCESSFUL"} | data)
    assert task is not None
    return task


def _sample(name: str) -> Task:
    task = read_task(load(name)["data"])
    assert task is not None
    return task


@pytest.mark.parametrize(("name", "schema"), answers().items())
def test_every_sample_can_be_read(name: str, schema: str) -> None:
    envelope = heard(load(name)).envelope
    assert envelope is not None

    if schema in TASKS and envelope.data is not None:
        assert read_task(envelope.data)
    elif schema in LISTS:
        contents = contents_of(envelope.data)
        assert contents is not None
        kept = [entry for entry in contents if entry.get("type") != "OCP_AGENT_INSTALL_PACKAGE"]
        assert all(LISTS[schema](entry) for entry in kept)
        assert total_of(envelope.data) in {None, 5, len(contents)}
    elif schema == "ErrorResponse":
        assert envelope.says_no
    else:
        assert envelope.successful is not False


def test_a_task_is_read_with_its_graph() -> None:
    task = _sample("composed_install_03_running_with_failed_node")

    assert (task.id, task.name, task.creator) == (41257, "Install obproxy", "admin")
    assert task.prohibit_rollback is False
    assert task.subtasks is not None
    assert len(task.subtasks) == 12
    assert {"FAILED", "RUNNING", "PENDING"} <= {subtask.mark.status for subtask in task.subtasks}
    assert {subtask.branch for subtask in task.subtasks} == {-1, 0, 1, 2}
    assert all(subtask.upstreams or subtask.downstreams for subtask in task.subtasks)


def test_times_of_the_fingerprint_stay_ocps_own_text() -> None:
    data = load("composed_install_08_rolled_back")["data"]

    task = _sample("composed_install_08_rolled_back")

    assert task.mark == Print("SUCCESSFUL", "ROLLBACK", None, data["startTime"], data["finishTime"])
    assert task.started_at is not None
    assert task.started_at.utcoffset() is not None


def test_the_clusters_of_a_task_stand_in_its_tags() -> None:
    assert _sample("composed_install_10_running_4x").clusters == ("OBProxy001",)


@pytest.mark.invariant(11)
def test_every_oddity_at_once_is_shown_and_finishes_nothing() -> None:
    task = _sample("composed_tolerance_odd_but_readable")

    assert task.id == 41299
    assert task.creator == "admin"
    assert task.mark.operation == "EXECUTE"
    assert task.subtasks is not None
    start, finish = task.subtasks
    assert start.downstreams == (2,)
    assert (finish.mark.status, finish.mark.operation) == ("SOME_NEW_STATE", "ROLLBACK_SKIP")
    assert finish.mark.start == "2025-03-11T10:15:03+0800"
    assert outcome(task) is Outcome.WORKING


def test_an_old_answer_calls_its_subtasks_tasks() -> None:
    task = _sample("doc_legacy_task_shape")

    assert task.subtasks
    assert task.creator == "admin"
    assert task.mark.operation is None


@pytest.mark.parametrize("told", [{}, {"subtasks": None}, {"subtasks": "many"}, {"subtasks": {"id": 1}}])
@pytest.mark.invariant(11)
def test_subtasks_that_are_not_told_are_unknown_and_not_none(told: dict[str, Any]) -> None:
    assert _task(**told).subtasks is None
    assert outcome(_task(**told)) is Outcome.WORKING


@pytest.mark.parametrize("bad", [{"status": "SUCCESSFUL"}, {"id": None}, {"id": 0}, None, "x", 3, []])
@pytest.mark.invariant(11)
def test_a_subtask_that_cannot_be_read_never_makes_a_task_finished(bad: object) -> None:
    done = {"id": 1, "name": "Start node", "status": "SUCCESSFUL"}

    task = _task(subtasks=[done, bad, bad])

    assert [subtask.id for subtask in task.known_subtasks] == [1, 0]
    assert outcome(task) is Outcome.WORKING
    assert outcome(_task(subtasks=[bad])) is Outcome.WORKING
    assert outcome(_task(subtasks=[done])) is Outcome.DONE


@pytest.mark.invariant(11)
def test_a_missing_status_is_unknown_and_a_new_one_is_kept() -> None:
    task = _task(status=None, subtasks=[{"id": 1}, {"id": 2, "status": "Hibernating"}])

    assert task.mark.status == "UNKNOWN"
    assert [subtask.mark.status for subtask in task.known_subtasks] == ["UNKNOWN", "Hibernating"]


def test_names_that_manuals_misspell_are_read() -> None:
    [subtask] = _task(
        subtasks=[{"id": "5", "paralleIdx": 2, "downstream": ["6", None], "upstreams": None}]
    ).known_subtasks

    assert (subtask.id, subtask.branch, subtask.downstreams, subtask.upstreams) == (5, 2, (6,), ())


def test_text_that_no_database_takes_is_cleaned() -> None:
    assert _task(name="a\0b\ud800").name == "ab?"


def test_a_cluster_knows_its_servers() -> None:
    first, second = (read_cluster(entry) for entry in load("composed_list_clusters_creating")["data"]["contents"])

    assert first is not None
    assert second is not None
    assert (second.id, second.name, second.address, second.port) == (27, "OBProxy001", "foo.bar", 2883)
    assert (second.work_mode, second.creator) == ("CONFIG_URL", "admin")
    assert second.created_at is not None
    assert second.servers == {"192.0.2.11": "CREATING", "192.0.2.12": "CREATING", "192.0.2.13": "CREATING"}
    assert first.servers == {}


def test_a_cluster_without_an_id_still_takes_its_name() -> None:
    cluster = read_cluster({"name": "pay"})

    assert cluster is not None
    assert (cluster.id, cluster.name) == (0, "pay")


def test_an_ob_cluster_goes_by_its_own_id() -> None:
    found = read_ob_cluster(load("doc_ob_clusters")["data"]["contents"][0])

    assert found is not None
    assert (found.name, found.id, found.version) == ("test", 4, "2.2.73")
    assert read_ob_cluster({"name": "test", "id": 1000002}) is None


def test_packages_of_other_kinds_are_passed_over() -> None:
    assert all(read_package(entry) is None for entry in load("doc_software_packages")["data"]["contents"])
    first = read_package(load("composed_software_packages_obproxy")["data"]["contents"][0])
    assert first is not None
    assert first.file_name == "obproxy-ce-4.2.1.0-11.el7.x86_64.rpm"
    assert (first.name, first.version, first.build, first.architecture) == ("obproxy-ce", "4.2.1.0", "11", "x86_64")


def test_a_host_has_a_name_an_address_and_an_architecture() -> None:
    host = read_host(load("composed_hosts")["data"]["contents"][0])

    assert host is not None
    assert (host.id, host.name, host.ip) == (11, "proxy-host-11", "192.0.2.11")
    assert (host.status, host.architecture) == ("AVAILABLE", "x86_64")


WORDS = """
id name status operation runTime startTime finishTime subtasks tasks tags creator upstreams downstreams parallelIdx
timeout obproxies obproxyClusterName fileName type obClusterId createTime contents page ip
"""
MEMBERS = st.sampled_from(WORDS.split())
OBJECTS = st.recursive(
    JSON | st.sampled_from(["2025-03-11T10:15:02Z", "0001-01-01T00:00:00+23:59", "12", "-", "\ud800", 2**70]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=6),
    max_leaves=12,
)


@given(st.dictionaries(MEMBERS, OBJECTS, max_size=8))
@pytest.mark.invariant(11)
def test_readers_never_raise(data: dict[str, Any]) -> None:
    for read in (read_cluster, read_host, read_package, read_ob_cluster):
        read(data)
    contents_of(data)
    total_of(data)
    assert Envelope.read(data).body is data
    task = read_task(data)
    if task is not None and task.subtasks is None:
        assert outcome(task) in {Outcome.WORKING, Outcome.FAILED}


@given(OBJECTS)
@pytest.mark.invariant(11)
def test_a_task_is_read_from_anything_or_not_at_all(data: object) -> None:
    task = read_task(data)

    assert task is None or task.id > 0
    assert total_of(data) is None or contents_of(data) is not None or isinstance(data, dict)
