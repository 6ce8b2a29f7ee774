"""What a solution is worth, figure by figure."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from routing.problem import (
    METRICS,
    METRICS_BY_PRIORITY,
    Break,
    ChangeCost,
    Cost,
    Deadline,
    DeadlineOf,
    DelayStep,
    Depot,
    Fairness,
    History,
    OvertimeStep,
    Relation,
    RelationType,
    Requirement,
    Skill,
    SoftLimit,
    SoftLimitKind,
    TechnicianWish,
    Term,
    Window,
    WindowWish,
)
from routing.score import compare, measure
from routing.score.metrics import Metrics, PriorityMetrics
from tests.routing import build

# Out to the mill and back: 600 s and 10 km each way, 1800 s of work.
ROUTE = build.route(build.visit(start=30000, end=31800), depart=29400, back=32400)
PAIR = (build.technician("anna"), build.technician("bob"))


def metrics(question, *routes):
    return measure(build.day(question, *routes)).metrics


def priced(**prices):
    return build.problem(build.job(), technicians=(build.technician(cost=Cost(**prices)),))


def test_every_metric_of_the_format_is_measured():
    assert {field.name for field in fields(Metrics)} == set(METRICS)
    assert {field.name for field in fields(PriorityMetrics)} == set(METRICS_BY_PRIORITY)


@pytest.mark.parametrize(
    ("prices", "cost"),
    [
        ({"fixed": 7}, 7),
        ({"per_m": 0.01}, 200),
        ({"per_travel_s": 0.5}, 600),
        ({"per_duration_s": 2}, 6000),
        ({"per_visit": 3}, 3),
    ],
)
def test_a_route_has_its_price(prices, cost):
    assert metrics(priced(**prices), ROUTE).route_cost == pytest.approx(cost)


def test_figures_of_routes_add_up():
    tea = Break(id="tea", duration_s=600)
    depot = Depot(id="store", location="base", duration_s=300)
    day = build.shift(end=32000, max_overtime_s=7200, breaks=(tea,))
    person = build.technician("anna", day=day, cost=Cost(fixed=7))
    twin = build.technician("bob", day=day, cost=Cost(fixed=7))
    places = tuple(replace(place, setup_s=60) for place in build.PLACES)
    jobs = (build.job("a"), build.job("b"))
    question = build.problem(*jobs, technicians=(person, twin), depots=(depot,), locations=places)
    stops = (build.loading("store", start=28800), build.pause("tea", start=30000))

    found = metrics(
        question,
        build.route(*stops, build.visit("a", start=32000), crew=("anna",)),
        build.route(*stops, build.visit("b", start=32000), crew=("bob",)),
    )

    assert (found.travel_s, found.distance_m, found.service_s) == (2400, 40000, 3600)
    assert (found.setup_s, found.depot_s, found.break_s) == (120, 600, 1200)
    assert (found.duration_s, found.overtime_s) == (2 * 5600, 2 * 2400)
    assert found.wait_s == 2 * (5600 - 1200 - 1800 - 60 - 300 - 600)
    assert (found.fixed_cost, found.route_cost, found.cost) == (14, 14, 14)
    assert found.utilisation == 3600 / 6400
    assert found.travel_share == 2400 / 11200
    assert (found.visits_per_route, found.metres_per_visit) == (1, 20000)


def test_the_longest_day_is_compared_with_the_shortest():
    question = build.problem(build.job("a"), build.job("b"), technicians=PAIR)

    found = metrics(
        question,
        build.route(build.visit("a", start=30000), depart=29000, back=33000, crew=("anna",)),
        build.route(build.visit("b", start=30000), depart=29000, back=37000, crew=("bob",)),
    )

    assert found.duration_spread_s == 4000


def test_overtime_gets_dearer_in_steps():
    day = build.shift(end=32000, max_overtime_s=3600)
    cost = Cost(per_overtime_s=1, overtime_steps=(OvertimeStep(after_s=100, per_s=2),))
    question = build.problem(build.job(), technicians=(build.technician(day=day, cost=cost),))

    assert metrics(question, ROUTE).route_cost == 400 + 300 * 2


def test_in_a_crew_prices_add_up_but_metres_are_paid_once():
    each = Cost(fixed=5, per_m=0.01)
    pair = (build.technician("anna", cost=each), build.technician("bob", cost=each))
    question = build.problem(build.job(), technicians=pair)

    found = metrics(question, build.route(build.visit(), crew=("anna", "bob")))

    assert found.route_cost == pytest.approx(10 + 200)
    assert (found.routes_used, found.technicians_used) == (1, 2)


def test_soft_limits_are_paid_beyond_their_value():
    limits = tuple(
        SoftLimit(limit=kind, value=value, price=2)
        for kind, value in {
            SoftLimitKind.DURATION: 2900,
            SoftLimitKind.TRAVEL: 1200,
            SoftLimitKind.DISTANCE: 19990,
            SoftLimitKind.VISITS: 0,
            SoftLimitKind.LAST_END: 31795,
        }.items()
    )
    day = build.shift(soft_limits=limits)
    question = build.problem(build.job(), technicians=(build.technician(day=day),))

    assert metrics(question, ROUTE).soft_limit_cost == 2 * (100 + 0 + 10 + 1 + 5)


def test_lateness_is_counted_and_priced():
    job = build.job(
        windows=(Window(opens=0, closes=29900),), max_lateness_s=None, lateness_cost_per_s=0.5
    )

    found = metrics(build.problem(job), ROUTE)

    assert (found.late_visits, found.lateness_s, found.max_lateness_s) == (1, 100, 100)
    assert found.lateness_cost == 50


def test_promises_are_broken_or_dropped():
    promised = {"promise": Window(opens=20000, closes=29940), "promise_hard": False}
    question = build.problem(build.job(**promised), build.job("b", **promised))

    found = metrics(question, ROUTE)

    assert (found.broken_promises, found.promise_late_s, found.dropped_promises) == (1, 60, 1)


@pytest.mark.parametrize(
    ("deadline", "late", "cost"),
    [
        (Deadline(of=DeadlineOf.START, at=30000, cost=9), 0, 0),
        (Deadline(of=DeadlineOf.START, at=29990, cost=9), 10, 9),
        (Deadline(of=DeadlineOf.END, at=31700, cost_per_s=2), 100, 200),
        (Deadline(of=DeadlineOf.END, at=31700, cost_per_s=2, step_s=60), 100, 240),
        (
            Deadline(of=DeadlineOf.END, at=0, hours=(Window(opens=31750, closes=40000),)),
            50,
            0,
        ),
    ],
)
def test_deadlines_are_missed_by_seconds_and_steps(deadline, late, cost):
    found = metrics(build.problem(build.job(deadlines=(deadline,))), ROUTE)

    assert (found.overdue_visits, found.overdue_s, found.overdue_cost) == (late > 0, late, cost)


def test_delay_counts_from_the_release_and_in_steps():
    steps = (DelayStep(start=0, cost=1), DelayStep(start=30000, cost=5))
    job = build.job(release=29000, delay_cost_per_s=0.1, delay_steps=steps)

    found = metrics(build.problem(job), ROUTE)

    assert found.delay_s == 1000
    assert found.delay_cost == pytest.approx(100 + 5)


@pytest.mark.parametrize(
    ("wish", "cost"),
    [
        (TechnicianWish(technicians=frozenset({"łukasz"}), cost=4), 0),
        (TechnicianWish(technicians=frozenset({"gone"}), cost=4), 4),
        (WindowWish(windows=(Window(opens=30000, closes=30000),), cost=4), 0),
        (WindowWish(windows=(Window(opens=0, closes=29990),), cost=4, cost_per_s=1), 14),
        (WindowWish(windows=(Window(opens=30010, closes=31000),), cost_per_s=1), 10),
        (WindowWish(windows=(Window(opens=0, closes=0),), cost_per_s=1, max_cost=20), 20),
    ],
)
def test_wishes_cost_when_they_are_missed(wish, cost):
    found = metrics(build.problem(build.job(wishes=(wish,))), ROUTE)

    assert found.preference_cost == cost
    assert found.missed_technicians + found.missed_windows == (cost > 0)


def test_work_outside_the_preferred_territories_has_a_price():
    cost = Cost(per_outside_visit=3, per_outside_s=0.01)
    person = build.technician(preferred_territories=frozenset({"north"}), cost=cost)
    jobs = (build.job(territory="south"), build.job("b", territory="north"), build.job("c"))
    question = build.problem(*jobs, technicians=(person,))
    route = build.route(build.visit(), build.visit("b"), build.visit("c"))

    found = metrics(question, route)

    assert (found.outside_visits, found.preference_cost) == (1, 3 + 18)


def test_specialists_are_dear_where_they_are_not_needed():
    person = build.technician(
        skills={"gas": Skill(level=5), "tills": Skill(level=3)}, cost=Cost(per_spare_level=2)
    )
    needs = (
        Requirement(names=("gas",), level=2),
        Requirement(names=("gas", "tills")),
        Requirement(names=("fibre",), excluded=True),
    )
    question = build.problem(build.job(skills=needs), technicians=(person,))

    found = metrics(question, ROUTE)

    assert (found.spare_levels, found.preference_cost) == (3 + 2, 10)


def test_a_split_continuity_is_priced():
    wish = Relation(type=RelationType.SAME_TECHNICIAN, jobs=("a", "b", "c"), cost=6)
    jobs = [build.job(name) for name in ("a", "b", "c")]
    question = build.problem(*jobs, technicians=PAIR, relations=(wish,))

    found = metrics(
        question,
        build.route(build.visit("a"), build.visit("b"), crew=("anna",)),
        build.route(build.visit("c"), crew=("bob",)),
    )

    assert (found.splits, found.continuity_cost) == (1, 6)


def test_changes_against_the_incumbent_are_counted_and_priced():
    old = build.solution(
        build.route(build.visit("kept", start=30000), build.visit("moved", start=40000)),
        build.route(build.visit("dropped"), build.visit("given", start=1), crew=("gone",)),
    )
    prices = ChangeCost(
        per_change=1, per_technician_change=10, per_moved_s=0.1, tolerance_s=60, per_drop=1000
    )
    jobs = [
        build.job("kept"),
        build.job("moved", change_factor=2),
        build.job("dropped"),
        build.job("given"),
        build.job("new"),
    ]
    question = build.problem(*jobs, incumbent=old, change_cost=prices)
    route = build.route(
        build.visit("kept", start=30060),
        build.visit("moved", start=40100),
        build.visit("new", start=45000),
        build.visit("given", start=1),
    )

    found = metrics(question, route)

    assert (found.changes, found.moved_visits, found.moved_s) == (3, 1, 40)
    assert (found.changed_technician, found.dropped) == (1, 1)
    assert found.change_cost == pytest.approx((1 + 4) * 2 + (1 + 10) + (1 + 1000))


def test_a_job_without_a_former_start_has_not_moved():
    old = build.solution(build.route(build.visit()))
    question = build.problem(build.job(), incumbent=old)

    found = metrics(question, ROUTE)

    assert (found.changes, found.moved_s) == (0, 0)


def test_the_same_people_in_another_shift_are_a_change_of_shift():
    days = (build.shift(id="mon"), build.shift(id="tue", start=115200, end=147600))
    old = build.solution(build.route(build.visit(), shift="mon"))
    question = build.problem(
        build.job(),
        technicians=(build.technician(shifts=days),),
        incumbent=old,
        change_cost=ChangeCost(per_shift_change=7),
    )

    found = metrics(question, build.route(build.visit(), shift="tue"))

    assert (found.changed_shift, found.change_cost) == (1, 7)


def test_unequal_work_is_measured_within_a_group():
    people = (
        build.technician("anna", history=History(worked_s=1000)),
        build.technician("bob", history=History(worked_s=4000)),
        build.technician("eve", history=History(worked_s=90000, group="office")),
    )
    question = build.problem(technicians=people, fairness=Fairness(tolerance_s=500, cost_per_s=0.1))

    found = metrics(question)

    assert found.workload_excess_s == 2 * (1500 - 500)
    assert found.fairness_cost == 200
    assert found.workload_spread == pytest.approx((90000 - 1000) / 32400)


def test_levels_are_sums_of_weighted_terms_and_may_look_at_one_priority():
    levels = (
        (Term(metric="unserved_penalty", priority=1),),
        (Term(metric="unserved", weight=2), Term(metric="served", weight=-1)),
        (Term(metric="unserved", priority=5),),
    )
    jobs = (
        build.job(),
        build.job("b", priority=1, unserved_penalty=500),
        build.job("c", unserved_penalty=7),
    )

    found = measure(build.day(build.problem(*jobs, objective=levels), ROUTE))

    assert found.objective == (500, 2 * 2 - 1, 0)


def test_shares_of_nothing_are_nothing():
    found = metrics(build.problem())

    assert (found.travel_share, found.visits_per_route, found.metres_per_visit) == (0, 0, 0)


@pytest.mark.parametrize(
    ("values", "others", "order"),
    [
        ((0, 5), (0, 6), -1),
        ((1, 0), (0, 6), 1),
        ((0, 5), (0, 5.0005), 0),
        ((1e9,), (1e9 + 500,), 0),
        ((1e9,), (1e9 + 5000,), -1),
    ],
)
def test_the_first_level_that_differs_decides(values, others, order):
    assert compare(values, others) == order
