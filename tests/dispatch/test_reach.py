"""Travel times that were asked once are read back as they were, on both databases."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import func, select

from dispatch import reach, store
from dispatch.reach import StoredReach, TravelReach, TravelWay
from routing.travel.provider import Profile
from routing.travel.remembered import Key, Leg, Line, Row

KEY = Key("osrm,crowfly", Profile.CAR, "all-day", "v1")


def row(place, *, outward=True, others=(2, 3, 2**50), first=60):
    count = len(others)
    return Row(
        place,
        outward,
        np.array(others, np.int64),
        np.arange(first, first + count, dtype=np.int32),
        np.arange(count, dtype=np.int32) * 1000,
        np.array([i == 1 for i in range(count)]),
    )


@pytest.fixture
def kept(open_session, clock):
    return StoredReach(open_session, clock=clock)


def count(open_session):
    with open_session() as session:
        return session.scalar(select(func.count()).select_from(TravelReach))


def test_rows_come_back_as_they_were_in_the_order_in_which_they_came(kept):
    kept.append(KEY, [row(1), row(4, outward=False)], days=None)
    kept.append(KEY, [row(1, first=90)], days=None)

    first, inward, later = kept.rows(KEY, [1, 4])

    assert (first.place, first.outward, inward.outward) == (1, True, False)
    assert first.others.tolist() == [2, 3, 2**50]
    assert first.metres.tolist() == [0, 1000, 2000]
    assert first.estimated.tolist() == [False, True, False]
    assert later.seconds.tolist() == [90, 91, 92]


@pytest.mark.parametrize(
    "other",
    [
        KEY._replace(graph_version="v2"),
        KEY._replace(profile=Profile.FOOT),
        KEY._replace(day_part="evening"),
        KEY._replace(provider="graph,crowfly"),
    ],
)
def test_rows_of_other_roads_are_not_taken_for_these(kept, other):
    kept.append(KEY, [row(1)], days=None)

    assert list(kept.rows(other, [1])) == []


def test_a_row_that_may_not_be_kept_longer_is_not_read(kept, clock):
    kept.append(KEY, [row(1)], days=7)

    clock.advance(days=6)
    assert len(list(kept.rows(KEY, [1]))) == 1
    clock.advance(days=2)
    assert list(kept.rows(KEY, [1])) == []


def test_many_places_are_found_in_portions(kept):
    kept.append(KEY, [row(place) for place in range(1200)], days=None)

    assert len(list(kept.rows(KEY, range(1200)))) == 1200


def test_whoever_writes_reads_rows_without_waiting_and_writes_none(kept, open_session):
    kept.append(KEY, [row(1)], days=None)

    with store.writing(), open_session() as session, session.begin():
        session.execute(select(1))
        assert kept.busy
        assert len(list(kept.rows(KEY, [1]))) == 1
        kept.append(KEY, [row(5)], days=None)

    assert count(open_session) == 1
    assert not kept.busy


def drop(open_session, clock, **choices):
    with store.writing(), open_session() as session, session.begin():
        return reach.drop_unread(session, now=clock(), **choices)


def test_rows_go_when_nobody_has_read_them_for_long(kept, open_session, clock):
    kept.append(KEY, [row(1), row(2)], days=None)
    clock.advance(days=40)
    list(kept.rows(KEY, [2]))
    clock.advance(days=40)

    assert drop(open_session, clock) == 1
    assert [each.place for each in kept.rows(KEY, [1, 2])] == [2]


def test_of_too_many_rows_the_least_recently_read_go(kept, open_session, clock):
    kept.append(KEY, [row(place) for place in range(5)], days=None)
    clock.advance(days=2)
    list(kept.rows(KEY, [0, 3]))

    assert drop(open_session, clock, most_rows=2) == 3
    assert [each.place for each in kept.rows(KEY, range(5))] == [0, 3]


def test_rows_that_have_expired_go(kept, open_session, clock):
    kept.append(KEY, [row(1)], days=7)
    clock.advance(days=8)

    assert drop(open_session, clock) == 1


WAY = Line(Leg(1, 2**50), 600, 5200, "_p~iF~ps|U_ulLnnqC", straight=False)


def test_lines_come_back_for_the_legs_that_are_asked_and_in_their_direction(kept):
    back = WAY._replace(leg=Leg(2**50, 1), straight=True)
    kept.append_lines(KEY, [WAY, back, WAY._replace(leg=Leg(1, 3))], days=None)

    assert list(kept.lines(KEY, [WAY.leg])) == [WAY]
    assert list(kept.lines(KEY, [back.leg])) == [back]
    assert list(kept.lines(KEY._replace(graph_version="v2"), [WAY.leg])) == []


def test_a_line_that_may_not_be_kept_longer_is_neither_read_nor_kept(kept, open_session, clock):
    kept.append_lines(KEY, [WAY], days=7)
    clock.advance(days=8)

    assert list(kept.lines(KEY, [WAY.leg])) == []
    with open_session() as session:
        assert reach.drop_unread(session, now=clock()) == 1
        assert session.scalar(select(func.count()).select_from(TravelWay)) == 0


def test_of_too_many_lines_the_longest_unread_go(kept, open_session, clock):
    kept.append_lines(KEY, [WAY], days=None)
    clock.advance(days=2)
    kept.append_lines(KEY, [WAY._replace(leg=Leg(1, 3))], days=None)

    with open_session() as session:
        assert reach.drop_unread(session, now=clock(), most_rows=1) == 1
        assert session.scalars(select(TravelWay.destination_id)).all() == [3]


def test_lines_are_not_written_while_somebody_waits_for_the_caller(kept):
    with store.writing():
        kept.append_lines(KEY, [WAY], days=None)

    assert list(kept.lines(KEY, [WAY.leg])) == []
