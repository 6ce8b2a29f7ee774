"""Which files are to be planned, the problem in each, and the best that is known of it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from routing import academic, interchange
from routing.academic import Convention, Goal
from routing.problem import Problem

# What may hold a problem; everything else of a folder is passed over.
SUFFIXES = frozenset({".json", ".txt", ".vrp"})
# Characters of a file in which its format shows.
HEAD = 3000
MARKS = (f'"{interchange.PROBLEM_FORMAT}"', "CUSTOMER", "DIMENSION")
# Names under which published lists of best values know a convention and a goal.
PUBLISHED = {
    "dimacs-distance": (Convention.DIMACS, Goal.DISTANCE),
    "dimacs-distance+missed-prizes": (Convention.DIMACS, Goal.DISTANCE),
    "distance-round3": (Convention.MILLI, Goal.DISTANCE),
    "distance-double": (Convention.EXACT, Goal.DISTANCE),
    "sintef-hierarchical": (Convention.EXACT, Goal.VEHICLES),
}


def find(paths: Sequence[Path]) -> Iterator[Path]:
    """Files that were named, and the problems at any depth of folders that were named."""
    for path in paths:
        if path.is_dir():
            yield from (file for file in sorted(path.rglob("*")) if _is_problem(file))
        else:
            yield path


def read(path: Path, *, convention: Convention, goal: Goal) -> Problem:
    """The problem in a file of any format. Raises ``Malformed`` with all faults, and OSError."""
    data = path.read_bytes()
    if path.suffix == ".json" or data.lstrip()[:1] == b"{":
        return interchange.read_problem(data)
    problem = academic.read(data, name=path.stem, convention=convention, goal=goal)
    return interchange.read_problem(interchange.write_problem(problem))  # its other faults


def label(path: Path) -> str:
    """Folder and name, as lists of best values call it."""
    return f"{path.parent.name}/{path.stem}".lstrip("/")


def _is_tail(known: str, path: Path) -> bool:
    """Whether the last two parts of a path, or its only one, name the file."""
    parts = known.casefold().split("/")[-2:]
    return label(path).casefold().split("/")[-len(parts) :] == parts


def _is_problem(path: Path) -> bool:
    if path.suffix not in SUFFIXES or not path.is_file():
        return False
    with path.open(encoding="utf-8", errors="replace") as file:
        head = file.read(HEAD)
    return any(mark in head for mark in MARKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    path: str
    instance: str
    convention: str
    levels: tuple[float, ...]


class BestKnown:
    """Values to beat, from a file with the columns ``path`` and ``levels``.

    ``levels`` are joined by semicolons. A row without path may name ``instance``, ``convention``,
    ``vehicles`` and ``value`` instead, for academic files under that convention. Raises ValueError
    for a file that is not such a table.
    """

    def __init__(self, file: Path | None) -> None:
        self._rows: list[_Known] = []
        if file is None:
            return
        with file.open(encoding="utf-8-sig", newline="") as text:
            table = csv.DictReader(text)
            if table.fieldnames is None or not {"path", "levels"} <= set(table.fieldnames):
                raise ValueError(f"{file} lacks the columns path and levels")
            self._rows = [
                _known(row, line=number) for number, row in enumerate(table, start=2) if row
            ]

    def of(self, path: Path, problem: Problem) -> tuple[float, ...] | None:
        """The values of one file; None where nothing comparable is known."""
        wanted = len(problem.objective)
        for row in self._rows:
            if row.path and _is_tail(row.path, path):
                return row.levels if len(row.levels) == wanted else None
        asked = problem.provenance.get("convention"), problem.provenance.get("goal")
        for row in self._rows:
            named = path.stem.casefold() == row.instance.casefold()
            if named and PUBLISHED.get(row.convention) == asked and row.levels:
                return _filled(row.levels, wanted)
        return None


def _known(row: dict[str, str], *, line: int) -> _Known:
    try:
        levels = [float(value) for value in (row["levels"] or "").split(";") if value]
        if not levels and row.get("value"):
            levels = [float(row["value"])]
            if row.get("convention") == "sintef-hierarchical" and row.get("vehicles"):
                levels = [float(row["vehicles"]), *levels]
    except ValueError as wrong:
        raise ValueError(f"line {line} of the best known values: {wrong}") from wrong
    return _Known(
        path=row["path"].removesuffix(".json"),
        instance=row.get("instance") or "",
        convention=row.get("convention") or "",
        levels=tuple(levels),
    )


def _filled(levels: tuple[float, ...], wanted: int) -> tuple[float, ...] | None:
    """With the level of unserved visits, which nobody publishes because it is 0."""
    missing = wanted - len(levels)
    return (0.0,) * missing + levels if missing in (0, 1) else None
