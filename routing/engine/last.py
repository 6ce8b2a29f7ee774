"""The last look at a day that was cut into regions: who still fits somewhere, and why others do not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from routing.engine.region_search import Outline, RegionSearch
from routing.engine.regions import Region, part_of
from routing.problem import Problem
from routing.reasons import Reasons
from routing.solution import Reason, Route, Unserved
from routing.trial.trial import Trial
from routing.trial.writing import solution_of

# What is said of a job that has another reason in each region: the one that is nearest to a visit.
NEAREST = (
    Reason.TOO_COSTLY, Reason.NO_ROOM, Reason.RELATED, Reason.UNREACHABLE, Reason.NO_TECHNICIAN,
)  # fmt: skip
# Absent jobs of other regions that one region looks at.
MOST_FOREIGN = 200


class Last:
    """Regions with their best plans. ``over`` says that no time is left."""

    def __init__(
        self, problem: Problem, searches: Sequence[RegionSearch], *, over: Callable[[], bool]
    ) -> None:
        self._problem = problem
        self._searches = searches
        self._over = over
        self._found: list[Outline] = [search.best for search in searches]
        self._routes: list[tuple[Route, ...]] = [()] * len(searches)
        self._why: dict[str, Unserved] = {}
        # The regions in which a reason was found.
        self._looked: dict[str, set[int]] = defaultdict(set)

    @property
    def routes(self) -> list[Route]:
        """All routes, with their times."""
        return [route for routes in self._routes for route in routes]

    @property
    def why(self) -> dict[str, Unserved]:
        """Reasons by job; none where time was over.

        That nobody could serve a job even alone is said only when no region could.
        """
        return {
            job: row
            for job, row in self._why.items()
            if _rank(row) < NEAREST.index(Reason.UNREACHABLE)
            or len(self._looked[job]) == len(self._searches)
        }

    def fill(self, number: int) -> None:
        """Serve within its own region who fits and pays, and say why others do not."""
        search = self._searches[number]
        self._look(number, search, search.filled(self._found[number], over=self._over))

    def look_around(self, number: int) -> None:
        """Look for room in one region for the absent jobs of all others."""
        search = self._searches[number]
        own = {job.id for job in search.tables.jobs}
        served = {job for route in self.routes for job in route.jobs}
        absent = [job.id for job in self._problem.jobs if job.id not in served]
        related = {job for one in self._problem.relations for job in one.jobs}
        foreign = [job for job in absent if job not in own | related]
        foreign.sort(key=lambda job: -_rank(self._why.get(job)))
        if not foreign or self._over():
            return
        people = frozenset(one.id for one in search.tables.problem.technicians)
        region = Region(people, frozenset(own.union(foreign[:MOST_FOREIGN])))
        wider = RegionSearch(part_of(self._problem, region), seed=number)
        self._look(number, wider, wider.laid(self._found[number]))

    def _look(self, number: int, search: RegionSearch, trial: Trial) -> None:
        plan = solution_of(trial, reasons=Reasons(search.tables).of(trial, over=self._over))
        self._routes[number] = plan.routes
        for row in plan.unserved:
            known = self._why.get(row.job)
            if row.reason is not None:
                self._looked[row.job].add(number)
            if _rank(row) < _rank(known):
                self._why[row.job] = row


def _rank(row: Unserved | None) -> int:
    """How far a job is from a visit by its reason; farthest where none is known."""
    if row is None or row.reason is None:
        return len(NEAREST)
    return NEAREST.index(Reason(row.reason))
