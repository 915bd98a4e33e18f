"""A real database of each kind, migrated."""

from collections.abc import AsyncIterator

import pytest

from bot.store.database import Database


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An empty database of this version."""
    database = Database.at(database_url)
    await database.migrate()
    yield database
    await database.close()
