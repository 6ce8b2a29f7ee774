"""The mark of a demo: the one row by which a demo database is told from a real one."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.base import Base, DispatchError


class NotADemo(DispatchError):
    """The database holds data and no mark of a demo: nothing is loaded over it or taken away."""

    code = "not-a-demo"


class DemoMark(Base):
    """What was loaded, and who stands for each role.

    ``personas`` maps tier1, tier2, tier3, lead, dispatcher, technician and admin to account ids.
    """

    __tablename__ = "demo_mark"

    id: Mapped[int] = mapped_column(primary_key=True)
    pack: Mapped[str] = mapped_column(String(32))
    profile: Mapped[str] = mapped_column(String(8))
    seed: Mapped[int]
    day: Mapped[date]
    zone: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8))
    business: Mapped[str] = mapped_column(String(200))
    personas: Mapped[dict[str, Any]]


def mark_of(session: Session) -> DemoMark | None:
    """The mark, or None: not a demo."""
    return session.scalar(select(DemoMark).order_by(DemoMark.id.desc()).limit(1))
