"""Ask for coordinates of addresses, and keep what was said"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "geocode_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("query", sa.String(length=700), nullable=False),
        sa.Column("candidates", sa.JSON(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_geocode_answer")),
        sa.UniqueConstraint("provider", "query", name=op.f("uq_geocode_answer_provider_query")),
    )
    op.create_table(
        "rate_gate",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider", name=op.f("pk_rate_gate")),
    )
    op.create_table(
        "geocode_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=700), nullable=False),
        sa.Column("state", _one_of("waiting", "review", "decided", name="state"), nullable=False),
        sa.Column(
            "verdict",
            _one_of("accepted", "ambiguous", "unsure", "not-found", name="verdict"),
            nullable=True,
        ),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("attribution", sa.String(length=400), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "confidence BETWEEN 0 AND 1", name=op.f("ck_geocode_request_confidence")
        ),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_geocode_request_tries")),
        sa.ForeignKeyConstraint(
            ["answer_id"],
            ["geocode_answer.id"],
            name=op.f("fk_geocode_request_answer_id_geocode_answer"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_geocode_request_site_id_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_geocode_request")),
        sa.UniqueConstraint("site_id", name=op.f("uq_geocode_request_site_id")),
    )
    op.create_index(
        "ix_geocode_request_state_not_before", "geocode_request", ["state", "not_before"]
    )


def downgrade() -> None:
    op.drop_table("geocode_request")
    op.drop_table("rate_gate")
    op.drop_table("geocode_answer")


def _one_of(*values: str, name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
