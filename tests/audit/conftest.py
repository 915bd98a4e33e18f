"""A record in a database of each kind."""

from collections.abc import AsyncIterator

import pytest

from bot.store.database import Database

from .record import Kept


@pytest.fixture
async def kept(database_url: str) -> AsyncIterator[Kept]:
    """Three requests and an environment, anchored after the second request and at the end."""
    database = Database.at(database_url)
    await database.migrate()
    kept = Kept(database, database_url)
    await kept.asked()
    await kept.asked()
    await kept.anchored()
    await kept.away()
    await kept.asked()
    await kept.anchored()
    yield kept
    await database.close()
