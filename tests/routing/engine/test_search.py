"""The search on problems with a pinch of everything: the judge must be content with each plan."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from routing import interchange
from routing.check import judge
from routing.engine.search import Search
from routing.engine.telling import begun
from routing.trial.crews import likely_crews
from routing.trial.departing import leave_later
from routing.trial.tables import tabulate
from routing.trial.trial import UNHELD, Memory, Trial
from tests.routing import days
from tests.routing.engine import pinches
from tests.routing.plans import UNAVOIDABLE, plan_of, searched


@pytest.mark.parametrize("seed", range(40))
def test_the_judge_is_content_with_every_plan(seed):
    problem = interchange.problem_of(days.nasty(seed))

    finding = judge(plan_of(searched(problem, seed=seed)), problem=problem)

    codes = {violation.code for violation in finding.violations}
    assert codes <= UNAVOIDABLE


@pytest.mark.slow
def test_the_judge_is_content_with_plans_for_all_cases_of_the_format():
    problems = [interchange.problem_of(case) for case in days.cases()]

    findings = [judge(plan_of(searched(one, steps=10)), problem=one) for one in problems]

    codes = {violation.code for finding in findings for violation in finding.violations}
    assert codes <= UNAVOIDABLE


@pytest.mark.parametrize("seed", range(20))
def test_what_a_trial_is_worth_is_what_the_judge_finds(seed):
    document = days.nasty(seed) | {"fairness": None, "relations": []}
    document["objective"] = {
        "levels": [
            [{"metric": "unserved_penalty"}, {"metric": "routes_used", "weight": 3}],
            [{"metric": "cost"}, {"metric": "unserved", "priority": 2, "weight": 7}],
            [{"metric": "wait_s"}, {"metric": "duration_s", "weight": 0.5}],
        ]
    }
    problem = interchange.problem_of(document)
    trial = searched(problem, seed=seed, steps=10)

    price = trial.price()

    finding = judge(plan_of(trial), problem=problem)
    assert price == pytest.approx(finding.objective, rel=1e-6, abs=1e-2)


@pytest.mark.parametrize("seed", range(10))
def test_a_mandatory_job_stays_out_only_when_others_that_must_be_take_its_room(seed):
    document = days.plain(Random(seed), visits=14, technicians=2)
    document["visits"][0]["mandatory"] = True
    problem = interchange.problem_of(document)

    trial = searched(problem, seed=seed)

    assert trial.holder[0] != UNHELD


@pytest.mark.parametrize("seed", range(10))
def test_no_job_is_left_out_that_still_fits(seed):
    trial = searched(interchange.problem_of(days.plain(Random(seed), visits=16)), seed=seed)

    ways = [trial.best(job, tries=1000, below=trial.worth(job)) for job in trial.absent()]

    assert ways == [None] * len(ways)


def test_a_visit_far_from_every_home_is_served_where_that_comes_first():
    day = days.plain(Random(1), visits=2, technicians=2)
    for place in day["locations"][:2]:
        place |= {"x": 100, "y": 0}
    for home in day["locations"][2:]:
        home |= {"x": 0, "y": 0}
    for visit in day["visits"]:
        visit["windows"] = [[36000, 50000]]

    trial = searched(interchange.problem_of(day))

    assert trial.absent() == []


def test_of_a_plan_in_force_only_what_keeps_a_new_relation_is_followed():
    day = days.plain(Random(4), visits=4, technicians=2)
    for visit in day["visits"]:
        visit["windows"] = [[28800, 61200]]
    names = [visit["id"] for visit in day["visits"]]
    day["relations"] = [{"type": "different_technician", "visits": names[:2]}]
    stops = [{"visit": name} for name in names]
    day["incumbent"] = {
        "format": "onsite-plan/1",
        "routes": [{"technician": "technician-0", "stops": stops}],
        "unserved": [],
    }
    problem = interchange.problem_of(day)

    trial = begun(Trial(tabulate(problem)))

    finding = judge(plan_of(trial), problem=problem)
    assert trial.absent() == [1]
    assert finding.feasible


def test_a_state_that_is_recalled_is_the_state_that_was_remembered():
    trial = searched(interchange.problem_of(days.plain(Random(3))))
    before, plan = trial.remember(), plan_of(trial)

    trial.take_groups([job for job, holder in enumerate(trial.holder) if holder != UNHELD])
    trial.recall(before)

    assert plan_of(trial) == plan


def test_same_seed_and_steps_give_the_same_plan():
    problem = interchange.problem_of(days.plain(Random(5), visits=15))

    plans = [plan_of(searched(problem, seed=9)) for _ in range(2)]

    assert plans[0] == plans[1]


def test_a_rested_plan_in_force_is_not_made_worse():
    problem = interchange.problem_of(days.plain(Random(8)))
    good = plan_of(searched(problem, steps=100))
    again = replace(problem, incumbent=good)

    repaired = plan_of(searched(again, steps=5))

    worth = judge(good, problem=problem).objective
    assert judge(repaired, problem=again).objective <= worth


def test_nothing_can_be_taken_from_an_empty_trial():
    trial = Trial(tabulate(interchange.problem_of(days.plain(Random(1)))))

    trial.recall(Memory((None,) * len(trial.routes), (UNHELD,) * len(trial.holder), {}))

    assert trial.absent() == list(range(9))


@pytest.mark.parametrize("seed", range(8))
def test_two_days_of_one_person_keep_their_rest(seed):
    document = days.plain(Random(seed), visits=14, technicians=2)
    for technician in document["technicians"]:
        technician["min_rest_s"] = 39600
        technician["shifts"] = [
            {"id": "first", "start": 28800, "end": 68400},
            {"id": "second", "start": 100800, "end": 147600},
        ]
    for visit in document["visits"][::2]:
        visit["windows"] = [[103000, 143000], [28800, 36000]]
    problem = interchange.problem_of(document)

    trial = searched(problem, seed=seed)

    assert judge(plan_of(trial), problem=problem).feasible
    assert len(trial.absent()) < 7


@pytest.mark.parametrize("seed", range(8))
def test_people_travel_together_where_one_is_not_enough(seed):
    document = days.plain(Random(seed), visits=12, technicians=4)
    for visit in document["visits"][:2]:
        visit |= {"crew_size": 2, "mandatory": True}
    problem = interchange.problem_of(document)

    trial = searched(problem, seed=seed, crews=likely_crews(problem))

    assert judge(plan_of(trial), problem=problem).feasible


MEETING = [
    {"type": "same_start", "visits": ["visit-0", "visit-1"], "max_s": 60},
    {"type": "different_technician", "visits": ["visit-0", "visit-1"]},
]
FOLLOWING = [{"type": "precedence", "visits": ["visit-0", "visit-1"], "min_s": 600, "max_s": 7200}]
SPACED = [{"type": "gap", "visits": ["visit-0", "visit-1"], "min_s": 3600, "max_s": 10800}]


@pytest.mark.parametrize("relations", [MEETING, FOLLOWING, SPACED])
@pytest.mark.parametrize("seed", range(4))
def test_visits_that_depend_on_each_other_are_both_served(relations, seed):
    document = days.plain(Random(seed)) | {"relations": relations}
    for visit in document["visits"][:2]:
        visit["windows"] = [[28800, 50000]]
    problem = interchange.problem_of(document)

    trial = searched(problem, seed=seed)

    assert judge(plan_of(trial), problem=problem).feasible
    assert UNHELD not in trial.holder[:2]


def test_a_visit_that_does_not_pay_is_taken_out_again():
    document = days.plain(Random(2))
    document["objective"] = {
        "levels": [[{"metric": "unserved_penalty"}, {"metric": "distance_m", "weight": 0.001}]]
    }
    document["visits"][0]["unserved_penalty"] = 0
    trial = Trial(tabulate(interchange.problem_of(document)))
    trial.put(trial.best(0, tries=100))
    search = Search(trial, seed=1, repairing=False)

    search.prune()

    assert trial.routes == [None, None, None]


@pytest.mark.parametrize("seed", range(3))
def test_people_give_up_their_own_rounds_to_travel_together_where_that_serves_more(seed):
    problem = interchange.problem_of(pinches.day(146)[0])

    trial = searched(problem, seed=seed, steps=400, crews=likely_crews(problem))

    assert trial.absent() == []
    assert [len(trial.tables.vehicles[laid.vehicle].crew) for laid in trial.routes if laid] == [2]


def test_one_of_two_visits_with_a_gap_is_served_where_there_is_no_room_for_both():
    problem = interchange.problem_of(pinches.day(544)[0])

    trial = searched(problem, steps=10)

    [gap] = problem.relations
    assert len({job.id for job in problem.jobs} & set(gap.jobs)) == 2
    assert [trial.tables.jobs[job].id for job in trial.absent()] == [gap.jobs[0]]


def test_a_route_leaves_later_where_that_saves_more_than_beginning_later_costs():
    problem = interchange.problem_of(pinches.day(383)[0])
    trial = searched(problem, steps=40)
    before, orders = trial.total(), [trial.bare(laid) for laid in trial.routes if laid]
    departures = [laid.depart for laid in trial.routes if laid]

    leave_later(trial)

    assert trial.total() < before
    assert [trial.bare(laid) for laid in trial.routes if laid] == orders
    assert [laid.depart for laid in trial.routes if laid] > departures
    finding = judge(plan_of(trial), problem=problem)
    assert finding.feasible
    assert finding.objective[-1] == pytest.approx(trial.total())


def test_a_route_may_leave_when_its_break_could_have_been_taken():
    problem = interchange.problem_of(pinches.day(378)[0])
    trial = Trial(tabulate(problem))

    laid = trial.try_route(1, (1, 3, 0))

    assert laid.stops == (1, 3, 0)
    [pause] = trial.tables.vehicles[1].breaks
    assert laid.depart > pause.window.opens
    trial.hold(laid)
    assert judge(plan_of(trial), problem=problem).feasible
