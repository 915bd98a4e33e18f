"""A scene with a request, on both kinds of database."""

from collections.abc import AsyncIterator

import pytest

from bot.sandbox.slack import SandboxSlack
from tests.still_clock import StillClock

from .replicas import Scene


@pytest.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    """Slack is up, the database is migrated."""
    clock = StillClock()
    async with SandboxSlack(now=lambda: clock.now().timestamp()) as slack:
        slack.rate_limits = False
        scene = Scene(database_url, slack, clock)
        await scene.database.migrate()
        yield scene
        await scene.close()
