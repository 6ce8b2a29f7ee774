from __future__ import annotations

import itertools
import threading
import time

import numpy as np
import pytest

from routing.travel.chain import Chain
from routing.travel.crowfly import CrowFly
from routing.travel.matrix import TravelMatrix
from routing.travel.osrm import Osrm
from routing.travel.provider import (
    Capabilities,
    Health,
    Path,
    Point,
    Profile,
    TravelBusy,
    TravelImpossible,
    TravelRefused,
    Way,
)
from tests.routing.travel import servers

POINTS = [Point(45 + i * 0.01, 7 + (i * i % 5) * 0.01) for i in range(8)]


class Told:
    """A provider that does as it is told: every leg takes ``seconds``, unless it fails."""

    def __init__(self, name, seconds, *, most=None, unknown=frozenset(), stops=None):
        self.name, self.seconds, self.unknown = name, seconds, unknown
        self.capabilities = Capabilities(
            profiles=frozenset({Profile.CAR}),
            max_elements=most,
            geometry=stops is not None,
            max_stops=stops,
        )
        self.impossible = frozenset()
        self.error, self.questions, self.takes_s, self.on_ask = None, [], 0.0, lambda: None
        self.graph_version = f"{name}-1"

    def matrix(self, origins, *, destinations, **_choices):
        self.questions.append((len(origins), len(destinations)))
        self.on_ask()
        if self.error:
            raise self.error
        cells = np.full((len(origins), len(destinations)), self.seconds, np.int32)
        unknown = np.array([[bool(self.unknown & {a, b}) for b in destinations] for a in origins])
        cells[unknown] = 9999
        return TravelMatrix(
            seconds=cells,
            metres=cells * 10,
            estimated=unknown,
            source=self.name,
            graph_version=self.graph_version,
        )

    def path(self, points, **_choices):
        self.questions.append(len(points))
        self.on_ask()
        if self.error:
            raise self.error
        if self.impossible & set(points):
            raise TravelImpossible("no way")
        return Path(
            legs=tuple(
                Way(
                    seconds=self.seconds,
                    metres=1,
                    line=(a, Point(45.5, 7.5), b),
                    straight=bool(self.unknown & {a, b}),
                )
                for a, b in itertools.pairwise(points)
            )
        )

    def health(self):
        return Health(well=self.error is None, message=str(self.error))


class Watch:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def watch():
    return Watch()


def test_the_first_who_knows_answers_and_nobody_else_is_asked(watch):
    first, second = Told("osrm", 60), Told("graph", 70)

    table = Chain([first, second], monotonic=watch).matrix(POINTS, destinations=POINTS)

    assert (table.seconds == 60).all()
    assert (table.source, table.graph_version) == ("osrm", "osrm-1")
    assert second.questions == []


def test_only_cells_that_the_first_does_not_know_go_to_the_next(watch):
    first = Told("osrm", 60, unknown={POINTS[3]})
    second = Told("graph", 70)

    table = Chain([first, second], monotonic=watch).matrix(POINTS, destinations=POINTS)

    assert (table.seconds[3] == 70).all()
    assert (table.seconds[:, 3] == 70).all()
    assert (np.delete(np.delete(table.seconds, 3, 0), 3, 1) == 60).all()
    assert table.estimated_cells == 0
    assert table.source == "osrm,graph"


def test_what_nobody_knows_keeps_the_first_estimate_and_its_mark(watch):
    first = Told("osrm", 60, unknown={POINTS[3]})
    second = Told("graph", 70, unknown={POINTS[3], POINTS[4]})

    table = Chain([first, second], monotonic=watch).matrix(POINTS, destinations=POINTS)

    assert table.seconds[3, 0] == 9999
    assert table.estimated[3].all()
    assert not table.estimated[4, 0]


def test_when_everybody_fails_the_crow_flies_and_every_leg_is_marked(watch):
    first = Told("osrm", 60)
    first.error = TravelBusy("away")

    table = Chain([first], monotonic=watch).matrix(POINTS, destinations=POINTS)

    straight = CrowFly().matrix(POINTS, destinations=POINTS)
    assert table.seconds.tolist() == straight.seconds.tolist()
    assert table.estimated_cells == len(POINTS) * (len(POINTS) - 1)
    assert table.source == "crowfly"


def test_the_crow_alone_estimates_nothing(watch):
    assert Chain([], monotonic=watch).matrix(POINTS, destinations=POINTS).estimated_cells == 0


def test_answers_that_came_before_a_failure_are_kept(watch):
    first = Told("osrm", 60, most=16)

    def fail_at_the_third():
        if len(first.questions) == 3:
            first.error = TravelBusy("killed")

    first.on_ask = fail_at_the_third

    answer = Chain([first], monotonic=watch).ask(POINTS, destinations=POINTS)

    assert (answer.table.seconds == 60).sum() == 32
    assert answer.table.estimated.sum() == 32 - 4  # the diagonal is no leg
    assert (answer.lasting == (answer.table.seconds == 60)).all()
    assert len(first.questions) == 3


def test_a_failure_opens_the_breaker_and_after_a_rest_one_question_is_tried(watch):
    heard = []
    first = Told("osrm", 60)
    first.error = TravelBusy("away")
    chain = Chain([first], monotonic=watch, tell=lambda name, error: heard.append((name, error)))

    for _ in range(5):
        chain.matrix(POINTS, destinations=POINTS)
    assert len(first.questions) == 1
    watch.now += 31
    chain.matrix(POINTS, destinations=POINTS)
    chain.matrix(POINTS, destinations=POINTS)
    assert len(first.questions) == 2
    first.error = None
    watch.now += 31

    assert (chain.matrix(POINTS, destinations=POINTS).seconds == 60).all()
    assert [name for name, _ in heard] == ["osrm", "osrm"]


def test_while_one_question_is_tried_nobody_else_is_sent_after_it(watch):
    first = Told("osrm", 60)
    first.error = TravelBusy("away")
    chain = Chain([first], monotonic=watch)
    chain.matrix(POINTS, destinations=POINTS)
    first.error, first.questions = None, []
    watch.now += 31
    estimated = []
    first.on_ask = lambda: estimated.append(
        chain.matrix(POINTS[:2], destinations=POINTS[:2]).estimated_cells
        if len(first.questions) == 1
        else None
    )

    chain.matrix(POINTS, destinations=POINTS)

    assert estimated == [2]
    assert len(first.questions) == 1


def test_a_refusal_is_left_alone_for_longer(watch):
    first = Told("valhalla", 60)
    first.error = TravelRefused("key")
    chain = Chain([first], monotonic=watch)
    chain.matrix(POINTS, destinations=POINTS)
    watch.now += 120

    chain.matrix(POINTS, destinations=POINTS)

    assert len(first.questions) == 1


def test_a_place_that_cannot_be_answered_for_is_no_failure_of_the_server(watch):
    first = Told("osrm", 60)
    first.error = TravelImpossible("outside")
    chain = Chain([first], monotonic=watch)

    answers = [chain.ask(POINTS, destinations=POINTS) for _ in range(2)]

    assert len(first.questions) == 2
    assert answers[0].table.estimated_cells == 56
    assert answers[0].lasting.all()


def test_who_is_too_slow_is_stopped_between_two_pieces(watch):
    first = Told("osrm", 60, most=16)

    def take_long():
        watch.now += 1.2

    first.on_ask = take_long
    chain = Chain([first], monotonic=watch)

    table = chain.matrix(POINTS, destinations=POINTS)

    assert len(first.questions) == 1
    assert table.estimated.any()
    chain.matrix(POINTS, destinations=POINTS)
    assert len(first.questions) == 1


def test_equal_questions_at_the_same_time_are_asked_once(watch):
    first, inside, go = Told("osrm", 60), threading.Event(), threading.Event()

    def wait():
        inside.set()
        assert go.wait(5)

    first.on_ask = wait
    chain = Chain([first], monotonic=watch)
    tables = []
    ask = lambda: tables.append(chain.matrix(POINTS, destinations=POINTS))  # noqa: E731
    threads = [threading.Thread(target=ask) for _ in range(4)]
    threads[0].start()
    assert inside.wait(5)
    for thread in threads[1:]:
        thread.start()
    time.sleep(0.05)
    go.set()
    for thread in threads:
        thread.join(5)

    assert len(first.questions) == 1
    assert [int(table.seconds[0, 1]) for table in tables] == [60] * 4


def test_a_profile_that_a_provider_does_not_serve_goes_past_it(watch):
    first = Told("osrm", 60)

    table = Chain([first], monotonic=watch).matrix(
        POINTS, destinations=POINTS, profile=Profile.FOOT
    )

    assert first.questions == []
    assert table.estimated_cells == 56


def test_a_way_is_drawn_by_the_first_who_can_and_else_straight(watch):
    blind, drawing = Told("a", 1), Told("b", 1, stops=9)
    chain = Chain([blind, drawing], monotonic=watch)

    assert len(chain.path(POINTS[:2]).line) == 3
    drawing.error = TravelBusy("away")
    assert chain.path(POINTS[:2]).line == tuple(POINTS[:2])
    assert chain.path(POINTS[:2]).legs[0].straight
    assert blind.questions == []


def test_only_legs_that_the_first_does_not_know_are_drawn_by_the_next(watch):
    first = Told("osrm", 60, stops=9, unknown={POINTS[3]})
    second = Told("graph", 70, stops=9)

    drawing = Chain([first, second], monotonic=watch).draw(POINTS)

    assert [leg.seconds for leg in drawing.path.legs] == [60, 60, 70, 70, 60, 60, 60]
    assert second.questions == [3]
    assert all(drawing.lasting)


def test_a_leg_without_a_way_does_not_cost_its_neighbours_theirs(watch):
    first = Told("osrm", 60, stops=9)
    first.impossible = {POINTS[7]}

    legs = Chain([first], monotonic=watch).path(POINTS).legs

    assert [leg.straight for leg in legs] == [False] * 6 + [True]


def test_a_long_path_is_asked_in_pieces_that_the_provider_takes(watch):
    first = Told("valhalla", 60, stops=3)

    path = Chain([first], monotonic=watch).path(POINTS)

    assert first.questions == [3, 3, 3, 2]
    assert [(leg.line[0], leg.line[-1]) for leg in path.legs] == list(itertools.pairwise(POINTS))


def test_legs_drawn_before_a_failure_are_kept_and_the_others_do_not_last(watch):
    first = Told("osrm", 60, stops=3)

    def fail_at_the_third():
        if len(first.questions) == 3:
            first.error = TravelBusy("killed")

    first.on_ask = fail_at_the_third
    chain = Chain([first], monotonic=watch)

    drawing = chain.draw(POINTS)
    again = chain.draw(POINTS)

    assert [leg.straight for leg in drawing.path.legs] == [False] * 4 + [True] * 3
    assert drawing.lasting == (True,) * 4 + (False,) * 3
    assert again.lasting == (False,) * 7
    assert len(first.questions) == 3


def test_who_draws_too_slowly_is_stopped_between_two_pieces(watch):
    first = Told("osrm", 60, stops=2)

    def take_long():
        watch.now += 1.4

    first.on_ask = take_long

    legs = Chain([first], monotonic=watch).path(POINTS).legs

    assert [leg.straight for leg in legs] == [False] * 2 + [True] * 5
    assert Chain([first], monotonic=watch).path(POINTS[:2]).legs[0].straight is False


def test_who_loads_its_roads_before_the_first_piece_draws_the_others(watch):
    first = Told("graph", 60, stops=2)

    def load():
        watch.now += 1.9 if len(first.questions) == 1 else 0.01

    first.on_ask = load

    assert not any(leg.straight for leg in Chain([first], monotonic=watch).path(POINTS).legs)


def test_a_leg_between_two_spellings_of_one_place_is_asked_of_nobody(watch):
    first = Told("osrm", 60, stops=9)
    here = POINTS[0]

    (leg,) = Chain([first], monotonic=watch).path([here, Point(here.lat + 1e-7, here.lon)]).legs

    assert (leg.seconds, leg.metres, leg.straight) == (0, 0, False)
    assert first.questions == []


def test_health_names_who_is_ill(watch):
    well, ill = Told("graph", 1), Told("osrm", 1)
    ill.error = TravelBusy("127.0.0.1:5000 does not answer")

    health = Chain([ill, well], monotonic=watch).health()

    assert not health.well
    assert health.message == "osrm: 127.0.0.1:5000 does not answer"


FAULTS = {
    "hangs": servers.hangs,
    "drips": servers.drips,
    "noise": servers.noise,
    "hangs up": servers.hangs_up,
    "slow": servers.slow(1.4),
    "overloaded": servers.says(429),
    "killed": None,
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_server_that_fails_in_the_middle_costs_at_most_two_seconds(fault):
    many = [Point(45 + i * 0.001, 7 + (i % 17) * 0.002) for i in range(120)]
    with servers.running(servers.osrm()) as engine:
        engine.most_cells = 2500
        osrm = Osrm({Profile.CAR: engine.url})
        chain = Chain([osrm])
        chain.matrix(many, destinations=many)  # so it knows the size of the server's tables
        sound = engine.questions

        def fail(handler):
            if engine.questions < sound + 2:
                return False
            if fault is None:
                threading.Thread(target=engine.kill).start()
                return servers.hangs_up(handler)
            return fault(handler)

        engine.fault = fail
        before = time.monotonic()
        table = chain.matrix(many, destinations=many)
        again = chain.matrix(many, destinations=many[1:])

        assert time.monotonic() - before < 2.3  # with the work that was done
        assert 0 < table.estimated_cells < 120 * 119
        assert again.estimated_cells == 119 * 119
