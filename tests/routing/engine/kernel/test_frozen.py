"""What has its place in a route when a search begins keeps it."""

from __future__ import annotations

from random import Random

import pytest

from routing import interchange
from routing.engine.compiled import Compiled
from routing.engine.kernel import columns as c
from routing.engine.kernel.encode import encode
from routing.engine.kernel.frozen import are_first, put_first
from routing.engine.kernel.question import beyond
from routing.engine.kernel.squad import Manner, Squad
from routing.engine.kernel.state import Plan
from routing.engine.squeezing import is_worthwhile
from tests.routing import days
from tests.routing.engine.kernel import sayable


def firsts(plan):
    """The stops of each route that stay."""
    return {v: jobs[: plan._desk[v, c.FROZEN]] for v, jobs in plan.now if plan._desk[v, c.FROZEN]}


@pytest.mark.parametrize("full", [True, False])
def test_what_is_frozen_stays_while_everything_else_may_change(full):
    kept = changed = 0
    for seed, trial in sayable.days_of(40, make=sayable.frozen):
        plan = sayable.begun_plan(trial, seed=seed)
        before, began = firsts(plan), plan.now
        for _ in range(30):
            sayable.walk(plan, steps=5, full=full)
            routes = dict(plan.now)
            assert {v: routes[v][: len(jobs)] for v, jobs in before.items()} == before
        kept += len(before)
        changed += plan.now != began

    assert kept > 30
    assert changed > 5


def test_jobs_that_stay_are_never_the_middle_of_a_ruin():
    trial = sayable.trial_of(repair(first=[5, 2, 6, 0, 3]))
    plan = sayable.begun_plan(trial, seed=1)

    for _ in range(100):
        sayable.walk(plan, steps=20, full=False)
        assert dict(plan.now)[0][:5] == [5, 2, 6, 0, 3]

    assert len(dict(plan.best)[0]) == 8


def test_everything_before_a_position_is_frozen_with_it():
    day = repair(first=[])
    day["visits"][2]["pin"] = {"technician": "technician-0", "position": 2}
    plan = Plan(encode(sayable.trial_of(day)), seed=1)

    plan.take([(0, [1, 2, 3])])

    assert firsts(plan) == {0: [1, 2]}


def repair(*, first):
    """Two technicians, of whom the first is bound to begin with these visits."""
    day = days.plain(Random(3), visits=8, technicians=2)
    for visit in day["visits"]:
        visit |= {"windows": [[28800, 61200]], "duration_s": 1200}
    for n, job in enumerate(first, start=1):
        day["visits"][job]["pin"] = {"technician": "technician-0", "position": n}
    return day


def test_what_must_come_first_is_put_in_before_the_search_begins():
    trial = sayable.trial_of(repair(first=[5, 2]))

    put_first(trial)

    assert [trial.bare(laid) for laid in trial.routes if laid] == [(5, 2)]
    assert firsts(sayable.planned(trial, seed=1)) == {0: [5, 2]}


def test_who_may_stay_out_and_does_not_pay_is_not_put_in():
    day = repair(first=[5])
    day["visits"][5]["pin"]["must_serve"] = False
    day["visits"][5]["unserved_penalty"] = 0.001
    day["objective"] = {"levels": [[{"metric": "unserved_penalty"}, {"metric": "distance_m"}]]}
    trial = sayable.trial_of(day)

    put_first(trial)

    assert trial.routes == [None, None]


def test_a_job_with_a_place_never_comes_to_stand_in_another_one():
    trial = sayable.trial_of(repair(first=[5, 2, 6]))
    plan = Plan(encode(trial), seed=1)
    plan.question.hands[:, 5, c.WINDOW : c.WINDOW + 2] = 0  # what the trial holds by a hair

    plan.take_most([(0, [5, 2, 6, 1])])

    assert plan.now == [(0, [1])]
    sayable.walk(plan, steps=300)
    assert not {5, 2, 6} & {job for _, jobs in plan.now for job in jobs}


@pytest.mark.parametrize(
    ("pins", "sayable_here"),
    [
        ([("technician-0", 1), ("technician-0", 2), ("technician-1", 1)], True),
        ([("technician-0", 1), ("technician-0", 3)], False),
        ([("technician-0", 1), ("technician-0", 1)], False),
        ([(None, 1)], False),
    ],
)  # fmt: skip
def test_positions_are_for_the_kernel_where_they_begin_routes(pins, sayable_here):
    day = repair(first=[])
    for visit, (technician, position) in zip(day["visits"], pins, strict=False):
        visit["pin"] = {"technician": technician, "position": position}
    trial = sayable.trial_of(day)

    assert are_first(trial.tables.draft) == sayable_here
    assert beyond(trial) == (set() if sayable_here else {"positions"})


def test_searchers_of_a_squad_keep_what_is_frozen_in_each_others_parts():
    day = days.plain(Random(4), visits=60, technicians=14)
    for n in range(14):
        day["visits"][n]["pin"] = {"technician": f"technician-{n}", "position": 1}
    trial = sayable.trial_of(day)
    put_first(trial)
    first = {laid.vehicle: laid.stops[0] for laid in trial.routes if laid}
    squad = Squad(encode(trial), seed=1, workers=2, manner=Manner())
    squad.take([(laid.vehicle, list(laid.stops)) for laid in trial.routes if laid])

    for _ in range(6):
        squad.epoch(100, heat=squad.question.scale)

    assert len(first) > 10
    assert {v: jobs[0] for v, jobs in squad.best if v in first} == first


def test_no_route_that_must_begin_so_is_squeezed_out():
    levels = [[{"metric": "unserved"}], [{"metric": "routes_used", "weight": 1e9}]]
    free, bound = (
        encode(sayable.trial_of(each_must(repair(first=first)) | {"objective": {"levels": levels}}))
        for first in ([], [5])
    )

    assert is_worthwhile(free)
    assert not is_worthwhile(bound)


def each_must(day):
    for visit in day["visits"]:
        visit["mandatory"] = True
    return day


def test_where_everything_has_its_place_there_is_nothing_to_search():
    free, bound = (
        Squad(encode(sayable.trial_of(repair(first=first))), seed=1, workers=1, manner=Manner())
        for first in ([5], range(8))
    )

    assert free.is_free
    assert not bound.is_free


def test_a_repair_of_the_day_is_searched_here_and_begins_as_it_must():
    day = repair(first=[5, 2])
    for n, technician in enumerate(day["technicians"]):
        technician["shifts"][0] |= {"id": f"late-{n}", "start": 40000}
        technician["start_location"] = "place-7"
    trial = sayable.trial_of(day)
    day["incumbent"] = interchange.document_of(sayable.plan_of(searched_with(trial)))
    trial = sayable.trial_of(day)

    engine = Compiled(
        trial=trial, workers=1, seed=1, began=0.0, deadline=0.0, stopped=lambda: False,
        iterations=400,
    )  # fmt: skip
    for _ in engine.run():
        pass

    assert not beyond(trial)
    [stops] = [
        [stop["visit"] for stop in route["stops"] if "visit" in stop]
        for route in engine.best.plan["routes"]
        if route["technician"] == "technician-0"
    ]
    assert stops[:2] == ["visit-5", "visit-2"]
    assert engine.best.served > 2


def searched_with(trial):
    return sayable.searched(trial.tables.problem)
