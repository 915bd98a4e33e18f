"""Since when OCP is silent, its version, and leases; the version before runs on it still."""

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
