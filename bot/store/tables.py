"""The tables (DESIGN, section 3)."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)


class Utc(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC; SQLite itself forgets the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Store UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return an aware datetime."""
        return None if value is None else value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

counters = Table(
    "counters",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Integer, nullable=False),
)

environments = Table(
    "environments",
    metadata,
    Column("name", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("head", String, nullable=False),
    Column("stopped", String, nullable=False),
    Column("stopped_digest", String, nullable=False),
    Column("away_since", Utc),
    Column("ocp_version", String, nullable=False, server_default=""),
    Column("paused", Text, nullable=False, server_default=""),
    Column("paused_by", String, nullable=False, server_default=""),
    Column("paused_name", String, nullable=False, server_default=""),
    Column("paused_at", Utc),
)

requests = Table(
    "requests",
    metadata,
    Column("id", String, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("environment", String, nullable=False),
    Column("operation", String, nullable=False),
    Column("name", String, nullable=False),
    Column("name_key", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("requester", String, nullable=False, index=True),
    Column("origin", String, nullable=False, unique=True),
    Column("home_team", String, nullable=False),
    Column("home_channel", String, nullable=False),
    Column("revision", String, nullable=False, index=True),
    Column("created_at", Utc, nullable=False),
    Column("state", String, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("decided_by", String),
    Column("decided_at", Utc),
    Column("next_try_at", Utc),
    Column("ended_at", Utc),
    Column("version", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("head", String, nullable=False),
    Index("ix_requests_state", "environment", "state"),
)
Index(
    "uq_requests_open_name",
    requests.c.environment,
    requests.c.name_key,
    unique=True,
    sqlite_where=text("open"),
    postgresql_where=text("open"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("id", String, primary_key=True),
    Column("request", ForeignKey("requests.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("payload", Text, nullable=False),
    Column("hash", String, nullable=False),
    Column("author", String, nullable=False),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("request", "number"),
)

acts = Table(
    "acts",
    metadata,
    Column("id", String, primary_key=True),
    Column("request", ForeignKey("requests.id"), nullable=False),
    Column("verb", String, nullable=False),
    Column("target", String, nullable=False),
    Column("seen", String, nullable=False),
    Column("payload_hash", String, nullable=False),
    Column("state", String, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("claimed_until", Utc, nullable=False),
    Column("before", String, nullable=False),
    Column("looks", Integer, nullable=False),
)
Index(
    "uq_acts_open_request",
    acts.c.request,
    unique=True,
    sqlite_where=text("open"),
    postgresql_where=text("open"),
)

watches = Table(
    "watches",
    metadata,
    Column("id", String, primary_key=True),
    Column("environment", String, nullable=False),
    Column("task_id", BigInteger, nullable=False),
    Column("request", ForeignKey("requests.id"), nullable=False, index=True),
    Column("snapshot", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("bound_at", Utc, nullable=False),
    Column("next_look_at", Utc),
    Column("failed_at", Utc),
    UniqueConstraint("environment", "task_id"),
    Index("ix_watches_due", "environment", "next_look_at"),
)

events = Table(
    "events",
    metadata,
    Column("timeline", String, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("role", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("data", Text, nullable=False),
    Column("prev", String, nullable=False),
    Column("hash", String, nullable=False),
    Index(None, "at", "timeline", "seq"),
    Index(None, "actor"),
)

threads = Table(
    "threads",
    metadata,
    Column("id", String, primary_key=True),
    Column("request", ForeignKey("requests.id")),
    Column("environment", String, nullable=False),
    Column("team", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("is_home", Boolean, nullable=False),
    Column("root_ts", String),
    Column("cursor", Integer, nullable=False),
    Column("in_flight_seq", Integer),
    Column("in_flight_id", String),
    Column("in_flight_at", Utc),
    Column("card_hash", String, nullable=False),
    Column("card_in_flight", Utc),
    Column("last_reply_at", Utc),
    Column("blocked", String, nullable=False),
    Column("blocked_until", Utc),
    Column("version", Integer, nullable=False),
    UniqueConstraint("request", "channel"),
)
Index(
    "uq_threads_environment",
    threads.c.environment,
    threads.c.channel,
    unique=True,
    sqlite_where=text("request IS NULL"),
    postgresql_where=text("request IS NULL"),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("until", Utc, nullable=False),
)

anchors = Table(
    "anchors",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String, nullable=False),
    Column("heads", Integer, nullable=False),
    Column("requests", Integer, nullable=False),
    Column("root", String, nullable=False),
    Column("prev", String, nullable=False),
    Column("mac", String, nullable=False),
    Column("frontier", Text, nullable=False),
    Column("ident", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("is_logged", Boolean, nullable=False),
    Column("tried_at", Utc),
    Column("ts", String, nullable=False),
)

heads = Table(
    "heads",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("timeline", String, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("hash", String, nullable=False),
    UniqueConstraint("timeline", "seq"),
)
