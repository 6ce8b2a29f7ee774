"""Send several people to one visit"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LEADS = "role = 'lead' AND state <> 'released'"


def upgrade() -> None:
    _add_roles()
    op.create_table(
        "hold_helper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hold_id", sa.Integer(), nullable=False),
        sa.Column("technician_id", sa.Integer(), nullable=False),
        sa.Column("shift_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("arrives_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("travel_seconds", sa.Integer(), nullable=False),
        sa.Column("travel_metres", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_hold_helper_period")),
        sa.ForeignKeyConstraint(
            ["hold_id"], ["hold.id"], name=op.f("fk_hold_helper_hold_id_hold"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shift_id"], ["shift.id"], name=op.f("fk_hold_helper_shift_id_shift")
        ),
        sa.ForeignKeyConstraint(
            ["technician_id"],
            ["technician.id"],
            name=op.f("fk_hold_helper_technician_id_technician"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold_helper")),
        sa.UniqueConstraint(
            "hold_id", "technician_id", name=op.f("uq_hold_helper_hold_id_technician_id")
        ),
    )
    _add_needs_of_helpers()
    with op.batch_alter_table("occupancy") as batch:
        batch.drop_constraint(op.f("uq_occupancy_hold_id"), type_="unique")
        batch.create_unique_constraint(
            op.f("uq_occupancy_hold_id_technician_id"), ["hold_id", "technician_id"]
        )


def downgrade() -> None:
    """Helpers of holds are let go; of several rows for one visit the lead's stays in force."""
    op.execute(
        "DELETE FROM occupancy WHERE hold_id IS NOT NULL AND technician_id NOT IN"
        " (SELECT technician_id FROM hold WHERE hold.id = occupancy.hold_id)"
    )
    with op.batch_alter_table("occupancy") as batch:
        batch.drop_constraint(op.f("uq_occupancy_hold_id_technician_id"), type_="unique")
        batch.create_unique_constraint(op.f("uq_occupancy_hold_id"), ["hold_id"])
    op.drop_table("hold_helper")
    op.execute("DELETE FROM visit_skill WHERE role = 'helper'")
    with op.batch_alter_table("visit_skill") as batch:
        batch.drop_constraint(op.f("uq_visit_skill_visit_id_skill_id_role"), type_="unique")
        batch.create_unique_constraint(
            op.f("uq_visit_skill_visit_id_skill_id"), ["visit_id", "skill_id"]
        )
        batch.drop_constraint(op.f("ck_visit_skill_role"), type_="check")
        batch.drop_column("role")
    op.drop_index("uq_assignment_lead", table_name="assignment")
    with op.batch_alter_table("assignment") as batch:
        batch.drop_constraint(op.f("ck_assignment_role"), type_="check")
        batch.drop_column("role")


def _add_roles() -> None:
    """Whoever had a visit leads it; of several rows for one visit the first does."""
    with op.batch_alter_table("assignment") as batch:
        batch.add_column(sa.Column("role", _role(), nullable=False, server_default="lead"))
    op.execute(
        "UPDATE assignment SET role = 'helper' WHERE state <> 'released' AND EXISTS"
        " (SELECT 1 FROM assignment o WHERE o.visit_id = assignment.visit_id"
        " AND o.state <> 'released' AND o.id < assignment.id)"
    )
    with op.batch_alter_table("assignment") as batch:
        batch.alter_column("role", server_default=None)
    op.create_index(
        "uq_assignment_lead",
        "assignment",
        ["visit_id"],
        unique=True,
        sqlite_where=sa.text(LEADS),
        postgresql_where=sa.text(LEADS),
    )


def _add_needs_of_helpers() -> None:
    with op.batch_alter_table("visit_skill") as batch:
        batch.add_column(sa.Column("role", _role(), nullable=False, server_default="lead"))
        batch.drop_constraint(op.f("uq_visit_skill_visit_id_skill_id"), type_="unique")
        batch.create_unique_constraint(
            op.f("uq_visit_skill_visit_id_skill_id_role"), ["visit_id", "skill_id", "role"]
        )
    with op.batch_alter_table("visit_skill") as batch:
        batch.alter_column("role", server_default=None)


def _role() -> sa.Enum:
    return sa.Enum(
        "lead", "helper", name="role", native_enum=False, create_constraint=True, length=32
    )
