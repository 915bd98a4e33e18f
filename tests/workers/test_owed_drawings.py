"""A drawing that is owed while a post is under way is made, whoever commits first."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.domain.event import Fact, Kind
from bot.sandbox.slack import SandboxSlack
from tests.still_clock import StillClock

from .replicas import Scene

SILENT = "has not answered"


@pytest.fixture
async def scene(postgres_url: str) -> AsyncIterator[Scene]:
    """On PostgreSQL, where a transaction does not lock what it skips."""
    clock = StillClock()
    async with SandboxSlack(now=lambda: clock.now().timestamp()) as slack:
        slack.rate_limits = False
        scene = Scene(postgres_url, slack, clock)
        await scene.database.migrate()
        yield scene
        await scene.close()


@pytest.mark.parametrize("lands_first", [True, False])
async def test_the_end_of_a_silence_reaches_a_card_whose_thread_is_just_told_something(
    scene: Scene, lands_first: bool
) -> None:
    """The card does not say for days that OCP is away."""
    await scene.asked()
    replica = scene.replica()
    await _rounds(scene)
    await _away(scene, is_away=True)
    await _rounds(scene)
    assert SILENT in _card(scene)
    await scene.happens(Kind.TASK_GONE)
    held, posts = scene.holds("chat.postMessage"), scene.count("chat.postMessage")

    telling = asyncio.create_task(replica.round())
    await scene.calls("chat.postMessage", posts + 1)
    async with scene.database.transaction() as tx:
        row = await tx.environment("prod")
        await tx.save_environment(replace(row, away_since=None), Fact(Kind.BACK), at=scene.clock.now())
        await tx.owe_cards("prod", scene.clock.now())
        if lands_first:
            held.set()
            await asyncio.wait({telling}, timeout=1)  # it may have to wait for this transaction
    held.set()
    await telling
    await _rounds(scene)

    assert SILENT not in _card(scene)


async def _away(scene: Scene, *, is_away: bool) -> None:
    async with scene.database.transaction() as tx:
        row = await tx.environment("prod")
        changed = replace(row, away_since=scene.clock.now() if is_away else None)
        await tx.save_environment(
            changed, Fact(Kind.AWAY, {"since": scene.clock.now().isoformat()}), at=scene.clock.now()
        )
        await tx.owe_cards("prod", scene.clock.now())


async def _rounds(scene: Scene) -> None:
    """Let some minutes pass with a round in each."""
    for _ in range(5):
        scene.clock.seconds += 60
        await scene.replicas[0].round()


def _card(scene: Scene) -> str:
    return scene.slack.rendered(scene.roots[0])
