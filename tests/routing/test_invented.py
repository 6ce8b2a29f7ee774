"""Invented problems are the same everywhere, sound, and what their names promise."""

from __future__ import annotations

import pytest

from routing import interchange
from routing.alone import is_anybody_able, is_possible_alone
from routing.invented import Rounds, fleet_day, technician_day, with_rush
from routing.roads import Roads


def test_the_same_seed_gives_the_same_day():
    day = technician_day(visits=30, technicians=5, seed=4, over=0.15)

    assert day == technician_day(visits=30, technicians=5, seed=4, over=0.15)
    assert day.jobs != technician_day(visits=30, technicians=5, seed=5, over=0.15).jobs


@pytest.mark.parametrize(
    "problem",
    [
        technician_day(visits=40, technicians=6, seed=1, lunch=True, over=0.15),
        technician_day(visits=1, technicians=1, seed=1),
        with_rush(technician_day(visits=5, technicians=2, seed=1)),
        fleet_day(visits=40, rounds=Rounds.SHORT, seed=1),
        fleet_day(visits=1, rounds=Rounds.LONG, seed=1),
    ],
    ids=lambda problem: problem.name,
)
def test_an_invented_problem_is_without_faults(problem):
    assert interchange.read_problem(interchange.write_problem(problem)) == problem


def test_everybody_is_given_whole_seconds_and_metres():
    problem = technician_day(visits=12, technicians=3, seed=2)

    roads, places = Roads(problem), range(len(problem.locations))
    legs = [(roads.seconds(a, b), roads.metres(a, b)) for a in places for b in places]
    assert all(abs(value - round(value)) < 1e-6 for leg in legs for value in leg)


def test_somebody_has_each_skill_that_is_asked_for():
    problem = technician_day(visits=60, technicians=2, seed=3)

    assert all(is_anybody_able(job, problem=problem) for job in problem.jobs)


def test_lunch_is_a_break_of_every_shift_and_only_when_it_is_asked_for():
    fed = technician_day(visits=5, technicians=3, seed=1, lunch=True)
    hungry = technician_day(visits=5, technicians=3, seed=1)

    assert {len(one.shifts[0].breaks) for one in fed.technicians} == {1}
    assert {len(one.shifts[0].breaks) for one in hungry.technicians} == {0}


def test_drives_take_longer_in_a_rush():
    calm = technician_day(visits=5, technicians=2, seed=1)
    jammed = Roads(with_rush(calm))

    night, morning, noon = (jammed.arrival(0, 1, leave=h * 3600) - h * 3600 for h in (3, 8, 12))

    assert night == pytest.approx(Roads(calm).seconds(0, 1))
    assert morning > noon > night


def test_an_overfull_day_has_more_work_than_one_that_just_fits():
    fits = technician_day(visits=80, technicians=12, seed=1, over=0)
    overfull = technician_day(visits=80, technicians=12, seed=1, over=0.3)

    work = [sum(job.duration_s for job in day.jobs) for day in (fits, overfull)]
    hours = sum(one.shifts[0].end - one.shifts[0].start for one in fits.technicians)
    assert work[1] - work[0] == pytest.approx(0.3 * hours, rel=0.05)


def test_urgent_visits_are_dearer_to_leave_out():
    problem = technician_day(visits=80, technicians=9, seed=1)

    penalties = {job.priority: job.unserved_penalty for job in problem.jobs}
    assert sorted(penalties, key=penalties.__getitem__, reverse=True) == [1, 2, 3, 4]


@pytest.mark.parametrize("rounds", list(Rounds))
def test_every_visit_of_a_fleet_can_be_served_by_somebody(rounds):
    problem = fleet_day(visits=60, rounds=rounds, seed=7)

    roads = Roads(problem)
    assert all(is_possible_alone(job, problem=problem, roads=roads) for job in problem.jobs)


def test_a_van_of_long_rounds_has_room_for_more_stops():
    rooms = {
        rounds: problem.technicians[0].capacity["load"]
        / (sum(job.demand["load"] for job in problem.jobs) / len(problem.jobs))
        for rounds in Rounds
        for problem in [fleet_day(visits=200, rounds=rounds, seed=1)]
    }

    assert 8 < rooms[Rounds.SHORT] < 15
    assert rooms[Rounds.LONG] > 40


def test_a_day_without_anybody_is_refused():
    with pytest.raises(ValueError, match="a visit and a technician"):
        technician_day(visits=3, technicians=0, seed=1)
    with pytest.raises(ValueError, match="a visit"):
        fleet_day(visits=0, rounds=Rounds.SHORT, seed=1)
