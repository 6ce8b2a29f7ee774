"""Who does what on a visit for several: one leads, the others help, each is a job of its own.

The lead's job carries the visit's number, ``17``; helpers are ``17.2``, ``17.3`` and so on, counted
by technician. Holds and other taken time have names that are no numbers, and no seats.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from dispatch.visits import CrewRole

_SEAT = re.compile(r"(\d+)(?:\.(\d+))?")


class Seated(Protocol):
    """An assignment, or a place that will become one."""

    @property
    def visit_id(self) -> int: ...

    @property
    def technician_id(self) -> int: ...

    @property
    def role(self) -> CrewRole: ...


S = TypeVar("S", bound=Seated)


def job_id(visit_id: int, seat: int = 1) -> str:
    """The name of one person's job; seat 1 leads."""
    return str(visit_id) if seat == 1 else f"{visit_id}.{seat}"


def job_ids(visit_id: int, people: int) -> tuple[str, ...]:
    """Names of the jobs of everybody who is needed, the lead's first."""
    return tuple(job_id(visit_id, seat) for seat in range(1, people + 1))


def visit_of(job: str) -> int | None:
    """The visit of a job; none when it is a hold or other taken time."""
    found = _SEAT.fullmatch(job)
    return None if found is None else int(found[1])


def role_of(job: str) -> CrewRole:
    """Whether the job is the lead's or a helper's."""
    return CrewRole.HELPER if "." in job else CrewRole.LEAD


def named(rows: Iterable[S]) -> Mapping[tuple[int, int], str]:
    """Job names of rows in force or of places, by visit and technician."""
    by_visit: dict[int, list[S]] = defaultdict(list)
    for row in rows:
        by_visit[row.visit_id].append(row)
    return {
        (row.visit_id, row.technician_id): job_id(visit_id, seat)
        for visit_id, own in by_visit.items()
        for seat, row in _seated(own)
    }


def in_order(rows: Iterable[S]) -> list[S]:
    """The lead first, then helpers by technician."""
    return sorted(rows, key=lambda row: (row.role is not CrewRole.LEAD, row.technician_id))


def _seated(rows: Sequence[S]) -> Iterable[tuple[int, S]]:
    """Seats from 1 on; without a lead, helpers keep theirs from 2 on."""
    ordered = in_order(rows)
    first = 1 if ordered and ordered[0].role is CrewRole.LEAD else 2
    return enumerate(ordered, start=first)
