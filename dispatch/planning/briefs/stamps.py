"""What a brief had read: enough to see, when the answer comes, what people changed meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from dispatch.planning.briefs.reading import Reading
from routing.problem import Problem
from routing.travel.provider import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Marks of what was read. A mark that differs means: somebody changed that thing.

    ``visits`` tells needs, promise and pin of a visit; ``places`` its rows in the plan in force;
    ``rounds`` the shifts, absences and taken time of a technician, and the means of travel.
    ``problem`` is the question.
    """

    territory_id: int
    day: date
    opens_at: datetime
    read_at: datetime
    revision: int
    visits: Mapping[int, str]
    places: Mapping[int, str]
    rounds: Mapping[int, str]
    problem: Problem

    @property
    def seen(self) -> Marks:
        """The marks alone, to lay beside those of another reading."""
        return Marks(visits=self.visits, places=self.places, rounds=self.rounds)


def stamp_of(problem: Problem) -> Stamp:
    """The stamp that a stored question carries in its provenance (see `provenance`)."""
    told = problem.provenance["stamp"]
    assert isinstance(told, Mapping)
    return Stamp(
        territory_id=told["territory"],
        day=date.fromisoformat(told["day"]),
        opens_at=datetime.fromisoformat(told["opens_at"]),
        read_at=datetime.fromisoformat(told["read_at"]),
        revision=told["revision"],
        visits={int(number): mark for number, mark in told["visits"].items()},
        places={int(number): mark for number, mark in told["places"].items()},
        rounds={int(number): mark for number, mark in told["rounds"].items()},
        problem=problem,
    )


def provenance(reading: Reading) -> dict[str, object]:
    """The stamp as part of the question, so that a proposal can be published later."""
    seen = marks(reading)
    return {
        "stamp": {
            "territory": reading.territory.id,
            "day": reading.day.isoformat(),
            "opens_at": reading.opens_at.isoformat(),
            "read_at": reading.now.isoformat(),
            "revision": reading.revision,
            "visits": {str(number): mark for number, mark in seen.visits.items()},
            "places": {str(number): mark for number, mark in seen.places.items()},
            "rounds": {str(number): mark for number, mark in seen.rounds.items()},
        }
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The three kinds of marks, of any reading."""

    visits: Mapping[int, str]
    places: Mapping[int, str]
    rounds: Mapping[int, str]

    def visit_changed(self, visit_id: int, *, since: Marks) -> bool:
        """Whether somebody changed what must be done, or what was promised or pinned."""
        return self.visits.get(visit_id) != since.visits.get(visit_id)

    def place_changed(self, visit_id: int, *, since: Marks) -> bool:
        """Whether somebody gave the visit another place, or took its place away."""
        return self.places.get(visit_id) != since.places.get(visit_id)

    def stops_of(self, technician_id: int) -> dict[int, str]:
        """Marks of the places in one round, by visit; begun stops are told by the round's mark."""
        owner = f"@{technician_id}"
        return {
            visit_id: mark
            for visit_id, mark in self.places.items()
            if any(row.endswith(owner) for row in mark.split())
        }

    def same_round(self, technician_id: int, *, since: Marks) -> bool:
        """Whether nothing that a place in this round stood on has changed."""
        stops = self.stops_of(technician_id)
        return (
            not self.round_changed(technician_id, since=since)
            and stops == since.stops_of(technician_id)
            and not any(self.visit_changed(visit, since=since) for visit in stops)
        )

    def round_changed(self, technician_id: int, *, since: Marks) -> bool:
        """Whether shift, absences, taken or begun time of the technician changed."""
        return self.rounds.get(technician_id) != since.rounds.get(technician_id)


def marks(reading: Reading) -> Marks:
    """Marks of everything that the planner was told about."""
    return Marks(
        visits={number: _visit_mark(reading, number) for number in reading.visits},
        places=_place_marks(reading),
        rounds=_round_marks(reading),
    )


def _visit_mark(reading: Reading, visit_id: int) -> str:
    visit = reading.visits[visit_id]
    promise, pin = reading.promises.get(visit_id), reading.pins.get(visit_id)
    return " ".join(
        (
            f"v{visit.version}",
            visit.state.value,
            f"a{promise.appointment_id}" if promise else "-",
            f"p{pin.id}" if pin else "-",
            f"s{visit.site.version}",
        )
    )


def _place_marks(reading: Reading) -> dict[int, str]:
    found: dict[int, list[str]] = defaultdict(list)
    for row in sorted((*reading.assignments, *reading.beyond), key=lambda row: row.id):
        found[row.visit_id].append(f"{row.id}:{row.version}@{row.technician_id}")
    return {visit_id: " ".join(rows) for visit_id, rows in found.items()}


def _round_marks(reading: Reading) -> dict[int, str]:
    found: dict[int, list[str]] = defaultdict(list)
    for shift in reading.shifts:
        profile = shift.technician.travel_profile
        by = "" if profile is Profile.CAR else f"/{profile.value}"
        found[shift.technician_id].append(f"s{shift.id}:{shift.version}{by}")
    for technician_id, absences in reading.absences.items():
        found[technician_id] += [
            f"a{begins.isoformat()}/{ends.isoformat()}" for begins, ends in absences
        ]
    for block in reading.blocks:
        found[block.technician_id].append(block.id)
    for row in reading.started:
        found[row.technician_id].append(f"b{row.id}:{row.version}")
    return {technician_id: " ".join(parts) for technician_id, parts in found.items()}
