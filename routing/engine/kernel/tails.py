"""Two routes exchange their ends: what strings of stops cannot do on long rounds.

Behind one job comes what began with another, and the other way round (2-opt*; Potvin and Rousseau
1995). Only routes of vehicles that are alike exchange, so the latest moments of an end hold in both,
and only where prices do not depend on times.
"""

from __future__ import annotations

from routing.engine.kernel.columns import (
    BREAKS,
    EARLY,
    FROZEN,
    HOLDER,
    JOB,
    KIND,
    LENGTH,
    LOADS,
    MINE,
    MOST_JOBS,
    NODE,
    ORDER,
    OUT,
    PLACE,
    ROAD,
    TOUCHED,
    USED,
    WIDEN,
)
from routing.engine.kernel.compiling import kernel
from routing.engine.kernel.draw import draw
from routing.engine.kernel.putting import SPARE
from routing.engine.kernel.ruin import becomes_idle, lay_row, remember, toll
from routing.engine.kernel.times import refresh


@kernel
def exchange_ends(
    allowed, states, chance, rows, tolls, desk, load, seat, tally, old_jobs, old_times, seeds, crew,
    pay, hands, ticks, roads, need, room, node, near, book,
):  # fmt: skip
    """Let one job be followed by the first near one whose end of the route may come behind it, and
    that adds less than ``allowed``. Gives what it adds, and whether anything was done.
    """
    j = seeds[int(draw(chance) * seeds.shape[0])]
    v = seat[j, HOLDER]
    if v < 0 or not desk[v, MINE] or crew[v, BREAKS] > 0 or seat[j, PLACE] < desk[v, FROZEN]:
        return 0.0, False
    p, f, late = seat[j, PLACE], crew[v, ROAD], EARLY + states
    behind, leave = rows[v, p + 1, NODE], rows[v, p, EARLY]
    for z in range(near.shape[1]):
        i = near[j, z]
        w, q = seat[i, HOLDER], seat[i, PLACE] - 1
        if w < 0 or w == v or not desk[w, MINE] or crew[w, KIND] != crew[v, KIND]:
            continue
        if q < desk[w, FROZEN]:
            continue
        before = rows[w, q, NODE]
        more = toll(v, node[j], node[i], roads, pay) - tolls[v, p] - tolls[w, q]
        if q > 0 or p < desk[v, LENGTH]:
            more += toll(w, before, behind, roads, pay)
        else:
            more -= pay[w, USED]
        if more >= allowed:
            continue
        if leave + ticks[OUT, f, node[j], node[i]] > rows[w, q + 1, late]:
            continue
        if rows[w, q, EARLY] + ticks[OUT, f, before, behind] > rows[v, p + 1, late]:
            continue
        one, other = p + desk[w, LENGTH] - q, q + desk[v, LENGTH] - p
        if max(one, other) > crew[v, MOST_JOBS] or not room_for_ends(
            v, p, w, q, rows, load, need, room
        ):
            continue
        if max(one, other) >= rows.shape[1] - SPARE:
            tally[WIDEN] = 1
            return 0.0, False
        remember(v, rows, desk, load, tally, old_jobs, old_times)
        first = tally[TOUCHED] - 1
        remember(w, rows, desk, load, tally, old_jobs, old_times)
        join(v, p, first, q, first + 1, one, rows, tolls, desk, load, seat, old_jobs, crew, pay,
             hands, ticks, roads, need, node, book, states)  # fmt: skip
        join(w, q, first + 1, p, first, other, rows, tolls, desk, load, seat, old_jobs, crew, pay,
             hands, ticks, roads, need, node, book, states)  # fmt: skip
        if other == 0:
            becomes_idle(w, tally, desk)
        return more, True
    return 0.0, False


@kernel
def room_for_ends(v, p, w, q, rows, load, need, room):
    """Whether both vans have room when the routes exchange what lies behind p and q."""
    enough = True
    for d in range(need.shape[1]):
        one = other = 0.0
        for k in range(1, p + 1):
            one += need[rows[v, k, JOB], d]
        for k in range(1, q + 1):
            other += need[rows[w, k, JOB], d]
        gone, come = load[v, LOADS + d] - one, load[w, LOADS + d] - other
        enough = enough and one + come <= room[v, d] and other + gone <= room[w, d]
    return enough


@kernel
def join(
    v, p, own, q, foreign, length, rows, tolls, desk, load, seat, old_jobs, crew, pay, hands, ticks,
    roads, need, node, book, states,
):  # fmt: skip
    """Let route v have its remembered stops up to p, and those of another behind q."""
    for k in range(1, length + 1):
        book[k, ORDER] = old_jobs[own, k] if k <= p else old_jobs[foreign, k - p + q]
    lay_row(v, length, book[:, ORDER], rows, tolls, desk, load, crew, pay, roads, need, node)
    refresh(v, 1, length, rows, desk, seat, crew, hands, ticks, states)
