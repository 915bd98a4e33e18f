"""The checker itself: it takes the samples and refuses spoilt ones."""

from typing import Any

import pytest

from .client import CLUSTERS, TASKS
from .contract import check, fixture, path_template

TASK = f"{TASKS}/41257"
SAMPLES = {
    "seed_create_cluster_response.json": ("POST", CLUSTERS),
    "doc_create_cluster_4x_response.json": ("POST", CLUSTERS),
    "composed_install_01_submitted.json": ("POST", CLUSTERS),
    "composed_install_02_running.json": ("GET", TASK),
    "composed_install_03_running_with_failed_node.json": ("GET", TASK),
    "composed_install_04_failed.json": ("GET", TASK),
    "composed_install_05_retrying.json": ("POST", f"{TASK}/retry"),
    "composed_install_06_rolling_back.json": ("POST", f"{TASK}/rollback"),
    "composed_install_07_rollback_failed.json": ("GET", TASK),
    "composed_install_08_rolled_back.json": ("GET", TASK),
    "composed_install_09_successful_after_retry.json": ("GET", TASK),
    "composed_install_10_running_4x.json": ("GET", TASK),
    "composed_list_clusters_creating.json": ("GET", CLUSTERS),
    "composed_task_list_page1.json": ("GET", TASKS),
    "doc_task_list_4x.json": ("GET", TASKS),
    "doc_ob_clusters.json": ("GET", "/api/v2/ob/clusters"),
    "composed_hosts.json": ("GET", "/api/v2/compute/hosts"),
    "composed_software_packages_obproxy.json": ("GET", "/api/v2/software-packages"),
    "composed_subtask_retry.json": ("POST", f"{TASK}/subtasks/43102/retry"),
    "error_400_name_conflict.json": ("POST", CLUSTERS),
    "error_429_rate_limited.json": ("GET", TASKS),
}


@pytest.mark.parametrize(("name", "call"), SAMPLES.items())
def test_every_sample_passes(name: str, call: tuple[str, str]) -> None:
    sample = fixture(name)

    check(*call, sample["status"], "application/json", sample)


@pytest.mark.parametrize(
    "spoil", [{"status": "HIBERNATING"}, {"id": "41257"}, {"startTime": "yesterday"}, {"subtasks": [{"id": 1}]}]
)
def test_a_spoilt_task_does_not(spoil: dict[str, Any]) -> None:
    sample = fixture("composed_install_10_running_4x.json")
    sample["data"] |= spoil

    with pytest.raises(AssertionError):
        check("GET", TASK, 200, "application/json", sample)


def test_an_error_has_to_look_like_one() -> None:
    sample = fixture("composed_install_10_running_4x.json")

    with pytest.raises(AssertionError):
        check("GET", TASK, 404, "application/json", sample)


def test_an_undocumented_path_is_noticed() -> None:
    with pytest.raises(AssertionError):
        path_template("/api/v2/nothing")
