"""How fast Slack gets its acks while OCP and the database keep everybody waiting, beside what they take otherwise."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import median

import pytest

from bot.listeners.answering import SUBMISSION_SECONDS
from bot.sandbox.ocp import Fault
from tests.stories.locks import locked
from tests.stories.world import World, answers

MOST_TIMES = 2.0
"""How many times as long as with nothing slow: both rise and fall with the machine."""

COMMANDS, FORMS = 30, 3


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path, speed=2.0)
    async with world.slack, world.ocp:
        await world.start_bot()
        yield world
        await world.end()


def ocp_answers_late(world: World) -> None:
    world.ocp.add_fault(Fault(path=".*", kind="slow", seconds=10, times=None))


@pytest.mark.long
async def test_a_command_is_acked_as_fast_as_ever(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Its ack and its form wait for nobody."""
    await typed(world)  # warm
    quick = [await typed(world) for _ in range(COMMANDS)]
    ocp_answers_late(world)
    async with locked(world):
        slow = [await typed(world) for _ in range(COMMANDS)]
    world.ocp.remove_faults()
    with capsys.disabled():
        print(f"\nacks of a command: {figures(quick)}; with OCP and the database slow: {figures(slow)}")  # noqa: T201

    assert median(slow) < MOST_TIMES * median(quick)


@pytest.mark.long
async def test_a_form_is_answered_little_later_than_its_time(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """It waits its time for the database and no longer, beside a timer that was set to the same time."""
    ocp_answers_late(world)
    forms, timers = [], []
    for _ in range(FORMS):
        await world.dana.types("/obproxy create", world.home)
        form = await world.dana.modal()
        async with locked(world):
            answer, timer = await asyncio.gather(world.dana.submits(form, answers()), waited(SUBMISSION_SECONDS))
        assert answer.acked
        forms.append(answer.seconds)
        timers.append(timer)
    world.ocp.remove_faults()
    with capsys.disabled():
        print(f"\nacks of a form that cannot be saved: {figures(forms)}; a timer: {figures(timers)}")  # noqa: T201

    assert all(form < 2.5 / SUBMISSION_SECONDS * timer for form, timer in zip(forms, timers, strict=True))


async def typed(world: World) -> float:
    """Return how long the ack of a command took; its form has opened by then."""
    answer = await world.dana.types("/obproxy create", world.home)
    assert answer.acked
    await world.dana.modal()
    return answer.seconds


async def waited(seconds: float) -> float:
    began = time.perf_counter()
    await asyncio.sleep(seconds)
    return time.perf_counter() - began


def figures(seconds: list[float]) -> str:
    return f"median {median(seconds) * 1000:.0f} ms, longest {max(seconds) * 1000:.0f} ms of {len(seconds)}"
