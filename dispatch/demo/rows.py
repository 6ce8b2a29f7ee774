"""Rows on their way into the database: numbered here, written in batches by table.

Objects of the ORM would cost most of the time of a load; a row is a plain dict with every column.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Column, Table, func, insert, select, text
from sqlalchemy.orm import Session

from dispatch.base import Base

BATCH = 5_000
Row = dict[str, Any]


class Rows:
    """Collects rows for many tables. Ids continue where the database ends."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tables: dict[str, Table] = {}
        self._templates: dict[str, Row] = {}
        self._rows: dict[str, list[Row]] = {}
        self._last_ids: dict[str, int] = {}

    def add(self, model: type[Base], **columns: object) -> int:
        """Put a row of a model with an ``id`` in line; returns it. What is left out takes its default."""
        name = model.__tablename__
        if name not in self._templates:
            self._begin(model)
        row = {**self._templates[name], **columns}
        if len(row) > len(self._templates[name]):
            raise ValueError(f"{name} has no {set(row) - set(self._templates[name])}")
        self._last_ids[name] += 1
        row["id"] = self._last_ids[name]
        self._rows[name].append(row)
        return self._last_ids[name]

    def link(self, table: Table, **columns: object) -> None:
        """Put a row of a table without a model in line."""
        self._tables[table.name] = table
        self._rows.setdefault(table.name, []).append(columns)

    def of(self, model: type[Base]) -> list[Row]:
        """The rows in line for a model; changing one changes what is written."""
        return self._rows.get(model.__tablename__, [])

    def write(self, *, tell: Callable[[float], None]) -> int:
        """Write all, parents before children; ``tell`` hears the share done. Returns the number.

        Raises IntegrityError when a row breaks a rule of the database.
        """
        total = sum(map(len, self._rows.values()))
        done = 0
        connection = self._session.connection()
        for table in Base.metadata.sorted_tables:
            rows = self._rows.get(table.name, [])
            for first in range(0, len(rows), BATCH):
                batch = rows[first : first + BATCH]
                connection.execute(insert(table), batch)
                done += len(batch)
                tell(done / total)
        self._continue_numbering()
        return total

    def _begin(self, model: type[Base]) -> None:
        table = model.__table__
        assert isinstance(table, Table)
        name = table.name
        self._tables[name] = table
        self._rows.setdefault(name, [])
        self._templates[name] = {column.name: _default_of(column) for column in table.columns}
        self._last_ids[name] = self._session.scalar(select(func.max(table.c.id))) or 0

    def _continue_numbering(self) -> None:
        """PostgreSQL counts by itself and has not seen our ids."""
        if self._session.get_bind().dialect.name != "postgresql":
            return
        for name, last in self._last_ids.items():
            if last:
                serial = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)")
                self._session.execute(serial, {"name": name, "last": last})


def _default_of(column: Column[Any]) -> object:
    """What the model says for a column that is left out; an empty list or dict is shared."""
    default: Any = column.default
    if default is None or default.is_sequence:
        return None
    return default.arg(None) if default.is_callable else default.arg
