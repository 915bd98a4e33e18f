"""Pauses of environments. The version before goes on running on it, and knows no pause."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("environments", sa.Column("paused", sa.Text(), nullable=False, server_default=""))
    op.add_column("environments", sa.Column("paused_by", sa.String(), nullable=False, server_default=""))
    op.add_column("environments", sa.Column("paused_name", sa.String(), nullable=False, server_default=""))
    op.add_column("environments", sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
