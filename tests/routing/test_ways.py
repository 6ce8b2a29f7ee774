"""The cheapest ways for many windows at once are those that laying out every gap finds."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from benchmarks import insertion as benchmark
from routing import interchange
from routing.check import judge
from routing.insertion import Incumbent
from routing.problem import Equipment, Window, WindowWish
from routing.rules.spans import intersect
from routing.solution import Solution
from routing.trial.fleet import Fleet
from routing.trial.tables import tabulate
from routing.trial.trial import Trial
from routing.trial.ways import Ways
from routing.trial.writing import follow
from tests.routing import days
from tests.routing.plans import plan_of, searched

MOST = 3


def nasty(seed):
    """A nasty day with its plan, and a job that resembles one of its own."""
    problem = interchange.problem_of(days.nasty(seed))
    rng = Random(seed)
    place = rng.choice(problem.locations).id
    job = replace(rng.choice(problem.jobs), id="newcomer", location=place)
    return problem, plan_of(searched(problem, steps=5)), job


def usual(seed):
    """A day as the product makes it, with fewer people."""
    problem = benchmark.planned(seed, technicians=4, visits=26)
    job = replace(problem.jobs[seed], id="newcomer", promise=None, release=None)
    return problem, problem.incumbent, job


def wishing(seed):
    """A usual day on which every third customer would pay for another hour."""
    problem, _, job = usual(seed)
    wish = WindowWish(windows=(Window(opens=46800, closes=54000),), cost_per_s=3, max_cost=9000)
    jobs = [
        replace(one, wishes=(wish,)) if n % 3 == 0 else one for n, one in enumerate(problem.jobs)
    ]
    problem = replace(problem, jobs=tuple(jobs))
    return problem, problem.incumbent, replace(job, wishes=(wish,) if seed % 2 else ())


def lifted(seed):
    """A usual day on which the new job and some others need the only lift."""
    problem, _, job = usual(seed)
    jobs = [
        replace(one, equipment={"lift": 1}) if n % 9 == seed % 9 else one
        for n, one in enumerate(problem.jobs)
    ]
    problem = replace(problem, jobs=tuple(jobs), equipment=(Equipment(id="lift", count=1),))
    return problem, problem.incumbent, replace(job, equipment={"lift": 1})


def windows_of(seed):
    rng = Random(seed)
    opens = [rng.randrange(25000, 60000, 900) for _ in range(4)]
    return [(a, a + b) for a, b in zip(opens, (0, 1800, 7200, 20000), strict=True)]


def laid_out(problem, plan, job):
    """The plan as a trial, and the job's number in it."""
    crews = dict.fromkeys(r.technicians for r in plan.routes if len(r.technicians) > 1)
    trial = Trial(tabulate(replace(problem, jobs=(*problem.jobs, job)), crews=list(crews)))
    trial.tell_apart()
    follow(trial, plan)
    return trial, len(problem.jobs)


def fast_prices(problem, plan, job, windows):
    trial, number = laid_out(problem, plan, job)
    rows = [row[number] for row in trial.tables.spans]
    spans = [[intersect(own, (window,)) for own in rows] for window in windows]
    ways = Ways(trial, fleet=Fleet(trial.tables, prices=trial.prices))
    found = ways.cheapest(number, spans=spans, most=MOST)
    return ranked([[way.extra for way in own] for own in found])


def slow_prices(problem, plan, job, windows):
    """The twin: each gap of jobs laid out by itself in each window, the cheapest taken."""
    found = []
    for window in windows:
        trial, number = laid_out(problem, plan, job)
        for row in trial.tables.spans:
            row[number] = intersect(row[number], (window,))
        trial.refresh(number)
        found.append(sorted(gap_prices(trial, number).values())[:MOST])
    return ranked(found)


def ranked(prices):
    """By window and rank."""
    return {(n, rank): price for n, own in enumerate(prices) for rank, price in enumerate(own)}


def gap_prices(trial, job):
    prices = {}
    for vehicle in trial.partners.open_to(trial, job):
        laid = trial.routes[vehicle]
        bare = () if laid is None else trial.bare(laid)
        for position in range(len(bare) + 1):
            way = trial.option(job, vehicle, position)
            gap = vehicle, sum(code < len(trial.holder) for code in bare[:position])
            if way is not None:
                prices[gap] = min(way.extra, prices.get(gap, way.extra))
    return prices


@pytest.mark.parametrize("seed", range(60))
def test_no_gap_of_a_nasty_day_is_cheaper(seed):
    question = nasty(seed)

    found = fast_prices(*question, windows_of(seed))

    assert found == pytest.approx(slow_prices(*question, windows_of(seed)), rel=1e-6, abs=1e-4)


@pytest.mark.parametrize("seed", range(8))
def test_no_gap_of_a_usual_day_is_cheaper(seed):
    question = usual(seed)

    found = fast_prices(*question, windows_of(seed))

    assert found == pytest.approx(slow_prices(*question, windows_of(seed)), rel=1e-6, abs=1e-4)


@pytest.mark.parametrize("seed", range(8))
def test_no_gap_is_cheaper_where_waiting_for_wished_hours_pays(seed):
    question = wishing(seed)

    found = fast_prices(*question, windows_of(seed))

    assert found == pytest.approx(slow_prices(*question, windows_of(seed)), rel=1e-6, abs=1e-4)


@pytest.mark.parametrize("seed", range(8))
def test_no_gap_is_cheaper_where_the_job_waits_for_a_machine(seed):
    question = lifted(seed)

    found = fast_prices(*question, windows_of(seed))

    assert found == pytest.approx(slow_prices(*question, windows_of(seed)), rel=1e-6, abs=1e-4)


@pytest.mark.parametrize("seed", range(8))
def test_the_judge_accepts_every_way_into_a_usual_day(seed):
    problem, plan, job = usual(seed)
    incumbent = Incumbent.of(problem, solution=plan or Solution())
    asked = replace(problem, jobs=(*problem.jobs, job), incumbent=None)

    plans = [
        incumbent.with_insertion(way)
        for way in incumbent.insertions(job, windows=benchmark.OFFERED, most=1)
    ]

    assert [judge(answer, problem=asked).violations for answer in plans] == [()] * len(plans)


@pytest.mark.parametrize("seed", range(8))
def test_each_technician_has_their_own_cheapest_way(seed):
    trial, number = laid_out(*usual(seed))
    slow = {}
    for (vehicle, _), price in gap_prices(trial, number).items():
        slow[vehicle] = min(price, slow.get(vehicle, price))

    ways = Ways(trial, fleet=Fleet(trial.tables, prices=trial.prices)).by_vehicle(number)

    assert {vehicle: way.extra for vehicle, way in ways.items()} == pytest.approx(slow, abs=1e-4)


@pytest.mark.parametrize("seed", range(8))
def test_an_answer_is_the_same_whatever_was_asked_before(seed):
    problem, plan, job = usual(seed)
    stocked = replace(job, parts={"router": 2})
    asked_before = Incumbent.of(problem, solution=plan)
    for other in (job, stocked, replace(job, location=problem.jobs[-1].location)):
        asked_before.insertions(other, windows=benchmark.OFFERED)

    again = [asked_before.insertions(one, windows=benchmark.OFFERED) for one in (stocked, job)]

    fresh = [Incumbent.of(problem, solution=plan) for _ in range(2)]
    assert again == [
        one.insertions(own, windows=benchmark.OFFERED)
        for one, own in zip(fresh, (stocked, job), strict=True)
    ]
