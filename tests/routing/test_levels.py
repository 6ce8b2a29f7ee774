"""The number in which a search compares: no level outvotes the one above it."""

from __future__ import annotations

import pytest

from routing.problem import Cost, Deadline, DeadlineOf, OvertimeStep, TechnicianWish, Term
from routing.trial.tables import tabulate
from routing.trial.trial import Trial
from tests.routing import build

LEVELS = ((Term(metric="unserved"),), (Term(metric="cost"),))
LATE = Deadline(of=DeadlineOf.START, at=build.EIGHT, cost_per_s=5)


@pytest.mark.parametrize(
    ("asked", "prices"),
    [
        ({}, {"per_m": 1}),
        ({}, {"per_travel_s": 3}),
        ({}, {"per_visit": 5000}),
        ({}, {"per_overtime_s": 2}),
        ({}, {"overtime_steps": (OvertimeStep(after_s=0, per_s=2),)}),
        ({"territory": "north"}, {"per_outside_visit": 5000}),
        ({"wishes": (TechnicianWish(technicians=frozenset(), cost=5000),)}, {}),
        ({"deadlines": (LATE,)}, {}),
        ({"delay_cost_per_s": 1}, {}),
    ],
)
def test_a_job_is_served_however_dear_when_a_level_above_wants_it(asked, prices):
    dear = build.technician(
        day=build.shift(start_location="farm", end_location="farm", end=28900, max_overtime_s=9999),
        cost=Cost(**prices),
        preferred_territories=frozenset({"south"}),
    )
    trial = Trial(
        tabulate(build.problem(build.job(**asked), technicians=(dear,), objective=LEVELS))
    )

    option = trial.best(0, tries=1)

    assert option is not None
    assert option.extra < trial.worth(0)
