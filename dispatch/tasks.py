"""Rows of the embedded queue: durable work that waits, runs, is done or has failed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.base import Base, one_of


class TaskState(StrEnum):
    """How far a piece of work has got."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class TaskRow(Base):
    """One piece of work asked for; ``faults`` are its own errors, ``cuts`` deaths of its process."""

    __tablename__ = "task"
    __table_args__ = (
        Index(
            "uq_task_dedupe_key_waiting",
            "dedupe_key",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "uq_task_lock_key_running",
            "lock_key",
            unique=True,
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
        Index("ix_task_state_not_before", "state", "not_before"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]]
    state: Mapped[TaskState] = mapped_column(one_of(TaskState, name="state"))
    dedupe_key: Mapped[str] = mapped_column(String(200))
    lock_key: Mapped[str | None] = mapped_column(String(200))
    not_before: Mapped[datetime]
    created_at: Mapped[datetime]
    faults: Mapped[int] = mapped_column(default=0)
    cuts: Mapped[int] = mapped_column(default=0)
    token: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str | None] = mapped_column(Text)
