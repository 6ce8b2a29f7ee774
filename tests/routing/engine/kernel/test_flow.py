"""Traffic in whole ticks is that of the judge, rounded so that nobody is faster."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.engine.kernel import columns as c
from routing.engine.kernel.flow import advance, driven, retreat
from routing.engine.kernel.hours import factor_of, slices_of
from routing.flow import Flow, slices_between
from routing.problem import MatrixTravel, Traffic, TrafficSlice
from routing.trial.tables import tabulate
from tests.routing import build

FACTORS = st.lists(st.sampled_from([0.7, 1, 1.3, 2, 5.5]), min_size=1, max_size=5)
INSTANTS = st.integers(8 * 3600 * c.TICKS, 18 * 3600 * c.TICKS)
WORK = st.integers(0, 4 * 3600 * c.TICKS)


def traffic_of(factors, *, repeat_s=None):
    slices = [
        TrafficSlice(start=9 * 3600 + 4567.25 * n, factor=factor)
        for n, factor in enumerate(factors)
    ]
    return Traffic(slices=tuple(slices), repeat_s=repeat_s)


def crew_of(traffic):
    """One row of the kernel's vehicles, and the same traffic as the judge knows it."""
    travel = MatrixTravel(seconds=((0, 1), (1, 0)), traffic=traffic)
    problem = build.problem(build.job(), travel=travel, locations=build.PLACES[:2])
    crew = np.zeros((1, c.PAUSE), dtype=np.int64)
    slices = slices_of(tabulate(problem), tabulate(problem).vehicles[0])
    crew[0, c.SLICES] = len(slices)
    for s, (until, pace) in enumerate(slices):
        crew[0, c.SLICE + s * c.SLICE_WIDTH :][: c.SLICE_WIDTH] = until, pace
    return crew, Flow(traffic, factors=[piece.factor for piece in traffic.slices])


@given(FACTORS, INSTANTS, WORK)
def test_nobody_arrives_earlier_than_the_judge_says_and_hardly_later(factors, leave, work):
    crew, flow = crew_of(traffic_of(factors))

    arrive = advance(crew, 0, leave, work)
    exact = flow.advance(leave / c.TICKS, work=work / c.TICKS) * c.TICKS

    assert arrive >= exact - 1e-3
    assert arrive <= exact + 1e-4 * work + 2 * len(factors) * max(factors) / min(factors)


@given(FACTORS, INSTANTS, WORK)
def test_who_leaves_when_the_kernel_says_is_there_in_time(factors, arrive, work):
    crew, _ = crew_of(traffic_of(factors))

    leave = retreat(crew, 0, arrive, work)

    assert advance(crew, 0, leave, work) <= arrive
    assert advance(crew, 0, leave + 20 * len(factors), work) > arrive - work // 1000 - 200


@given(FACTORS, INSTANTS, st.integers(0, 3600 * c.TICKS), WORK)
def test_nobody_who_leaves_later_arrives_earlier(factors, leave, wait, work):
    crew, _ = crew_of(traffic_of(factors))

    assert advance(crew, 0, leave, work) <= advance(crew, 0, leave + wait, work)


@given(FACTORS, INSTANTS, WORK)
def test_a_drive_that_stops_on_the_way_covers_no_more_than_it_has(factors, begin, lasts):
    crew, flow = crew_of(traffic_of(factors))

    covered = driven(crew, 0, begin, begin + lasts)
    exact = flow.driven(begin / c.TICKS, end=(begin + lasts) / c.TICKS) * c.TICKS

    assert covered <= exact + 1e-3
    assert covered == pytest.approx(exact, rel=1e-4, abs=20)


def test_the_hours_of_a_shift_are_those_between_its_ends():
    traffic = traffic_of([2, 3, 4], repeat_s=86400)
    starts = [9 * 3600 + 4567.25 * n for n in range(3)]

    inside = slices_between(traffic, begin=starts[0] + 60, end=starts[2])
    next_day = slices_between(traffic, begin=86400, end=86400 + starts[1])

    assert [(one.start, one.factor) for one in inside] == [(starts[0] + 60, 2), (starts[1], 3)]
    assert [(one.start, one.factor) for one in next_day] == [(86400, 4), (86400 + starts[0], 2)]
    assert slices_between(traffic_of([2]), begin=0, end=60) == [TrafficSlice(start=0)]


def test_an_hour_with_a_table_has_the_pace_of_all_its_legs():
    travel = MatrixTravel(seconds=((0, 100, None), (300, 0, 0), (None, 0, 0)))
    piece = TrafficSlice(start=0, seconds=((0, 400, None), (400, 0, 0), (None, 0, 0)))

    assert factor_of(piece, travel) == 2
