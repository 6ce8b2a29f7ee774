"""How time passes on a route, as promised and as the order allows."""

from __future__ import annotations

import pytest

from routing.problem import Break, Job, Location, Pin, Relation, RelationType, Window
from routing.roads import Roads
from routing.timing import Mode, earliest_start, lateness, latest_start, permitted, timetable
from tests.routing import build

LUNCH = Break(id="lunch", duration_s=1800, window=Window(opens=39600, closes=41400))
TWO = (build.technician("anna"), build.technician("bob"))


def clock(question, *routes):
    """Departure, starts and return of each route."""
    return [
        (route.depart, [stop.start for stop in route.stops], route.back)
        for route in build.day(question, *routes).routes
    ]


def test_the_day_of_an_order_is_as_short_as_it_can_be():
    late = build.job(windows=(Window(opens=36000, closes=40000),))

    found = clock(build.problem(late), build.route(build.visit()))

    assert found == [(35400, [36000], 38400)]


def test_a_second_window_is_taken_when_the_first_is_missed():
    windows = (Window(opens=20000, closes=28000), Window(opens=50000, closes=52000))

    found = clock(build.problem(build.job(windows=windows)), build.route(build.visit()))

    assert found == [(49400, [50000], 52400)]


def test_work_that_may_be_late_keeps_its_earliest_start():
    first = build.job("a", windows=(Window(opens=0, closes=0),), max_lateness_s=None)
    second = build.job("b", windows=(Window(opens=50000, closes=50000),))

    found = clock(build.problem(first, second), build.route(build.visit("a"), build.visit("b")))

    assert found[0][1] == [29400, 50000]


def test_a_floating_break_is_taken_in_the_middle_of_a_leg():
    day = build.shift(breaks=(LUNCH,))
    far = build.job(location="farm", windows=(Window(opens=42900, closes=42900),))
    question = build.problem(far, technicians=(build.technician(day=day),))

    found = clock(question, build.route(build.pause("lunch"), build.visit()))

    assert found == [(39300, [39600, 42900], 46500)]


def test_a_break_is_not_started_after_its_window_to_leave_later():
    day = build.shift(breaks=(LUNCH,))
    evening = build.job(windows=(Window(opens=50000, closes=50000),))
    question = build.problem(evening, technicians=(build.technician(day=day),))

    found = clock(question, build.route(build.pause("lunch"), build.visit()))

    depart, starts, _ = found[0]
    assert [depart, *starts] == pytest.approx([41400, 41400, 50000])


def test_people_who_meet_wait_for_each_other():
    together = Relation(type=RelationType.SAME_START, jobs=("a", "b"))
    near = build.job("a")
    far = build.job("b", location="farm")
    question = build.problem(near, far, technicians=TWO, relations=(together,))

    found = clock(
        question,
        build.route(build.visit("a"), crew=("anna",)),
        build.route(build.visit("b"), crew=("bob",)),
    )

    assert [starts for _, starts, _ in found] == [[30600], [30600]]


def test_a_longest_gap_pulls_the_first_later():
    order = Relation(type=RelationType.PRECEDENCE, jobs=("a", "b"), min_s=0, max_s=600)
    first, second = build.job("a"), build.job("b", release=40000)
    question = build.problem(first, second, technicians=TWO, relations=(order,))

    found = clock(
        question,
        build.route(build.visit("a"), crew=("anna",)),
        build.route(build.visit("b"), crew=("bob",)),
    )

    assert found[0][1] == [40000 - 600 - 1800]


@pytest.mark.parametrize(
    ("relation", "starts"),
    [
        ({"type": RelationType.GAP, "min_s": 500}, [29400, 29900]),
        ({"type": RelationType.GAP, "max_s": -500}, [29900, 29400]),
        ({"type": RelationType.PRECEDENCE, "min_s": 500}, [29400, 29400 + 1800 + 500]),
        ({"type": RelationType.SAME_START, "max_s": 500}, [29400, 29400]),
    ],
)
def test_relations_push_starts_just_late_enough(relation, starts):
    pushed = Relation(jobs=("a", "b"), **relation)
    question = build.problem(build.job("a"), build.job("b"), technicians=TWO, relations=(pushed,))

    found = clock(
        question,
        build.route(build.visit("a"), crew=("anna",)),
        build.route(build.visit("b"), crew=("bob",)),
    )

    assert [found[0][1][0], found[1][1][0]] == starts


def test_an_order_against_its_own_relation_is_impossible():
    order = Relation(type=RelationType.PRECEDENCE, jobs=("a", "b"))
    question = build.problem(build.job("a"), build.job("b"), relations=(order,))

    found = build.day(question, build.route(build.visit("b"), build.visit("a")))

    assert not found.possible


def test_absent_ends_are_the_latest_departure_and_the_earliest_return():
    question = build.problem(build.job())

    found = clock(question, build.route(build.visit(arrival=31000, start=32000, end=34000)))

    assert found == [(30400, [32000], 34600)]


def test_the_latest_departure_knows_of_breaks_on_the_way():
    day = build.shift(breaks=(LUNCH,))
    question = build.problem(build.job(), technicians=(build.technician(day=day),))

    found = clock(
        question, build.route(build.pause("lunch", start=40000), build.visit(start=42000))
    )

    assert found[0][0] == pytest.approx(39600)


def test_waiting_is_what_is_left():
    places = (Location(id="base", x=0, y=0), Location(id="młyn", x=10, y=0, setup_s=300))
    question = build.problem(build.job(), locations=places)
    route = build.route(build.visit(start=32000, end=34000), depart=29000, back=35000)

    figures = build.day(question, route).routes[0].figures

    assert (figures.travel_s, figures.service_s, figures.setup_s) == (1200, 1800, 300)
    assert figures.wait_s == 6000 - 1200 - 1800 - 300


def test_open_ends_cost_no_road():
    open_day = build.shift(start_location=None, end_location=None)
    question = build.problem(build.job(), technicians=(build.technician(day=open_day),))

    found = clock(question, build.route(build.visit()))

    assert found == [(28800, [28800], 30600)]


def test_a_crew_is_as_fast_as_its_slowest():
    pair = (
        build.technician("anna", service_factor=0.5, travel_factor=2),
        build.technician("bob", service_factor=2),
    )
    question = build.problem(build.job(), technicians=pair)

    found = clock(question, build.route(build.visit(), crew=("anna", "bob")))

    assert found == [(28800, [30000], 30000 + 3600 + 1200)]


def test_own_minutes_replace_the_standard_ones():
    job = build.job(duration_by_technician={"łukasz": 100})

    found = clock(build.problem(job), build.route(build.visit()))

    assert found[0][2] == 29400 + 100 + 600


def test_a_mode_may_be_asked_for():
    question = build.problem(build.job())
    answer = build.solution(build.route(build.visit(start=50000)))

    found = timetable(answer, problem=question, roads=Roads(question), mode=Mode.SEQUENCE)

    assert found.routes[0].stops[0].start == 29400


def test_times_cannot_be_judged_where_there_are_none():
    question = build.problem(build.job())
    answer = build.solution(build.route(build.visit()))

    with pytest.raises(ValueError, match="no start"):
        timetable(answer, problem=question, roads=Roads(question), mode=Mode.TIMED)


def narrow(**keys) -> Job:
    return build.job(windows=(Window(opens=30000, closes=40000),), **keys)


@pytest.mark.parametrize(
    ("job", "interval"),
    [
        (narrow(), (30000, 40000)),
        (narrow(finish_inside=True), (30000, 38200)),
        (narrow(max_lateness_s=600), (30000, 40600)),
        (narrow(release=35000), (35000, 40000)),
        (narrow(promise=Window(opens=31000, closes=33000)), (31000, 33000)),
        (narrow(promise=Window(opens=31000, closes=33000), promise_hard=False), (31000, 40000)),
        (narrow(pin=Pin(start=32000, slack_s=60)), (31940, 32060)),
        (narrow(pin=Pin(technician="anna")), (30000, 40000)),
    ],
)
def test_windows_promise_release_and_pin_bound_the_start_together(job, interval):
    assert permitted(job, length=1800) == [interval]


def test_nothing_is_permitted_when_they_contradict_each_other():
    assert permitted(narrow(release=40001), length=1800) == []


def test_the_next_and_the_last_start_are_found_among_several_windows():
    allowed = [(10, 20), (30, 40)]

    assert [earliest_start(allowed, ready=at) for at in (5, 15, 25, 41)] == [10, 15, 30, None]
    assert [latest_start(allowed, by=at) for at in (5, 15, 25, 41)] == [None, 15, 20, 40]


@pytest.mark.parametrize(("start", "late"), [(29000, 0), (40000, 0), (40060, 60)])
def test_lateness_counts_from_the_close_of_a_window_that_had_opened(start, late):
    assert lateness(narrow(), start=start, length=1800) == late
