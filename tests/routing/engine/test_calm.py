"""Hours with tables of their own in a search that knows one pace an hour."""

from __future__ import annotations

import time

import numpy as np
import pytest

from routing.check import judge
from routing.engine.calm import Calm
from routing.engine.compiled import Compiled
from routing.engine.hourly import HOURLY
from routing.engine.kernel.encode import encode
from routing.engine.kernel.hours import factor_of, slices_of
from routing.engine.kernel.question import beyond
from routing.engine.kernel.squad import Manner, Squad
from routing.flow import Flow, Flows
from routing.interchange import solution_of
from routing.invented.technicians import technician_day
from routing.trial.tables import tabulate
from routing.trial.trial import Trial
from tests.routing.hours import with_tables
from tests.routing.plans import searched


@pytest.fixture(scope="module")
def town():
    """40 visits on a day whose rush holds up some ways more than others."""
    return with_tables(technician_day(visits=40, technicians=6, seed=3))


def compiled(problem, *, steps):
    now = time.monotonic()
    search = Compiled(
        trial=Trial(tabulate(problem)),
        workers=1,
        seed=1,
        began=now,
        deadline=now + 600,
        stopped=lambda: False,
        iterations=steps,
    )
    return [best for best in search.run() if best is not None][-1]


def test_the_compiled_search_sees_to_tables_of_hours(town):
    assert beyond(Trial(tabulate(town))) == HOURLY

    best = compiled(town, steps=6000)
    plain = searched(town, steps=60)

    plan = solution_of(best.plan, problem=town)
    assert judge(plan, problem=town).feasible
    assert best.worth.objective[-1] < plain.total()


def test_the_same_seed_and_steps_give_the_same_plan(town):
    assert compiled(town, steps=1000).plan == compiled(town, steps=1000).plan


def test_a_leg_takes_what_its_table_says_at_the_hour_of_the_plan(town):
    tables = tabulate(town)
    squad = Squad(encode(Trial(tables)), seed=1, workers=1, manner=Manner())
    calm = Calm(tables, squad)
    for _ in range(3):
        squad.epoch(300, heat=squad.question.scale)
        calm.look(at_once=True)

    off = [abs(guess - exact) / exact for guess, exact in drives(calm, tables) if exact > 60]

    assert len(off) > 20
    assert float(np.median(off)) < 0.01


def drives(calm, tables):
    """Seconds of the legs of the plan: as the search has them, and by the tables."""
    travel = tables.problem.travel
    flows = Flows(travel.traffic, travel=travel)
    paces = Flow(
        travel.traffic, factors=[factor_of(piece, travel) for piece in travel.traffic.slices]
    )
    plan = calm.plan
    assert slices_of(tables, tables.vehicles[0])
    for laid in plan.routes:
        for n, end in enumerate(laid.ends[:-1] if laid else ()):
            here, there = (tables.places[laid.stops[k]] for k in (n, n + 1))
            if here != there:
                work = calm.legs[""].seconds[here, there]
                yield (
                    paces.advance(end, work=work) - end,
                    flows.on(here, there).advance(end, work=travel.seconds[here][there]) - end,
                )
