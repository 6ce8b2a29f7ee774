"""Peers are given the same question in small whole numbers, and say what they have no words for."""

from __future__ import annotations

import importlib
import time

import numpy as np
import pytest

from routing.check import judge
from routing.invented import Rounds, fleet_day, technician_day
from routing.peers import PEERS, units
from routing.peers.answering import Asked
from routing.peers.statement import state
from routing.peers.unstated import CannotState
from routing.problem import (
    Break,
    Cost,
    MatrixTravel,
    PlanarTravel,
    Relation,
    RelationType,
    Requirement,
    RoundUnits,
    Skill,
    Term,
    Window,
    WindowWish,
)
from tests.routing import build

LUNCH = Break(id="lunch", duration_s=1800, window=Window(opens=41_400, closes=48_600))
DISTANCE = ((Term(metric="unserved"),), (Term(metric="distance_m", weight=0.001),))


def module(name: str):
    """The peer's module, where its library is installed."""
    peer = PEERS[name]
    if importlib.util.find_spec(peer.library) is None:
        pytest.skip(f"{peer.package} is not installed: pip install -e '.[bench]'")
    return importlib.import_module(peer.module)


def plan(name, problem, *, seconds=0.5):
    """The finding about what a peer plans."""
    statement = state(problem)
    asked = Asked(deadline=time.monotonic() + seconds, seed=1, number=0, threads=1)
    orders = module(name).solve(statement, asked)
    assert orders is not None
    return judge(statement.solution(orders), problem=problem)


def refusal(problem, name=None):
    with pytest.raises(CannotState) as caught:
        plan(name, problem) if name else state(problem)
    return set(caught.value.reasons)


# --- units ---


@pytest.mark.parametrize(
    ("amounts", "unit"),
    [
        ([540, 900, 18], 18),
        ([0.7 * 60, 1.4 * 60], 42),
        ([1.2, 3.4], 0.2),
        ([0, 0], 1),
        ([], 1),
    ],
)
def test_a_common_factor_is_divided_out(amounts, unit):
    found = units.unit_of([np.array(amounts)], largest=max(amounts, default=0) or 0)

    assert found == pytest.approx(unit) or (not any(amounts) and found > 0)


def test_lengths_without_a_common_factor_are_put_on_a_fine_grid():
    lengths = np.array([2**0.5, 3**0.5, 100.0])

    unit = units.unit_of([lengths], largest=100)

    assert unit == pytest.approx(100 / units.GRID)
    assert units.up(lengths, unit=unit)[0] * unit >= lengths[0]


def test_noise_of_floats_does_not_round_a_whole_amount_up():
    assert units.up(np.array(0.1 + 0.2), unit=0.1) == 3
    assert units.down(np.array(0.7 * 10 / 0.1 * 0.1), unit=0.1) == 70


# --- statement ---


def test_all_amounts_of_an_invented_day_are_exact_and_share_no_factor():
    problem = technician_day(visits=20, technicians=3, seed=1)

    statement = state(problem)

    seconds = statement.times[:-1, :-1] * statement.second
    metres = np.array([[0, 0]])
    assert statement.second == 3
    assert (
        np.gcd.reduce([*statement.times.ravel(), *(call.service for call in statement.calls)]) == 1
    )
    assert seconds.max() % 9 == pytest.approx(0)
    assert metres.sum() == 0


def test_who_may_go_where_is_told_once_for_all_who_are_alike():
    problem = build.problem(
        build.job("fibre", skills=(Requirement(names=("fibre",), level=2),)),
        build.job("till"),
        technicians=(
            build.technician("łukasz"),
            build.technician("さくら", skills={"fibre": Skill(level=3)}),
            build.technician("zofia"),
        ),
    )

    statement = state(problem)

    kinds = [van.kind for van in statement.vans]
    assert kinds[0] == kinds[2] != kinds[1]
    assert statement.may[kinds[0]].tolist() == [False, True]
    assert statement.may[kinds[1]].tolist() == [True, True]


def test_a_visit_that_nobody_may_do_is_left_out_and_stays_unserved():
    problem = build.problem(
        build.job("gas", skills=(Requirement(names=("gas",)),)), build.job("till")
    )

    statement = state(problem)

    assert [call.number for call in statement.calls] == [1]
    assert [row.job for row in statement.solution([(0, [0])]).unserved] == ["gas"]


def test_an_earlier_level_outweighs_the_longest_way():
    problem = build.problem(build.job(), objective=DISTANCE)

    statement = state(problem)

    assert statement.calls[0].penalty > 20 * statement.prices.max()


def test_a_penalty_and_a_road_of_one_level_keep_their_proportion():
    one_level = ((Term(metric="travel_s"), Term(metric="unserved_penalty")),)
    problem = build.problem(build.job(unserved_penalty=1200), objective=one_level)

    statement = state(problem)

    assert statement.calls[0].penalty == 2 * statement.prices[0, 1]


def test_where_only_time_away_counts_a_unit_of_it_is_one():
    levels = ((Term(metric="unserved"),), (Term(metric="duration_s", weight=1 / 60),))

    statement = state(build.problem(build.job(), objective=levels))

    assert statement.duration == 1
    assert not statement.prices[:-1, :-1].any()


def test_roads_and_time_away_keep_their_proportion():
    both = ((Term(metric="distance_m", weight=0.5), Term(metric="duration_s")),)

    statement = state(build.problem(build.job(), objective=both))

    assert statement.prices[0, 1] / statement.duration * statement.second == 5000


def test_windows_are_counted_from_the_earliest_shift_and_cut_to_it():
    problem = build.problem(
        build.job(windows=(Window(opens=0, closes=9000), Window(opens=28_000, closes=30_600)))
    )

    statement = state(problem)

    [span] = statement.calls[0].spans
    assert (span[0] * statement.second, span[1] * statement.second) == (0, 1800)


def test_an_open_end_is_a_place_without_roads():
    day = build.shift(end_location=None)
    statement = state(build.problem(build.job(), technicians=(build.technician(day=day),)))

    nowhere = len(statement.times) - 1
    assert statement.vans[0].finish == nowhere
    assert statement.times[nowhere].sum() == statement.prices[:, nowhere].sum() == 0


def test_the_way_in_is_part_of_the_leg():
    places = (build.PLACES[0], *(replace_setup(place) for place in build.PLACES[1:]))
    plain = state(build.problem(build.job()))
    slow = state(build.problem(build.job(), locations=places))

    assert slow.times[0, 1] * slow.second - plain.times[0, 1] * plain.second == 300
    assert slow.times[1, 0] * slow.second == plain.times[1, 0] * plain.second


def replace_setup(place):
    return type(place)(id=place.id, x=place.x, y=place.y, setup_s=300)


def test_a_road_that_is_not_there_is_longer_than_any_day():
    travel = MatrixTravel(
        seconds=((0, 600, None, 60), (600, 0, 60, 60), (60, 60, 0, 60), (60, 60, 60, 0)),
    )
    statement = state(build.problem(build.job(), travel=travel))

    assert statement.times[0, 2] > statement.vans[0].end
    assert statement.prices[0, 2] > 100 * statement.prices[0, 1]


@pytest.mark.parametrize(
    ("reason", "keys"),
    [
        ("crews", {"crew_size": 2}),
        ("late starts", {"max_lateness_s": 60}),
        ("wishes", {"wishes": (WindowWish(windows=(Window(opens=0, closes=1),), cost=1),)}),
        ("work that depends on the technician", {"duration_by_technician": {"さくら": 60}}),
    ],
)
def test_what_a_visit_asks_and_nobody_can_state_is_named(reason, keys):
    people = (build.technician(), build.technician("さくら"))

    assert reason in refusal(build.problem(build.job(**keys), technicians=people))


def test_all_reasons_are_named_at_once():
    problem = build.problem(
        build.job("till"),
        build.job("safe"),
        relations=(Relation(type=RelationType.SAME_TECHNICIAN, jobs=("till", "safe")),),
        technicians=(build.technician(day=build.shift(max_overtime_s=600)),),
        objective=((Term(metric="wait_s"),),),
    )

    assert refusal(problem) == {"relations between visits", "overtime", "the metric wait_s"}


def test_different_prices_of_people_are_not_stated():
    people = (build.technician(), build.technician("さくら", cost=Cost(per_m=2)))
    problem = build.problem(build.job(), technicians=people, objective=((Term(metric="cost"),),))

    assert refusal(problem) == {"prices that depend on the technician"}


# --- peers ---


@pytest.mark.slow
@pytest.mark.parametrize("name", PEERS)
@pytest.mark.parametrize(
    "problem",
    [
        technician_day(visits=15, technicians=3, seed=2),
        fleet_day(visits=15, rounds=Rounds.SHORT, seed=2),
    ],
    ids=["technicians", "fleet"],
)
def test_a_peer_plans_without_breaking_a_rule(name, problem):
    finding = plan(name, problem)

    assert finding.feasible
    assert sum(len(route.jobs) for route in finding.timetable.routes) > 10


@pytest.mark.slow
@pytest.mark.parametrize("name", ["vroom", "ortools"])
def test_a_peer_that_knows_breaks_keeps_them(name):
    finding = plan(name, technician_day(visits=20, technicians=3, seed=2, lunch=True))

    assert finding.feasible
    assert any(route.breaks for route in finding.timetable.routes)


@pytest.mark.slow
@pytest.mark.parametrize("name", PEERS)
def test_a_peer_leaves_out_what_does_not_pay(name):
    one_level = ((Term(metric="distance_m", weight=0.001), Term(metric="unserved_penalty")),)
    must, may = build.job("must", mandatory=True), build.job("far", location="farm", mandatory=True)
    problem = build.problem(must, may, objective=one_level)

    finding = plan(name, problem)

    assert finding.objective == pytest.approx((60,))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pyvrp", "ortools"])
def test_a_peer_weighs_a_penalty_against_the_road(name):
    one_level = ((Term(metric="distance_m", weight=0.001), Term(metric="unserved_penalty")),)
    near, far = build.job("near", unserved_penalty=30), build.job("far", location="farm")
    problem = build.problem(near, far, objective=one_level)

    assert plan(name, problem).objective == pytest.approx((21,))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pyvrp", "ortools"])
def test_a_peer_knows_the_longest_day(name):
    day = build.shift(max_duration_s=7000)
    problem = build.problem(
        build.job("near"),
        build.job("far", location="farm"),
        technicians=(build.technician(day=day),),
        objective=DISTANCE,
    )

    finding = plan(name, problem)

    assert finding.feasible
    assert finding.objective[0] == 1


@pytest.mark.slow
@pytest.mark.parametrize("loaded", [{}, {"boxes": 2.5}], ids=["empty", "loaded"])
def test_pyvrp_takes_fewer_routes_before_less_road(loaded):
    levels = ((Term(metric="unserved"),), (Term(metric="routes_used"),), DISTANCE[1])
    people = tuple(build.technician(name) for name in ("łukasz", "さくら", "zofia"))
    jobs = [build.job(f"till-{n}", mandatory=True, demand=loaded) for n in range(4)]

    finding = plan("pyvrp", build.problem(*jobs, technicians=people, objective=levels))

    assert finding.objective[1] == 1


@pytest.mark.slow
def test_pyvrp_plans_the_same_by_loads_where_profiles_would_be_too_large(monkeypatch):
    problem = technician_day(visits=15, technicians=3, seed=2)
    monkeypatch.setattr(module("pyvrp"), "MOST_CELLS", 0)

    assert plan("pyvrp", problem).feasible


def test_pyvrp_has_no_words_for_breaks_and_several_windows():
    twice = (Window(opens=28_800, closes=30_000), Window(opens=40_000, closes=41_000))
    day = build.shift(breaks=(LUNCH,))
    problem = build.problem(build.job(windows=twice), technicians=(build.technician(day=day),))

    assert refusal(problem, "pyvrp") == {"breaks", "several windows of one visit"}


def test_vroom_has_no_words_for_time_away():
    day = build.shift(max_duration_s=7200)
    problem = build.problem(
        build.job(),
        technicians=(build.technician(day=day),),
        objective=((Term(metric="duration_s"),),),
    )

    assert refusal(problem, "vroom") == {"a price of time away", "a longest time away"}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["vroom", "ortools"])
def test_a_peer_uses_the_window_that_fits(name):
    windows = (Window(opens=28_800, closes=29_000), Window(opens=40_000, closes=41_000))
    problem = build.problem(
        build.job("early", windows=(Window(opens=28_800, closes=29_400),)),
        build.job("twice", location="farm", windows=windows),
        travel=PlanarTravel(
            seconds_per_unit=60, metres_per_unit=1000, round_units=RoundUnits.DIMACS
        ),
    )

    finding = plan(name, problem)

    assert finding.feasible
    assert finding.objective[0] == 0
