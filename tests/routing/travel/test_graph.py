"""The road graph of the synthetic town: times, ways, places off the road, files."""

from __future__ import annotations

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

import routing
from routing.travel import searching
from routing.travel.crowfly import CrowFly, straight_metres
from routing.travel.graph import RoadGraph, build_roads
from routing.travel.provider import Point, Profile, TravelImpossible
from routing.travel.roadfile import RoadsUnusable
from routing.travel.ways import Ways
from tests.routing.travel import town as towns
from tests.routing.travel.slow import SlowSearch

# Points are rounded to a metre, seconds to whole ones; the two formulas for lengths differ by 0.3 %.
NEAR = {"abs": 1.5, "rel": 0.005}


def middles(town, count, seed=1):
    """Crossing-free nodes half way along a block, and where they are."""
    chosen = Random(seed).sample(sorted(town.middles), count)
    nodes = [town.middles[each] for each in chosen]
    return nodes, [Point(*town.nodes[each]) for each in nodes]


def made(town, tmp_path, **how):
    build_roads(town.write(tmp_path / "t.osm.pbf"), target=tmp_path / "graph.npz", **how)
    return RoadGraph(tmp_path / "graph.npz")


def grid_point(town, column, row, *, east_m=0.0, north_m=0.0):
    lat, lon = town.at(column, row)
    return Point(lat + north_m / 111_195.0, lon + east_m / (111_195.0 * 0.64279))


def test_times_are_those_of_a_slow_search_written_apart(town, graph):
    nodes, points = middles(town, 10)
    slow = SlowSearch(town)

    table = graph.matrix(points, destinations=points)

    expected = [[0.0 if a == b else slow.between(a, b) for b in nodes] for a in nodes]
    assert table.seconds.ravel().tolist() == pytest.approx(np.ravel(expected).tolist(), **NEAR)
    assert table.estimated_cells == 0


def test_on_the_left_the_slow_search_agrees_as_well(town, tmp_path):
    nodes, points = middles(town, 6, seed=2)
    slow = SlowSearch(town, left_hand=True)

    table = made(town, tmp_path, left_hand=True).matrix(points, destinations=points)

    expected = [[0.0 if a == b else slow.between(a, b) for b in nodes] for a in nodes]
    assert table.seconds.ravel().tolist() == pytest.approx(np.ravel(expected).tolist(), **NEAR)


def test_a_way_is_as_long_as_its_cell_and_ends_at_the_places(town, graph):
    _, points = middles(town, 8, seed=3)
    table = graph.matrix(points, destinations=points)

    for here in range(len(points) - 1):
        path = graph.path(points[here : here + 2])

        assert (path.seconds, path.metres) == (
            table.seconds[here, here + 1],
            table.metres[here, here + 1],
        )
        assert (path.line[0], path.line[-1]) == (points[here], points[here + 1])


def test_each_leg_of_a_way_is_as_long_as_its_cell_and_no_straight_line(town, graph):
    _, points = middles(town, 6, seed=4)
    table = graph.matrix(points, destinations=points)

    legs = graph.path(points).legs

    assert [leg.metres for leg in legs] == [table.metres[i, i + 1] for i in range(5)]
    assert not any(leg.straight for leg in legs)
    assert all(len(leg.line) > 2 for leg in legs)


def test_the_line_of_a_way_has_its_length(town, graph):
    _, points = middles(town, 6, seed=4)

    path = graph.path(points)

    steps = straight_metres(path.line[:-1], destinations=path.line[1:]).diagonal()
    assert steps.sum() == pytest.approx(path.metres, rel=0.005, abs=5)


def test_one_new_place_is_answered_the_same_from_either_side(town, graph):
    _, points = middles(town, 12, seed=5)
    table = graph.matrix(points, destinations=points)

    column = graph.matrix(points, destinations=points[:1])
    row = graph.matrix(points[:1], destinations=points)

    assert column.seconds[:, 0].tolist() == table.seconds[:, 0].tolist()
    assert column.metres[:, 0].tolist() == table.metres[:, 0].tolist()
    assert row.seconds[0].tolist() == table.seconds[0].tolist()


def test_costs_of_states_equal_those_of_a_library_s_search(graph):
    network = graph.network(Profile.CAR)
    count = len(network)
    weights = network.turn_cost + network.cost[network.heads]
    library = csr_array((weights, network.heads, network.first), shape=(count, count))
    begin = count // 3

    ways = Ways(network)
    takes = ways.from_state(begin)

    expected = dijkstra(library, indices=begin)
    assert (takes >> searching.COST_SHIFT).tolist() == expected.tolist()


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_no_detour_over_a_third_state_is_cheaper(graph, data):
    network = graph.network(Profile.CAR)
    states = st.integers(0, len(network) - 1)
    begin, middle, end = (data.draw(states) for _ in range(3))
    ways = Ways(network)

    first, second = ways.from_state(begin), ways.from_state(middle)

    shift = searching.COST_SHIFT
    assert first[end] >> shift <= (first[middle] >> shift) + (second[end] >> shift)


def test_a_one_way_street_makes_the_way_back_longer(town, graph):
    south, north = grid_point(town, 4, 1, north_m=40), grid_point(town, 4, 1, north_m=80)

    table = graph.matrix([south, north], destinations=[south, north])

    assert table.metres[0, 1] == pytest.approx(40, abs=2)
    assert table.metres[1, 0] > 300


def test_a_forbidden_turn_costs_a_detour(town, graph, tmp_path):
    free = towns.build()
    free.restrictions.clear()
    begin, end = grid_point(town, 6, 3, east_m=-60), grid_point(town, 6, 3, north_m=60)

    forbidden = graph.path([begin, end])
    allowed = made(free, tmp_path).path([begin, end])

    assert allowed.metres == pytest.approx(120, abs=15)
    assert forbidden.metres > 2 * allowed.metres


def test_a_restriction_over_a_way_holds_for_those_who_come_that_way_only(town, graph, tmp_path):
    free = towns.build()
    free.restrictions.clear()
    begin, aside = grid_point(town, 7, 7, north_m=-60), grid_point(town, 7, 7, east_m=-60)
    end = grid_point(town, 8, 7, north_m=60)

    with_it, without = graph, made(free, tmp_path)

    assert with_it.path([begin, end]).metres > without.path([begin, end]).metres
    assert with_it.path([aside, end]).metres == without.path([aside, end]).metres


def test_a_bollard_ends_a_street_and_a_gate_delays(town, graph):
    crossing = Point(*town.place(8 * towns.STEP_M, 0.0))
    behind_bollard = Point(*town.place(8 * towns.STEP_M + 15.0, -110.0))
    before_gate = Point(*town.place(5 * towns.STEP_M, -30.0))
    behind_gate = Point(*town.place(5 * towns.STEP_M + 7.0, -85.0))

    snapped = graph.snap([behind_bollard])[0]
    gate = graph.matrix([before_gate], destinations=[behind_gate])

    assert snapped is not None
    assert snapped.off_m == pytest.approx(52, abs=4)  # the last metre before the bollard
    assert gate.seconds[0, 0] > 60
    assert graph.matrix([crossing], destinations=[behind_bollard]).estimated_cells == 0


def test_nobody_drives_through_a_private_road_to_save_time(tmp_path):
    block = towns.Town()
    corners = [block.add_node(x, y) for x, y in ((0, 0), (400, 0), (400, 400), (0, 400))]
    block.add_way([*corners, corners[0]], highway="residential")
    block.add_way([corners[0], corners[2]], highway="residential", access="private")
    graph = made(block, tmp_path)
    south, north = Point(*block.place(50, 0)), Point(*block.place(400, 350))
    inside = Point(*block.place(200, 200))

    through = graph.matrix([south], destinations=[north])
    to_it = graph.matrix([south], destinations=[inside])

    assert through.metres[0, 0] == pytest.approx(700, abs=10)
    assert to_it.metres[0, 0] == pytest.approx(50 + 283, abs=5)


def test_a_van_goes_round_by_the_higher_bridge(town, graph):
    south, north = grid_point(town, 9, 4, north_m=-30), grid_point(town, 9, 5, north_m=30)

    car = graph.matrix([south], destinations=[north])
    van = graph.matrix([south], destinations=[north], profile=Profile.VAN)

    assert van.metres[0, 0] > car.metres[0, 0] + 500
    assert van.estimated_cells == 0


def test_a_place_without_a_road_near_is_estimated_and_said(town, graph):
    inside, far = grid_point(town, 3, 3), Point(51.0, 8.0)
    straight = CrowFly().matrix([inside], destinations=[far])

    table = graph.matrix([inside, far], destinations=[inside, far])

    assert table.estimated.tolist() == [[False, True], [True, False]]
    assert table.seconds[0, 1] == 2 * straight.seconds[0, 0]
    assert table.metres[0, 1] == 2 * straight.metres[0, 0]
    assert table.seconds.diagonal().tolist() == [0, 0]
    assert graph.snap([far]) == (None,)
    assert graph.path([inside, far]).seconds == table.seconds[0, 1]
    assert graph.path([inside, far]).legs[0].straight


def test_a_place_on_an_island_is_put_on_a_road_that_leads_away(town, graph):
    island = Point(*town.place(-300.0, (towns.ROWS - 1) * towns.STEP_M + 500.0))

    snapped = graph.snap([island])[0]

    assert snapped is not None
    assert snapped.off_m == pytest.approx(200, abs=5)


def test_one_place_spelt_twice_is_no_distance_from_itself(town, graph):
    place = grid_point(town, 2, 2)
    again = Point(place.lat + 1e-7, place.lon)

    assert graph.matrix([place], destinations=[again]).seconds.tolist() == [[0]]


def test_swapped_coordinates_are_all_estimates(town, graph):
    points = [Point(point.lon, point.lat) for point in middles(town, 3)[1]]

    table = graph.matrix(points, destinations=points)

    assert table.estimated_cells == 6


def test_threads_may_ask_at_once(town, graph):
    _, points = middles(town, 20, seed=6)
    alone = graph.matrix(points, destinations=points).seconds

    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(lambda _n: graph.matrix(points, destinations=points).seconds, range(12))
        )

    assert all((answer == alone).all() for answer in answers)


def test_a_profile_that_the_file_does_not_know_is_refused(graph):
    assert Profile.FOOT not in graph.capabilities.profiles

    with pytest.raises(TravelImpossible, match="foot"):
        graph.matrix([Point(50, 8)], destinations=[Point(50, 8)], profile=Profile.FOOT)


def test_roundabouts_tell_on_which_side_one_drives(tmp_path):
    def circles(*, clockwise):
        drawn = towns.Town()
        for begin in (0.0, 200.0, 400.0):
            xy = [(begin + x, y) for x, y in ((0, 0), (20, 0), (20, 20), (0, 20))]
            nodes = [drawn.add_node(*each) for each in (xy[::-1] if clockwise else xy)]
            drawn.add_way([*nodes, nodes[0]], highway="tertiary", junction="roundabout")
        return drawn

    left = made(circles(clockwise=True), tmp_path).about
    right = made(circles(clockwise=False), tmp_path).about

    assert left.left_hand
    assert not right.left_hand


def test_without_roundabouts_the_land_tells_on_which_side_one_drives(tmp_path):
    street = towns.Town(lat=35.6, lon=139.7)
    street.add_way([street.add_node(0, 0), street.add_node(100, 0)], highway="residential")

    assert made(street, tmp_path).about.left_hand


def test_the_version_names_the_extract(graph, tmp_path):
    same = made(towns.build(), tmp_path).about.version
    other = made(towns.build(8), tmp_path).about.version

    assert same == graph.about.version
    assert other != same
    assert graph.matrix([Point(50, 8)], destinations=[Point(50, 8)]).graph_version == same


def test_a_graph_that_is_missing_or_broken_says_what_to_do(tmp_path):
    with pytest.raises(RoadsUnusable, match="onsite roads import"):
        RoadGraph(tmp_path / "none.npz")

    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(RoadsUnusable, match="broken"):
        RoadGraph(tmp_path / "broken.npz")


def test_health_notices_that_the_file_was_replaced_or_removed(tmp_path):
    graph = made(towns.build(), tmp_path)
    well = graph.health()
    made(towns.build(8), tmp_path)
    replaced = graph.health()
    (tmp_path / "graph.npz").unlink()

    assert well.well
    assert "replaced" in replaced.message
    assert not graph.health().well


def test_a_refused_import_leaves_the_former_graph_and_nothing_else(tmp_path):
    former = made(towns.build(), tmp_path).about

    def refuse(_about):
        raise ValueError("not here")

    with pytest.raises(ValueError, match="not here"):
        made(towns.build(8), tmp_path, accept=refuse)

    assert RoadGraph(tmp_path / "graph.npz").about == former
    assert {each.name for each in tmp_path.iterdir()} == {"t.osm.pbf", "graph.npz", "ground.json"}


@pytest.mark.slow
def test_it_searches_where_no_compiled_code_can_be_kept(town, tmp_path):
    graph = made(town, tmp_path)
    shutil.copytree(
        Path(routing.__file__).parent,
        tmp_path / "routing",
        ignore=shutil.ignore_patterns("__pycache__", "engine"),
    )
    here, there = middles(town, 2)[1]
    words = (
        "import ctypes, os, sys\n"
        "ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)\n"  # root without its right to write everywhere
        "os.execv(sys.executable, [sys.executable, '-c', sys.argv[1]])"
    )
    ask = (
        "from pathlib import Path; from routing.travel.graph import RoadGraph;"
        "from routing.travel.provider import Point as P;"
        f"g = RoadGraph(Path({str(tmp_path / 'graph.npz')!r}));"
        f"print(g.matrix([P({here.lat}, {here.lon})],"
        f" destinations=[P({there.lat}, {there.lon})]).seconds[0, 0])"
    )
    for each in (tmp_path, *tmp_path.rglob("*")):
        each.chmod(0o555 if each.is_dir() else 0o444)

    done = subprocess.run(
        [sys.executable, "-c", words, ask],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    tmp_path.chmod(0o755)
    expected = graph.matrix([here], destinations=[there]).seconds[0, 0]
    assert done.stdout.strip() == str(expected), done.stderr
