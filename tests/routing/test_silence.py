"""Prices stay silent where nothing is missed; where they bite is in ``test_score``."""

from __future__ import annotations

import pytest

from routing.check import judge
from routing.problem import (
    Break,
    ChangeCost,
    Cost,
    Deadline,
    DeadlineOf,
    Fairness,
    OvertimeStep,
    Relation,
    RelationType,
    Requirement,
    Skill,
    SoftLimit,
    SoftLimitKind,
    Window,
)
from tests.routing import build

# Work at the mill from 8:20 to 8:50, and home at nine.
ROUTE = build.route(build.visit(start=30000, end=31800), depart=29400, back=32400)
SOON = Window(opens=28800, closes=30000)
LEVEL = Requirement(names=("gas",), level=2)


def measured(job, technician, **question):
    solution = build.solution(ROUTE)
    asked = build.problem(job, technicians=(technician,), **question)
    return judge(solution, problem=asked).score.metrics


@pytest.mark.parametrize(
    ("figure", "job", "technician"),
    [
        ("late_visits", {"windows": (SOON,), "max_lateness_s": 600}, {}),
        ("broken_promises", {"promise": SOON, "promise_hard": False}, {}),
        ("dropped_promises", {"promise": SOON}, {}),
        ("overdue_visits", {"deadlines": (Deadline(of=DeadlineOf.END, at=31800, cost=9),)}, {}),
        ("delay_cost", {"release": 30000, "delay_cost_per_s": 1}, {}),
        (
            "spare_levels",
            {"skills": (LEVEL,)},
            {"skills": {"gas": Skill(level=2)}, "cost": Cost(per_spare_level=9)},
        ),
        (
            "outside_visits",
            {"territory": "north"},
            {"preferred_territories": frozenset({"north"}), "cost": Cost(per_outside_visit=9)},
        ),
        (
            "route_cost",
            {},
            {"cost": Cost(per_overtime_s=9, overtime_steps=(OvertimeStep(after_s=0, per_s=9),))},
        ),
    ],
)
def test_nothing_is_counted_where_nothing_is_missed(figure, job, technician):
    found = measured(build.job(**job), build.technician(**technician))

    assert getattr(found, figure) == 0


def test_a_soft_limit_that_is_reached_costs_nothing():
    limits = tuple(
        SoftLimit(limit=kind, value=value, price=9)
        for kind, value in {
            SoftLimitKind.DURATION: 3000,
            SoftLimitKind.DISTANCE: 20000,
            SoftLimitKind.VISITS: 1,
            SoftLimitKind.LAST_END: 31800,
        }.items()
    )

    found = measured(build.job(), build.technician(day=build.shift(soft_limits=limits)))

    assert found.soft_limit_cost == 0


def test_a_familiar_face_and_fair_hours_cost_nothing():
    wish = Relation(type=RelationType.SAME_TECHNICIAN, jobs=("till", "other"), cost=9)
    pair = (build.technician("anna"), build.technician("bob"))
    question = build.problem(
        build.job(),
        build.job("other"),
        technicians=pair,
        relations=(wish,),
        fairness=Fairness(tolerance_s=1500, cost_per_s=9),
    )
    plan = build.solution(
        build.route(build.visit(start=30000, end=31800), crew=("anna",), depart=29400, back=32400)
    )

    found = judge(plan, problem=question).score.metrics

    assert (found.splits, found.continuity_cost) == (0, 0)
    assert (found.workload_excess_s, found.fairness_cost) == (0, 0)


def test_a_plan_that_stays_changes_nothing():
    prices = ChangeCost(per_change=9, per_technician_change=9, per_moved_s=9, tolerance_s=0)

    found = measured(
        build.job(), build.technician(), incumbent=build.solution(ROUTE), change_cost=prices
    )

    assert (found.changes, found.change_cost) == (0, 0)


@pytest.mark.parametrize(("paid", "cost"), [(True, 3600), (False, 3000)])
def test_an_unpaid_break_is_not_paid(paid, cost):
    tea = Break(id="tea", duration_s=600, paid=paid)
    person = build.technician(day=build.shift(breaks=(tea,)), cost=Cost(per_duration_s=1))
    question = build.problem(build.job(), technicians=(person,))
    stops = (build.visit(start=30000, end=31800), build.pause("tea", start=31800, end=32400))

    route = build.route(*stops, depart=29400, back=33000)

    assert judge(build.solution(route), problem=question).score.metrics.route_cost == cost
