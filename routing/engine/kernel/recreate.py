"""Puts absent jobs into a plan, one after the other, each where it costs least.

Where prices depend on times the quick test ranks the places and the few best are simulated.
"""

from __future__ import annotations

from routing.engine.kernel.columns import (
    BEGUN,
    BREAKS,
    EARLY,
    FROZEN,
    HAND,
    HOLDER,
    IDLE,
    IDLES,
    IN,
    JOB,
    KIND,
    LASTS,
    LENGTH,
    LINE,
    LOADS,
    MINE,
    MOST_JOBS,
    MOST_TIME,
    MUST,
    NODE,
    ORDER,
    OUT,
    PER_TICK,
    PLACE,
    PLAIN,
    REMOVED,
    ROAD,
    SECOND_IN,
    SECOND_OUT,
    SECOND_TOLL,
    SERVED,
    SHARED,
    SIMULATED,
    SLOPE,
    STAMP,
    TAIL_TIME,
    TIMED,
    TIMES,
    TOLL,
    TRIED,
    USED,
    WIDEN,
    WINDOW,
    WINDOWS,
    WORK,
    WORTH,
)
from routing.engine.kernel.compiling import inlined, kernel
from routing.engine.kernel.draw import draw
from routing.engine.kernel.ruin import becomes_used, remember, toll
from routing.engine.kernel.sharing import in_common, new_faces, unfair, unfair_with
from routing.engine.kernel.simulate import NEVER, simulate
from routing.engine.kernel.times import duration_with, fits, measure, refresh

# Part of the absent jobs without a place among the candidates for which every place is tried.
EVERYWHERE = 0.05
# Places that are simulated for one job.
FEW = 4
# Part of the steps in which jobs may cost more than they are worth, and how many times more: alone
# hardly any job pays for a route of its own. Whether all of it pays is decided after the step.
LAVISH, MOST_LAVISH = 0.1, 20.0
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
def has_room(v, j, desk, load, room, need, crew):
    """Whether the van and the limits of route v allow one more job."""
    enough = desk[v, LENGTH] < crew[v, MOST_JOBS]
    for d in range(need.shape[1]):
        enough = enough and load[v, LOADS + d] + need[j, d] <= room[v, d]
    return enough


@inlined
def weigh(v, p, j, line, rows, tolls, desk, pay, roads, node):
    """What job j costs behind stop p of route v, times aside."""
    at, a, b, per = node[j], rows[v, p, NODE], rows[v, p + 1, NODE], pay[v, TOLL]
    # Each leg by itself, as in `toll`: a sum of two cells would be rounded to 32 bits.
    more = line + per * roads[IN, at, a] + per * roads[OUT, at, b] - tolls[v, p]
    if pay[v, SECOND_TOLL] != 0.0:
        per = pay[v, SECOND_TOLL]
        more += per * roads[SECOND_IN, at, a] + per * roads[SECOND_OUT, at, b]
    if desk[v, LENGTH] == 0:
        more += pay[v, USED]
    return more


@inlined
def timed(v, p, j, more, mode, rows, desk, load, spans, crew, pay, hands, ticks, node, states):
    """The same with the price of times, which is a guess where it is simulated later; NEVER where
    the job does not fit.
    """
    at, f = node[j], crew[v, ROAD]
    there, on = ticks[IN, f, at, rows[v, p, NODE]], ticks[OUT, f, at, rows[v, p + 1, NODE]]
    price = more if fits(v, p, j, there, on, rows, crew, hands, states) else NEVER
    if mode != PLAIN and price < NEVER:
        time, former = there + on + hands[crew[v, HAND], j, WORK], 0
        if desk[v, LENGTH] > 0:
            time = duration_with(v, p, j, there, on, spans, crew, hands)
            former = spans[v, 0, TAIL_TIME]
        price += pay[v, PER_TICK] * (time - former)
        if mode == SHARED:
            price += load[v, SLOPE] * (time - former)
        if mode == TIMED and time > crew[v, MOST_TIME]:
            price = NEVER
    return price


@inlined
def note(price, v, p, places, values, found):
    """Keep the place among the FEW cheapest so far, in order. Gives how many there are."""
    k = min(found, FEW - 1)
    while k > 0 and values[k - 1] > price:
        values[k] = values[k - 1]
        places[k, 0], places[k, 1] = places[k - 1, 0], places[k - 1, 1]
        k -= 1
    values[k], places[k, 0], places[k, 1] = price, v, p
    return min(found + 1, FEW)


@inlined
def lowered(ceiling, found, mode, values):
    """The price that the next place must stay below; none is too dear while more work may pay."""
    least = ceiling
    if mode == SHARED:
        return ceiling
    if mode != SIMULATED and found > 0:
        least = values[0]
    elif found == FEW:
        least = values[FEW - 1]
    return min(ceiling, least)


@kernel
def beside(
    j, blink, ceiling, mode, states, chance, rows, tolls, desk, load, seat, spans, places, values,
    crew, pay, hands, ticks, roads, who, need, room, node, candidates,
):  # fmt: skip
    """Look right behind and right before the job's candidates. Gives how many places it found."""
    found = 0
    for side in range(2):
        for z in range(candidates.shape[2]):
            i = candidates[side, j, z]
            v = seat[i, HOLDER]
            if v < 0 or not desk[v, MINE]:
                continue
            line = who[crew[v, LINE], j]
            if line >= ceiling or not has_room(v, j, desk, load, room, need, crew):
                continue
            p = seat[i, PLACE] - side
            if p < desk[v, FROZEN]:
                continue
            price = weigh(v, p, j, line, rows, tolls, desk, pay, roads, node)
            if price >= ceiling or draw(chance) < blink:
                continue
            price = timed(
                v, p, j, price, mode, rows, desk, load, spans, crew, pay, hands, ticks, node, states
            )
            if price < ceiling:
                found = note(price, v, p, places, values, found)
                ceiling = lowered(ceiling, found, mode, values)
    return found


@kernel
def in_idle(
    j, ceiling, mode, states, found, rows, tolls, desk, load, spans, tally, places, values, crew,
    pay, hands, ticks, roads, who, need, room, node,
):  # fmt: skip
    """Look into one idle vehicle of each kind. Gives how many places there are by now."""
    tally[STAMP] += 1
    for k in range(tally[IDLE] - 1, -1, -1):
        v = desk[k, IDLES]
        if desk[crew[v, KIND], TRIED] == tally[STAMP]:
            continue
        desk[crew[v, KIND], TRIED] = tally[STAMP]
        line = who[crew[v, LINE], j]
        if line >= ceiling or not has_room(v, j, desk, load, room, need, crew):
            continue
        price = weigh(v, 0, j, line, rows, tolls, desk, pay, roads, node)
        if price >= ceiling:
            continue
        price = timed(
            v, 0, j, price, mode, rows, desk, load, spans, crew, pay, hands, ticks, node, states
        )
        if price < ceiling:
            found = note(price, v, 0, places, values, found)
            ceiling = lowered(ceiling, found, mode, values)
    return found


@kernel
def everywhere(
    j, blink, ceiling, mode, states, chance, found, rows, tolls, desk, load, spans, places, values,
    crew, pay, hands, ticks, roads, who, need, room, node,
):  # fmt: skip
    """Look at every place of every route in use. Gives how many places there are by now."""
    for v in range(desk.shape[0]):
        if desk[v, LENGTH] == 0 or not desk[v, MINE]:
            continue
        line, h = who[crew[v, LINE], j], crew[v, HAND]
        if line >= ceiling or not has_room(v, j, desk, load, room, need, crew):
            continue
        closes = hands[h, j, WINDOW + 2 * hands[h, j, WINDOWS] - 1]
        done = hands[h, j, WINDOW] + hands[h, j, WORK]
        rested = EARLY + states + crew[v, BREAKS]
        for p in range(desk[v, FROZEN], desk[v, LENGTH] + 1):
            # Departures and latest readiness only grow along the route: stop and skip.
            if crew[v, BREAKS] == 0 and rows[v, p, EARLY] > closes:
                break
            if rows[v, p + 1, rested] < done:
                continue
            price = weigh(v, p, j, line, rows, tolls, desk, pay, roads, node)
            if price >= ceiling or draw(chance) < blink:
                continue
            price = timed(
                v, p, j, price, mode, rows, desk, load, spans, crew, pay, hands, ticks, node, states
            )
            if price < ceiling:
                found = note(price, v, p, places, values, found)
                ceiling = lowered(ceiling, found, mode, values)
    return found


@kernel
def simulated(
    j, limit, found, mode, states, rows, tolls, desk, load, seat, sharing, places, values, crew, pay, hands, ticks,
    roads, who, node, tariff_at, tariff, drive, most_road, book,
):  # fmt: skip
    """Put the cheapest of the places first, with its exact price and how long its route lasts then.
    Gives the price of times that its route will have; there is none below ``limit`` when that is
    NEVER.
    """
    best, times, common = limit, NEVER, 0.0
    if mode == SHARED:
        common = unfair(sharing)
    for option in range(found):
        v, p = places[option, 0], places[option, 1]
        for i in range(1, p + 1):
            book[i, ORDER] = rows[v, i, JOB]
        book[p + 1, ORDER] = j
        for i in range(p + 1, desk[v, LENGTH] + 1):
            book[i + 1, ORDER] = rows[v, i, JOB]
        priced = simulate(
            v, desk[v, LENGTH] + 1, node, crew, pay, hands, ticks, tariff_at, tariff, drive, roads,
            most_road, book, states,
        )  # fmt: skip
        if priced < NEVER:
            line = who[crew[v, LINE], j]
            price = weigh(v, p, j, line, rows, tolls, desk, pay, roads, node)
            price += priced - load[v, TIMES]
            lasts = book[0, BEGUN]
            if mode == SHARED:
                price += unfair_with(v, lasts, load, sharing) - common
                price += new_faces(j, v, seat, sharing)
            if price < best:
                best, times = price, priced
                values[0], places[0, 0], places[0, 1], places[0, 2] = price, v, p, lasts
    return times


@kernel
def put(
    j, v, p, rows, tolls, desk, load, seat, tally, crew, pay, hands, ticks, roads, need, node,
    states,
):  # fmt: skip
    """Put job j behind stop p of route v."""
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
    tally[SERVED] += 1
    if length == 0:
        becomes_used(v, tally, desk)
    refresh(v, p + 1, p + 1, rows, desk, seat, crew, hands, ticks, states)


@kernel
def recreate(
    blink, full, mode, states, chance, rows, tolls, desk, load, seat, spans, tally, old_jobs,
    old_times, removed, key, places, values, crew, pay, hands, ticks, roads, who, jobs, need, room,
    node, candidates, keys, tariff_at, tariff, drive, most_road, book, sharing,
):  # fmt: skip
    """Put the jobs taken out back, those that pay. Gives what that adds to the price."""
    change, lavish = 0.0, 1.0
    sort_removed(tally, removed, key, keys, chance)
    if draw(chance) < LAVISH:
        lavish += MOST_LAVISH * draw(chance)
    for k in range(tally[REMOVED]):
        j, found = removed[k], 0
        must = jobs[j, MUST] > 0
        limit = jobs[j, WORTH] if must else jobs[j, WORTH] * lavish
        if not full:
            found = beside(
                j, blink, limit, mode, states, chance, rows, tolls, desk, load, seat, spans,
                places, values, crew, pay, hands, ticks, roads, who, need, room, node, candidates,
            )  # fmt: skip
        found = in_idle(
            j, lowered(limit, found, mode, values), mode, states, found, rows, tolls, desk, load,
            spans, tally, places, values, crew, pay, hands, ticks, roads, who, need, room, node,
        )  # fmt: skip
        if full or (found == 0 and (must or draw(chance) < EVERYWHERE)):
            found = everywhere(
                j, blink, lowered(limit, found, mode, values), mode, states, chance, found, rows,
                tolls, desk, load, spans, places, values, crew, pay, hands, ticks, roads, who,
                need, room, node,
            )  # fmt: skip
        times = 0.0
        if mode >= SIMULATED:
            times = simulated(
                j, limit, found, mode, states, rows, tolls, desk, load, seat, sharing, places,
                values, crew, pay, hands, ticks, roads, who, node, tariff_at, tariff, drive,
                most_road, book,
            )  # fmt: skip
        if found == 0 or times >= NEVER:
            continue
        v = places[0, 0]
        if desk[v, LENGTH] >= rows.shape[1] - 3:
            tally[WIDEN] = 1
            continue
        remember(v, rows, desk, load, tally, old_jobs, old_times)
        put(
            j, v, places[0, 1], rows, tolls, desk, load, seat, tally, crew, pay, hands, ticks,
            roads, need, node, states,
        )  # fmt: skip
        change += values[0] - jobs[j, WORTH]
        if mode != PLAIN:
            measure(v, rows, spans, desk, crew, hands, ticks)
            load[v, TIMES] = (
                times if mode >= SIMULATED else pay[v, PER_TICK] * spans[v, 0, TAIL_TIME]
            )
        if mode >= SIMULATED:
            load[v, LASTS] = places[0, 2]
        if mode == SHARED:
            in_common(desk, seat, load, sharing)
    return change
