"""Solomon's text format, also that of Gehring and Homberger: one fleet, one depot, windows.

After the name come VEHICLE with the number and the capacity, then CUSTOMER with rows of number, x,
y, demand, ready time, due date and service time; the first row is the depot.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from routing.academic.lines import (
    Convention,
    Goal,
    count,
    levels,
    malformed,
    plane,
    row_of,
    seconds,
)
from routing.problem import Job, Location, Problem, Shift, Technician, Window

COLUMNS = 7
FLEET = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One customer, in units of the file."""

    id: str
    x: float
    y: float
    demand: float
    ready: float
    due: float
    service: float


def is_solomon(text: str) -> bool:
    """Whether the file looks like one."""
    return bool(
        re.search(r"^\s*VEHICLE\b", text, re.MULTILINE)
        and re.search(r"^\s*CUSTOMER\b", text, re.MULTILINE)
    )


def read(text: str, *, name: str, convention: Convention, goal: Goal) -> Problem:
    """Raises ``Malformed``."""
    lines = [line.split() for line in text.splitlines()]
    title = next((words[0] for words in lines if words), name)
    vehicles, capacity = _fleet(lines)
    depot, *customers = _rows(lines)
    day = Shift(
        id="day",
        start=seconds(depot.ready),
        end=seconds(depot.due),
        start_location=depot.id,
        end_location=depot.id,
    )
    return Problem(
        name=name if title.upper() == "VEHICLE" else title,
        provenance={"format": "solomon", "convention": convention.value, "goal": goal.value},
        locations=tuple(Location(id=row.id, x=row.x, y=row.y) for row in (depot, *customers)),
        travel=plane(convention),
        technicians=tuple(
            Technician(id=f"vehicle-{number}", shifts=(day,), capacity={"load": capacity})
            for number in range(1, vehicles + 1)
        ),
        jobs=tuple(_job(row) for row in customers),
        objective=levels(goal),
    )


def _job(row: _Row) -> Job:
    return Job(
        id=row.id,
        location=row.id,
        duration_s=seconds(row.service),
        windows=(Window(opens=seconds(row.ready), closes=seconds(row.due)),),
        demand={"load": row.demand},
        mandatory=True,
    )


def _fleet(lines: list[list[str]]) -> tuple[int, float]:
    """How many vehicles there are, and what each carries."""
    heads = [at for at, words in enumerate(lines) if words[:1] == ["NUMBER"]]
    filled = [at for at in range(heads[0] + 1, len(lines)) if lines[at]] if heads else []
    if not filled:
        raise malformed(
            "missing-key",
            "VEHICLE",
            "no line NUMBER CAPACITY with values below it",
            advice="Write NUMBER CAPACITY, and below it both numbers.",
        )
    place = f"line {filled[0] + 1}"
    vehicles, capacity = row_of(lines[filled[0]], width=FLEET, place=place)
    return count(str(vehicles), place=place), capacity


def _rows(lines: list[list[str]]) -> list[_Row]:
    """The depot and its customers."""
    begin = next(at for at, words in enumerate(lines) if words[:1] == ["CUSTOMER"])
    found: dict[str, _Row] = {}
    for at in range(begin + 1, len(lines)):
        words, place = lines[at], f"line {at + 1}"
        if not words or not re.match(r"-?\d", words[0]):
            continue  # the heads of the columns
        values = row_of(words, width=COLUMNS, place=place)
        row = _Row(
            id=words[0], x=values[1], y=values[2], demand=values[3],
            ready=values[4], due=values[5], service=values[6],
        )  # fmt: skip
        if row.due < row.ready or row.demand < 0 or row.service < 0:
            raise malformed(
                "wrong-window", place, "due before ready, or a negative value", advice="Mend it."
            )
        if row.id in found:
            raise malformed("repeated-id", place, f"{row.id} appears twice", advice="Number anew.")
        found[row.id] = row
    if not found:
        raise malformed("missing-key", "CUSTOMER", "no rows", advice="Begin with the depot.")
    return list(found.values())
