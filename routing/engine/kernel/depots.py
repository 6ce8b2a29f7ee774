"""Stops at depots: from there on the van is empty, and what the depot supplies is never short.

A depot is a stop like a job, with a number behind those of all jobs, and may be in many routes at
once. It is no job: it is not taken out, counted or asked for by itself, but comes into a route with
a job that needs it, moves or goes when that costs less, and goes when nothing needs it any more.
"""

from __future__ import annotations

from routing.engine.kernel.columns import (
    ANEW,
    BREAKS,
    DEPOTS,
    EARLY,
    END,
    FAR,
    HAND,
    HEAD_BY,
    HEAD_FROM,
    HEAD_TIME,
    JOB,
    LENGTH,
    LINE,
    LOADS,
    MOST_JOBS,
    MOST_TIME,
    NODE,
    ORDER,
    OUT,
    PER_TICK,
    PLAIN,
    ROAD,
    START,
    SUPPLIED,
    TAIL_BY,
    TAIL_FROM,
    TAIL_TIME,
    TIMED,
    USED,
    WINDOW,
    WINDOWS,
    WORK,
)
from routing.engine.kernel.compiling import inlined, kernel
from routing.engine.kernel.flow import after
from routing.engine.kernel.ruin import toll
from routing.engine.kernel.simulate import drive_early
from routing.engine.kernel.times import earliest, getting_in, joined


@inlined
def may_load(v, desk, crew, node):
    """Whether a depot may help route v where its van has no room."""
    return crew[v, DEPOTS] < node.shape[0] and desk[v, LENGTH] < crew[v, MOST_JOBS]


@kernel
def first_short(v, p, depot, j, without, rows, desk, load, crew, need, room):
    """The first stop of route v for which something is missing, 0 when there is none.

    The route is taken with a depot and then job j behind stop p, -1 for neither, and ``without``
    the depot at that stop. Of what the whole route has room for nothing can be missing.
    """
    first, depots = 0, crew[v, DEPOTS]
    for d in range(need.shape[1]):
        more, most, amount = 0.0 if j < 0 else need[j, d], room[v, d], 0.0
        if load[v, LOADS + d] + more <= most:
            continue
        for q in range(desk[v, LENGTH] + 1):
            i = rows[v, q, JOB]
            if 0 <= i < depots:
                amount += need[i, d]
            elif i >= depots and q != without:
                does = room[desk.shape[0] + i - depots, d]
                if does == SUPPLIED:
                    break
                if does == ANEW:
                    amount = 0.0
            short = amount > most
            if q == p and not short:
                if depot >= 0:
                    does = room[desk.shape[0] + depot - depots, d]
                    if does == SUPPLIED:
                        break
                    if does == ANEW:
                        amount = 0.0
                amount += more
                short = amount > most
            if short:
                first = max(1, q) if first == 0 else min(first, max(1, q))
                break
    return first


@inlined
def lasts_with(v, p, depot, j, rows, desk, load, crew, need, room):
    """Whether nothing is missing with a depot and then job j behind stop p, -1 for no depot."""
    return first_short(v, p, depot, j, 0, rows, desk, load, crew, need, room) == 0


@kernel
def lay_out(v, p, depot, j, without, rows, desk, book):
    """Write the same route into the book. Gives its number of stops."""
    stops = 0
    for q in range(desk[v, LENGTH] + 1):
        if q > 0 and q != without:
            stops += 1
            book[stops, ORDER] = rows[v, q, JOB]
        if q == p:
            if depot >= 0:
                stops += 1
                book[stops, ORDER] = depot
            if j >= 0:
                stops += 1
                book[stops, ORDER] = j
    return stops


@kernel
def weigh_by_way(v, p, depot, j, rows, tolls, desk, crew, pay, roads, who, node):
    """What depot and job cost behind stop p of route v, times aside."""
    line = crew[v, LINE]
    price = who[line, j] + who[line, depot] - tolls[v, p]
    price += toll(v, rows[v, p, NODE], node[depot], roads, pay)
    price += toll(v, node[depot], node[j], roads, pay)
    price += toll(v, node[j], rows[v, p + 1, NODE], roads, pay)
    return price + pay[v, USED] if desk[v, LENGTH] == 0 else price


@kernel
def fits_by_way(v, p, depot, j, rows, desk, crew, hands, ticks, node, book, states):
    """May job j stand behind stop p of route v, by way of a depot?"""
    if crew[v, BREAKS] > 0:
        stops = lay_out(v, p, depot, j, 0, rows, desk, book)
        # Nobody waits for anything here, so no table of hours is read.
        back = drive_early(v, stops, False, -1, node, crew, hands, ticks, crew, book, states)
        return back < FAR
    h, f, at = crew[v, HAND], crew[v, ROAD], node[depot]
    leg = ticks[OUT, f, rows[v, p, NODE], at]
    ready = after(crew, v, rows[v, p, EARLY], leg, getting_in(hands, h, depot, leg))
    start = earliest(hands, h, depot, ready)
    if start < FAR:
        leg = ticks[OUT, f, at, node[j]]
        done = start + hands[h, depot, WORK]
        start = earliest(hands, h, j, after(crew, v, done, leg, getting_in(hands, h, j, leg)))
    if start >= FAR:
        return False
    leg = ticks[OUT, f, node[j], rows[v, p + 1, NODE]]
    setup = getting_in(hands, h, rows[v, p + 1, JOB], leg)
    return after(crew, v, start + hands[h, j, WORK], leg, setup) <= rows[v, p + 1, EARLY + states]


@kernel
def duration_by_way(v, p, depot, j, rows, desk, spans, crew, hands, ticks, node):
    """Least duration of the route with depot and job behind stop p; breaks are left out."""
    h, f, here = crew[v, HAND], crew[v, ROAD], rows[v, p, NODE]
    time, since, by = 0, crew[v, START], crew[v, END]
    if desk[v, LENGTH] > 0:
        time, since, by = spans[v, p, HEAD_TIME], spans[v, p, HEAD_FROM], spans[v, p, HEAD_BY]
    for n in range(2):
        i = depot if n == 0 else j
        last = WINDOW + 2 * hands[h, i, WINDOWS] - 1
        time, since, by = joined(
            time, since, by, ticks[OUT, f, here, node[i]],
            hands[h, i, WORK], hands[h, i, WINDOW], hands[h, i, last],
        )  # fmt: skip
        here = node[i]
    on, more, opens, closes = ticks[OUT, f, here, rows[v, p + 1, NODE]], 0, 0, 0
    if desk[v, LENGTH] > 0:
        more, opens = spans[v, p + 1, TAIL_TIME], spans[v, p + 1, TAIL_FROM]
        closes = spans[v, p + 1, TAIL_BY]
    else:
        opens, closes = crew[v, START], crew[v, END]
    time, _, _ = joined(time, since, by, on, more, opens, closes)
    return time


@kernel
def by_way(
    v, p, j, direct, ceiling, mode, states, rows, tolls, desk, load, spans, crew, pay, hands, ticks,
    roads, who, need, room, node, book,
):  # fmt: skip
    """What job j costs behind stop p of route v where its van has no room for the whole route.

    That is the ``direct`` price where the depots in the route suffice, otherwise what it costs by
    way of the cheapest one, at least the ceiling when none will do. Gives that depot, too, -1 for
    none. The price of times is a guess where it is simulated later.
    """
    if lasts_with(v, p, -1, j, rows, desk, load, crew, need, room):
        return direct, -1
    best, chosen = ceiling, -1
    for depot in range(crew[v, DEPOTS], node.shape[0]):
        price = weigh_by_way(v, p, depot, j, rows, tolls, desk, crew, pay, roads, who, node)
        if price >= best or not fits_by_way(
            v, p, depot, j, rows, desk, crew, hands, ticks, node, book, states
        ):
            continue
        if mode != PLAIN:
            time = duration_by_way(v, p, depot, j, rows, desk, spans, crew, hands, ticks, node)
            if mode == TIMED and time > crew[v, MOST_TIME]:
                continue
            former = spans[v, 0, TAIL_TIME] if desk[v, LENGTH] > 0 else 0
            price += pay[v, PER_TICK] * (time - former)
        if price < best and lasts_with(v, p, depot, j, rows, desk, load, crew, need, room):
            best, chosen = price, depot
    return best, chosen
