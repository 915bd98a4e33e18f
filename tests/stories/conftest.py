"""A world of its own for every story."""

import sys
from collections.abc import AsyncIterator, Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot import environment
from bot.domain.errors import StoreUnavailable

from .guard import Guard
from .two import TwoOcps
from .world import World


@pytest.fixture(autouse=True)
def guard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Guard]:
    """No story may call Slack or OCP while a transaction is open (DESIGN, invariant 9)."""
    guard = Guard()
    guard.watch(monkeypatch)
    yield guard
    assert guard.refused == [], "called while a transaction was open"


@pytest.fixture(autouse=True)
def failed_rounds() -> Iterator[list[str]]:
    """No round of a worker may fail in a story, except where the database is away; what failed."""
    failed: list[str] = []

    def note(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        if event["event"].startswith("a round failed") and not isinstance(sys.exception(), StoreUnavailable):
            failed.append(f"{event['worker']}: {sys.exception()!r}")
        return event

    processors = structlog.get_config()["processors"]
    structlog.configure(processors=[note, *processors])
    yield failed
    structlog.configure(processors=processors)
    assert failed == [], "a worker's round failed"


@pytest.fixture(autouse=True)
def quick_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting the bot costs little: nobody guesses the password of a story."""
    monkeypatch.setattr(environment, "DIGEST_ROUNDS", 1)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Slack and OCP are up; the story starts the bot."""
    async for world in _played(World(tmp_path)):
        yield world


@pytest.fixture
async def two_ocps(tmp_path: Path) -> AsyncIterator[TwoOcps]:
    """The same with a second OCP, user groups, and rules in a bot.toml."""
    world = TwoOcps(tmp_path)
    async with world.staging:
        async for _ in _played(world):
            yield world


@pytest.fixture
async def slow_world(tmp_path: Path) -> AsyncIterator[World]:
    """The same on a slower clock, for stories that hit a moment of a few seconds."""
    async for world in _played(World(tmp_path, speed=8.0)):
        yield world


@pytest.fixture
async def calm_world(tmp_path: Path) -> AsyncIterator[World]:
    """The same on a clock that is hardly faster than the real one, for stories that measure seconds."""
    async for world in _played(World(tmp_path, speed=2.0)):
        yield world


@pytest.fixture
async def fast_world(tmp_path: Path) -> AsyncIterator[World]:
    """The same on a faster clock, for stories with long waits."""
    async for world in _played(World(tmp_path, speed=150.0)):
        yield world


@pytest.fixture
async def postgres_world(tmp_path: Path, postgres_url: str) -> AsyncIterator[World]:
    """The same on PostgreSQL, where several bots may run."""
    async for world in _played(World(tmp_path, database_url=postgres_url)):
        yield world


@pytest.fixture
async def either_world(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    """The same on each kind of database, for stories in which people act at the same moment."""
    async for world in _played(World(tmp_path, database_url=database_url)):
        yield world


async def _played(world: World) -> AsyncIterator[World]:
    async with world.slack, world.ocp:
        yield world
        await world.end()
