"""One asked-for search: who asked, for which territory and day, how far it has got.

The token rises with every start; only the holder of the present token may finish a run.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.accounts import Account
from dispatch.base import Base, one_of
from dispatch.places import Territory


class RunState(StrEnum):
    """How far a run has got."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class RunKind(StrEnum):
    """What the run may change: a whole day, or a repair of the plan in force."""

    DAY = "day"
    REPAIR = "repair"


class PlanRun(Base):
    """One search. ``progress`` is the latest thing heard from the engine, for late watchers."""

    __tablename__ = "plan_run"
    __table_args__ = (
        Index(
            "uq_plan_run_live",
            "territory_id",
            "day",
            "kind",
            unique=True,
            sqlite_where=text("state IN ('queued', 'running')"),
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    day: Mapped[date]
    kind: Mapped[RunKind] = mapped_column(one_of(RunKind, name="kind"))
    state: Mapped[RunState] = mapped_column(one_of(RunState, name="state"))
    token: Mapped[int] = mapped_column(default=0)
    attempt: Mapped[int] = mapped_column(default=0)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    limit_seconds: Mapped[int]
    seed: Mapped[int] = mapped_column(default=1)
    workers: Mapped[int] = mapped_column(default=1)
    publish: Mapped[bool] = mapped_column(default=True)
    stop_asked_at: Mapped[datetime | None]
    progress: Mapped[dict[str, Any]]
    fault: Mapped[str | None] = mapped_column(Text)
    fault_code: Mapped[str | None] = mapped_column(String(64))

    territory: Mapped[Territory] = relationship()
    asked_by: Mapped[Account | None] = relationship()
