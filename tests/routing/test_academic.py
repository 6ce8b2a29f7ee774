"""Academic files mean what their authors meant; the files here are made up."""

from __future__ import annotations

import pytest

from routing import academic, interchange
from routing.academic import Convention, Goal, Malformed
from routing.check import judge
from routing.problem import Problem
from routing.roads import Roads
from tests.routing import build

SOLOMON = """TINY

VEHICLE
NUMBER     CAPACITY
  2           10

CUSTOMER
CUST NO.   XCOORD.  YCOORD.  DEMAND  READY TIME  DUE DATE  SERVICE TIME

    0        0        0        0         0        100         0
    1        3        4        4        10         20         5
    2        1        1        4         0         90         5
"""
VRPLIB = """NAME : SMALL
COMMENT : made up
TYPE : VRPTW
DIMENSION : 4
EDGE_WEIGHT_TYPE : EUC_2D
VEHICLES : 2
{keys}
NODE_COORD_SECTION
1 0 0
2 10 0
3 3 4
4 1 1
DEMAND_SECTION
1 0
2 0
3 7
4 2
TIME_WINDOW_SECTION
1 0 100
2 0 80
3 5 50.5
4 0 90
SERVICE_TIME_SECTION
1 0
2 0
3 2.5
4 1
{sections}
EOF
"""


def read(text: str, *, convention=Convention.EXACT, goal=Goal.DISTANCE) -> Problem:
    return academic.read(text.encode(), name="file", convention=convention, goal=goal)


def vrplib(*sections: str, keys: str = "CAPACITY : 9") -> Problem:
    return read(VRPLIB.format(keys=keys, sections="\n".join(sections)))


def refused(text: str) -> str:
    with pytest.raises(Malformed) as caught:
        read(text)
    (fault,) = caught.value.faults
    assert fault.advice
    return f"{fault.place}: {fault.message}"


def test_a_file_of_solomon_is_a_fleet_at_one_depot_and_a_visit_for_each_customer():
    problem = read(SOLOMON)

    assert problem.name == "TINY"
    assert [one.capacity for one in problem.technicians] == [{"load": 10}, {"load": 10}]
    assert [job.id for job in problem.jobs] == ["1", "2"]
    assert problem.technicians[0].shifts[0].start_location == "0"


def test_a_unit_is_a_minute_and_a_kilometre():
    problem = read(SOLOMON)

    roads, till = Roads(problem), problem.job_by_id["1"]
    assert (roads.seconds(0, 1), roads.metres(0, 1)) == (300, 5000)
    assert (till.duration_s, till.windows[0].opens, till.windows[0].closes) == (300, 600, 1200)


@pytest.mark.parametrize(
    ("convention", "metres"),
    [(Convention.DIMACS, 1400), (Convention.MILLI, 1414), (Convention.EXACT, 1414.2135623730951)],
)
def test_a_convention_says_how_a_leg_is_rounded(convention, metres):
    problem = read(SOLOMON, convention=convention)

    assert Roads(problem).metres(0, 2) == pytest.approx(metres, abs=1e-9)


def test_the_goal_may_put_routes_before_distance():
    plan = build.solution(build.route(build.visit("1"), build.visit("2"), crew=("vehicle-1",)))

    by_distance = judge(plan, problem=read(SOLOMON, convention=Convention.DIMACS))
    by_vehicles = judge(
        plan, problem=read(SOLOMON, convention=Convention.DIMACS, goal=Goal.VEHICLES)
    )

    assert by_distance.objective == pytest.approx((0, 10))
    assert by_vehicles.objective == pytest.approx((0, 1, 10))


def test_every_customer_of_solomon_must_be_served():
    finding = judge(build.solution(), problem=read(SOLOMON))

    assert {violation.code for violation in finding.violations} >= {"E_MANDATORY"}


def test_a_vrplib_file_with_one_depot_begins_and_ends_at_its_first_node():
    problem = vrplib()

    assert problem.name == "SMALL"
    assert [job.id for job in problem.jobs] == ["2", "3", "4"]
    assert problem.technicians[1].shifts[0].end_location == "1"
    assert problem.technicians[1].capacity == {"load": 9}
    assert problem.job_by_id["3"].windows[0].closes == 3030
    assert problem.job_by_id["3"].duration_s == 150


def test_several_depots_are_places_and_no_visits():
    problem = vrplib("DEPOT_SECTION\n1\n2\n-1", "VEHICLES_DEPOT_SECTION\n1 1\n2 2")

    homes = [one.shifts[0].start_location for one in problem.technicians]
    assert homes == ["1", "2"]
    assert [job.id for job in problem.jobs] == ["3", "4"]
    assert problem.technicians[1].shifts[0].end == 80 * 60


def test_site_dependence_is_who_may_go_where():
    problem = vrplib("VEHICLES_ALLOWED_CLIENTS_SECTION\n1 2 3\n2 3 4")

    allowed = [job.allowed_technicians for job in problem.jobs]
    assert allowed == [{"vehicle-1"}, {"vehicle-1", "vehicle-2"}, {"vehicle-2"}]


def test_vehicles_have_their_own_room_and_one_longest_day():
    problem = vrplib("CAPACITY_SECTION\n1 5\n2 8", keys="VEHICLES_MAX_DURATION : 40")

    assert [one.capacity["load"] for one in problem.technicians] == [5, 8]
    assert {one.shifts[0].max_duration_s for one in problem.technicians} == {2400}


def test_prizes_make_visits_optional_and_count_beside_the_distance():
    problem = vrplib("PRIZE_SECTION\n1 0\n2 30\n3 12.5\n4 1")
    plan = build.solution(
        build.route(build.visit("2"), crew=("vehicle-1",)),
        unserved=(build.left_out("3"), build.left_out("4")),
    )

    finding = judge(plan, problem=problem)

    assert finding.feasible
    assert finding.objective == pytest.approx((20 + 13.5,))


def test_a_written_matrix_is_seconds_and_metres_as_they_stand():
    text = (
        "NAME : ROADS\nDIMENSION : 2\nEDGE_WEIGHT_TYPE : EXPLICIT\nEDGE_WEIGHT_FORMAT : FULL_MATRIX\n"
        "EDGE_WEIGHT_SECTION\n0 7\n9 0\nTIME_WINDOW_SECTION\n1 0 1000\n2 100 200\n"
    )

    problem = read(text)

    assert (Roads(problem).seconds(0, 1), Roads(problem).metres(1, 0)) == (7, 9)
    assert problem.jobs[0].windows[0].opens == 100
    assert len(problem.technicians) == 1


def test_an_academic_problem_can_be_kept_as_a_file_of_ours():
    problem = vrplib("PRIZE_SECTION\n2 30\n3 12.5\n4 1", "VEHICLES_ALLOWED_CLIENTS_SECTION\n1 2")

    assert interchange.read_problem(interchange.write_problem(problem)) == problem


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("once upon a time", "neither Solomon's format nor VRPLIB"),
        (SOLOMON.replace("  2           10", "  2"), "line 5: 1 values where 2 are expected"),
        (SOLOMON.replace("  2           10", "  0   10"), "line 5: '0' is no number of things"),
        (SOLOMON.replace(" 90 ", " ninety "), "line 12: 'ninety' is no number"),
        (SOLOMON.replace(" 90 ", " nan "), "line 12: 'nan' is no number"),
        (SOLOMON.replace("20         5", "20"), "line 11: 6 values where 7 are expected"),
        (SOLOMON.replace("   20  ", "    5  "), "line 11: due before ready"),
        (SOLOMON.replace("    2        1", "    1        1"), "line 12: 1 appears twice"),
        (SOLOMON.replace("NUMBER ", "COUNT "), "VEHICLE: no line NUMBER CAPACITY"),
        (SOLOMON.partition("    0  ")[0], "CUSTOMER: no rows"),
        ("DIMENSION : many", "DIMENSION: 'many' is no number"),
        ("DIMENSION : 3\nNODE_COORD_SECTION\n1 0 0", "1 rows, but DIMENSION says 3"),
        ("DIMENSION : 1\nBACKHAUL_SECTION\n1 4", "line 2: BACKHAUL_SECTION is not understood"),
        ("DIMENSION : 1\nhello", "line 2: neither a key nor in a section"),
        ("DIMENSION : 1\nDEPOT_SECTION\n4\n-1", "DEPOT_SECTION: 4 is no node"),
        (
            "DIMENSION : 2\nTIME_WINDOW_SECTION\n2 9 3",
            "TIME_WINDOW_SECTION, row 2: it closes before it opens",
        ),
        (
            "DIMENSION : 2\nEDGE_WEIGHT_TYPE : EXPLICIT\nEDGE_WEIGHT_SECTION\n0 1 2",
            "EDGE_WEIGHT_SECTION: 3 values where 4 are expected",
        ),
    ],
)
def test_a_broken_file_is_refused_with_the_place(text, said):
    assert said in refused(text)
