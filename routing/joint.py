"""Several people for one visit: a place for each of them at once in the plan in force, or none.

The jobs of such a visit are bound by relations, so that nobody's place can be asked about alone.
Answers in tens of milliseconds, without the engine; what is returned keeps every rule of its routes
and towards the others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from routing.problem import Problem, Window
from routing.rules.spans import intersect
from routing.solution import Route, Solution
from routing.trial.crews import crews_of
from routing.trial.joining import serve
from routing.trial.tables import tabulate
from routing.trial.trial import UNHELD, Memory, Trial
from routing.trial.writing import follow, route_of

# Gaps laid out for each person, and seconds between the starts that are tried for the first of them
# when the earliest finds nobody to meet. Starting values.
TRIES, STEP_S = 24, 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """One way to serve jobs that belong together; ``routes`` are all that change.

    ``extra_money`` is in the problem's money (the metric ``cost``).
    """

    jobs: tuple[str, ...]
    window: Window | None
    extra_money: float
    extra_travel_s: float
    extra_metres: float
    routes: tuple[Route, ...]

    @property
    def lead(self) -> str:
        """Who serves the first of the jobs."""
        return next(route.lead for route in self.routes if self.jobs[0] in route.jobs)


class JointIncumbent:
    """A plan in force, laid out for one group of jobs that looks for its place.

    Not safe for two threads at once: jobs that are asked about are put in and taken out again.
    """

    def __init__(self, problem: Problem, *, solution: Solution, jobs: Sequence[str]) -> None:
        tables = tabulate(problem, crews=list(dict.fromkeys(crews_of(solution))))
        # Somebody may be asked for by name: nobody shares rows with those who are alike.
        tables.draft.tell_apart()
        self._trial = Trial(tables)
        self._trial.tell_apart()
        self.lost = tuple(tables.jobs[n].id for n in follow(self._trial, solution))
        self._group = tuple(tables.job_number[job] for job in jobs)
        self._spans = [[row[n] for n in self._group] for row in tables.spans]
        assert all(self._trial.holder[n] == UNHELD for n in self._group)

    def cheapest(
        self,
        *,
        window: Window | None = None,
        lead: str | None = None,
        without: Collection[str] = (),
    ) -> Joint | None:
        """The cheapest way found to serve all of them, or None.

        Everybody starts in the ``window``, the first job goes to ``lead`` if one is named, and
        nobody of ``without`` takes part.
        """
        self._bind(window=window, lead=lead, without=frozenset(without))
        before = self._trial.remember()
        found = self._found(window, before) if self._served(window) else None
        self._trial.recall(before)
        self._bind(window=None, lead=None, without=frozenset())
        return found

    def trial(self) -> Trial:
        """The plan as it is laid out, to ask why a group finds no place."""
        return self._trial

    def _bind(self, *, window: Window | None, lead: str | None, without: frozenset[str]) -> None:
        """Leave each vehicle the starts that are asked for."""
        tables = self._trial.tables
        only = None if window is None else ((window.opens, window.closes),)
        for vehicle, own in zip(tables.vehicles, self._spans, strict=True):
            for seat, (number, spans) in enumerate(zip(self._group, own, strict=True)):
                wrong = lead is not None and seat == 0 and vehicle.lead.id != lead
                if wrong or vehicle.people & without:
                    tables.spans[vehicle.index][number] = ()
                else:
                    tables.spans[vehicle.index][number] = (
                        spans if only is None else intersect(spans, only)
                    )
        for number in self._group:
            self._trial.refresh(number)

    def _served(self, window: Window | None) -> bool:
        """Serve all; where the first may start early but nobody meets him, later starts are tried."""
        if serve(self._trial, self._group, tries=TRIES):
            return True
        for start in self._starts(window):
            self._trial.floors[self._group[0]] = start
            if serve(self._trial, self._group, tries=TRIES):
                return True
        return False

    def _starts(self, window: Window | None) -> Iterator[float]:
        spans = [span for row in self._trial.tables.spans for span in row[self._group[0]]]
        if not spans:
            return
        vehicles = self._trial.tables.vehicles
        opens = max(min(span[0] for span in spans), min(v.shift.start for v in vehicles))
        closes = min(max(span[1] for span in spans), max(v.latest for v in vehicles))
        step = STEP_S if window is not None else 2 * STEP_S
        start = opens + step
        while start <= closes:
            yield start
            start += step

    def _found(self, window: Window | None, before: Memory) -> Joint:
        trial = self._trial
        pairs = [
            (former, laid)
            for former, laid in zip(before.routes, trial.routes, strict=True)
            if laid is not former
        ]
        old = [laid for laid, _ in pairs if laid is not None]
        new = [laid for _, laid in pairs if laid is not None]
        money = trial.prices.money
        return Joint(
            jobs=tuple(trial.tables.jobs[number].id for number in self._group),
            window=window,
            extra_money=sum(map(money, new)) - sum(map(money, old)),
            extra_travel_s=sum(r.travel_s for r in new) - sum(r.travel_s for r in old),
            extra_metres=sum(r.distance_m for r in new) - sum(r.distance_m for r in old),
            routes=tuple(route_of(trial.tables, laid) for laid in new),
        )
