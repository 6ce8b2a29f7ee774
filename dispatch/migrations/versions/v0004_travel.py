"""Keep travel times, and tell on a plan where its own come from"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "travel_reach",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("profile", sa.String(length=8), nullable=False),
        sa.Column("day_part", sa.String(length=32), nullable=False),
        sa.Column("graph_version", sa.String(length=64), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "direction",
            sa.Enum(
                "out", "in", name="direction", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("others", sa.LargeBinary(), nullable=False),
        sa.Column("seconds", sa.LargeBinary(), nullable=False),
        sa.Column("metres", sa.LargeBinary(), nullable=False),
        sa.Column("estimated", sa.LargeBinary(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_travel_reach")),
    )
    op.create_index(
        "ix_travel_reach_key",
        "travel_reach",
        ["place_id", "provider", "profile", "day_part", "graph_version"],
    )
    op.create_index("ix_travel_reach_used_at", "travel_reach", ["used_at"])
    _add_lessons()
    with op.batch_alter_table("plan") as batch:
        batch.add_column(sa.Column("travel", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("plan") as batch:
        batch.alter_column("travel", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("plan") as batch:
        batch.drop_column("travel")
    op.drop_index("ix_travel_lesson_provider_id", table_name="travel_lesson")
    op.drop_table("travel_lesson")
    op.drop_index("ix_travel_leg_arrived_at", table_name="travel_leg")
    op.drop_table("travel_leg")
    op.drop_index("ix_travel_reach_used_at", table_name="travel_reach")
    op.drop_index("ix_travel_reach_key", table_name="travel_reach")
    op.drop_table("travel_reach")


def _add_lessons() -> None:
    op.create_table(
        "travel_leg",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column("from_latitude", sa.Double(), nullable=False),
        sa.Column("from_longitude", sa.Double(), nullable=False),
        sa.Column("to_latitude", sa.Double(), nullable=False),
        sa.Column("to_longitude", sa.Double(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("day_part", sa.String(length=32), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignment.id"],
            name=op.f("fk_travel_leg_assignment_id_assignment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_travel_leg")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_travel_leg_assignment_id")),
    )
    op.create_index("ix_travel_leg_arrived_at", "travel_leg", ["arrived_at"])
    op.create_table(
        "travel_lesson",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lesson", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_travel_lesson")),
    )
    op.create_index("ix_travel_lesson_provider_id", "travel_lesson", ["provider", "id"])
