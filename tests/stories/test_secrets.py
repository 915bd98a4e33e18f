"""Invariant 7: secrets are planted in settings, forms, OCP's words and URLs, and then looked for everywhere."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from bot.sandbox.ocp import Fault
from bot.sandbox.ocp.script import Failure
from bot.sandbox.slack import Fault as SlackFault
from tests.databases import a_file

from .planted import (
    AUDIT_KEY,
    FOREIGN,
    FOREIGN_TOKEN,
    OCP_PASSWORD,
    configured,
    everywhere,
    found,
    with_password,
)
from .world import INSTALL, World, answers

pytestmark = pytest.mark.invariant(7)

CREATE = r"/api/v2/obproxy/clusters$"
DETAIL = r"/api/v2/tasks/instances/\d+$"
TRACE_ID = "5f0c2b71d9aa4e36"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def either_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of a database of either kind."""
    return a_file(tmp_path) if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def secret_world(tmp_path: Path, either_url: str) -> AsyncIterator[World]:
    """A world whose every setting that can hold a secret holds one."""
    world = World(tmp_path, database_url=with_password(either_url))
    world.ocp.login.password = OCP_PASSWORD
    async with world.slack, world.ocp:
        await world.start_process(
            AUDIT_KEY=AUDIT_KEY, AUDIT_CHANNEL=world.slack.room("audit").id, SLACK_BOT_TOKEN=world.slack.bot_token
        )
        yield world
        await world.end()


async def test_no_secret_is_anywhere(secret_world: World) -> None:
    """Refused at the forms, taken out of OCP's words; codes and traceIds are told all the same."""
    world = secret_world
    words = everywhere(world)
    world.ocp.inventory.hosts[11].name = f"proxy {words}"
    world.ocp.add_fault(Fault(method="GET", path="/api/v2/info$", kind="status", status=200, body=_version(words)))

    await _slack_refuses_with_secrets(world, words)
    await _secrets_are_refused_at_the_form(world)
    await _ocp_refuses_with_secrets(world, words)
    await _ocp_fails_with_secrets(world, words)
    await _a_task_is_named_like_secrets(world, words)
    await _the_log_on_is_refused_with_secrets(world, words)
    assert await world.ends_cleanly() == 0

    assert found(world) == []
    assert "Slack refused: ***" in world.log()
    assert "HTTP 500 COM10004 ***" in world.log()


async def test_a_program_that_fails_tells_no_secret(tmp_path: Path) -> None:
    """What Slack says at the start, and what nobody has caught, leaves through the redactor as well."""
    world = World(tmp_path)
    world.ocp.login.password = OCP_PASSWORD
    async with world.slack, world.ocp:
        code, said = await world.start_fails(SLACK_BOT_TOKEN="xoxb-wrong-planted-token", AUDIT_KEY=AUDIT_KEY)

    assert code != 0
    assert "SLACK_BOT_TOKEN is wrong" in said
    assert "xoxb-wrong" not in said
    assert not any(secret in said for secret in configured(world))


async def _slack_refuses_with_secrets(world: World, words: str) -> None:
    """What Slack says goes to the log only."""
    world.slack.add_fault(SlackFault(method="views.open", kind="error", error=words))
    await world.dana.types("/obproxy create", world.home)
    await world.told(world.dana, "The form did not open")


async def _secrets_are_refused_at_the_form(world: World) -> None:
    await world.dana.types("/obproxy create", world.home)
    form = await world.dana.modal()
    url = f"http://root:{FOREIGN}@config/services"
    for typed in (
        {"reason": f"use {OCP_PASSWORD} for it"},
        {"reason": f"the password={FOREIGN}"},
        {"address": world.slack.bot_token},
        {"address": FOREIGN_TOKEN},
        {"package": f"{FOREIGN_TOKEN}.rpm"},
        {"ob_links": f"ob_pay, 1, {FOREIGN_TOKEN}"},
        {"hosts": f"11, {AUDIT_KEY}"},
        {"hosts": FOREIGN_TOKEN},
        {"startup_parameters": f"work_thread_num=128\nobserver_sys_password={FOREIGN}"},
        {"startup_parameters": f"a=1\nobserver_sys_password {FOREIGN}"},
        {"parameters": f"obproxy_config_server_url={url}"},
        {"parameters": f"syslog_level={FOREIGN_TOKEN}"},
        {"parameters": f"proxy_idc_name={quote(AUDIT_KEY, safe='')}"},
    ):
        result = await world.dana.submits(form, answers() | {"startup_parameters": "", "parameters": ""} | typed)
        [field] = typed
        assert result.errors.keys() == {field}, (typed, result)
        assert "***" in result.errors[field] or "eave it out" in result.errors[field], result.errors
    await world.dana.types(f"/obproxy status {OCP_PASSWORD}", world.home)
    await world.told(world.dana, "***")


async def _ocp_refuses_with_secrets(world: World, words: str) -> None:
    """A refused create, an approver who rejects with a secret, and what both leave on the cards."""
    card = await world.asks("pay_01")
    await world.omar.clicks(card, "request.reject")
    result = await world.omar.submits(form := await world.omar.modal(), {"reason": f"not with {AUDIT_KEY}"})
    assert result.errors.keys() == {"reason"}
    await world.omar.closes(form)
    world.ocp.add_fault(_answer("POST", CREATE, 400, "COM10001", words))
    await world.omar.clicks(card, "request.approve")

    text = await world.reads(card, "⛔ OCP refused it")

    assert "COM10001" in text
    assert TRACE_ID in text
    assert "***" in text


async def _ocp_fails_with_secrets(world: World, words: str) -> None:
    """An answer that leaves it open, and gateways' pages for looks and lists; the task is found all the same."""
    world.ocp.add_fault(_answer("POST", CREATE, 500, "COM10999", words))
    for path in (DETAIL, CREATE):
        page = Fault(method="GET", path=path, kind="status", status=502, body=f"<html>{words}</html>", times=2)
        world.ocp.add_fault(page)
        world.ocp.add_fault(_answer("GET", path, 500, "COM10004", words))
    card = await world.asks("pay_02", hosts="12")
    await world.omar.clicks(card, "request.approve")

    await world.reads(card, "✅ Done")


async def _a_task_is_named_like_secrets(world: World, words: str) -> None:
    world.ocp.slow(INSTALL, 30.0)
    card = await world.asks("pay_03", hosts="14")
    await world.omar.clicks(card, "request.approve")
    await world.happens("request.running", 3)
    task = world.ocp.tasks[max(world.ocp.tasks)]
    task.name, task.creator = f"Install obproxy {words}", words
    for subtask in task.subtasks.values():
        subtask.name = f"{subtask.name} {words}"
    world.ocp.script.failures.append(Failure(name=f"{INSTALL} {words}"))

    text = await world.reads(card, "❌ Failed")

    assert "Install rpm by package and version ***" in text


async def _the_log_on_is_refused_with_secrets(world: World, words: str) -> None:
    world.ocp.add_fault(_answer("GET", "/api/v2/", 401, "IAM10004", words, times=None))

    await world.is_told("IAM10004")
    await asyncio.gather(*(world.caught_up(number) for number in (1, 2, 3)))


def _answer(method: str, path: str, status: int, code: str, words: str, times: int | None = 1) -> Fault:
    error = {"code": code, "message": words, "subErrors": [{"field": "password", "message": words}]}
    body = {"successful": False, "status": status, "error": error, "traceId": TRACE_ID}
    return Fault(method=method, path=path, kind="status", status=status, body=body, times=times)


def _version(words: str) -> dict[str, Any]:
    return {"buildVersion": f"4.0.3 {words}"}
