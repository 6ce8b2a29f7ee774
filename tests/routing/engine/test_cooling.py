"""A search cools down once, or lap by lap where there are steps for several."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from routing.engine.compiled import Compiled
from routing.engine.cooling import LAP_STEPS, LAPS_SHARE, WARM, Cooling
from routing.engine.kernel.squad import Manner
from routing.invented.technicians import technician_day
from routing.trial.tables import tabulate
from routing.trial.trial import Trial

MANNER = Manner(hot=10.0, cold=0.1)
JOBS, ROUTES = 100, 5
LAP = LAP_STEPS * JOBS * JOBS / ROUTES


def cooling(laps):
    """For a search with time for so many laps and the last one."""
    return Cooling.of(MANNER, steps=(laps + 0.1) * LAP / LAPS_SHARE, jobs=JOBS, routes=ROUTES)


def course(how, *, points=400):
    return [how.at(n / points) for n in range(points + 1)]


def test_where_there_is_no_time_for_two_laps_the_search_cools_down_once():
    how = cooling(1)

    found = course(how)

    assert how.laps == 1
    assert {moment.lap for moment in found} == {0}
    assert found[0].heat == MANNER.hot
    assert found[-1].heat == pytest.approx(MANNER.cold)
    assert all(a.heat > b.heat for a, b in pairwise(found))


def test_each_lap_begins_hot_and_the_last_one_warm():
    found = course(cooling(3))

    begins = [b.heat for a, b in pairwise(found) if a.lap != b.lap]
    assert [moment.lap for moment in found] == sorted(moment.lap for moment in found)
    assert {moment.lap for moment in found} == {0, 1, 2, 3}
    assert begins == pytest.approx([MANNER.hot, MANNER.hot, WARM], rel=0.05)
    assert found[-1].heat == pytest.approx(MANNER.cold)


def test_long_rounds_get_fewer_and_longer_laps():
    short, long = (Cooling.of(MANNER, steps=1e7, jobs=JOBS, routes=n) for n in (20, 5))

    assert short.laps > long.laps > 1


def test_the_shortest_rounds_have_time_to_settle_too():
    short, shortest = (Cooling.of(MANNER, steps=1e7, jobs=JOBS, routes=n) for n in (20, 50))

    assert short.laps == shortest.laps > 1


def test_a_repair_that_is_no_warmer_than_the_last_lap_stays_so():
    cool = Cooling(manner=Manner(hot=1.0), laps=3)

    assert max(moment.heat for moment in course(cool)) == 1.0


def test_the_best_plan_of_all_laps_is_the_answer():
    now, problem = time.monotonic(), technician_day(visits=12, technicians=4, seed=3)
    search = Compiled(
        trial=Trial(tabulate(problem)),
        workers=1,
        seed=1,
        began=now,
        deadline=now + 600,
        stopped=lambda: False,
        iterations=150_000,
    )

    laps, least = set(), []
    for _ in search.run():
        laps.add(search._moment.lap)
        least.append(search._squad.best_cost)

    assert len(laps) > 3
    assert least == sorted(least, reverse=True)
    assert search.best.worth.objective[-1] == pytest.approx(least[-1], rel=1e-6)
