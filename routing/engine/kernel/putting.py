"""Puts a job into a route, and takes it out again when other routes cannot follow."""

from __future__ import annotations

from routing.engine.kernel.columns import (
    BY_WAY,
    HOLDER,
    JOB,
    LASTS,
    LENGTH,
    LOADS,
    NODE,
    PER_TICK,
    PLAIN,
    SERVED,
    SHARED,
    SIMULATED,
    TAIL_TIME,
    TIED,
    TIMED,
    TIMES,
    WIDEN,
    WORTH,
)
from routing.engine.kernel.compiling import kernel
from routing.engine.kernel.following import follow, is_rigid, let_mates_follow, wait
from routing.engine.kernel.leaving import put_back
from routing.engine.kernel.recreate import simulated
from routing.engine.kernel.ruin import becomes_used, remember, toll
from routing.engine.kernel.sharing import in_common
from routing.engine.kernel.simulate import NEVER
from routing.engine.kernel.times import measure, refresh

# Stops for which a row has room beyond those of a route: where it begins and ends, a job, a depot.
SPARE = 5


@kernel
def put(
    j, v, p, rows, tolls, desk, load, seat, tally, crew, pay, hands, ticks, roads, need, node,
    states,
):  # fmt: skip
    """Put job or depot j behind stop p of route v."""
    length = desk[v, LENGTH]
    for k in range(length + 1, p, -1):
        for column in range(rows.shape[2]):
            rows[v, k + 1, column] = rows[v, k, column]
        tolls[v, k] = tolls[v, k - 1]
    rows[v, p + 1, JOB], rows[v, p + 1, NODE] = j, node[j]
    tolls[v, p] = toll(v, rows[v, p, NODE], node[j], roads, pay)
    tolls[v, p + 1] = toll(v, node[j], rows[v, p + 2, NODE], roads, pay)
    desk[v, LENGTH] = length + 1
    for d in range(need.shape[1]):
        load[v, LOADS + d] += need[j, d]
    if length == 0:
        becomes_used(v, tally, desk)
    refresh(v, p + 1, p + 1, rows, desk, seat, crew, hands, ticks, states)


@kernel
def put_by_way(
    j, v, p, depot, rows, tolls, desk, load, seat, tally, crew, pay, hands, ticks, roads, need,
    node, states,
):  # fmt: skip
    """Put job j behind stop p of route v, behind a depot when that is not -1."""
    if depot >= 0:
        put(
            depot, v, p, rows, tolls, desk, load, seat, tally, crew, pay, hands, ticks, roads, need,
            node, states,
        )  # fmt: skip
        p += 1
    seat[j, BY_WAY] = depot >= 0
    tally[SERVED] += 1
    put(
        j, v, p, rows, tolls, desk, load, seat, tally, crew, pay, hands, ticks, roads, need, node,
        states,
    )  # fmt: skip


@kernel
def note_times(
    v, times, mode, rows, desk, load, seat, spans, places, crew, pay, hands, ticks, sharing
):
    """Keep what depends on the times of route v, to which a job came at the first of the places;
    ``times`` is their price where it was simulated.
    """
    measure(v, rows, spans, desk, crew, hands, ticks)
    load[v, TIMES] = times
    if mode == TIMED:
        load[v, TIMES] = pay[v, PER_TICK] * spans[v, 0, TAIL_TIME]
    else:
        load[v, LASTS] = places[0, 3]
    if mode == SHARED:
        in_common(desk, seat, load, sharing)


@kernel
def put_best(
    j, times, mode, states, rows, tolls, desk, load, seat, spans, tally, old_jobs, old_times,
    places, values, crew, pay, hands, ticks, roads, jobs, need, node, sharing,
):  # fmt: skip
    """Put job j at the cheapest of the places found, with this price of times where it was
    simulated. Gives what that adds to the price, NEVER when its row must be wider first.
    """
    v, more = places[0, 0], NEVER
    if desk[v, LENGTH] >= rows.shape[1] - SPARE:
        tally[WIDEN] = 1
    else:
        remember(v, rows, desk, load, tally, old_jobs, old_times)
        put_by_way(
            j, v, places[0, 1], places[0, 2], rows, tolls, desk, load, seat, tally, crew, pay,
            hands, ticks, roads, need, node, states,
        )  # fmt: skip
        more = values[0] - jobs[j, WORTH]
        if mode != PLAIN:
            note_times(
                v, times, mode, rows, desk, load, seat, spans, places, crew, pay, hands, ticks,
                sharing,
            )  # fmt: skip
    return more


@kernel
def put_linked(
    j, limit, found, mode, states, chance, rows, tolls, desk, load, seat, spans, tally, old_jobs,
    old_times, removed, places, values, crew, pay, hands, ticks, roads, who, jobs, need, node,
    bond_at, bond, tariff_at, tariff, drive, most_road, book, sharing,
):  # fmt: skip
    """`put_best` where routes wait for each other: the price is that of all routes that move."""
    times = 0.0
    if mode >= SIMULATED:
        times = simulated(
            j, limit, found, mode, states, rows, tolls, desk, load, seat, places, values, crew, pay,
            hands, ticks, roads, who, node, tariff_at, tariff, drive, most_road, book, sharing,
        )  # fmt: skip
    more = NEVER
    if times < NEVER:
        more = put_best(
            j, times, mode, states, rows, tolls, desk, load, seat, spans, tally, old_jobs,
            old_times, places, values, crew, pay, hands, ticks, roads, jobs, need, node, sharing,
        )  # fmt: skip
    if more >= NEVER:
        return NEVER
    common = in_common(desk, seat, load, sharing) if mode == SHARED else 0.0
    wait(seat[j, HOLDER], desk, tally)
    if hands[0, j, TIED] and is_rigid(j, seat, crew):
        let_mates_follow(j, seat, desk, tally, bond_at, bond)
    growth, possible = follow(
        False, mode, states, rows, desk, load, seat, spans, tally, node, crew, pay, hands, ticks, bond_at,
        bond, tariff_at, tariff, drive, roads, most_road, book,
    )  # fmt: skip
    if possible and mode == SHARED:
        growth += in_common(desk, seat, load, sharing) - common
    if possible:
        return more + growth
    put_back(
        j, mode, states, chance, rows, tolls, desk, load, seat, spans, tally, removed, crew, pay,
        hands, ticks, roads, who, jobs, need, node, bond_at, bond, tariff_at, tariff, drive,
        most_road, book,
    )  # fmt: skip
    if mode == SHARED:
        in_common(desk, seat, load, sharing)
    return NEVER
