"""Places for one absent job: what it would cost there.

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
    KIND,
    LENGTH,
    LINE,
    LOADS,
    MINE,
    MOST_JOBS,
    MOST_TIME,
    NODE,
    OUT,
    PER_TICK,
    PLACE,
    PLAIN,
    ROAD,
    SECOND_IN,
    SECOND_OUT,
    SECOND_TOLL,
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
    WINDOW,
    WINDOWS,
    WORK,
)
from routing.engine.kernel.compiling import inlined, kernel
from routing.engine.kernel.depots import (
    by_way,
    lay_out,
    may_load,
    weigh_by_way,
)
from routing.engine.kernel.draw import draw
from routing.engine.kernel.foresight import foreseen
from routing.engine.kernel.sharing import new_faces, unfair, unfair_with
from routing.engine.kernel.simulate import NEVER, simulate
from routing.engine.kernel.times import duration_with, fits

# Places that are simulated for one job.
FEW = 4


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
def timed(
    v, p, j, more, mode, rows, desk, load, spans, crew, pay, hands, ticks, node, states, tariff_at,
    tariff,
):  # fmt: skip
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
        if mode >= SIMULATED and tariff_at.shape[0] > 0:
            price += foreseen(
                v, p, j, there, on, rows, desk, crew, hands, ticks, node, states, tariff_at, tariff
            )
    return price


@inlined
def note(price, v, p, depot, places, values, found):
    """Keep the place among the FEW cheapest so far, in order. Gives how many there are."""
    k = min(found, FEW - 1)
    while k > 0 and values[k - 1] > price:
        values[k] = values[k - 1]
        for column in range(3):
            places[k, column] = places[k - 1, column]
        k -= 1
    values[k], places[k, 0], places[k, 1], places[k, 2] = price, v, p, depot
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
def loading(
    v, first, last, j, blink, ceiling, mode, states, chance, found, rows, tolls, desk, load, spans,
    places, values, crew, pay, hands, ticks, roads, who, need, room, node, tariff_at, tariff, book,
):  # fmt: skip
    """Look behind stops ``first`` to ``last`` of a route whose van has no room for the job: depots
    of the route may suffice, or one more may help. Gives how many places there are by now.
    """
    if not may_load(v, desk, crew, node):
        return found
    line = who[crew[v, LINE], j]
    for p in range(first, last + 1):
        price = weigh(v, p, j, line, rows, tolls, desk, pay, roads, node)
        if price >= ceiling or draw(chance) < blink:
            continue
        price = timed(
            v, p, j, price, mode, rows, desk, load, spans, crew, pay, hands, ticks, node, states,
            tariff_at, tariff,
        )  # fmt: skip
        if price < ceiling:
            price, depot = by_way(
                v, p, j, price, ceiling, mode, states, rows, tolls, desk, load, spans, crew, pay,
                hands, ticks, roads, who, need, room, node, book,
            )  # fmt: skip
            if price < ceiling:
                found = note(price, v, p, depot, places, values, found)
                ceiling = lowered(ceiling, found, mode, values)
    return found


@kernel
def beside(
    j, blink, ceiling, mode, states, chance, rows, tolls, desk, load, seat, spans, places, values,
    crew, pay, hands, ticks, roads, who, need, room, node, candidates, tariff_at, tariff, book,
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
            if line >= ceiling:
                continue
            p = seat[i, PLACE] - side
            if p < desk[v, FROZEN]:
                continue
            if not has_room(v, j, desk, load, room, need, crew):
                found = loading(
                    v, p, p, j, blink, ceiling, mode, states, chance, found, rows, tolls, desk,
                    load, spans, places, values, crew, pay, hands, ticks, roads, who, need, room,
                    node, tariff_at, tariff, book,
                )  # fmt: skip
                ceiling = lowered(ceiling, found, mode, values)
                continue
            price = weigh(v, p, j, line, rows, tolls, desk, pay, roads, node)
            if price >= ceiling or draw(chance) < blink:
                continue
            price = timed(
                v, p, j, price, mode, rows, desk, load, spans, crew, pay, hands, ticks, node,
                states, tariff_at, tariff,
            )  # fmt: skip
            if price < ceiling:
                found = note(price, v, p, -1, places, values, found)
                ceiling = lowered(ceiling, found, mode, values)
    return found


@kernel
def in_idle(
    j, ceiling, mode, states, chance, found, rows, tolls, desk, load, spans, tally, places, values, crew,
    pay, hands, ticks, roads, who, need, room, node, tariff_at, tariff, book,
):  # fmt: skip
    """Look into one idle vehicle of each kind. Gives how many places there are by now."""
    tally[STAMP] += 1
    for k in range(tally[IDLE] - 1, -1, -1):
        v = desk[k, IDLES]
        if not desk[v, MINE] or desk[crew[v, KIND], TRIED] == tally[STAMP]:
            continue
        desk[crew[v, KIND], TRIED] = tally[STAMP]
        line = who[crew[v, LINE], j]
        if line >= ceiling:
            continue
        if not has_room(v, j, desk, load, room, need, crew):
            found = loading(
                v, 0, 0, j, 0.0, ceiling, mode, states, chance, found, rows, tolls, desk, load,
                spans, places, values, crew, pay, hands, ticks, roads, who, need, room, node,
                tariff_at, tariff, book,
            )  # fmt: skip
            ceiling = lowered(ceiling, found, mode, values)
            continue
        price = weigh(v, 0, j, line, rows, tolls, desk, pay, roads, node)
        if price >= ceiling:
            continue
        price = timed(
            v, 0, j, price, mode, rows, desk, load, spans, crew, pay, hands, ticks, node, states,
            tariff_at, tariff,
        )  # fmt: skip
        if price < ceiling:
            found = note(price, v, 0, -1, places, values, found)
            ceiling = lowered(ceiling, found, mode, values)
    return found


@kernel
def everywhere(
    j, blink, ceiling, mode, states, chance, found, rows, tolls, desk, load, spans, places, values,
    crew, pay, hands, ticks, roads, who, need, room, node, tariff_at, tariff, book,
):  # fmt: skip
    """Look at every place of every route in use. Gives how many places there are by now."""
    for v in range(desk.shape[0]):
        if desk[v, LENGTH] == 0 or not desk[v, MINE]:
            continue
        line, h = who[crew[v, LINE], j], crew[v, HAND]
        if line >= ceiling:
            continue
        if not has_room(v, j, desk, load, room, need, crew):
            found = loading(
                v, desk[v, FROZEN], desk[v, LENGTH], j, blink, ceiling, mode, states, chance,
                found, rows, tolls, desk, load, spans, places, values, crew, pay, hands, ticks,
                roads, who, need, room, node, tariff_at, tariff, book,
            )  # fmt: skip
            ceiling = lowered(ceiling, found, mode, values)
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
                v, p, j, price, mode, rows, desk, load, spans, crew, pay, hands, ticks, node,
                states, tariff_at, tariff,
            )  # fmt: skip
            if price < ceiling:
                found = note(price, v, p, -1, places, values, found)
                ceiling = lowered(ceiling, found, mode, values)
    return found


@kernel
def simulated(
    j, limit, found, mode, states, rows, tolls, desk, load, seat, places, values, crew, pay, hands,
    ticks, roads, who, node, tariff_at, tariff, drive, most_road, book, sharing,
):  # fmt: skip
    """Put the cheapest of the places first, with its exact price and how long its route lasts then.
    Gives the price of times that its route will have; there is none below ``limit`` when that is
    NEVER.
    """
    best, times, common = limit, NEVER, 0.0
    if mode == SHARED:
        common = unfair(sharing)
    for option in range(found):
        v, p, depot = places[option, 0], places[option, 1], places[option, 2]
        stops = lay_out(v, p, depot, j, 0, rows, desk, book)
        priced = simulate(
            v, stops, node, crew, pay, hands, ticks, tariff_at, tariff, drive, roads,
            most_road, book, states,
        )  # fmt: skip
        if priced < NEVER:
            line = who[crew[v, LINE], j]
            price = weigh(v, p, j, line, rows, tolls, desk, pay, roads, node)
            if depot >= 0:
                price = weigh_by_way(v, p, depot, j, rows, tolls, desk, crew, pay, roads, who, node)
            price += priced - load[v, TIMES]
            lasts = book[0, BEGUN]
            if mode == SHARED:
                price += unfair_with(v, lasts, load, sharing) - common
                price += new_faces(j, v, seat, sharing)
            if price < best:
                best, times, values[0] = price, priced, price
                places[0, 0], places[0, 1], places[0, 2], places[0, 3] = v, p, depot, lasts
    return times
