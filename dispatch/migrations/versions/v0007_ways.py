"""Keep the lines of ways, leg by leg"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "travel_way",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("profile", sa.String(length=8), nullable=False),
        sa.Column("day_part", sa.String(length=32), nullable=False),
        sa.Column("graph_version", sa.String(length=64), nullable=False),
        sa.Column("origin_id", sa.BigInteger(), nullable=False),
        sa.Column("destination_id", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("metres", sa.Integer(), nullable=False),
        sa.Column("straight", sa.Boolean(), nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_travel_way")),
    )
    op.create_index(
        "ix_travel_way_key",
        "travel_way",
        ["origin_id", "destination_id", "provider", "profile", "graph_version"],
    )
    op.create_index("ix_travel_way_used_at", "travel_way", ["used_at"])


def downgrade() -> None:
    op.drop_index("ix_travel_way_used_at", table_name="travel_way")
    op.drop_index("ix_travel_way_key", table_name="travel_way")
    op.drop_table("travel_way")
