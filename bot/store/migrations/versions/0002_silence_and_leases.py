"""
Since when OCP is silent, its version, and leases.

A process of the version before goes on running on it, but cannot be started again: it does not know that a schema may
be newer. From this version on a process can (`bot/store/schema.py`).
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("environments", sa.Column("away_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("environments", sa.Column("ocp_version", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "leases",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
