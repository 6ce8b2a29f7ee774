"""What the database holds now: read in a transaction of its own, so nothing older is seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

Row = TypeVar("Row")


def again(rows: Session, thing: Row) -> Row:
    """Read a row once more."""
    rows.rollback()
    rows.refresh(thing)
    return thing


def every(rows: Session, kind: type[Any]) -> Sequence[Any]:
    """Read all rows of a kind, in the order in which they were made."""
    rows.rollback()
    return rows.scalars(select(kind).order_by(kind.id)).all()


def only(rows: Session, kind: type[Any]) -> Any:
    """Read the only row of a kind."""
    (found,) = every(rows, kind)
    return found
