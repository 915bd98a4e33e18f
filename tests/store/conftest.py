"""A real database in a file, migrated."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.database import Database


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An empty database of this version."""
    database = Database.at(f"sqlite:///{tmp_path}/bot.db")
    await database.migrate()
    yield database
    await database.close()
