from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.travel.chain import Chain
from routing.travel.crowfly import CrowFly
from routing.travel.grid import code_of
from routing.travel.matrix import TravelMatrix
from routing.travel.provider import Capabilities, Path, Point, Profile, TravelBusy, Way
from routing.travel.remembered import Remembered

PLACES = [Point(45 + i * 0.01, 7 + (i * i % 5) * 0.01) for i in range(12)]


class Counting:
    """The crow's flight as a server that counts its questions and can be ill; 1 s more eastwards."""

    name = "osrm"
    capabilities = Capabilities(
        profiles=frozenset({Profile.CAR}), may_cache_days=7, geometry=True, max_stops=100
    )

    def __init__(self):
        self.questions, self.ill = [], False

    def matrix(self, origins, *, destinations, **_choices):
        self.questions.append((len(origins), len(destinations)))
        if self.ill:
            raise TravelBusy("away")
        table = CrowFly().matrix(origins, destinations=destinations)
        east = np.array([[a.lon < b.lon for b in destinations] for a in origins])
        return TravelMatrix(
            seconds=table.seconds + east.astype(np.int32),
            metres=table.metres,
            estimated=table.estimated,
            source="osrm",
        )

    def path(self, points, **_choices):
        self.questions.append(len(points))
        if self.ill:
            raise TravelBusy("away")
        return Path(
            legs=tuple(
                Way.between(a, b, seconds=60, metres=900, line=[Point(a.lat, b.lon)])
                for a, b in itertools.pairwise(points)
            )
        )


class Shelf:
    """A store in memory."""

    busy = False

    def __init__(self):
        self.kept, self.drawn, self.reads = {}, {}, 0

    def rows(self, key, places):
        self.reads += 1
        return [row for row in self.kept.get(key, []) if row.place in set(places)]

    def append(self, key, rows, *, days):
        assert days == 7
        self.kept.setdefault(key, []).extend(rows)

    def lines(self, key, legs):
        return [line for line in self.drawn.get(key, []) if line.leg in set(legs)]

    def append_lines(self, key, lines, *, days):
        assert days == 7
        self.drawn.setdefault(key, []).extend(lines)


@pytest.fixture
def server():
    return Counting()


@pytest.fixture
def shelf():
    return Shelf()


def remembered(server, shelf, **choices):
    return Remembered(Chain([server], monotonic=lambda: 0.0), reach=shelf, **choices)


def exact(places, others=None):
    return Counting().matrix(places, destinations=others or places).seconds.tolist()


def test_a_repeated_table_asks_nobody(server, shelf):
    travel = remembered(server, shelf)
    first = travel.matrix(PLACES, destinations=PLACES)
    server.questions.clear()

    again = travel.matrix(PLACES, destinations=PLACES)

    assert server.questions == []
    assert again.seconds.tolist() == first.seconds.tolist() == exact(PLACES)


def test_one_more_place_costs_its_ways_to_all_and_theirs_to_it(server, shelf):
    travel = remembered(server, shelf)
    travel.matrix(PLACES[:-1], destinations=PLACES[:-1])
    server.questions.clear()

    table = travel.matrix(PLACES, destinations=PLACES)

    assert sorted(server.questions) == [(1, 11), (11, 1)]
    assert table.seconds.tolist() == exact(PLACES)
    assert shelf.reads == 2


def test_a_new_process_reads_what_an_earlier_one_asked(server, shelf):
    travel = remembered(server, shelf)
    travel.matrix(PLACES[:-2], destinations=PLACES[:-2])
    travel.matrix(PLACES, destinations=PLACES)
    server.questions.clear()

    table = remembered(server, shelf).matrix(PLACES[::-1], destinations=PLACES[::-1])

    assert server.questions == []
    assert table.seconds.tolist() == exact(PLACES[::-1])


def test_what_came_from_an_ill_provider_is_used_but_not_kept(server, shelf):
    server.ill = True

    table = remembered(server, shelf).matrix(PLACES, destinations=PLACES)
    server.ill = False
    later = remembered(server, shelf).matrix(PLACES, destinations=PLACES)

    assert table.estimated_cells == 12 * 11
    assert later.estimated_cells == 0
    assert later.seconds.tolist() == exact(PLACES)


def test_known_ways_stay_exact_while_the_provider_is_ill(server, shelf):
    travel = remembered(server, shelf)
    travel.matrix(PLACES[:-1], destinations=PLACES[:-1])
    server.ill = True

    table = travel.matrix(PLACES, destinations=PLACES)

    assert table.estimated_cells == 2 * 11
    assert not table.estimated[:-1, :-1].any()


def test_whoever_writes_waits_for_nobody_outside(server, shelf):
    shelf.busy = True

    table = remembered(server, shelf).matrix(PLACES, destinations=PLACES)

    assert server.questions == []
    assert table.estimated_cells == 12 * 11
    assert shelf.kept == {}


def test_a_part_of_a_table_is_asked_as_a_part(server, shelf):
    table = remembered(server, shelf).matrix(PLACES[:2], destinations=PLACES[2:])

    assert server.questions == [(2, 10)]
    assert table.seconds.tolist() == exact(PLACES[:2], PLACES[2:])


def test_a_place_that_moved_is_another_place(server, shelf):
    travel = remembered(server, shelf)
    travel.matrix(PLACES[:3], destinations=PLACES[:3])
    server.questions.clear()
    moved = Point(PLACES[0].lat + 0.00002, PLACES[0].lon)

    travel.matrix([moved, *PLACES[1:3]], destinations=[moved, *PLACES[1:3]])

    assert len(server.questions) == 2


def test_when_there_are_too_many_places_memory_begins_anew_and_rows_stay(server, shelf):
    travel = remembered(server, shelf, most_places=6)
    travel.matrix(PLACES[:6], destinations=PLACES[:6])
    travel.matrix(PLACES[6:], destinations=PLACES[6:])
    server.questions.clear()

    assert travel.matrix(PLACES[:6], destinations=PLACES[:6]).seconds.tolist() == exact(PLACES[:6])
    assert server.questions == []


@settings(max_examples=60)
@given(st.lists(st.lists(st.integers(0, 11), min_size=1, max_size=8), min_size=1, max_size=6))
def test_whatever_was_asked_before_the_answer_is_that_of_the_provider(days):
    server, shelf = Counting(), Shelf()
    travel = remembered(server, shelf)

    for day in days:
        places = [PLACES[i] for i in day]
        before = len(server.questions)
        assert travel.matrix(places, destinations=places).seconds.tolist() == exact(places)
        assert len(server.questions) - before <= 2


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_code_stands_for_one_rounded_point(lat, lon):
    point = Point(lat, lon).rounded()

    assert code_of(Point(lat, lon)) == code_of(point)
    assert code_of(point) < 2**51
    assert code_of(Point(point.lat, point.lon + 0.00001)) == code_of(point) + 1


def test_a_way_that_was_drawn_before_is_asked_of_nobody(server, shelf):
    first = remembered(server, shelf).path(PLACES[:5])
    server.questions.clear()

    again = remembered(server, shelf).path(PLACES[:5])

    assert again == first
    assert server.questions == []
    assert again.legs[0].line == (PLACES[0], Point(PLACES[0].lat, PLACES[1].lon), PLACES[1])


def test_one_more_stop_costs_the_ways_there_and_on(server, shelf):
    travel = remembered(server, shelf)
    travel.path(PLACES[:6])
    server.questions.clear()

    legs = travel.path([*PLACES[:3], PLACES[8], *PLACES[3:6]]).legs

    assert server.questions == [3]
    assert [leg.line[-1] for leg in legs] == [*PLACES[1:3], PLACES[8], *PLACES[3:6]]


def test_a_straight_line_because_the_server_was_ill_is_not_kept(server, shelf):
    travel = remembered(server, shelf)
    server.ill = True
    assert all(leg.straight for leg in travel.path(PLACES[:3]).legs)
    server.ill = False

    assert not any(leg.straight for leg in remembered(server, shelf).path(PLACES[:3]).legs)


def test_while_others_wait_for_the_database_no_way_is_asked(server, shelf):
    shelf.busy = True

    assert all(leg.straight for leg in remembered(server, shelf).path(PLACES[:3]).legs)

    assert server.questions == []
    assert shelf.drawn == {}
