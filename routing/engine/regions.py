"""Cuts a large day into regions: problems of their own, with some of the technicians and jobs.

A day is halved along a line through the map, and its halves again. Lines are drawn anew for each
cut, so neighbours come into one region sooner or later (POPMUSIC; Taillard and Voss 2002). Who must
be planned together stays together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from routing.problem import Job, MatrixTravel, Problem, RelationType, Technician, among
from routing.solution import Solution

# Places from which others are seen where there are no coordinates.
LANDMARKS = 4

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Region:
    """Ids of the technicians and of the jobs of one region."""

    technicians: frozenset[str]
    jobs: frozenset[str]


class Survey:
    """The map of a problem: where everybody is, and who must stay together."""

    def __init__(self, problem: Problem, *, seed: int) -> None:
        self._problem = problem
        self._chance = np.random.default_rng(seed)
        self._points = _points(problem)
        where = problem.location_index
        self._jobs = self._points[[where[job.location] for job in problem.jobs]]
        middle = self._jobs.mean(axis=0)
        homes = [_home(one) for one in problem.technicians]
        self._homes = np.array(
            [middle if home is None else self._points[where[home]] for home in homes]
        )
        self._groups = _groups(problem)

    def first(self, count: int) -> list[Region]:
        """So many regions with equal shares of jobs and technicians, wherever those live."""
        of_job = np.zeros(len(self._jobs), dtype=np.int64)
        of_home = np.zeros(len(self._homes), dtype=np.int64)
        self._halve(
            count, np.arange(len(self._jobs)), np.arange(len(self._homes)), of_job, of_home, first=0
        )
        return self._regions(count, of_job, of_home, served=())

    def anew(self, rounds: Mapping[str, Sequence[str]], count: int) -> list[Region] | None:
        """At most so many regions around the present rounds, jobs by technician.

        None when too much hangs together for more than one.
        """
        problem = self._problem
        number = {job.id: n for n, job in enumerate(problem.jobs)}
        holder = {job: who for who, jobs in rounds.items() for job in jobs}
        team = self._teams(holder)
        members: dict[str, list[int]] = defaultdict(list)
        for job, who in holder.items():
            members[team[who]].append(number[job])
        names = sorted(members)
        if len(names) < 2:
            return None
        middles = np.array([self._jobs[members[name]].mean(axis=0) for name in names])
        sizes = np.array([len(members[name]) for name in names], dtype=np.float64)
        label = np.zeros(len(names), dtype=np.int64)
        self._part(count, np.arange(len(names)), middles, sizes, label, first=0)
        of_team = dict(zip(names, label.tolist(), strict=True))
        of_job = np.full(len(self._jobs), -1)
        for name in names:
            of_job[members[name]] = of_team[name]
        centres = np.array([
            self._jobs[of_job == k].mean(axis=0) if (of_job == k).any() else np.inf + middles[0]
            for k in range(count)
        ])  # fmt: skip
        of_home = np.array([
            of_team.get(team[one.id], _nearest(centres, home))
            for one, home in zip(problem.technicians, self._homes, strict=True)
        ])  # fmt: skip
        for n in np.flatnonzero(of_job < 0):
            of_job[n] = _nearest(centres, self._jobs[n])
        return self._regions(count, of_job, of_home, served=holder.keys())

    def _teams(self, holder: Mapping[str, str]) -> dict[str, str]:
        """Who is planned with whom: a name for each technician, the same within a team."""
        team = {one.id: one.id for one in self._problem.technicians}

        def root(who: str) -> str:
            while team[who] != who:
                who = team[who]
            return who

        for group in self._groups:
            people = [holder[job] for job in group if job in holder]
            for one in people[1:]:
                team[root(one)] = root(people[0])
        return {who: root(who) for who in team}

    # --- lines through the map ---

    def _line(self, points: Floats) -> Floats:
        """How far along a direction each point lies; far apart points give the direction."""
        one, other = self._chance.choice(len(points), size=2, replace=len(points) < 2)
        along: Floats = points @ (points[other] - points[one])
        return along

    def _halve(
        self, count: int, jobs: NDArray[np.int64], homes: NDArray[np.int64],
        of_job: NDArray[np.int64], of_home: NDArray[np.int64], *, first: int,
    ) -> None:  # fmt: skip
        """Give jobs and homes the numbers of ``count`` regions, from the ``first`` on."""
        if count < 2:
            of_job[jobs], of_home[homes] = first, first
            return
        less = count // 2
        line = self._line(np.concatenate([self._jobs[jobs], self._homes[homes]]))
        jobs = jobs[np.argsort(line[: len(jobs)], kind="stable")]
        homes = homes[np.argsort(line[-len(homes) :], kind="stable")] if len(homes) else homes
        cut, home_cut = (round(len(them) * less / count) for them in (jobs, homes))
        self._halve(less, jobs[:cut], homes[:home_cut], of_job, of_home, first=first)
        self._halve(count - less, jobs[cut:], homes[home_cut:], of_job, of_home, first=first + less)

    def _part(
        self, count: int, teams: NDArray[np.int64], middles: Floats, sizes: Floats,
        label: NDArray[np.int64], *, first: int,
    ) -> None:  # fmt: skip
        """The same with teams, which have as many jobs as ``sizes`` says."""
        if count < 2 or len(teams) < 2:
            label[teams] = first
            return
        less = count // 2
        teams = teams[np.argsort(self._line(middles[teams]), kind="stable")]
        before = np.cumsum(sizes[teams]) - sizes[teams] / 2
        near = before < sizes[teams].sum() * less / count
        near[0], near[-1] = True, False
        self._part(less, teams[near], middles, sizes, label, first=first)
        self._part(count - less, teams[~near], middles, sizes, label, first=first + less)

    def _regions(
        self, count: int, of_job: NDArray[np.int64], of_home: NDArray[np.int64], *,
        served: Iterable[str],
    ) -> list[Region]:  # fmt: skip
        """The regions of these numbers, with absent jobs where their people and partners are."""
        problem, stays = self._problem, set(served)
        region = {one.id: int(k) for one, k in zip(problem.technicians, of_home, strict=True)}
        found = {job.id: int(k) for job, k in zip(problem.jobs, of_job, strict=True)}
        for job in problem.jobs:
            chosen = [region[who] for who in _chosen(job) if who in region]
            if job.id not in stays and chosen and found[job.id] not in chosen:
                found[job.id] = chosen[0]
        for group in self._groups:
            known = [name for name in group if name in stays] or list(group)
            found.update(dict.fromkeys(group, found[known[0]]))
        regions = [
            Region(
                frozenset(who for who, k in region.items() if k == number),
                frozenset(job for job, k in found.items() if k == number),
            )
            for number in range(count)
        ]
        return [one for one in regions if one.jobs and one.technicians]


def part_of(problem: Problem, region: Region) -> Problem:
    """The problem of one region; what relations and the plan in force say beyond it is left out."""
    people = tuple(one for one in problem.technicians if one.id in region.technicians)
    jobs = tuple(job for job in problem.jobs if job.id in region.jobs)
    needed = {job.location for job in jobs} | {depot.location for depot in problem.depots}
    needed.update(place for one in people for place in _places(one))
    kept = [n for n, place in enumerate(problem.locations) if place.id in needed]
    return replace(
        problem,
        locations=tuple(problem.locations[n] for n in kept),
        travel=among(problem.travel, kept),
        technicians=people,
        jobs=jobs,
        relations=tuple(one for one in problem.relations if region.jobs.issuperset(one.jobs)),
        incumbent=None if problem.incumbent is None else _within(problem.incumbent, region),
    )


def _within(solution: Solution, region: Region) -> Solution:
    """What a solution says about a region."""
    routes = []
    for route in solution.routes:
        if region.technicians.issuperset(route.technicians):
            foreign = set(route.jobs) - region.jobs
            stops = tuple(stop for stop in route.stops if stop.id not in foreign)
            routes.append(replace(route, stops=stops))
    unserved = tuple(row for row in solution.unserved if row.job in region.jobs)
    return replace(solution, routes=tuple(routes), unserved=unserved, objective=None)


def _places(technician: Technician) -> Iterator[str]:
    for shift in technician.shifts:
        stops = (shift.start_location, shift.end_location, *(one.location for one in shift.breaks))
        yield from (place for place in stops if place is not None)


def _home(technician: Technician) -> str | None:
    return next(_places(technician), None)


def _chosen(job: Job) -> list[str]:
    """Who alone may serve a job; nobody where that is open."""
    if job.pin is not None and job.pin.technician is not None:
        return [job.pin.technician]
    return sorted(job.allowed_technicians or ())


def _groups(problem: Problem) -> list[tuple[str, ...]]:
    """Jobs that hang together in any way that binds, all of a group in one."""
    group = {job: job for relation in problem.relations for job in relation.jobs}

    def root(job: str) -> str:
        while group[job] != job:
            job = group[job]
        return job

    for relation in problem.relations:
        soft = relation.type is RelationType.SAME_TECHNICIAN and relation.cost is not None
        for job in () if soft else relation.jobs[1:]:
            group[root(job)] = root(relation.jobs[0])
    found: dict[str, list[str]] = defaultdict(list)
    for job in group:
        found[root(job)].append(job)
    return [tuple(jobs) for jobs in found.values() if len(jobs) > 1]


def _nearest(centres: Floats, point: Floats) -> int:
    return int(np.argmin(((centres - point) ** 2).sum(axis=1)))


def _points(problem: Problem) -> Floats:
    """``(n, d)``: where places are, or how long it takes to them from a few landmarks."""
    places = problem.locations
    if all(place.x is not None and place.y is not None for place in places):
        return np.array([(place.x, place.y) for place in places], dtype=np.float64)
    if all(place.lat is not None and place.lon is not None for place in places):
        degrees = np.array([(place.lat, place.lon) for place in places], dtype=np.float64)
        return degrees * (1.0, float(np.cos(np.radians(degrees[:, 0].mean()))))
    assert isinstance(problem.travel, MatrixTravel)
    return _from_landmarks(problem.travel.seconds)


def _from_landmarks(rows: Sequence[Sequence[float | None]]) -> Floats:
    """Seconds from places far apart: each is the farthest from those before."""
    chosen, seen = 0, list[Floats]()
    for _ in range(min(LANDMARKS, len(rows))):
        row = np.array([np.nan if cell is None else cell for cell in rows[chosen]])
        row = np.where(np.isnan(row), np.nanmax(np.append(row, 0.0)), row)
        row[chosen] = 0.0
        seen.append(row)
        chosen = int(np.argmax(np.min(seen, axis=0)))
    return np.column_stack(seen)
