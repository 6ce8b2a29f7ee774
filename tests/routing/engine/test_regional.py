"""A day cut into regions: nothing is lost at the borders, and the judge accepts the whole."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from routing import interchange
from routing.check import judge
from routing.engine.regional import Regional
from routing.engine.regions import Survey, part_of
from routing.roads import Roads
from tests.routing import days
from tests.routing.engine.kernel import sayable
from tests.routing.plans import UNAVOIDABLE

MAKES = [
    sayable.eager, sayable.lasting, sayable.moving, sayable.frozen, sayable.shared, sayable.laden,
    sayable.linked, sayable.linked_laden, sayable.linked_shared, sayable.linked_crowded,
]  # fmt: skip


def regional(problem, *, seed=1, iterations=300):
    return Regional(
        problem=problem,
        workers=2,
        seed=seed,
        began=0.0,
        deadline=0.0,
        stopped=lambda: False,
        iterations=iterations,
    )


def last_plan(search):
    found = [best for best in search.run() if best is not None]
    return interchange.solution_of(found[-1].plan, problem=search.problem)


def wide(*, visits=60, technicians=8, seed=3):
    return days.plain(Random(seed), visits=visits, technicians=technicians)


def with_relations(day):
    names = [visit["id"] for visit in day["visits"]]
    return day | {
        "relations": [
            {"type": "precedence", "visits": [names[0], names[30]]},
            {"type": "all_or_none", "visits": [names[30], names[59]]},
            {"type": "same_technician", "visits": [names[5], names[55]]},
        ]
    }


@pytest.mark.parametrize("count", [2, 3, 5])
def test_everybody_is_in_one_region(count):
    problem = interchange.problem_of(wide())

    regions = Survey(problem, seed=1).first(count)

    assert len(regions) == count
    assert Counter(job for one in regions for job in one.jobs) == Counter(
        job.id for job in problem.jobs
    )
    assert Counter(who for one in regions for who in one.technicians) == Counter(
        who.id for who in problem.technicians
    )


def test_jobs_that_hang_together_are_in_one_region():
    problem = interchange.problem_of(with_relations(wide()))
    groups = [{"v0", "v30", "v59"}, {"v5", "v55"}]
    names = [job.id for job in problem.jobs]
    groups = [{names[int(one[1:])] for one in group} for group in groups]

    for seed in range(5):
        regions = Survey(problem, seed=seed).first(3)

        assert all(any(group <= one.jobs for one in regions) for group in groups)


def test_an_absent_job_goes_to_whoever_alone_may_serve_it():
    day = wide()
    for n, visit in enumerate(day["visits"]):
        visit["allowed_technicians"] = [day["technicians"][n % 8]["id"]]
    problem = interchange.problem_of(day)

    for region in Survey(problem, seed=2).first(3):
        jobs = [problem.job_by_id[job] for job in region.jobs]

        assert all(job.allowed_technicians <= region.technicians for job in jobs)


def test_present_rounds_stay_whole_and_those_that_wait_for_each_other_together():
    problem = interchange.problem_of(with_relations(wide()))
    names = [job.id for job in problem.jobs]
    people = [one.id for one in problem.technicians]
    rounds = {who: names[n : 56 : len(people)] for n, who in enumerate(people)}
    holder = {job: who for who, jobs in rounds.items() for job in jobs}

    regions = Survey(problem, seed=4).anew(rounds, 3)

    assert len(regions) > 1
    for region in regions:
        assert {holder[job] for job in region.jobs if job in holder} <= region.technicians
    [first] = [one for one in regions if names[0] in one.jobs]
    assert {names[30], names[59]} <= first.jobs
    assert holder[names[30]] in first.technicians


def test_nobody_is_cut_apart_where_all_hang_together():
    day = wide(visits=20, technicians=4)
    names = [visit["id"] for visit in day["visits"]]
    problem = interchange.problem_of(
        day | {"relations": [{"type": "all_or_none", "visits": names[:16]}]}
    )
    people = [one.id for one in problem.technicians]

    rounds = {who: names[n::4] for n, who in enumerate(people)}

    assert Survey(problem, seed=1).anew(rounds, 2) is None


@pytest.mark.parametrize("make", [sayable.nasty, sayable.laden])
def test_a_region_has_the_same_roads_and_hours(make):
    problem = interchange.problem_of(make(7))
    roads = Roads(problem)

    for region in Survey(problem, seed=1).first(2):
        part = part_of(problem, region)
        own = Roads(part)
        names = [place.id for place in part.locations]
        number = [problem.location_index[name] for name in names]

        assert {job.id for job in part.jobs} == region.jobs
        for a in range(len(names)):
            for b in range(len(names)):
                assert own.seconds(a, b) == roads.seconds(number[a], number[b])
                assert own.metres(a, b) == roads.metres(number[a], number[b])


@pytest.mark.parametrize("make", MAKES)
def test_the_judge_accepts_plans_joined_from_regions_and_all_their_reasons(make):
    found = Counter()
    for seed in sayable.many(6):
        problem = interchange.problem_of(make(seed))
        search = regional(problem, seed=seed)
        if not search.is_sayable:
            continue
        finding = judge(last_plan(search), problem=problem)
        found["plans"] += 1
        found.update(one.code for one in finding.violations if one.code not in UNAVOIDABLE)

    assert found.pop("plans") >= 3
    assert found == Counter()


def test_every_absent_visit_has_a_reason():
    problem = interchange.problem_of(wide(visits=80, technicians=4))

    plan = last_plan(regional(problem))

    assert plan.unserved
    assert all(row.reason is not None for row in plan.unserved)


def test_a_plan_in_force_is_never_made_worse():
    day = wide()
    problem = interchange.problem_of(day)
    before = last_plan(regional(problem, iterations=2000))
    again = interchange.problem_of(day | {"incumbent": interchange.document_of(before)})

    after = last_plan(regional(again, iterations=20))

    assert judge(after, problem=problem).objective <= judge(before, problem=problem).objective


def test_the_same_steps_give_the_same_plan():
    problem = interchange.problem_of(wide())

    plans = [last_plan(regional(problem, seed=5)) for _ in range(2)]

    assert plans[0] == plans[1]


def test_more_steps_than_one_cut_find_a_better_plan():
    problem = interchange.problem_of(wide())

    few, many = (last_plan(regional(problem, iterations=steps)) for steps in (10, 3000))

    assert judge(many, problem=problem).objective < judge(few, problem=problem).objective
