from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from routing.travel.crowfly import CrowFly, straight_metres
from routing.travel.dayparts import PARTS
from routing.travel.evidence import evidence
from routing.travel.learn import (
    BANDS_M,
    Corrected,
    Leg,
    Lesson,
    counts,
    expected_s,
    learn,
    mean_error,
)
from routing.travel.provider import ALL_DAY, Point, Profile

CROW = CrowFly()
CENTRE = Point(45.0, 7.0)


def places(count, seed=1, spread=0.15):
    return [
        Point(CENTRE.lat + y, CENTRE.lon + x)
        for y, x in np.random.default_rng(seed).uniform(-spread, spread, (count, 2))
    ]


def driven(count, taken, *, seed=1, parts=("",), noise=0.0):
    """Legs between random places; ``taken`` says what the crow's seconds become."""
    rng = np.random.default_rng(seed)
    ends = places(2 * count, seed=seed)
    legs = []
    for index, (origin, destination) in enumerate(zip(ends[::2], ends[1::2], strict=True)):
        part = parts[index % len(parts)]
        crow = CROW.matrix([origin], destinations=[destination]).seconds[0, 0]
        seconds = crow * taken(origin, destination, part) * np.exp(rng.normal(0, noise))
        legs.append(Leg(origin, destination, float(seconds), part))
    return legs


def taught(legs, provider="osrm"):
    return learn(legs, expected=expected_s(legs, provider=CROW), provider=provider)


def error(lesson, legs, *, roads=CROW):
    corrected = Corrected(roads, lesson=lesson)
    return mean_error(expected_s(legs, provider=corrected), [leg.taken_s for leg in legs])


def test_legs_of_a_path_take_what_the_corrected_table_says():
    roads = Corrected(CROW, lesson=taught(driven(300, lambda *_: 1.5)))
    here = places(5)

    legs = roads.path(here).legs

    table = roads.matrix(here, destinations=here)
    assert [leg.seconds for leg in legs] == [table.seconds[i, i + 1] for i in range(4)]
    assert legs[0].seconds > CROW.path(here).legs[0].seconds


def test_without_legs_nothing_changes():
    lesson = learn([], expected=[], provider="crowfly")
    here = places(5)

    table = Corrected(CROW, lesson=lesson).matrix(here, destinations=here)

    assert table.seconds.tolist() == CROW.matrix(here, destinations=here).seconds.tolist()
    assert lesson.area is None


def test_few_legs_move_the_times_a_little_and_many_nearly_all_the_way():
    slow = lambda *_: 1.4  # noqa: E731

    few, many = taught(driven(3, slow)).scalar, taught(driven(300, slow)).scalar

    assert 1 < few < 1.2
    assert 1.38 < many <= 1.4


def test_one_jam_does_not_outweigh_quiet_drives():
    legs = driven(40, lambda *_: 1.1)
    legs[0] = legs[0]._replace(taken_s=legs[0].taken_s * 40)

    assert taught(legs).scalar < 1.11


def test_nothing_learned_goes_beyond_twice_or_half():
    assert taught(driven(500, lambda *_: 9.0)).scalar == 2
    assert min(taught(driven(500, lambda *_: 0.1)).bands).value == 0.5


def test_short_drives_may_be_slower_than_expected_and_long_ones_faster():
    def short_is_slow(origin, destination, _part):
        metres = straight_metres([origin], destinations=[destination])[0, 0]
        return 1.5 if metres < BANDS_M[3] else 0.9

    lesson = taught(driven(600, short_is_slow))

    assert lesson.bands[2].value > 1.3
    assert lesson.bands[4].value < 1.0
    assert error(lesson, driven(200, short_is_slow, seed=9)) < 0.1


def test_the_rush_hour_is_learned_beside_the_area():
    rush = lambda _a, _b, part: 1.1 * (1.5 if part == "morning-rush" else 1.0)  # noqa: E731
    lesson = taught(driven(400, rush, parts=("midday", "morning-rush", "midday"), noise=0.1))

    rush = lesson.parts["morning-rush"].value / lesson.parts["midday"].value

    assert rush == pytest.approx(1.5, rel=0.08)


def test_hours_that_were_learned_are_known_of_those_who_drive():
    lesson = taught(driven(40, lambda *_: 1.0, parts=("midday", "morning-rush")))

    able = Corrected(CROW, lesson=lesson).capabilities

    assert able.day_parts[Profile.VAN] == {"midday", "morning-rush"}
    assert Profile.BIKE not in able.day_parts
    assert CROW.capabilities.day_parts == {}


@pytest.mark.parametrize("count", [60, 300, 900])
def test_where_there_is_no_rush_chance_makes_none(count):
    legs = driven(count, lambda *_: 1.1, parts=tuple(PARTS)[:8], noise=0.25)

    lesson = taught(legs)

    rush, noon = (
        lesson.factors(places(9), destinations=places(9), day_part=PARTS[part])
        for part in ("morning-rush", "midday")
    )
    assert (rush == noon).all()


def test_a_rush_is_believed_before_long():
    """A dozen mornings that take half as long again, each a quarter off by chance."""
    rush = lambda _a, _b, part: 1.5 if part == "morning-rush" else 1.0  # noqa: E731

    lesson = taught(driven(48, rush, parts=("midday", "night", "early", "morning-rush"), noise=0.2))

    assert lesson.parts["morning-rush"].value > 1.1


@pytest.mark.parametrize("provider", ["osrm", "crowfly"])
def test_a_rush_may_hold_up_short_ways_more_than_long_ones(provider):
    """Also where a field stands for the bands of distances."""

    def in_town(origin, destination, part):
        metres = straight_metres([origin], destinations=[destination])[0, 0]
        return 1.8 if part == "morning-rush" and metres < BANDS_M[3] else 1.0

    lesson = taught(driven(900, in_town, parts=("midday", "morning-rush")), provider=provider)

    here = [CENTRE, Point(45.03, 7.02), Point(45.2, 7.25)]  # 4 km and 27 km from the first
    roads = Corrected(CROW, lesson=lesson)
    rush = roads.matrix(here, destinations=here, day_part=PARTS["morning-rush"]).seconds[0]
    noon = roads.matrix(here, destinations=here, day_part=PARTS["midday"]).seconds[0]
    assert rush[1] > 1.5 * noon[1]  # drawn towards what holds for all ways
    assert rush[2] == pytest.approx(noon[2], rel=0.05)


def test_a_table_is_that_of_the_lesson_that_holds_and_of_the_ways_that_are_asked_for():
    slow, slower = (taught(driven(300, lambda *_, f=f: f), provider="crowfly") for f in (1.2, 1.6))
    now, lessons = [0.0], [slow]
    roads = Corrected(CROW, lesson=lambda: lessons[0], monotonic=lambda: now[0])
    here, there = places(4), places(4, seed=3)

    def seconds(lesson, points):
        fresh = Corrected(CROW, lesson=lesson)
        return fresh.matrix(points, destinations=points).seconds.tolist()

    def asked(points):
        return roads.matrix(points, destinations=points).seconds.tolist()

    assert [asked(here), asked(there)] == [seconds(slow, here), seconds(slow, there)]
    now[0], lessons[0] = 301, slower
    assert [asked(there), asked(here)] == [seconds(slower, there), seconds(slower, here)]


def test_who_knows_the_rush_is_not_corrected_for_it_again():
    class Rushing(CrowFly):
        """Straight lines that take twice as long in the morning's rush."""

        @property
        def capabilities(self):
            known = {Profile.CAR: frozenset({"morning-rush"})}
            return replace(super().capabilities, day_parts=known)

        def matrix(self, *points, day_part=ALL_DAY, **choices):
            table = super().matrix(*points, **choices)
            slow = 2 if day_part.name == "morning-rush" else 1
            return replace(table, seconds=table.seconds * slow)

    rush = lambda _a, _b, part: 2.0 if part == "morning-rush" else 1.0  # noqa: E731
    legs = driven(200, rush, parts=("midday", "morning-rush"))

    lesson = learn(legs, expected=expected_s(legs, provider=Rushing()), provider="osrm")

    assert lesson.parts["morning-rush"].value == pytest.approx(1, abs=0.01)
    assert error(lesson, legs, roads=Rushing()) < 0.01


def test_a_table_of_an_hour_is_that_of_the_day_times_the_hour():
    lesson = taught(
        driven(
            400,
            lambda _a, _b, p: 1.6 if p == "evening-rush" else 1.0,
            parts=("midday", "evening-rush"),
        )
    )
    here = places(6, seed=4)
    roads = Corrected(CROW, lesson=lesson)

    day = roads.matrix(here, destinations=here).seconds.sum()
    rush = roads.matrix(here, destinations=here, day_part=PARTS["evening-rush"]).seconds.sum()
    quiet = roads.matrix(here, destinations=here, day_part=PARTS["midday"]).seconds.sum()

    assert quiet < day < rush
    assert rush / quiet == pytest.approx(1.6, rel=0.1)


def test_ten_noisy_legs_do_little_harm():
    """The prior holds: on average no more than two percent worse than unlearned times."""
    fresh = driven(300, lambda *_: 1.0, seed=77)
    worse = [
        error(taught(driven(10, lambda *_: 1.0, seed=seed, noise=0.25)), fresh)
        for seed in range(20)
    ]

    assert np.mean(worse) < 0.1  # of the drive; unlearned times are right here


def test_a_river_is_learned_by_the_crow_for_places_never_seen():
    river = lambda a, b, _p: 1.7 if (a.lon < 7.0) != (b.lon < 7.0) else 0.9  # noqa: E731
    legs, fresh = driven(1000, river, noise=0.2), driven(300, river, seed=99)

    with_field, without = taught(legs, provider="crowfly"), taught(legs, provider="osrm")

    assert with_field.area is not None
    assert error(with_field, fresh) < 0.8 * error(without, fresh)


def test_who_knows_roads_learns_no_field():
    assert taught(driven(1000, lambda *_: 1.2), provider="osrm").area is None


def test_a_lesson_survives_being_written_down():
    legs = driven(1000, lambda a, *_: 1.0 + a.lat - 45, parts=("midday", "night"))
    lesson = taught(legs, provider="crowfly")
    here = places(9)

    again = Lesson.of(json.loads(json.dumps(lesson.document())))

    assert again.factors(here, destinations=here) == pytest.approx(
        lesson.factors(here, destinations=here), abs=1e-3
    )
    assert (again.parts, again.cells, again.bands) == (lesson.parts, lesson.cells, lesson.bands)


def test_nobody_has_learned_how_fast_people_walk():
    here = places(4)
    roads = Corrected(CROW, lesson=taught(driven(300, lambda *_: 1.5)))

    walked = roads.matrix(here, destinations=here, profile=Profile.FOOT)

    plain = CROW.matrix(here, destinations=here, profile=Profile.FOOT)
    assert walked.seconds.tolist() == plain.seconds.tolist()


@pytest.mark.parametrize(
    ("destination", "seconds", "is_counted"),
    [
        (Point(45.02, 7.0), 400.0, True),
        (Point(45.001, 7.0), 400.0, False),
        (Point(45.02, 7.0), 30.0, False),
        (Point(45.02, 7.0), 20_000.0, False),
    ],
)
def test_a_leg_counts_when_it_says_something_about_roads(destination, seconds, is_counted):
    assert counts(Leg(CENTRE, destination, seconds)) == is_counted


def test_evidence_is_what_a_leg_meets_that_nobody_has_learned_from():
    legs = driven(300, lambda *_: 1.4, noise=0.2)

    shown = evidence(legs, expected=expected_s(legs, provider=CROW), provider="crowfly")

    assert shown["legs"] == 300
    assert shown["after"] < shown["before"]
    assert 0.1 < shown["after"] < 0.25  # noise of a fifth cannot be learned away
    assert len(shown["points"]) == 300


def test_evidence_of_many_legs_has_points_for_a_plot_and_no_more():
    legs = driven(1000, lambda *_: 1.0)

    shown = evidence(legs, expected=expected_s(legs, provider=CROW), provider="osrm")

    assert len(shown["points"]) <= 400


def test_a_lesson_that_was_learned_meanwhile_holds_after_five_minutes():
    now, lessons = [0.0], [None]
    roads = Corrected(CROW, lesson=lambda: lessons[0], monotonic=lambda: now[0])
    here = places(4)
    plain = roads.matrix(here, destinations=here).seconds.sum()
    lessons[0] = taught(driven(300, lambda *_: 1.5))

    assert roads.matrix(here, destinations=here).seconds.sum() == plain
    now[0] = 301
    assert roads.matrix(here, destinations=here).seconds.sum() > 1.3 * plain
