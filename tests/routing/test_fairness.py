"""What unequal hours add is the same by look-up as by comparing everybody."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from routing import interchange
from routing.score.fairness import excess
from routing.trial.fairness import Fairness
from routing.trial.tables import tabulate
from routing.trial.trial import Trial
from tests.routing import days

RATE = 2.5
DURATIONS = np.linspace(0, 32400, 400)


def served(seed, *, technicians, tolerance_s):
    """A day in two groups with past weeks, all jobs given to somebody."""
    rng = Random(seed)
    day = days.plain(rng, technicians=technicians) | {
        "fairness": {"cost_per_s": RATE, "tolerance_s": tolerance_s},
        "objective": {"levels": [[{"metric": "cost"}]]},
    }
    for one in day["technicians"]:
        one["history"] = {"worked_s": rng.randrange(0, 30000, 600), "group": rng.choice("aab")}
    trial = Trial(tabulate(interchange.problem_of(day)))
    for job in trial.absent():
        way = trial.best(job, tries=1000)
        if way is not None:
            trial.put(way)
    return trial


def total(trial, *, vehicle=None, duration=0.0):
    """The price of all unequal hours, one route lasting so long."""
    problem, groups = trial.tables.problem, {}
    for n, one in enumerate(problem.technicians):
        laid = trial.routes[n]
        own = duration if n == vehicle else 0.0 if laid is None else laid.duration_s
        groups.setdefault(one.history.group, []).append(one.history.worked_s + own)
    return RATE * sum(
        excess(own, tolerance=problem.fairness.tolerance_s) for own in groups.values()
    )


@pytest.mark.parametrize("tolerance_s", [0, 900, 7200])
@pytest.mark.parametrize("technicians", range(1, 8))
def test_a_longer_route_adds_what_everybody_compared_adds(technicians, tolerance_s):
    trial = served(technicians, technicians=technicians, tolerance_s=tolerance_s)
    fairness = Fairness(trial.tables, routes=trial.routes, rate=RATE)

    for vehicle in range(technicians):
        found = fairness.added(np.full(len(DURATIONS), vehicle), DURATIONS)

        slow = [total(trial, vehicle=vehicle, duration=own) for own in DURATIONS]
        assert found == pytest.approx(np.array(slow) - total(trial), abs=1e-5)


@pytest.mark.parametrize("tolerance_s", [0, 900, 7200])
@pytest.mark.parametrize("technicians", range(1, 8))
def test_nothing_longer_adds_less_than_the_bound(technicians, tolerance_s):
    trial = served(technicians, technicians=technicians, tolerance_s=tolerance_s)
    fairness = Fairness(trial.tables, routes=trial.routes, rate=RATE)

    for vehicle in range(technicians):
        who = np.full(len(DURATIONS), vehicle)
        added, least = fairness.added(who, DURATIONS), fairness.least(who, DURATIONS)

        behind = np.minimum.accumulate(added[::-1])[::-1]
        assert (least <= behind + 1e-6).all()


def test_crews_are_not_known():
    day = interchange.problem_of(days.plain(Random(1)))
    crew = [("technician-0", "technician-1")]
    trial = Trial(tabulate(day, crews=crew))

    fairness = Fairness(trial.tables, routes=trial.routes, rate=RATE)

    assert fairness.known.tolist() == [True, True, True, False]
