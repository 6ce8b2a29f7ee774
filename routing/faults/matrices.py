"""Faults of tables: one row and one column for each location."""

from __future__ import annotations

from typing import Any

from routing.faults import kinds
from routing.faults.notes import Notes


def look_at_matrix(notes: Notes, rows: list[Any], place: str, *, size: int) -> None:
    advice = "Write one row and one column for each location, in their order."
    if len(rows) != size:
        notes.add(
            "not-square",
            place,
            f"{len(rows)} rows for {size} locations",
            advice=advice,
        )
    for number, row in enumerate(rows):
        here = f"{place}[{number}]"
        if not kinds.listing(notes, row, here):
            continue
        if len(row) != size:
            notes.add("not-square", here, f"{len(row)} columns for {size} locations", advice=advice)
        if not all(_plain(cell) for cell in row):
            for column, cell in enumerate(row):
                if cell is not None:
                    kinds.amount(notes, cell, f"{here}[{column}]")


def _plain(cell: Any) -> bool:  # noqa: ANN401 - any JSON
    """Nearly all cells are; the exact look costs ten times as much. NaN is not."""
    return type(cell) in (int, float) and 0 <= cell <= kinds.LARGEST
