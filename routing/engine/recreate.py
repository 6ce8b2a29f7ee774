"""Puts absent jobs back into a trial, one group after the other, where each costs least."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from routing.trial.joining import serve
from routing.trial.tables import Tables
from routing.trial.trial import UNHELD, Trial, never

# Gaps that are laid out exactly for one job: at first, and when leaving it out costs most.
FEW, MANY = 4, 64
# How likely a gap is passed over while searching: the best of each moment is a dead end now and then.
BLINK = 0.02
# How likely a job is taken for the first of a crew, in the order of those that were taken out.
TAKEN = 0.5

_Key = Callable[[int], float]


class Recreate:
    """Orders of insertion and their chances, in sixteenths: from tuning on public problems."""

    def __init__(self, tables: Tables, *, chance: random.Random) -> None:
        self._chance = chance
        jobs = range(len(tables.jobs))
        widest = [_window(tables, job) for job in jobs]
        homes = [v.begin for v in tables.vehicles if v.begin is not None] or [tables.places[0]]
        legs = tables.legs[""]
        far = [
            min(legs.second_rows[home][tables.places[job]] for home in set(homes)) for job in jobs
        ]
        demand = [sum(tables.jobs[job].demand.values()) for job in jobs]
        alone = [v.index for v in tables.vehicles if len(v.crew) == 1]
        few = [sum(bool(tables.spans[v][job]) for v in alone) for job in jobs]
        self._orders: list[tuple[float, _Key]] = [
            (4.0, lambda _: chance.random()),
            (2.0, lambda job: -demand[job]),
            (2.0, lambda job: few[job]),
            (2.0, lambda job: -far[job]),
            (1.0, lambda job: far[job]),
            (2.0, lambda job: widest[job][1] - widest[job][0]),
            (1.5, lambda job: widest[job][0]),
            (1.5, lambda job: -widest[job][1]),
        ]
        self._few = few

    def _passes(self) -> bool:
        return self._chance.random() < BLINK

    def some(self, trial: Trial, jobs: Sequence[int]) -> None:
        """Serve those of the jobs that pay, in an order that chance decides."""
        weights = [weight for weight, _ in self._orders]
        [(_, key)] = self._chance.choices(self._orders, weights)
        ranked = sorted(jobs, key=lambda job: (-trial.urgency(job), key(job)))
        for job in ranked:
            if trial.holder[job] == UNHELD:
                self._serve(trial, job, tries=FEW, passes=self._passes)

    def send(self, trial: Trial, crew: int, jobs: Sequence[int]) -> None:
        """Let a crew that has nothing to do begin with one of the jobs, one that nobody can do alone
        where there is any.
        """
        can = [job for job in jobs if trial.tables.spans[crew][job]]
        for job in [job for job in can if not self._few[job]] or can:
            if trial.holder[job] == UNHELD and self._chance.random() < TAKEN:
                option = trial.option(job, crew, 0)
                if option is not None:
                    trial.put(option)
                    return

    def all(self, trial: Trial, *, over: Callable[[], bool]) -> None:
        """Leave no job out that fits and pays, however long the list of gaps."""
        for job in sorted(trial.absent(), key=lambda job: (-trial.urgency(job), self._few[job])):
            if over():
                return
            if trial.holder[job] == UNHELD:
                self._serve(trial, job, tries=MANY)

    def prune(self, trial: Trial) -> None:
        """Take out jobs that cost more than leaving them out, the dearest first."""
        for vehicle, laid in enumerate(trial.routes):
            if laid is not None:
                self._prune_route(trial, vehicle)

    def _prune_route(self, trial: Trial, vehicle: int) -> None:
        """Each job by itself, then the whole route."""
        for job in [job for job, holder in enumerate(trial.holder) if holder == vehicle]:
            if trial.holder[job] == vehicle:
                self._take_if_cheaper(trial, [job])
        rest = [job for job, holder in enumerate(trial.holder) if holder == vehicle]
        if rest:
            self._take_if_cheaper(trial, rest)

    @staticmethod
    def _take_if_cheaper(trial: Trial, jobs: Sequence[int]) -> None:
        if any(trial.urgency(job) for job in jobs):
            return
        before, price = trial.remember(), trial.total()
        trial.take_groups(jobs)
        if trial.total() >= price:
            trial.recall(before)

    def _serve(
        self, trial: Trial, job: int, *, tries: int, passes: Callable[[], bool] = never
    ) -> None:
        group = trial.partners.groups.get(job, (job,))
        if len(group) == 1:
            option = trial.best(job, tries=tries, below=trial.worth(job), passes=passes)
            if option is not None:
                trial.put(option)
            return
        missing = [mate for mate in group if trial.holder[mate] == UNHELD]
        before, price = trial.remember(), trial.total()
        if serve(trial, missing, tries=tries):
            if trial.total() < price:
                return
            trial.recall(before)
        for mate in missing:
            if trial.partners.may_be_alone(trial, mate):
                option = trial.best(mate, tries=tries, below=trial.worth(mate))
                if option is not None:
                    trial.put(option)


def _window(tables: Tables, job: int) -> tuple[float, float]:
    """Earliest and latest start, within any shift."""
    first = min((v.shift.start for v in tables.vehicles), default=0)
    last = max((v.latest for v in tables.vehicles), default=0)
    spans = [span for row in tables.spans for span in row[job]]
    opens = min((span[0] for span in spans), default=first)
    closes = max((span[1] for span in spans), default=last)
    return max(first, opens), min(last, closes)
