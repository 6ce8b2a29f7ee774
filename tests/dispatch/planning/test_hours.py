"""The planner is told what the hours do to drives: a factor where one says all, else a table."""

from __future__ import annotations

import itertools
from datetime import datetime
from functools import partial
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.planning import briefs
from dispatch.planning.briefs import roads as brief_roads
from routing import interchange
from routing.check import judge
from routing.problem import Location, Problem, Term
from routing.roads import Roads
from routing.solution import Route, Solution, Stop
from routing.travel.chain import Chain
from routing.travel.crowfly import CrowFly
from routing.travel.dayparts import PARTS
from routing.travel.learn import Corrected, Factor, Lesson
from routing.travel.provider import Point, Profile
from routing.travel.remembered import Remembered
from tests import build, clock
from tests.routing.travel.rushing import Rushing, later, times
from tests.routing.travel.test_remembered import Shelf

HOUR = 3600
RUSH, LATE = "weekend-morning-rush", "weekend-late-morning"
WARSAW = ZoneInfo("Europe/Warsaw")
PLACES = [Point(52.2 + i * 0.011, 21.0 + i % 3 * 0.02) for i in range(6)]


def area_of(session, *profiles, **shift):
    """A territory of technicians who work from 8 to 16 on a day of 23 hours, with one visit."""
    area = build.territory(session)
    for profile in profiles or (Profile.CAR,):
        who = build.technician(session, territory=area, travel_profile=profile)
        build.shift(session, technician=who, **shift)
    build.visit(session, site=build.site(session, territory=area))
    return area


def asked_about(session, area, roads):
    return briefs.brief(
        session, territory_id=area.id, day=clock.DAY, travel=roads, now=clock.NOW
    ).problem


def slices(problem):
    """When each slice begins in hours after midnight, and its factor, or how much its table adds."""
    return [
        (
            piece.start / HOUR,
            piece.factor
            if piece.seconds is None
            else {
                slow - free
                for row, usual in zip(piece.seconds, problem.travel.seconds, strict=True)
                for slow, free in zip(row, usual, strict=True)
            },
        )
        for piece in problem.travel.traffic.slices
    ]


def test_an_hour_in_which_all_ways_take_as_much_longer_is_a_factor(session):
    problem = asked_about(session, area_of(session), Rushing({LATE: times(1.5)}))

    assert slices(problem) == [(6.5, 1), (8, 1.5), (10.5, 1)]


def test_an_hour_that_holds_up_short_ways_more_than_long_ones_is_a_table(session):
    area = area_of(session)
    build.visit(session, site=build.site(session, territory=area, at=(52.4, 21.3)))

    problem = asked_about(session, area, Rushing({LATE: later(300)}))

    assert slices(problem) == [(6.5, 1), (8, {0, 300}), (10.5, 1)]


def test_between_very_many_places_an_hour_is_one_factor():
    """Five tables of five hundred places are 10 MB already."""
    many = [Point(52 + n % 23 * 0.01, 21 + n // 23 * 0.01) for n in range(501)]
    roads = Rushing({RUSH: later(300), LATE: later(20)})

    few, all_of_them = (
        [piece.factor if piece.seconds is None else "table" for piece in found.traffic.slices]
        for found in (ways_on(clock.DAY, roads=roads, places=places) for places in (PLACES, many))
    )

    usual = CrowFly().matrix(many, destinations=many).seconds
    ways = usual > 0
    assert few == [1, "table", "table", 1]
    assert all_of_them == [1, pytest.approx(1 + 300 * ways.sum() / usual.sum(), abs=1e-4), 1]


def test_only_hours_at_which_somebody_works_are_asked_for(session):
    roads = Rushing({name: times(1.5) for name in PARTS})

    asked_about(session, area_of(session, starts="09:30", ends="13:00"), roads)

    assert roads.asked == [
        (Profile.CAR, "all-day"),
        (Profile.CAR, LATE),
        (Profile.CAR, "weekend-midday"),
    ]


def test_overtime_is_work_too(session):
    area = area_of(session, starts="09:30", ends="11:00")
    roads = Rushing({name: times(1.5) for name in PARTS})
    for who in asked_people(session, area):
        who.max_overtime_minutes = 60

    asked_about(session, area, roads)

    assert (Profile.CAR, "weekend-midday") in roads.asked


def asked_people(session, area):
    found = briefs.brief(
        session, territory_id=area.id, day=clock.DAY, travel=CrowFly(), now=clock.NOW
    )
    return {piece.technician for piece in found.pieces}


def test_a_repair_at_noon_does_not_ask_about_the_morning(session):
    roads = Rushing({name: times(1.5) for name in PARTS})
    area = area_of(session)

    briefs.brief(session, territory_id=area.id, day=clock.DAY, travel=roads, now=clock.at("12:00"))

    assert [part for _, part in roads.asked] == [
        "all-day",
        "weekend-midday",
        "weekend-afternoon",
    ]


def test_a_day_on_which_nobody_works_has_no_hours(session):
    area = build.territory(session)
    build.depot(session, territory=area)
    roads = Rushing({name: times(1.5) for name in PARTS})

    problem = asked_about(session, area, roads)

    assert problem.travel.traffic is None
    assert roads.asked == [(Profile.CAR, "all-day")]


def test_traffic_holds_up_cars_and_not_bikes(session):
    hours = {name: times(1.5) for name in PARTS}

    both = asked_about(session, area_of(session, Profile.VAN, Profile.BIKE), Rushing(hours))
    riders = Rushing(hours)
    alone = asked_about(session, area_of(session, Profile.BIKE), riders)

    assert both.travel.traffic is not None
    assert both.travel.profiles["bike"].traffic is None
    assert alone.travel.traffic is None
    assert riders.asked == [(Profile.BIKE, "all-day")]


def test_a_provider_without_hours_is_asked_once(session):
    roads = Rushing({})

    problem = asked_about(session, area_of(session), roads)

    assert roads.asked == [(Profile.CAR, "all-day")]
    assert problem.travel.traffic is None


def test_a_calm_day_is_a_day_without_traffic(session):
    hours = dict.fromkeys(PARTS, times(1.02))

    assert asked_about(session, area_of(session), Rushing(hours)).travel.traffic is None


def test_hours_that_were_learned_cost_the_provider_no_question(session):
    """Its usual table is known; what the hour does to it was learned."""
    roads = Rushing({})
    kept = Remembered(Chain([roads]), reach=Shelf())
    lesson = Lesson(
        provider="rushing,crowfly",
        legs=900,
        scalar=1,
        bands=(Factor(1, 300),) * 5,
        parts={RUSH: Factor(1.4, 300), LATE: Factor(1.2, 300)},
    )
    area = area_of(session)

    problem = asked_about(session, area, Corrected(kept, lesson=lesson))
    once = list(roads.asked)
    asked_about(session, area, Corrected(kept, lesson=lesson))

    assert slices(problem) == [(6.5, 1.4), (8, 1.2), (10.5, 1)]
    assert roads.asked == once == [(Profile.CAR, "all-day")]


def test_a_repeated_brief_asks_nobody_and_a_new_process_neither(session):
    roads = Rushing({RUSH: times(1.5), LATE: later(300)})
    shelf = Shelf()
    area = area_of(session)
    kept = Remembered(Chain([roads]), reach=shelf)

    first = asked_about(session, area, kept)
    once = list(roads.asked)
    again = asked_about(session, area, kept)
    elsewhere = asked_about(session, area, Remembered(Chain([roads]), reach=shelf))

    assert again.travel == elsewhere.travel == first.travel
    assert roads.asked == once == [(Profile.CAR, name) for name in ("all-day", RUSH, LATE)]


def test_one_more_place_costs_two_questions_for_each_hour_that_is_known_apart(session):
    roads = Rushing({LATE: later(300)})
    kept = Remembered(Chain([roads]), reach=Shelf())
    area = area_of(session)
    asked_about(session, area, kept)
    roads.asked.clear()
    build.visit(session, site=build.site(session, territory=area, at=(52.3, 21.2)))

    asked_about(session, area, kept)

    assert len(roads.asked) == 4


def test_a_way_whose_hour_is_lost_takes_what_it_usually_takes_and_is_told_as_estimated(session):
    area = area_of(session)
    roads = Rushing({LATE: later(900)}, lost={LATE})

    problem = asked_about(session, area, roads)

    told = told_of(problem)
    assert problem.travel.traffic is None
    assert (told["estimated"], told["estimated_legs"], told["legs"]) == (2, 2, 2)
    assert told["source"] == "rushing,rushing-guess"


def test_an_estimate_of_an_hour_at_which_nobody_works_is_not_told(session):
    area = area_of(session, starts="12:00")

    problem = asked_about(session, area, Rushing({LATE: later(900)}, lost={LATE}))

    assert told_of(problem)["estimated"] == 0


def told_of(problem):
    """What a plan of one round with the one visit keeps about its travel."""
    (job,), (who,) = problem.jobs, problem.technicians
    route = Route(technicians=(who.id,), stops=(Stop(id=job.id),))
    timed = judge(Solution(routes=(route,)), problem=problem).timetable.routes
    return brief_roads.told_of(problem, routes=timed)


def test_a_question_with_hours_survives_being_written_down(session):
    area = area_of(session)
    build.visit(session, site=build.site(session, territory=area, at=(52.4, 21.3)))
    problem = asked_about(session, area, Rushing({RUSH: times(1.5), LATE: later(300)}))

    again = interchange.read_problem(interchange.write_problem(problem))

    assert again.travel == problem.travel


def ways_on(day, *, roads, places=PLACES, begins="05:00", ends="23:00"):
    """Travel of a day in Warsaw on which somebody works between these hours."""
    midnight = datetime.combine(day, datetime.min.time(), tzinfo=WARSAW)
    during = (clock.at(begins, day=day), clock.at(ends, day=day))
    return brief_roads.ways(
        places, travel=roads, profiles=[Profile.CAR], opens_at=midnight, during=during
    ).travel


@pytest.mark.parametrize(
    ("day", "shorter"),
    [("2026-03-29", 1), ("2026-03-28", 0), ("2026-10-25", -1)],
    ids=["23 hours", "24 hours", "25 hours"],
)
def test_the_rush_comes_by_the_clock_on_the_wall(day, shorter):
    day = datetime.fromisoformat(day).date()

    traffic = ways_on(day, roads=Rushing({RUSH: times(2)})).traffic

    (begin,) = [piece.start for piece in traffic.slices if piece.factor == 2]
    assert begin == (7.5 - shorter) * HOUR


def any_roads(hours):
    """What some hours do to each way; by a part's name the seed of a table of factors."""
    by = {name: np.random.default_rng(seed).uniform(0.4, 3, (6, 6)) for name, seed in hours.items()}
    return Rushing({name: partial(np.multiply, factors) for name, factors in by.items()})


def question_about(travel):
    return Problem(
        locations=tuple(Location(id=str(n)) for n in range(len(PLACES))),
        travel=travel,
        technicians=(),
        jobs=(),
        objective=((Term(metric="cost"),),),
    )


@settings(deadline=None, max_examples=50)
@given(
    st.dictionaries(st.sampled_from(sorted(PARTS)), st.integers(0, 10**6), min_size=1),
    st.sampled_from(["2026-03-27", "2026-03-29", "2026-10-25"]),
    st.integers(0, 10**6),
)
def test_on_any_roads_whoever_leaves_later_arrives_later(hours, day, seed):
    day = datetime.fromisoformat(day).date()
    roads = Roads(question_about(ways_on(day, roads=any_roads(hours))))
    leaving = np.random.default_rng(seed).uniform(0, 90_000, 40)

    arrivals = {
        leg: [roads.arrival(*leg, leave=leave) for leave in sorted(leaving)]
        for leg in itertools.permutations(range(len(PLACES)), 2)
    }

    assert all(later - early > -1e-6 for row in arrivals.values() for early, later in pairwise(row))


@settings(deadline=None, max_examples=25)
@given(st.dictionaries(st.sampled_from(sorted(PARTS)), st.integers(0, 10**6)))
def test_a_question_that_was_made_has_no_faults(hours):
    problem = question_about(ways_on(clock.DAY, roads=any_roads(hours)))

    assert interchange.read_problem(interchange.write_problem(problem)) == problem
