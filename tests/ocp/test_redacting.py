"""OCP's words lose their secrets where they enter; its codes, traceIds and names that are compared stay."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from bot.domain.answer import Refused, Stopped, Unknown
from bot.domain.errors import OcpRefused, OcpStopped, OcpUnavailable
from bot.domain.redaction import Redactor
from bot.ocp import OcpClient
from bot.ocp.redacting import redacted

from .conftest import Connect, Scripted
from .test_client import create
from .test_wire import _http

pytestmark = pytest.mark.invariant(7)

PASSWORD = "wolf/Moon+41"
WORDS = f"as obproxy-bot:{PASSWORD} with token=Hunter2Planted"
CLEAN = "as obproxy-bot:*** with token=***"
JSON = "Content-Type: application/json"


def _page(*entries: dict[str, Any]) -> bytes:
    page = {"totalElements": len(entries), "totalPages": 1, "number": 1, "size": 200}
    time = "2025-03-11T10:00:00+08:00"
    return _body({"successful": True, "timestamp": time, "data": {"contents": list(entries), "page": page}})


def _no(code: str = "COM10001", trace_id: str = "5f0c2b71d9aa4e36") -> bytes:
    error = {"code": code, "message": WORDS, "subErrors": [{"field": "name", "message": WORDS}]}
    return _body({"successful": False, "error": error, "traceId": trace_id})


def _body(found: dict[str, Any]) -> bytes:
    return json.dumps(found).encode()


async def _ask(scripted: Scripted, connect: Connect, answer: bytes, call: Callable[[OcpClient], Any]) -> Any:
    async with scripted(answer) as server:
        return await call(connect(server.url, password=PASSWORD))


async def test_a_refusal_is_told_without_secrets(scripted: Scripted, connect: Connect) -> None:
    """Code and traceId are what people look up: they stay."""
    answer = await _ask(scripted, connect, _http(_no(), "400 Bad", JSON), lambda ocp: ocp.send(create()))

    assert answer == Refused("COM10001", f"{CLEAN}; name: {CLEAN}", "5f0c2b71d9aa4e36", 400)


@pytest.mark.parametrize(
    ("status", "kind"), [("500 No", Unknown), ("401 No", Stopped), ("409 No", Unknown), ("302 No", Stopped)]
)
async def test_every_other_answer_is_told_without_secrets(
    scripted: Scripted, connect: Connect, status: str, kind: type
) -> None:
    answer = await _ask(scripted, connect, _http(_no(), status, JSON), lambda ocp: ocp.send(create()))

    assert type(answer) is kind
    assert CLEAN in str(answer)
    assert PASSWORD not in str(answer)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (_http(_no(), "400 Bad", JSON), OcpRefused),
        (_http(_no(), "401 No", JSON), OcpStopped),
        (_http(_no(), "503 No", JSON), OcpUnavailable),
        (_http(b"<html>", "502 No", f"Content-Type: text/{WORDS}"), OcpUnavailable),
        (f"HTTP/1.1 200 OK\r\n{PASSWORD}\r\n\r\n".encode(), OcpUnavailable),
        (f"{WORDS}\r\n\r\n".encode(), OcpUnavailable),
    ],
    ids=["refused", "log-on", "trouble", "content type", "header", "no HTTP"],
)
async def test_an_error_of_a_read_holds_no_secret(
    scripted: Scripted, connect: Connect, answer: bytes, error: type[Exception]
) -> None:
    """Whatever the library quotes of what it could not read."""
    with pytest.raises(error) as caught:
        await _ask(scripted, connect, answer, lambda ocp: ocp.clusters())

    assert PASSWORD not in f"{caught.value!r} {vars(caught.value)}"
    assert "Hunter2" not in f"{caught.value!r} {vars(caught.value)}"


async def test_names_versions_and_states_hold_no_secret(scripted: Scripted, connect: Connect) -> None:
    """Of hosts, packages, OceanBase clusters, tasks and their subtasks, and of OCP itself."""
    host = _http(_page({"id": 1, "name": WORDS, "innerIpAddress": WORDS, "status": WORDS}), "200 OK", JSON)
    package = _http(_page({"fileName": "a.rpm", "name": WORDS, "version": WORDS, "architecture": WORDS}))
    ob_cluster = _http(_page({"name": "ob", "obClusterId": 1, "obVersion": WORDS}))
    node = {"id": 2, "name": WORDS, "status": WORDS, "operation": WORDS}
    task = _http(
        _body(
            {
                "successful": True,
                "data": {"id": 1, "name": WORDS, "creator": {"name": WORDS}} | {"status": WORDS, "subtasks": [node]},
            }
        )
    )
    version = _http(_body({"buildVersion": WORDS}))

    found = [
        *await _ask(scripted, connect, host, lambda ocp: ocp.hosts()),
        *await _ask(scripted, connect, package, lambda ocp: ocp.packages()),
        *await _ask(scripted, connect, ob_cluster, lambda ocp: ocp.ob_clusters()),
        await _ask(scripted, connect, task, lambda ocp: ocp.task(1)),
        await _ask(scripted, connect, version, lambda ocp: ocp.version()),
    ]

    assert len(found) == 5
    assert all(CLEAN in str(each) and PASSWORD not in str(each) and "Hunter2" not in str(each) for each in found)


async def test_the_name_of_a_cluster_is_never_changed(scripted: Scripted, connect: Connect) -> None:
    """It is compared with what is to be created, and a changed one would look free."""
    cluster = {"id": 1, "name": PASSWORD, "workMode": "RS_LIST", "address": WORDS}

    listed = await _ask(scripted, connect, _http(_page(cluster), "200 OK", JSON), lambda ocp: ocp.clusters())

    assert [(each.name, each.address) for each in listed.clusters] == [(PASSWORD, CLEAN)]


def test_codes_and_trace_ids_stay_whatever_a_password_is() -> None:
    """Four digits are part of many of them; what does not look like one is no code."""
    redact = Redactor(["10001", "5f0c", "planted-code"])
    body = {"error": {"code": "COM10001", "message": "10001"}, "traceId": "5f0c2b71d9aa4e36"}

    assert redacted(body, redact) == {"error": {"code": "COM10001", "message": "***"}, "traceId": "5f0c2b71d9aa4e36"}
    assert redacted({"code": "planted-code"}, redact) == {"code": "***"}


def test_what_is_nested_too_deeply_is_no_answer() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]

    assert redacted({"data": deep}, Redactor()) is None
