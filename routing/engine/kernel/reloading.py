"""Depot stops of routes that have changed: dropped, moved, or left behind to be found anew."""

from __future__ import annotations

from routing.engine.kernel.columns import (
    DEPOTS,
    FIRST,
    FROZEN,
    JOB,
    LAST,
    LENGTH,
    LINE,
    LOADS,
    NODE,
    ORDER,
    PLAIN,
    REMOVED,
    SERVED,
    SHARED,
    TIMES,
    TOUCHED,
    TOUCHES,
    USED,
    WORTH,
)
from routing.engine.kernel.compiling import kernel
from routing.engine.kernel.depots import first_short, lay_out
from routing.engine.kernel.draw import draw
from routing.engine.kernel.following import follow, wait
from routing.engine.kernel.groups import is_stuck
from routing.engine.kernel.repricing import reprice
from routing.engine.kernel.ruin import becomes_idle, lay_row, leave_route, toll
from routing.engine.kernel.sharing import in_common
from routing.engine.kernel.simulate import NEVER, simulate
from routing.engine.kernel.times import holds, refresh

# Part of the depot stops of ruined routes that leave with all jobs that need them.
LEAVES = 0.2
# Gains below this are rounding.
NOISE = 1e-7


@kernel
def pull(v, p, rows, tolls, desk, roads, pay):
    """Let stop p leave route v. Gives what that adds to the price of its road."""
    length = desk[v, LENGTH]
    price = -tolls[v, p - 1] - tolls[v, p]
    for q in range(p, length + 1):
        rows[v, q, JOB], rows[v, q, NODE] = rows[v, q + 1, JOB], rows[v, q + 1, NODE]
        tolls[v, q] = tolls[v, q + 1]
    desk[v, LENGTH] = length - 1
    tolls[v, p - 1] = 0.0
    if length > 1:
        tolls[v, p - 1] = toll(v, rows[v, p - 1, NODE], rows[v, p, NODE], roads, pay)
    return price + tolls[v, p - 1]


@kernel
def leave_behind(
    v, leaves, chance, rows, tolls, desk, load, seat, tally, removed, crew, pay, hands, roads, who,
    jobs, need, room, bond_at, bond,
):  # fmt: skip
    """Let depot stops of route v go that nothing needs, and some others with the jobs that do.

    Gives what that adds to the price. Times are worked out elsewhere.
    """
    price, line, p = 0.0, crew[v, LINE], desk[v, LENGTH]
    while p > desk[v, FROZEN]:
        depot, short = rows[v, p, JOB], 0
        if depot >= crew[v, DEPOTS]:
            short = first_short(v, -1, -1, -1, p, rows, desk, load, crew, need, room)
            if short == 0 or (
                draw(chance) < leaves and not has_stuck(v, p, bond_at, bond, rows, desk, seat)
            ):
                price += pull(v, p, rows, tolls, desk, roads, pay) - who[line, depot]
                while short > 0:
                    short = first_short(v, -1, -1, -1, 0, rows, desk, load, crew, need, room)
                    if short > 0:
                        j = rows[v, short, JOB]
                        price += pull(v, short, rows, tolls, desk, roads, pay)
                        price += jobs[j, WORTH] - who[line, j]
                        removed[tally[REMOVED]] = j
                        tally[REMOVED] += 1
                        tally[SERVED] -= 1
                        leave_route(j, seat, tally, hands)
                        for d in range(need.shape[1]):
                            load[v, LOADS + d] -= need[j, d]
                # A depot behind may be for nothing now.
                p = desk[v, LENGTH] + 1
        p -= 1
    return price


@kernel
def has_stuck(v, p, bond_at, bond, rows, desk, seat):
    """Whether a job behind stop p must stay because another searcher has its mate."""
    for q in range(p + 1, desk[v, LENGTH] + 1):
        j = rows[v, q, JOB]
        if j < bond_at.shape[0] - 1 and is_stuck(j, bond_at, bond, seat, desk):
            return True
    return False


@kernel
def clear_depots(
    leaves, mode, states, chance, rows, tolls, desk, load, seat, spans, tally, removed, crew, pay,
    hands, ticks, roads, who, jobs, need, room, node, bond_at, bond, tariff_at, tariff, drive,
    most_road, book,
):  # fmt: skip
    """Look at the depot stops of ruined routes, of which a part leaves with the jobs that need them.

    Gives what that adds to the price, and whether some route cannot do without what it lost.
    """
    change, odd = 0.0, False
    for k in range(tally[TOUCHED]):
        more, lost = clear_route(
            desk[k, TOUCHES], leaves, mode, states, chance, rows, tolls, desk, load, seat, spans,
            tally, removed, crew, pay, hands, ticks, roads, who, jobs, need, room, node, bond_at,
            bond, tariff_at, tariff, drive, most_road, book,
        )  # fmt: skip
        change, odd = change + more, odd or lost
    return change, odd


@kernel
def clear_route(
    v, leaves, mode, states, chance, rows, tolls, desk, load, seat, spans, tally, removed, crew,
    pay, hands, ticks, roads, who, jobs, need, room, node, bond_at, bond, tariff_at, tariff, drive,
    most_road, book,
):  # fmt: skip
    """The same for one route."""
    length, odd = desk[v, LENGTH], False
    change = leave_behind(
        v, leaves, chance, rows, tolls, desk, load, seat, tally, removed, crew, pay, hands, roads,
        who, jobs, need, room, bond_at, bond,
    )  # fmt: skip
    if desk[v, LENGTH] == length:
        return 0.0, False
    refresh(v, 1, desk[v, LENGTH], rows, desk, seat, crew, hands, ticks, states)
    if desk[v, LENGTH] == 0:
        change -= pay[v, USED]
        becomes_idle(v, tally, desk)
    elif not holds(v, rows, crew, states):
        odd = True
    if mode != PLAIN:
        change += reprice(
            v, mode, states, rows, desk, load, spans, node, crew, pay, hands, ticks, tariff_at,
            tariff, drive, roads, most_road, book,
        )  # fmt: skip
        odd = odd or load[v, TIMES] >= NEVER
    return change, odd


@kernel
def road_of(v, stops, node, crew, pay, roads, book):
    """Price of the road of route v with the stops in the book."""
    price, here = 0.0, crew[v, FIRST]
    for p in range(1, stops + 1):
        price += toll(v, here, node[book[p, ORDER]], roads, pay)
        here = node[book[p, ORDER]]
    return price + toll(v, here, crew[v, LAST], roads, pay)


@kernel
def better_stop(
    v, p, mode, states, rows, tolls, desk, load, crew, pay, hands, ticks, roads, who, need, room,
    node, tariff_at, tariff, drive, most_road, book,
):  # fmt: skip
    """Behind which stop the depot at stop p of route v is best put, -1 when it is best dropped.

    It stays where it is, behind stop p - 1, when nothing costs less.
    """
    depot, best, to = rows[v, p, JOB], load[v, TIMES] - NOISE, p - 1
    for q in range(desk[v, LENGTH] + 1):
        best += tolls[v, q]
    for q in range(-1, desk[v, LENGTH]):
        put = depot if q >= 0 else -1
        if q in (p, p - 1) or 0 <= q < desk[v, FROZEN]:
            continue
        if first_short(v, q, put, -1, p, rows, desk, load, crew, need, room) > 0:
            continue
        stops = lay_out(v, q, put, -1, p, rows, desk, book)
        price = road_of(v, stops, node, crew, pay, roads, book)
        if q < 0:
            price -= who[crew[v, LINE], depot]
        # What costs the same without a depot is better off without it.
        enough = best + 2.0 * NOISE if q < 0 else best
        if mode == PLAIN and price >= enough:
            continue
        price += simulate(
            v, stops, node, crew, pay, hands, ticks, tariff_at, tariff, drive, roads, most_road,
            book, states,
        )  # fmt: skip
        if price < enough:
            best, to = min(best, price), q
    return to


@kernel
def settle_depots(
    mode, states, rows, tolls, desk, load, seat, spans, tally, crew, pay, hands, ticks, roads, who,
    need, room, node, bond_at, bond, tariff_at, tariff, drive, most_road, book, sharing,
):  # fmt: skip
    """Move the depot stops of all touched routes, or drop them, where that costs less.

    Gives what that adds to the price, NEVER when other routes cannot follow.
    """
    change, moved = 0.0, False
    common = in_common(desk, seat, load, sharing) if mode == SHARED else 0.0
    for k in range(tally[TOUCHED]):
        v, p = desk[k, TOUCHES], desk[desk[k, TOUCHES], LENGTH]
        while p > desk[v, FROZEN]:
            to = p - 1
            if rows[v, p, JOB] >= crew[v, DEPOTS]:
                to = better_stop(
                    v, p, mode, states, rows, tolls, desk, load, crew, pay, hands, ticks, roads,
                    who, need, room, node, tariff_at, tariff, drive, most_road, book,
                )  # fmt: skip
            if to != p - 1:
                change += move_depot(
                    v, p, to, mode, states, rows, tolls, desk, load, seat, spans, crew, pay, hands,
                    ticks, roads, who, need, node, tariff_at, tariff, drive, most_road, book,
                )  # fmt: skip
                moved = True
                wait(v, desk, tally)
            p -= 1
    if moved and bond_at.shape[0] > 1:
        growth, possible = follow(
            True, mode, states, rows, desk, load, seat, spans, tally, node, crew, pay, hands,
            ticks, bond_at, bond, tariff_at, tariff, drive, roads, most_road, book,
        )  # fmt: skip
        change = change + growth if possible else NEVER
    if moved and mode == SHARED:
        change += in_common(desk, seat, load, sharing) - common
    return change


@kernel
def move_depot(
    v, p, to, mode, states, rows, tolls, desk, load, seat, spans, crew, pay, hands, ticks, roads,
    who, need, node, tariff_at, tariff, drive, most_road, book,
):  # fmt: skip
    """Put the depot at stop p of route v behind another stop, or drop it when that is -1."""
    depot, change, times = rows[v, p, JOB], 0.0, load[v, TIMES]
    for q in range(desk[v, LENGTH] + 1):
        change -= tolls[v, q]
    if to < 0:
        change -= who[crew[v, LINE], depot]
    stops = lay_out(v, to, depot if to >= 0 else -1, -1, p, rows, desk, book)
    lay_row(v, stops, book[:, ORDER], rows, tolls, desk, load, crew, pay, roads, need, node)
    refresh(v, 1, stops, rows, desk, seat, crew, hands, ticks, states)
    for q in range(stops + 1):
        change += tolls[v, q]
    load[v, TIMES] = times
    if mode != PLAIN:
        change += reprice(
            v, mode, states, rows, desk, load, spans, node, crew, pay, hands, ticks, tariff_at,
            tariff, drive, roads, most_road, book,
        )  # fmt: skip
    return change
