"""Ask about pins that technicians arrive far from"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "far_arrival",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("metres", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name=op.f("ck_far_arrival_latitude")),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name=op.f("ck_far_arrival_longitude")),
        sa.CheckConstraint("metres >= 0", name=op.f("ck_far_arrival_metres")),
        sa.CheckConstraint("times >= 1", name=op.f("ck_far_arrival_times")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_far_arrival_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_far_arrival")),
        sa.UniqueConstraint("site_id", name=op.f("uq_far_arrival_site_id")),
    )


def downgrade() -> None:
    op.drop_table("far_arrival")
