"""A world of its own for every story."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from .world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Slack and OCP are up; the story starts the bot."""
    world = World(tmp_path)
    async with world.slack, world.ocp:
        yield world
        await world.stop_bot()
