"""Puts absent jobs into a plan, one after the other, each where it costs least.

Where prices depend on times the quick test ranks the places and the few best are simulated.
"""

from __future__ import annotations

from routing.engine.kernel.columns import (
    BREAKS,
    EARLY,
    HAND,
    IDLE,
    JOB,
    KIND,
    LINE,
    MOST_JOBS,
    MOST_TIME,
    NODE,
    PER_TICK,
    PLAIN,
    REMOVED,
    ROAD,
    SECOND_TOLL,
    SERVED,
    SIMULATED,
    STAMP,
    TAIL_TIME,
    TIMED,
    TOLL,
    USED,
    WINDOW,
    WINDOWS,
    WORK,
)
from routing.engine.kernel.compiling import inlined, kernel
from routing.engine.kernel.draw import draw
from routing.engine.kernel.ruin import becomes_used, toll
from routing.engine.kernel.simulate import NEVER, simulate
from routing.engine.kernel.times import duration_with, fits, refresh

# Part of the absent jobs without a place among the candidates for which every place is tried.
EVERYWHERE = 0.05
# Places that are simulated for one job.
FEW = 4
# Jobs to which so many sixteenths of the orders go: by chance, dear first, large first, far first,
# near first, short windows first, early first, those that close late first.
ORDERS = (4.0, 6.0, 8.0, 10.0, 11.0, 13.0, 14.5)


@kernel
def sort_removed(tally, removed, key, keys, chance):
    """Put the jobs taken out in the order in which they will be put back."""
    u, column = draw(chance) * 16.0, -1
    for k in range(len(ORDERS)):
        if u >= ORDERS[k]:
            column = k
    for k in range(tally[REMOVED]):
        key[k] = draw(chance) if column < 0 else keys[column, removed[k]] - 1e-9 * draw(chance)
    for k in range(1, tally[REMOVED]):
        this_key, this, w = key[k], removed[k], k - 1
        while w >= 0 and key[w] > this_key:
            key[w + 1], removed[w + 1] = key[w], removed[w]
            w -= 1
        key[w + 1], removed[w + 1] = this_key, this


@inlined
def has_room(v, j, length, load, room, need, crew):
    """Whether the van and the limits of route v allow one more job."""
    if length[v] >= crew[v, MOST_JOBS]:
        return False
    for d in range(need.shape[1]):
        if load[v, d] + need[j, d] > room[v, d] + 1e-9:
            return False
    return True


@inlined
def extra_with(v, p, j, there, on, mode, spans, crew, pay, hands):
    """What job j adds to the price of times at this place: exact for TIMED, else a guess."""
    if mode == PLAIN:
        return 0.0
    time = duration_with(v, p, j, there, on, spans, crew, hands)
    if time > crew[v, MOST_TIME] and mode == TIMED:
        return NEVER
    return pay[v, PER_TICK] * (time - spans[v, 0, TAIL_TIME])


@kernel
def note(price, v, p, places, values, found):
    """Keep the place among the FEW cheapest so far, in order. Gives how many there are."""
    k = min(found, FEW - 1)
    if found == FEW and values[k] <= price:
        return found
    while k > 0 and values[k - 1] > price:
        values[k] = values[k - 1]
        places[k, 0], places[k, 1] = places[k - 1, 0], places[k - 1, 1]
        k -= 1
    values[k], places[k, 0], places[k, 1] = price, v, p
    return min(found + 1, FEW)


@kernel
def find(
    j, blink, full, mode, must, chance, rows, tolls, length, load, holder, position, spans,
    tally, idle, kind_mark, mine, places, values, crew, pay, hands, seconds, seconds_in, roads,
    roads_in, metres, metres_in, who, need, room, node, before, after, limit, states,
):  # fmt: skip
    """The cheapest places for job j below ``limit``, best first, in ``places`` and ``values``.

    It looks beside the job's candidates, into one idle route of each kind, or everywhere. Gives how
    many it found: one at most where the price is exact.
    """
    at, found = node[j], 0
    exact = mode != SIMULATED
    ceiling = limit
    if not full:
        for side in range(2):
            for z in range(before.shape[1]):
                i = before[j, z] if side == 0 else after[j, z]
                v = holder[i]
                if v < 0 or not mine[v]:
                    continue
                line = who[crew[v, LINE], j]
                if line >= ceiling or not has_room(v, j, length, load, room, need, crew):
                    continue
                p = position[i] - side
                a, b = rows[v, p, NODE], rows[v, p + 1, NODE]
                more = line - tolls[v, p] + pay[v, TOLL] * (roads_in[at, a] + roads[at, b])
                if pay[v, SECOND_TOLL] != 0.0:
                    more += pay[v, SECOND_TOLL] * (metres_in[at, a] + metres[at, b])
                if more >= ceiling or draw(chance) < blink:
                    continue
                f = crew[v, ROAD]
                there, on = seconds_in[f, at, a], seconds[f, at, b]
                if not fits(v, p, j, there, on, rows, crew, hands, states):
                    continue
                if mode != PLAIN:
                    more += extra_with(v, p, j, there, on, mode, spans, crew, pay, hands)
                    if more >= ceiling:
                        continue
                found = note(more, v, p, places, values, found)
                if exact:
                    found, ceiling = 1, values[0]
                elif found == FEW:
                    ceiling = min(limit, values[FEW - 1])
    tally[STAMP] += 1
    for k in range(tally[IDLE] - 1, -1, -1):
        v = idle[k]
        if kind_mark[crew[v, KIND]] == tally[STAMP] or not mine[v]:
            continue
        kind_mark[crew[v, KIND]] = tally[STAMP]
        line = who[crew[v, LINE], j]
        if line >= ceiling or not has_room(v, j, length, load, room, need, crew):
            continue
        a, b = rows[v, 0, NODE], rows[v, 1, NODE]
        more = line + pay[v, USED] + pay[v, TOLL] * (roads_in[at, a] + roads[at, b])
        if pay[v, SECOND_TOLL] != 0.0:
            more += pay[v, SECOND_TOLL] * (metres_in[at, a] + metres[at, b])
        if more >= ceiling:
            continue
        f = crew[v, ROAD]
        there, on = seconds_in[f, at, a], seconds[f, at, b]
        if not fits(v, 0, j, there, on, rows, crew, hands, states):
            continue
        if mode != PLAIN:
            time = there + on + hands[crew[v, HAND], j, WORK]
            if time > crew[v, MOST_TIME]:
                continue
            more += pay[v, PER_TICK] * time
            if more >= ceiling:
                continue
        found = note(more, v, 0, places, values, found)
        if exact:
            found, ceiling = 1, values[0]
        elif found == FEW:
            ceiling = min(limit, values[FEW - 1])
    if full or (found == 0 and (must or draw(chance) < EVERYWHERE)):
        for v in range(length.shape[0]):
            if length[v] == 0 or not mine[v]:
                continue
            line = who[crew[v, LINE], j]
            if line >= ceiling or not has_room(v, j, length, load, room, need, crew):
                continue
            f, h = crew[v, ROAD], crew[v, HAND]
            closes = hands[h, j, WINDOW + 2 * hands[h, j, WINDOWS] - 1]
            ready = hands[h, j, WINDOW] + hands[h, j, WORK]
            last_state = EARLY + 2 * states - 1 - (states - 1 - crew[v, BREAKS])
            for p in range(length[v] + 1):
                # The earliest departure only grows and the latest readiness too: skip and stop.
                if rows[v, p, EARLY] > closes:
                    break
                if rows[v, p + 1, last_state] < ready:
                    continue
                a, b = rows[v, p, NODE], rows[v, p + 1, NODE]
                more = line - tolls[v, p] + pay[v, TOLL] * (roads_in[at, a] + roads[at, b])
                if pay[v, SECOND_TOLL] != 0.0:
                    more += pay[v, SECOND_TOLL] * (metres_in[at, a] + metres[at, b])
                if more >= ceiling or draw(chance) < blink:
                    continue
                there, on = seconds_in[f, at, a], seconds[f, at, b]
                if not fits(v, p, j, there, on, rows, crew, hands, states):
                    continue
                if mode != PLAIN:
                    more += extra_with(v, p, j, there, on, mode, spans, crew, pay, hands)
                    if more >= ceiling:
                        continue
                found = note(more, v, p, places, values, found)
                if exact:
                    found, ceiling = 1, values[0]
                elif found == FEW:
                    ceiling = min(limit, values[FEW - 1])
    return found


@kernel
def choose(
    j, limit, blink, full, mode, must, chance, rows, tolls, length, load, extra, holder, position,
    spans, tally, idle, kind_mark, mine, places, values, crew, pay, hands, seconds, seconds_in,
    roads, roads_in, metres, metres_in, who, need, room, node, before, after, states, tariff_at,
    tariff, drive, most_road, early, came, path, starts, order,
):  # fmt: skip
    """The place for job j: route, stop before it, its price below ``limit``, and the price of times
    that the route will have where that is simulated. The route is -1 when there is no place.
    """
    found = find(
        j, blink, full, mode, must, chance, rows, tolls, length, load, holder, position, spans,
        tally, idle, kind_mark, mine, places, values, crew, pay, hands, seconds, seconds_in, roads,
        roads_in, metres, metres_in, who, need, room, node, before, after, limit, states,
    )  # fmt: skip
    if mode != SIMULATED:
        if found == 0:
            return -1, 0, limit, 0.0
        return places[0, 0], places[0, 1], values[0], 0.0
    best, where, price, times = -1, 0, limit, 0.0
    for option in range(found):
        v, p = places[option, 0], places[option, 1]
        for i in range(1, p + 1):
            order[i] = rows[v, i, JOB]
        order[p + 1] = j
        for i in range(p + 1, length[v] + 1):
            order[i + 1] = rows[v, i, JOB]
        priced = simulate(
            v, length[v] + 1, order, node, crew, pay, hands, seconds, tariff_at, tariff, drive,
            metres, most_road, early, came, path, starts,
        )  # fmt: skip
        if priced < NEVER:
            exact = priced - extra[v] + on_the_way(
                v, p, j, rows, tolls, length, roads, roads_in, metres, metres_in, who, node, crew,
                pay,
            )  # fmt: skip
            if exact < price:
                best, where, price, times = v, p, exact, priced
    return best, where, price, times


@kernel
def on_the_way(
    v, p, j, rows, tolls, length, roads, roads_in, metres, metres_in, who, node, crew, pay
):
    """What job j behind stop p adds to the price of route v, times aside."""
    at, a, b = node[j], rows[v, p, NODE], rows[v, p + 1, NODE]
    more = who[crew[v, LINE], j] + pay[v, TOLL] * (roads_in[at, a] + roads[at, b])
    if pay[v, SECOND_TOLL] != 0.0:
        more += pay[v, SECOND_TOLL] * (metres_in[at, a] + metres[at, b])
    return more + pay[v, USED] if length[v] == 0 else more - tolls[v, p]


@kernel
def put(
    j, v, p, rows, tolls, length, load, holder, position, tally, idle, idle_at, crew, pay, hands,
    seconds, roads, metres, need, node, states,
):  # fmt: skip
    """Put job j behind stop p of route v."""
    jobs, width = length[v], rows.shape[2]
    for k in range(jobs + 1, p, -1):
        for column in range(width):
            rows[v, k + 1, column] = rows[v, k, column]
        tolls[v, k] = tolls[v, k - 1]
    rows[v, p + 1, JOB], rows[v, p + 1, NODE] = j, node[j]
    tolls[v, p] = toll(v, rows[v, p, NODE], node[j], roads, metres, pay)
    tolls[v, p + 1] = toll(v, node[j], rows[v, p + 2, NODE], roads, metres, pay)
    length[v] = jobs + 1
    for d in range(need.shape[1]):
        load[v, d] += need[j, d]
    tally[SERVED] += 1
    if jobs == 0:
        becomes_used(v, tally, idle, idle_at)
    refresh(v, p + 1, p + 1, rows, length, crew, hands, seconds, holder, position, states)
