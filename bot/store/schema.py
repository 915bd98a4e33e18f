"""The schema: brought to this version, unless a newer one is there."""

from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

LOCK = 7_341_042
"""Any number; replicas that start at once migrate one after the other."""

log = structlog.get_logger()


def upgrade(connection: Connection) -> None:
    """
    Run the migrations that are missing.

    A schema newer than this version is left alone: migrations only add what the version before can do without, so
    that one can go back a version, or run two side by side while replicas are replaced.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    there = MigrationContext.configure(connection).get_current_revision()
    if there is None or there in known:
        command.upgrade(config, "head")
    else:
        log.warning("the database's schema is newer than this version; it is used as it is", revision=there)
