"""What is logged, by us, by libraries and by Python itself: JSON lines without secrets."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bot.domain.answer import Accepted, Call
from bot.ocp.writes import log_write
from bot.telemetry import logs
from tests.builders import a_task

pytestmark = pytest.mark.invariant(7)

OWN = 'wolf/Moon+41&"x'
FOREIGN = "Hunter2Planted"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Return what is logged, in the form that people get."""
    stream, root = io.StringIO(), logging.getLogger()
    before = root.handlers[:], root.level, sys.excepthook, structlog.get_config()
    logs.set_up("INFO", [OWN], stream)
    yield stream
    root.handlers[:], root.level, sys.excepthook = before[:3]
    structlog.configure(**before[3])


def test_secrets_are_taken_out_however_deep_they_stand(log: io.StringIO) -> None:
    """Also out of what is no text, and of a value whose name says enough."""
    told: dict[str, Any] = {"a": [f"it is {OWN}"], "b": {"c": f"password={FOREIGN}", "api_token": FOREIGN, "number": 7}}

    structlog.get_logger().info(f"got {OWN!r}", told=told, error=ValueError(f"-- {OWN}"), seconds=0.5, body=None)

    [line] = lines(log)
    assert line["event"] == "got '***'"
    assert line["told"] == {"a": ["it is ***"], "b": {"c": "password=***", "api_token": "***", "number": 7}}
    assert (line["error"], line["seconds"], line["body"]) == ("-- ***", 0.5, None)


def test_what_ocp_answered_to_a_write_is_kept_at_every_level(log: io.StringIO) -> None:
    """Before it is stored nobody else knows the task; it holds no secret either."""
    logs.set_up("ERROR", [OWN], log)

    log_write(Call("POST", "/api/v2/obproxy/clusters", {}), None, Accepted(a_task(), f"trace {OWN}"), seconds=0.5)

    [line] = lines(log)
    assert (line["event"], line["task"], line["trace_id"]) == ("ocp_write", a_task().id, "trace ***")


@pytest.mark.parametrize("logger", [structlog.get_logger(), logging.getLogger("a.library")])
def test_a_traceback_holds_no_secret(log: io.StringIO, logger: Any) -> None:
    """Nor do the exceptions that it grew from."""
    try:
        try:
            raise_with(OWN)
        except RuntimeError as error:
            raise ValueError(f"http://bot:{FOREIGN}@ocp/ refused") from error
    except ValueError:
        logger.exception("it failed")

    [line] = lines(log)
    assert "RuntimeError: ***" in line["exception"]
    assert "ValueError: http://bot:***@ocp/ refused" in line["exception"]
    assert no_secret_in(log)


def test_what_nobody_catches_is_logged_without_secrets(log: io.StringIO) -> None:
    """Python's own traceback would go past the redactor."""
    try:
        raise_with(f"password={FOREIGN} and {OWN}")
    except RuntimeError as error:
        sys.excepthook(type(error), error, error.__traceback__)

    [line] = lines(log)
    assert (line["level"], line["event"]) == ("critical", "the program has failed")
    assert "RuntimeError: password=*** and ***" in line["exception"]
    assert no_secret_in(log)


def test_ids_codes_and_traces_stay(log: io.StringIO) -> None:
    structlog.get_logger().info("ocp_write", trace_id="5f0c2b71d9aa4e36", why="COM10001 no disk", path="/api/v2/x")

    [line] = lines(log)
    assert (line["trace_id"], line["why"], line["path"]) == ("5f0c2b71d9aa4e36", "COM10001 no disk", "/api/v2/x")


def raise_with(words: str) -> None:
    raise RuntimeError(words)


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def no_secret_in(log: io.StringIO) -> bool:
    return not any(secret in log.getvalue() for secret in (OWN, json.dumps(OWN)[1:-1], FOREIGN))
