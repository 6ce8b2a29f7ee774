"""What a start will cost at a place, foreseen before the route is driven."""

from __future__ import annotations

import numpy as np
import pytest

from routing.engine.kernel import columns as c
from routing.engine.kernel.encode import encode
from routing.engine.kernel.simulate import tariff_of
from routing.engine.kernel.state import Plan
from routing.problem import Term, Window
from routing.trial.tables import tabulate
from routing.trial.trial import Trial
from tests.routing import build
from tests.routing.engine.kernel import sayable

HOUR = 3600
LATE = ((Term(metric="unserved"),), (Term(metric="travel_s"), Term(metric="lateness_s")))


@pytest.mark.parametrize("make", [sayable.nasty, sayable.eager, sayable.moving])
def test_the_least_price_is_the_lowest_from_there_on(make):
    looked = 0
    for _, trial in sayable.days_of(30, make=make):
        question = encode(trial)
        last = max(vehicle.latest for vehicle in trial.tables.vehicles) * c.TICKS
        for row in question.tariff_at:
            if row[c.PIECE] == row[c.PIECES]:
                continue
            ticks = np.sort(
                np.concatenate(
                    [np.linspace(0, last, 400), question.tariff[row[c.PIECE] : row[c.PIECES], 0]]
                )
            )
            prices = [read(question, tick, row[c.PIECE], row[c.PIECES]) for tick in ticks]
            least = [read(question, t, row[c.LEAST_PIECE], row[c.LEAST_PIECES]) for t in ticks]
            from_there_on = np.minimum.accumulate(prices[::-1])[::-1]
            between = max(abs(np.diff(prices))) + 1e-6  # the lowest may lie between two looks
            assert np.all(np.array(least) <= from_there_on + 1e-6)
            assert np.all(np.array(least) >= from_there_on - between)
            looked += 1
    assert looked > 20


def read(question, tick, first, last):
    return tariff_of(question.tariff, first, last, tick)


@pytest.mark.parametrize("absent", range(9))
def test_of_places_with_the_same_road_the_one_in_time_is_found_at_once(absent):
    """More places than are simulated, and only one where nobody comes too late."""
    jobs = [
        build.job(
            f"v{hour}",
            duration_s=HOUR // 2,
            windows=(Window(opens=hour * HOUR, closes=hour * HOUR + HOUR // 3),),
            max_lateness_s=None,
        )
        for hour in range(8, 17)
    ]
    trial = Trial(tabulate(build.problem(*jobs, objective=LATE)))
    plan = Plan(encode(trial), seed=1)
    plan.take([(0, [job for job in range(9) if job != absent])])

    plan.run(1, hot=1e-9, cold=1e-9, removed=10.0, longest=10.0, blink=0.0, full=True)

    assert plan.now == [(0, list(range(9)))]
