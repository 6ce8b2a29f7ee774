"""A solution laid over the plan in force: what may be applied, and what must wait.

Pure: rows have been read, nothing is written here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dispatch.planning import judging, seats
from dispatch.planning.assignments import Place, place_of
from dispatch.planning.briefs import Marks, Reading, Stamp, marks
from dispatch.planning.tables import Assignment
from routing import check
from routing.check import Finding
from routing.problem import Problem
from routing.solution import Route, Solution, Unserved
from routing.trial.tables import tabulate
from routing.trial.trial import Trial
from routing.trial.writing import solution_of

Places = Mapping[int, tuple[Place, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """``places`` and ``released`` are to be written; the rest says what was left alone and why."""

    places: Places
    released: tuple[int, ...]
    skipped: tuple[int, ...]
    kept_back: tuple[int, ...]

    @property
    def moved(self) -> tuple[int, ...]:
        return (*sorted(self.places), *self.released)

    @property
    def is_empty(self) -> bool:
        return not self.places and not self.released


def merge(wanted: Places, *, finding: Finding, stamp: Stamp, fresh: Reading) -> Merge:
    """What of the solution can be applied to the day as it stands now."""
    draft = _Draft(wanted, finding=finding, stamp=stamp, fresh=fresh)
    draft.drop_blind()
    while draft.drop_broken():
        pass
    return Merge(
        places={visit: places for visit, places in draft.change.items() if places},
        released=tuple(sorted(visit for visit, places in draft.change.items() if not places)),
        skipped=tuple(sorted(draft.skipped)),
        kept_back=tuple(sorted(draft.kept_back)),
    )


class _Draft:
    """Changes that are still wanted, and which rounds they tie together."""

    def __init__(self, wanted: Places, *, finding: Finding, stamp: Stamp, fresh: Reading) -> None:
        self.problem = stamp.problem
        self.fresh = fresh
        self.before: Marks = stamp.seen
        self.now = marks(fresh)
        self.rows = _rows(fresh)
        self.wanted: dict[int, tuple[Place, ...]] = {
            **dict.fromkeys(_left_out(finding, fresh=fresh), ()),
            **wanted,
        }
        self.skipped = {visit for visit in self.wanted if self._touched(visit)}
        self.change: dict[int, tuple[Place, ...]] = {
            visit: places
            for visit, places in self.wanted.items()
            if visit not in self.skipped and _differs(self.rows.get(visit, ()), places)
        }
        self.kept_back: set[int] = set()
        # What people changed without contradicting the solution needs no mention.
        self.skipped = {
            visit
            for visit in self.skipped
            if _differs(self.rows.get(visit, ()), self.wanted[visit])
        }

    def drop_blind(self) -> None:
        """Drop changes of rounds about which the question no longer tells the truth."""
        blind = {
            technician
            for technician in {*self.now.rounds, *self.before.rounds}
            if self.now.round_changed(technician, since=self.before)
        }
        for visit, rows in self.rows.items():
            if str(visit) not in self.problem.job_by_id or self.now.visit_changed(
                visit, since=self.before
            ):
                blind |= {row.technician_id for row in rows}
        self._drop(group for group in self._groups() if group & blind)

    def drop_broken(self) -> bool:
        """Drop groups whose mixed rounds break a rule; whether any fell."""
        mixed = [group for group in self._groups() if self._is_mixed(group)]
        if not mixed:
            return False
        broken = [group for group in mixed if not self._holds(group)]
        self._drop(broken)
        return bool(broken)

    def _touched(self, visit: int) -> bool:
        return self.now.visit_changed(visit, since=self.before) or self.now.place_changed(
            visit, since=self.before
        )

    def _drop(self, groups: Iterable[frozenset[int]]) -> None:
        people = {technician for group in groups for technician in group}
        fallen = {visit for visit in self.change if self._people(visit) & people}
        self.kept_back |= fallen
        for visit in fallen:
            del self.change[visit]

    def _people(self, visit: int) -> set[int]:
        """Everybody whose round this change touches."""
        before = {row.technician_id for row in self.rows.get(visit, ())}
        return before | {place.technician_id for place in self.change[visit]}

    def _groups(self) -> list[frozenset[int]]:
        """Technicians tied together by visits that go from one to the other, or that they share."""
        changed = [frozenset(self._people(visit)) for visit in self.change]
        shared = [
            frozenset(row.technician_id for row in rows)
            for visit, rows in self.rows.items()
            if visit not in self.change and len(rows) > 1
        ]
        groups: list[frozenset[int]] = []
        for people in (*changed, *shared):
            tied = [group for group in groups if group & people]
            groups = [group for group in groups if not group & people]
            groups.append(people.union(*tied))
        return [group for group in groups if any(group & people for people in changed)]

    def _round(self, technician: int) -> dict[int, Place]:
        """The round as it would be: what is changed at its new place, the rest where it is."""
        found = {
            visit: place
            for visit, places in self.change.items()
            for place in places
            if place.technician_id == technician
        }
        for visit, rows in self.rows.items():
            if visit not in self.change:
                own = (place_of(row) for row in rows if row.technician_id == technician)
                found |= {place.visit_id: place for place in own}
        return found

    def _is_mixed(self, group: frozenset[int]) -> bool:
        """Whether a round would hold something else than the solution, which was judged."""
        for technician in group:
            planned = {
                visit: (place.starts_at, place.ends_at)
                for visit, places in self.wanted.items()
                for place in places
                if place.technician_id == technician
            }
            real = {v: (p.starts_at, p.ends_at) for v, p in self._round(technician).items()}
            if planned != real:
                return True
        return False

    def _holds(self, group: frozenset[int]) -> bool:
        rounds = {technician: self._round(technician) for technician in group}
        return keeps_rules(rounds, problem=self.problem, fresh=self.fresh)


def keeps_rules(
    rounds: Mapping[int, Mapping[int, Place]], *, problem: Problem, fresh: Reading
) -> bool:
    """Whether the judge accepts these rounds with exactly these starts; breaks are put between.

    Each round keeps what is held in it. Crews that travel together are not tried: no.
    """
    trial = Trial(tabulate(problem))
    names = seats.named(place for places in rounds.values() for place in places.values())
    for technician, places in rounds.items():
        stops = [(place, names[visit, technician]) for visit, place in places.items()]
        if not _lay(trial, technician, stops, fresh=fresh):
            return False
    absent = {job: Unserved(job=trial.tables.jobs[job].id) for job in trial.absent()}
    laid = _only(solution_of(trial, reasons=absent), people={str(number) for number in rounds})
    left_out = {row.job for row in laid.unserved}
    return all(
        violation.code in judging.UNSERVED_ANYHOW and violation.job in left_out
        for violation in check.judge(laid, problem=problem).violations
    )


def _lay(
    trial: Trial, technician: int, places: Iterable[tuple[Place, str]], *, fresh: Reading
) -> bool:
    """Lay out one round of places with the names of their jobs."""
    tables = trial.tables
    stops = [(place.starts_at, name, place.shift_id) for place, name in places]
    stops += [
        (block.starts_at, block.id, block.shift_id)
        for block in fresh.blocks
        if block.technician_id == technician and block.id in tables.job_number
    ]
    by_vehicle: dict[int, list[int]] = defaultdict(list)
    for starts_at, name, shift_id in sorted(stops):
        vehicle = vehicle_at(
            trial, technician=technician, shift_id=shift_id, at=fresh.seconds(starts_at)
        )
        if vehicle is None or name not in tables.job_number:
            return False
        job = tables.job_number[name]
        trial.fixed[job] = (fresh.seconds(starts_at), fresh.seconds(starts_at))
        by_vehicle[vehicle].append(job)
    for vehicle, order in by_vehicle.items():
        laid = trial.try_route(vehicle, order)
        if laid is None:
            return False
        trial.hold(laid)
    return True


def vehicle_at(trial: Trial, *, technician: int, shift_id: int, at: float) -> int | None:
    """Number of the technician's own stretch of that shift at that time, if there is one."""
    for vehicle in trial.tables.vehicles:
        name = vehicle.shift.id or ""
        if (
            vehicle.people == {str(technician)}
            and name.split(".", maxsplit=1)[0] == str(shift_id)
            and vehicle.shift.start <= at <= vehicle.latest
        ):
            return vehicle.index
    return None


def _only(solution: Solution, *, people: set[str]) -> Solution:
    routes: tuple[Route, ...] = tuple(r for r in solution.routes if r.lead in people)
    return replace(solution, routes=routes)


def _rows(fresh: Reading) -> dict[int, list[Assignment]]:
    found: dict[int, list[Assignment]] = defaultdict(list)
    for row in fresh.movable:
        found[row.visit_id].append(row)
    return dict(found)


def _left_out(finding: Finding, *, fresh: Reading) -> list[int]:
    """Visits that lose their place; pinned ones keep it whatever the engine says."""
    unserved = (seats.visit_of(row.job) for row in finding.timetable.solution.unserved)
    visits = {visit for visit in unserved if visit is not None}
    return sorted(visits - fresh.pins.keys())


def _differs(rows: Sequence[Assignment], places: Sequence[Place]) -> bool:
    return {place_of(row) for row in rows} != set(places)
