"""The model of OR-Tools obeys the rules it carries: its routes can be laid out as they are."""

from __future__ import annotations

from random import Random

import pytest

from routing import interchange
from routing.check import judge
from routing.engine import local
from routing.engine.model import Model
from routing.trial.tables import tabulate
from routing.trial.trial import Trial
from routing.trial.writing import solution_of
from tests.routing import days
from tests.routing.plans import UNAVOIDABLE

pytestmark = pytest.mark.slow

SECONDS = 0.2


def trial_of(document):
    return Trial(tabulate(interchange.problem_of(document)))


def kept_by_the_model(document):
    """Jobs that the model served, and those of them that could not be laid out."""
    trial = trial_of(document)
    orders = local.first_plan(trial, seconds=SECONDS)
    lost = [job for vehicle, order in orders for job in trial.hold_most(vehicle, order)]
    return [job for _, order in orders for job in order], lost


def change_everybody(document, **keys):
    for technician in document["technicians"]:
        technician.update(keys)
    return document


def change_every_shift(document, **keys):
    for technician in document["technicians"]:
        technician["shifts"][0].update(keys)
    return document


def change_every_visit(document, **keys):
    for visit in document["visits"]:
        visit.update(keys)
    return document


LUNCH = {"id": "lunch", "duration_s": 1800, "window": [42000, 45000]}
RULES = {
    "windows": lambda day: day,
    "several windows": lambda day: change_every_visit(
        day, windows=[[28800, 30000], [39600, 41400], [50400, 54000]]
    ),
    "finish inside": lambda day: change_every_visit(
        day, finish_inside=True, windows=[[28800, 39600]]
    ),
    "capacity": lambda day: change_every_visit(
        change_everybody(day, capacity={"boxes": 5}), demand={"boxes": 2}
    ),
    "parts": lambda day: change_every_visit(
        change_everybody(day, parts={"router": 3}), parts={"router": 1}
    ),
    "breaks": lambda day: change_every_shift(day, breaks=[LUNCH]),
    "duration": lambda day: change_every_shift(day, max_duration_s=15000),
    "travel": lambda day: change_every_shift(day, max_travel_s=6000),
    "distance": lambda day: change_every_shift(day, max_distance_m=90000),
    "longest leg": lambda day: change_every_shift(day, max_leg_s=2400),
    "number of visits": lambda day: change_every_shift(day, max_visits=3),
    "tags": lambda day: change_every_visit(
        change_every_shift(day, max_visits_by_tag={"long": 2}), tags=["long"]
    ),
    "first start and last end": lambda day: change_every_shift(
        day, first_start=32400, last_end=50400
    ),
    "overtime": lambda day: change_every_shift(day, end=50400, max_overtime_s=3600),
    "open ends": lambda day: change_everybody(day, start_location=None, end_location=None),
    "own speeds": lambda day: change_everybody(day, service_factor=1.37, travel_factor=1.21),
    "traffic": lambda day: (
        day | {"travel": day["travel"] | {"traffic": {"slices": [{"start": 28800, "factor": 1.7}]}}}
    ),
    "time to get in": lambda day: (
        day | {"locations": [place | {"setup_s": 333} for place in day["locations"]]}
    ),
    "lateness": lambda day: change_every_visit(day, max_lateness_s=1800, lateness_cost_per_s=1),
    "allowed technicians": lambda day: change_every_visit(
        day, allowed_technicians=["technician-1"]
    ),
}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", range(3))
def test_routes_of_the_model_keep_the_rule_exactly(rule, seed):
    day = RULES[rule](days.plain(Random(seed), visits=14))

    served, lost = kept_by_the_model(day)

    assert served
    assert lost == []


@pytest.mark.parametrize("limits", [{}, {"max_distance_m": 30000, "max_travel_s": 6000}])
@pytest.mark.parametrize("seed", range(3))
def test_routes_of_the_model_go_by_the_own_profile(seed, limits):
    day = change_every_shift(days.profiled(Random(seed), visits=14), **limits)

    served, lost = kept_by_the_model(day)

    assert served
    assert lost == []


@pytest.mark.parametrize("seed", range(25))
def test_whatever_the_model_says_a_trial_stays_within_the_rules(seed):
    trial = trial_of(days.nasty(seed))

    local.take_over(trial, local.first_plan(trial, seconds=0.1) or [])

    finding = judge(solution_of(trial, reasons=None), problem=trial.tables.problem)
    assert {violation.code for violation in finding.violations} <= UNAVOIDABLE


def test_local_search_goes_on_from_the_routes_there_are():
    trial = trial_of(days.plain(Random(2), visits=18))
    local.take_over(trial, local.first_plan(trial, seconds=SECONDS))
    before = trial.total()

    orders = local.improve(trial, seconds=SECONDS)

    again = Trial(trial.tables)
    local.take_over(again, orders)
    assert again.total() <= before + 1e-6


def test_jobs_that_depend_on_others_are_left_to_the_exact_trial():
    day = days.plain(Random(2)) | {
        "relations": [{"type": "same_start", "visits": ["visit-0", "visit-3"]}]
    }

    model = Model(trial_of(day), eager=False)

    assert set(range(9)) - set(model.carried) == {0, 3}
