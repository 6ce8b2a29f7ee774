"""Say how each technician gets about"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    profiles = sa.Enum(
        "car",
        "van",
        "bike",
        "foot",
        name="travel_profile",
        native_enum=False,
        create_constraint=True,
        length=32,
    )
    with op.batch_alter_table("technician") as batch:
        batch.add_column(
            sa.Column("travel_profile", profiles, nullable=False, server_default="car")
        )
    with op.batch_alter_table("technician") as batch:
        batch.alter_column("travel_profile", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("technician") as batch:
        batch.drop_constraint("travel_profile", type_="check")
        batch.drop_column("travel_profile")
