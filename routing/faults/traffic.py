"""Faults of traffic: slices out of order, and tables that say something else than the free flow."""

from __future__ import annotations

from typing import Any

from routing.faults import shapes
from routing.faults.matrices import look_at_matrix
from routing.faults.notes import Notes, Sound, joined, shown


def look_at_traffic(
    notes: Notes,
    traffic: Any,  # noqa: ANN401 - any JSON
    at: str,
    *,
    free: list[Any] | None,
) -> None:
    """``free`` is the table of free flow: None where travel has none, empty where it is faulty."""
    sound = notes.shaped(traffic, shapes.TRAFFIC, at) or Sound()
    repeat = sound.get("repeat_s")
    last = None
    for place, piece in notes.each(sound.get("slices"), shapes.SLICE, f"{at}.slices"):
        _look_at_speed(notes, piece, place, free=free)
        start = piece.get("start")
        if start is None:
            continue
        if last is not None and start <= last:
            notes.add(
                "out-of-order",
                joined(place, "start"),
                f"it starts at {shown(start)}, not after the slice before it",
                advice="Write the slices in the order of their starts.",
            )
        if repeat and not 0 <= start < repeat:
            notes.add(
                "out-of-range",
                joined(place, "start"),
                f"{shown(start)} is outside of a repetition of {shown(repeat)} s",
                advice="Count starts from the begin of the repetition.",
            )
        last = start


def _look_at_speed(notes: Notes, piece: Sound, place: str, *, free: list[Any] | None) -> None:
    said = {"factor", "seconds"} & {*piece.given}
    if not said:
        notes.add(
            "missing-key",
            joined(place, "factor"),
            "a slice that does not say how fast its roads are",
            advice="Add factor; 1 is free flow. Beside a matrix, a table of seconds will do.",
        )
    elif len(said) > 1:
        notes.add(
            "unknown-key",
            joined(place, "seconds"),
            "a slice with a factor has no table of seconds",
            advice="Take one of the two out.",
        )
    elif "seconds" in said and free is None:
        notes.add(
            "unknown-key",
            joined(place, "seconds"),
            "only beside a matrix a slice may have a table of its own",
            advice="Give a matrix, or a factor.",
        )
    elif free and "seconds" in piece:
        _look_at_table(notes, piece["seconds"], joined(place, "seconds"), free=free)


def _look_at_table(notes: Notes, rows: list[Any], place: str, *, free: list[Any]) -> None:
    """Where there is a road in free flow there must be one in each hour, and no other."""
    look_at_matrix(notes, rows, place, size=len(free))
    for i, (row, own) in enumerate(zip(rows, free, strict=False)):
        if not (isinstance(row, list) and isinstance(own, list)):
            continue
        for j, (cell, calm) in enumerate(zip(row, own, strict=False)):
            if i != j and bool(cell) is not bool(calm):
                notes.add(
                    "out-of-range",
                    f"{place}[{i}][{j}]",
                    f"{shown(cell)} where free flow takes {shown(calm)}",
                    advice="A leg takes time in every hour or in none, and no hour opens a road.",
                )
