"""What holds for all tests."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from .databases import a_database, a_file, a_server, a_template, drop

# Plain lines: the library's own renderer draws every local variable of a traceback, which takes seconds.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(key_order=["level", "event"]),
    ]
)

settings.register_profile("here", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("here"), derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server; its address."""
    with a_server() as address:
        yield address


@pytest.fixture(scope="session")
def migrated(postgres: str) -> Iterator[str]:
    """A database of PostgreSQL to be copied: migrating one takes as long as many a test."""
    with a_template(postgres) as url:
        yield url


@pytest.fixture
def postgres_url(postgres: str, migrated: str) -> Iterator[str]:
    """A database of PostgreSQL that was migrated and is empty; its address."""
    url = a_database(postgres, migrated)
    yield url
    drop(url, postgres)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of either kind that was migrated and is empty; its address."""
    if request.param == "sqlite":
        yield a_file(tmp_path)
    else:
        yield request.getfixturevalue("postgres_url")
