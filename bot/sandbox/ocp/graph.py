"""Builds the graphs of "Install obproxy": two nodes without hosts, parallel stages with them."""

import random
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise

from .subtask import Subtask

TIMEOUT_SECONDS = {
    "Prepare obproxy install": 300,
    "Install rpm by package and version": 3600,
    "Wait node": 30,
    "Start obproxy process": 600,
    "Set obproxy user and password for connect": 30,
    "Update obproxy status": 300,
    "Finish node": 0,
}

EMPTY = (("Prepare obproxy install", False), ("Finish node", False))
WITH_HOSTS = (
    ("Prepare obproxy install", False),
    ("Install rpm by package and version", True),
    ("Wait node", False),
    ("Start obproxy process", True),
    ("Wait node", False),
    ("Set obproxy user and password for connect", False),
    ("Update obproxy status", False),
    ("Finish node", False),
)


def install_graph(
    hosts: list[str], *, created_at: datetime, ids: Iterable[int], rng: random.Random
) -> dict[int, Subtask]:
    """
    Return subtask id -> Subtask for an install on *hosts* (addresses).

    Neither ids nor series ids follow the edges, as in OCP.
    """
    stages = [_stage(name, hosts if fans_out else [], created_at) for name, fans_out in _plan(hosts)]
    subtasks = [subtask for stage in stages for subtask in stage]
    _number(subtasks, ids, rng)
    for earlier, later in pairwise(stages):
        _join(earlier, later)
    return {subtask.id: subtask for subtask in subtasks}


def size_of(hosts: list[str]) -> int:
    """Return how many subtasks an install on *hosts* has."""
    return sum(len(hosts) if fans_out else 1 for _, fans_out in _plan(hosts))


def _plan(hosts: list[str]) -> tuple[tuple[str, bool], ...]:
    return WITH_HOSTS if hosts else EMPTY


def _stage(name: str, hosts: list[str], created_at: datetime) -> list[Subtask]:
    return [
        Subtask(
            id=0, name=name, created_at=created_at, timeout_seconds=TIMEOUT_SECONDS[name], parallel_idx=index, host=host
        )
        for index, host in _places(hosts)
    ]


def _places(hosts: list[str]) -> Iterator[tuple[int, str]]:
    return iter(enumerate(hosts)) if hosts else iter([(-1, "")])


def _number(subtasks: list[Subtask], ids: Iterable[int], rng: random.Random) -> None:
    shuffled_ids = rng.sample(list(ids), len(subtasks))
    shuffled_series = rng.sample(range(len(subtasks)), len(subtasks))
    for subtask, number, series in zip(subtasks, shuffled_ids, shuffled_series, strict=True):
        subtask.id, subtask.series_id = number, series


def _join(earlier: list[Subtask], later: list[Subtask]) -> None:
    for upstream in earlier:
        upstream.downstreams = [subtask.id for subtask in later]
    for downstream in later:
        downstream.upstreams = [subtask.id for subtask in earlier]
