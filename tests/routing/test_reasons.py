"""Why a job is left out: the judge agrees with the code, and the shortfall names the nearest."""

from __future__ import annotations

from random import Random

import pytest

from routing import interchange
from routing.check import judge
from routing.problem import Relation, RelationType, Requirement, Skill, Term, Window
from routing.reasons import Lack, Reasons
from routing.solution import Reason
from routing.trial.tables import tabulate
from routing.trial.trial import Trial
from routing.trial.writing import solution_of
from tests.routing import build, days

GAS = Requirement(names=("gas",), level=3)


def trial_of(*jobs, **keys):
    return Trial(tabulate(build.problem(*jobs, **keys)))


def why_of(trial, job=0):
    return Reasons(trial.tables).why(trial, job=job)


def serve(trial, job):
    trial.put(trial.best(job, tries=100))


def test_the_missing_levels_of_the_nearest_technician_are_named():
    beginner = build.technician("łukasz", skills={"gas": Skill(level=1)})
    nearest = build.technician("田中", skills={"gas": Skill(level=2)})
    trial = trial_of(build.job(skills=(GAS,)), technicians=(beginner, nearest))

    why = why_of(trial)

    assert why.reason is Reason.NO_TECHNICIAN
    assert (why.shortfall.lack, why.shortfall.technician) == (Lack.SKILL, "田中")
    assert why.shortfall.amount == 1
    assert why.text() == "田中 comes nearest, and lacks 1 level of gas."


def test_a_window_that_is_missed_is_missed_by_seconds():
    early = Window(opens=28800, closes=29100)

    why = why_of(trial_of(build.job(location="bank", windows=(early,))))

    assert why.reason is Reason.UNREACHABLE
    assert (why.shortfall.lack, why.shortfall.amount) == (Lack.WINDOW, 900)


def test_a_shift_that_is_too_short_is_too_short_by_seconds():
    why = why_of(trial_of(build.job(duration_s=32000)))

    assert why.reason is Reason.UNREACHABLE
    assert (why.shortfall.lack, why.shortfall.amount) == (Lack.SHIFT, 800)


def test_a_closed_territory_is_named():
    inside = build.technician(allowed_territories=frozenset({"north"}))

    why = why_of(trial_of(build.job(territory="south"), technicians=(inside,)))

    assert why.reason is Reason.NO_TECHNICIAN
    assert (why.shortfall.lack, why.shortfall.name) == (Lack.TERRITORY, "south")


def test_a_job_that_fits_alone_lacks_seconds_beside_the_others():
    noon = Window(opens=43200, closes=43200)
    trial = trial_of(build.job("first", windows=(noon,)), build.job("second", windows=(noon,)))
    serve(trial, 0)

    why = why_of(trial, job=1)

    assert why.reason is Reason.NO_ROOM
    assert (why.shortfall.lack, why.shortfall.amount) == (Lack.ROOM, 1800)


def test_a_job_that_costs_more_than_it_is_worth_says_how_much():
    trial = trial_of(
        build.job(location="farm", unserved_penalty=50),
        objective=((Term(metric="unserved_penalty"), Term(metric="distance_m", weight=0.001)),),
    )

    why = why_of(trial)

    assert why.reason is Reason.TOO_COSTLY
    assert why.shortfall.amount == pytest.approx(10)


def test_a_partner_that_cannot_be_served_is_named():
    together = Relation(type=RelationType.ALL_OR_NONE, jobs=("till", "gate"))
    trial = trial_of(build.job(), build.job("gate", skills=(GAS,)), relations=(together,))

    why = why_of(trial)

    assert why.reason is Reason.RELATED
    assert why.shortfall.name == "gate"


@pytest.mark.parametrize("seed", range(40))
def test_the_judge_agrees_with_every_reason_of_an_empty_plan(seed):
    document = days.nasty(seed) | {"change_cost": None}
    for visit in document["visits"][::2]:
        visit["windows"] = [[28800, 28800 + Random(seed).randrange(3000)]]
    problem = interchange.problem_of(document)
    trial = Trial(tabulate(problem))

    plan = solution_of(trial, reasons=Reasons(trial.tables).of(trial))

    finding = judge(plan, problem=problem)
    assert [one for one in finding.violations if one.code == "E_REASON"] == []


@pytest.mark.parametrize("seed", range(10))
def test_every_reason_has_a_sentence(seed):
    trial = Trial(tabulate(interchange.problem_of(days.nasty(seed))))

    rows = Reasons(trial.tables).of(trial).values()

    assert all(row.text.endswith(".") and "None" not in row.text.split() for row in rows)


def for_two(*people):
    """A trial in which two jobs begin together in different hands."""
    pair = ("till", "till.2")
    relations = (
        Relation(type=RelationType.SAME_START, jobs=pair, max_s=300),
        Relation(type=RelationType.DIFFERENT_TECHNICIAN, jobs=pair),
    )
    return trial_of(*map(build.job, pair), technicians=people, relations=relations)


def test_one_technician_is_one_person_too_few_for_two():
    why = why_of(for_two(build.technician()))

    assert why.reason is Reason.NO_ROOM
    assert (why.shortfall.lack, why.shortfall.amount) == (Lack.PEOPLE, 1)


def test_two_who_are_never_there_together_are_the_reason():
    early = build.technician("łukasz", day=build.shift(end=43200))
    late = build.technician("田中", day=build.shift(start=43200))

    why = why_of(for_two(early, late))

    assert (why.shortfall.lack, why.shortfall.amount) == (Lack.TOGETHER, 2)
    assert why.text() == "2 people who are free at the same time are not to be found."
