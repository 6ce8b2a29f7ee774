"""One more job in a plan: every way is accepted by the judge, and none is cheaper."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest

from routing import interchange
from routing.check import judge
from routing.insertion import Incumbent
from routing.problem import Cost, Requirement, Skill, Term, Window
from routing.reasons import Lack, Shortfall
from routing.solution import Reason, Route, Solution, Stop, Unserved
from tests.routing import build, days
from tests.routing.plans import plan_of, searched

UNAVOIDABLE = {"E_MANDATORY", "E_PINNED", "E_CHANGES", "E_MISSING", "E_RELATION"}
NINE_TO_TEN = Window(opens=32400, closes=35999)


def codes(problem, solution):
    return {violation.code for violation in judge(solution, problem=problem).violations}


def order_of(*jobs):
    return Solution(routes=(build.route(*(build.visit(job) for job in jobs)),))


def without(solution, job):
    """The plan as if the job had never been served."""
    routes = tuple(
        replace(route, stops=tuple(stop for stop in route.stops if stop.id != job))
        for route in solution.routes
    )
    return replace(solution, routes=routes, unserved=(*solution.unserved, Unserved(job=job)))


def asked(problem):
    """A plan without one of its jobs, and that job."""
    trial = searched(problem, steps=5)
    plan = plan_of(trial)
    served = [job for route in plan.routes for job in route.jobs]
    related = {job for relation in problem.relations for job in relation.jobs}
    free = [job for job in served if job not in related]
    return (without(plan, free[0]), problem.job_by_id[free[0]]) if free else (plan, None)


@pytest.mark.parametrize("seed", range(40))
def test_the_judge_accepts_every_insertion(seed):
    problem = interchange.problem_of(days.nasty(seed))
    plan, job = asked(problem)
    incumbent = Incumbent.of(problem, solution=plan)

    ways = [] if job is None else list(incumbent.everywhere(job))[:30]

    found = [codes(problem, incumbent.with_insertion(way)) for way in ways]
    assert set().union(*found) <= UNAVOIDABLE


@pytest.mark.parametrize("seed", range(15))
def test_brute_force_finds_no_cheaper_place(seed):
    problem = interchange.problem_of(days.plain(Random(seed), visits=7, technicians=2))
    plan, job = asked(problem)
    incumbent = Incumbent.of(problem, solution=plan)

    best = min(way.extra[-1] for way in incumbent.insertions(job))

    prices = [
        finding.objective[-1]
        for answer in every_order_with(plan, job.id)
        for finding in [judge(answer, problem=problem)]
        if finding.feasible
    ]
    before = judge(incumbent.solution(), problem=problem).objective[-1]
    assert best == pytest.approx(min(prices) - before, abs=1e-3)


def every_order_with(plan, job):
    """The plan's orders, without times, with the job at each place of each route."""
    orders = [[stop.id for stop in route.stops] for route in plan.routes]
    for n, order in enumerate(orders):
        for place in range(len(order) + 1):
            longer = [*order[:place], job, *order[place:]]
            changed = [*orders[:n], longer, *orders[n + 1 :]]
            yield Solution(
                routes=tuple(
                    Route(technicians=route.technicians, stops=tuple(Stop(id=i) for i in stops))
                    for route, stops in zip(plan.routes, changed, strict=True)
                ),
                unserved=tuple(row for row in plan.unserved if row.job != job),
            )


def test_a_new_job_is_laid_between_its_neighbours():
    problem = build.problem(build.job("till"), build.job("gate", location="farm"))
    incumbent = Incumbent.of(problem, solution=order_of("till", "gate"))

    [best, *_] = incumbent.insertions(build.job("lamp", location="bank"))

    assert best.position == 2
    assert best.extra_travel_s == 0
    assert list(best.starts) == ["till", "lamp", "gate"]


def test_each_window_has_its_own_cheapest_place():
    problem = build.problem(build.job("till"))
    incumbent = Incumbent.of(problem, solution=order_of("till"))
    afternoon = Window(opens=46800, closes=53999)

    ways = incumbent.insertions(
        build.job("lamp", location="bank"), windows=[NINE_TO_TEN, afternoon], most=1
    )

    assert [way.window for way in ways] == [NINE_TO_TEN, afternoon]
    assert all(way.window.opens <= way.start <= way.window.closes for way in ways)


def test_places_of_one_window_come_cheapest_first():
    problem = interchange.problem_of(days.plain(Random(4), visits=12))
    plan, job = asked(problem)

    ways = Incumbent.of(problem, solution=plan).insertions(replace(job, windows=()), most=10)

    assert all(a.extra[-1] <= b.extra[-1] for a, b in pairwise(ways))


def test_the_price_in_money_counts_what_the_objective_does_not():
    rich = build.technician(cost=Cost(per_m=0.5))
    problem = build.problem(
        build.job("till"), technicians=(rich,), objective=((Term(metric="unserved"),),)
    )
    incumbent = Incumbent.of(problem, solution=order_of("till"))

    [best, *_] = incumbent.insertions(build.job("lamp", location="bank"))

    assert best.extra_metres == 20_000
    assert best.extra_money == pytest.approx(10_000)


def test_a_job_that_is_served_already_is_no_question():
    problem = build.problem(build.job("till"))
    incumbent = Incumbent.of(problem, solution=order_of("till"))

    with pytest.raises(ValueError, match="served already"):
        incumbent.insertions(problem.jobs[0])


def test_jobs_of_the_plan_that_no_longer_fit_are_named():
    problem = build.problem(build.job("till", windows=(Window(opens=0, closes=60),)))

    incumbent = Incumbent.of(problem, solution=order_of("till"))

    assert incumbent.lost == ("till",)


def test_a_job_that_is_taken_out_can_be_laid_elsewhere():
    people = (build.technician("łukasz"), build.technician("田中"))
    problem = build.problem(build.job("till"), technicians=people)
    incumbent = Incumbent.of(problem, solution=order_of("till"))

    incumbent.take_out("till")

    places = {way.technicians for way in incumbent.everywhere(problem.jobs[0])}
    assert incumbent.solution().routes == ()
    assert places == {("łukasz",), ("田中",)}


def test_asking_changes_nothing():
    problem = build.problem(build.job("till"))
    incumbent = Incumbent.of(problem, solution=order_of("till"))
    before = incumbent.solution()

    incumbent.insertions(build.job("lamp", location="bank"), windows=[NINE_TO_TEN])

    assert incumbent.solution() == before


def test_who_could_come_but_not_in_time_is_named_with_the_seconds():
    problem = build.problem(build.job("till"))
    incumbent = Incumbent.of(problem, solution=order_of("till"))
    too_early = build.job("lamp", location="farm", windows=(Window(opens=28800, closes=30000),))

    why = incumbent.why_not(too_early)

    assert why.job == "lamp"
    assert why.reason is Reason.UNREACHABLE
    assert (why.shortfall.lack, why.shortfall.amount) == (Lack.WINDOW, 600)


def test_each_technician_has_a_price_or_a_lack():
    skilled = build.technician("łukasz", skills={"fibre": Skill(level=2)})
    unskilled = build.technician("田中")
    problem = build.problem(build.job("till"), technicians=(skilled, unskilled))
    incumbent = Incumbent.of(problem, solution=Solution())
    needs = (Requirement(names=("fibre",), level=2),)

    found = incumbent.by_technician(build.job("lamp", location="bank", skills=needs))

    assert found["łukasz"].technicians == ("łukasz",)
    assert found["田中"] == Shortfall(lack=Lack.SKILL, technician="田中", name="fibre", amount=2)


def test_a_full_round_is_told_by_the_seconds_that_are_missing():
    problem = build.problem(build.job("till", duration_s=28_000))
    incumbent = Incumbent.of(problem, solution=order_of("till"))

    [found] = incumbent.by_technician(build.job("lamp", location="bank", duration_s=7200)).values()

    assert (found.lack, found.amount) == (Lack.ROOM, 5200)


def test_a_job_that_nobody_knows_yet_is_explained_too():
    problem = build.problem(build.job("till", duration_s=28_000))
    incumbent = Incumbent.of(problem, solution=order_of("till"))

    why = incumbent.why_not(build.job("lamp", location="bank", duration_s=7200))

    assert (why.job, why.reason, why.shortfall.amount) == ("lamp", Reason.NO_ROOM, 5200)
