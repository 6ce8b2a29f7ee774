"""Technicians who get about differently: each drives by the table of the own profile."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random

import pytest

from routing import interchange
from routing.check import judge
from routing.engine.kernel.question import beyond
from routing.engine.telling import begun
from routing.faults import question_faults
from routing.insertion import Incumbent
from routing.problem import Cost, MatrixTravel, Term, Traffic, TrafficSlice
from routing.solution import Solution
from routing.trial.tables import tabulate
from routing.trial.trial import Trial
from tests.routing import build, days
from tests.routing.engine.kernel import sayable
from tests.routing.plans import plan_of, searched

EIGHT = build.EIGHT
NAMES = ("base", "młyn", "bank", "farm")


def table(seconds, metres, **keys):
    """Places in a row: so many seconds and metres lie between neighbours."""

    def square(step):
        return tuple(tuple(step * abs(i - j) for j in range(4)) for i in range(4))

    return MatrixTravel(seconds=square(seconds), metres=square(metres), **keys)


RIDE = table(1500, 4000)
DRIVE = table(600, 5000, profiles={"bike": RIDE})
MONEY = ((Term(metric="unserved"),), (Term(metric="cost"),))


def question(*jobs, travel=DRIVE, **keys):
    people = (build.technician("anna"), build.technician("bob", profile="bike"))
    return build.problem(*jobs, travel=travel, **({"technicians": people} | keys))


def timed(problem, *routes):
    return {route.lead.id: route for route in build.day(problem, *routes).routes}


def test_everybody_drives_by_the_own_table():
    problem = question(build.job("till"), build.job("safe"))

    found = timed(
        problem,
        build.route(build.visit("till"), crew=("anna",)),
        build.route(build.visit("safe"), crew=("bob",)),
    )

    assert found["anna"].figures.travel_s == 2 * 600
    assert found["anna"].figures.distance_m == 2 * 5000
    assert found["bob"].figures.travel_s == 2 * 1500
    assert found["bob"].figures.distance_m == 2 * 4000


def test_a_crew_rides_with_its_lead():
    problem = question(build.job("till", crew_size=2))

    by_car = timed(problem, build.route(build.visit("till"), crew=("anna", "bob")))
    by_bike = timed(problem, build.route(build.visit("till"), crew=("bob", "anna")))

    assert by_car["anna"].figures.travel_s == 1200
    assert by_bike["bob"].figures.travel_s == 3000


def test_a_jam_of_cars_does_not_hold_bikes_up():
    jam = Traffic(slices=(TrafficSlice(start=EIGHT - 10000, factor=3),))
    problem = question(build.job("till"), build.job("safe"), travel=replace(DRIVE, traffic=jam))

    found = timed(
        problem,
        build.route(build.visit("till"), crew=("anna",)),
        build.route(build.visit("safe"), crew=("bob",)),
    )

    assert found["anna"].figures.travel_s == 3 * 1200
    assert found["bob"].figures.travel_s == 3000


def test_a_road_may_be_missing_for_one_profile_only():
    gone = tuple(tuple(None if i != j else 0 for j in range(4)) for i in range(4))
    problem = question(
        build.job("till"), travel=replace(DRIVE, profiles={"bike": MatrixTravel(seconds=gone)})
    )

    by_bike = Solution(routes=(build.route(build.visit("till"), crew=("bob",)),))
    by_car = Solution(routes=(build.route(build.visit("till"), crew=("anna",)),))

    assert "E_TRAVEL" in build.broken(problem, by_bike)
    assert build.broken(problem, by_car) == set()


def test_profiles_are_written_and_read_again():
    jam = Traffic(slices=(TrafficSlice(start=0, factor=2),))
    problem = question(
        build.job("till"), travel=replace(DRIVE, profiles={"bike": replace(RIDE, traffic=jam)})
    )

    document = json.loads(interchange.write_problem(problem))

    assert interchange.problem_of(document) == problem
    assert question_faults(document) == ()


def test_a_technician_without_a_table_is_refused():
    with pytest.raises(ValueError, match="technician bob: no travel for bike"):
        question(build.job("till"), travel=table(600, 5000))


BIKE = {"seconds": [[0] * 4] * 4}
FAULTS = [
    ({"profiles": {"boat": BIKE}}, "unknown-id", "technicians[1].profile"),
    (
        {"profiles": {"bike": {"seconds": [[0] * 4] * 3}}},
        "not-square",
        "travel.profiles.bike.seconds",
    ),
    ({"profiles": {"bike": {}}}, "missing-key", "travel.profiles.bike.seconds"),
    (
        {"profiles": {"bike": BIKE | {"profiles": {}}}},
        "unknown-key",
        "travel.profiles.bike.profiles",
    ),
    (
        {"profiles": {"bike": BIKE | {"traffic": {"slices": []}}}},
        "empty-list",
        "travel.profiles.bike.traffic.slices",
    ),
    (
        {"profiles": {"bike": {"seconds": [[0, -1, 0, 0], *[[0] * 4] * 3]}}},
        "negative",
        "travel.profiles.bike.seconds[0][1]",
    ),
]


@pytest.mark.parametrize(("damage", "code", "place"), FAULTS)
def test_what_is_wrong_with_a_profile_is_named(damage, code, place):
    document = json.loads(interchange.write_problem(question(build.job("till"))))
    document["travel"] |= damage

    faults = {(fault.code, fault.place) for fault in question_faults(document)}

    assert (code, place) in faults


def test_only_a_matrix_has_profiles():
    document = json.loads(interchange.write_problem(question(build.job("till"))))
    document["travel"] = {"type": "planar", "profiles": {"bike": BIKE}}

    places = {fault.place for fault in question_faults(document)}

    assert "travel.profiles" in places


def mixed(seed):
    return interchange.problem_of(days.profiled(Random(seed)))


def without_one(problem):
    """A plan without the first of its visits, and that visit."""
    plan = plan_of(searched(problem, steps=5))
    served = next(job for route in plan.routes for job in route.jobs)
    routes = tuple(
        replace(route, stops=tuple(stop for stop in route.stops if stop.id != served))
        for route in plan.routes
    )
    left = replace(plan, routes=routes, unserved=(*plan.unserved, build.left_out(served)))
    return left, problem.job_by_id[served]


@pytest.mark.parametrize("seed", range(8))
def test_brute_force_finds_no_cheaper_place_for_one_more_visit(seed):
    problem = mixed(seed)
    plan, job = without_one(problem)
    incumbent = Incumbent.of(problem, solution=plan)

    best = min(incumbent.insertions(job), key=lambda way: way.extra)

    prices = [
        finding.objective[-1]
        for answer in every_order_with(plan, job.id)
        for finding in [judge(answer, problem=problem)]
        if finding.feasible
    ]
    after = judge(incumbent.with_insertion(best), problem=problem)
    before = judge(incumbent.solution(), problem=problem)
    assert after.feasible
    assert after.objective[-1] == pytest.approx(min(prices), abs=1e-3)
    assert best.extra[-1] == pytest.approx(after.objective[-1] - before.objective[-1], abs=1e-3)


def every_order_with(plan, job):
    """The plan's orders, without times, with the visit at each place of each route."""
    orders = [[stop.id for stop in route.stops] for route in plan.routes]
    for n, order in enumerate(orders):
        for place in range(len(order) + 1):
            longer = [*order[:place], job, *order[place:]]
            changed = [*orders[:n], longer, *orders[n + 1 :]]
            yield Solution(
                routes=tuple(
                    build.route(*map(build.visit, stops), crew=route.technicians)
                    for route, stops in zip(plan.routes, changed, strict=True)
                ),
                unserved=tuple(row for row in plan.unserved if row.job != job),
            )


@pytest.mark.parametrize("seed", range(4))
def test_the_compiled_search_is_told_of_two_profiles(seed):
    problem = mixed(seed)
    trial = begun(Trial(tabulate(problem)))
    kernel = sayable.planned(trial, seed=1, steps=600)

    lost = sayable.lay(trial, kernel.now)

    assert beyond(trial) == set()
    assert not lost
    assert trial.total() == pytest.approx(kernel.cost[0], rel=1e-3)
    assert judge(plan_of(trial), problem=problem).feasible


def test_the_compiled_search_is_not_asked_about_three_profiles_that_are_paid_for():
    problem = mixed(1)
    travel = problem.travel
    walk = replace(travel, profiles={})
    people = tuple(
        replace(one, profile=profile)
        for one, profile in zip(problem.technicians, ("", "bike", "foot"), strict=True)
    )
    three = replace(
        problem,
        travel=replace(travel, profiles={**travel.profiles, "foot": walk}),
        technicians=people,
    )
    unpaid = replace(
        three,
        technicians=(*people[:2], replace(people[2], cost=replace(people[2].cost, per_m=0))),
    )

    assert beyond(Trial(tabulate(three))) == {"profiles"}
    assert beyond(Trial(tabulate(unpaid))) == set()


def test_a_profile_that_is_half_as_fast_is_a_travel_factor_of_two():
    halved = table(1200, 5000)
    jobs = (build.job("till", location="farm"), build.job("safe", location="bank"))
    by_table = build.problem(
        *jobs,
        travel=table(600, 5000, profiles={"slow": halved}),
        technicians=(build.technician("anna", profile="slow", cost=Cost(per_travel_s=1)),),
        objective=MONEY,
    )
    by_factor = build.problem(
        *jobs,
        travel=table(600, 5000),
        technicians=(build.technician("anna", travel_factor=2, cost=Cost(per_travel_s=1)),),
        objective=MONEY,
    )
    route = build.route(build.visit("till"), build.visit("safe"), crew=("anna",))

    values = [
        judge(Solution(routes=(route,)), problem=one).objective for one in (by_table, by_factor)
    ]

    assert values[0] == values[1]
