"""The loop: ruin, recreate, keep or undo, for a number of steps at a falling temperature."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from routing.engine.kernel.columns import (
    IDLE,
    JOB,
    LINE,
    MOST_TIME,
    NODE,
    PER_TICK,
    PLAIN,
    REMOVED,
    ROUTES,
    SECOND_TOLL,
    SERVED,
    SIMULATED,
    STALE,
    STEPS_DONE,
    TAIL_TIME,
    TIMED,
    TOLL,
    TOUCHED,
    USED,
    WIDEN,
)
from routing.engine.kernel.draw import draw
from routing.engine.kernel.recreate import find, put, sort_removed
from routing.engine.kernel.ruin import becomes_idle, cut_string, gather, remember, undo
from routing.engine.kernel.simulate import NEVER, simulate
from routing.engine.kernel.times import holds, measure


@njit(cache=True, nogil=True)
def anneal(
    # how long and how wild
    steps, hot, cold, mean_removed, longest_string, blink, full, mode, states,
    # the question
    crew, pay, hands, seconds, seconds_in, roads, roads_in, metres, metres_in, who, worth, must,
    need, room, node, near, before, after, keys, tariff_at, tariff, drive, most_road,
    # the plan
    rows, tolls, length, load, extra, holder, position, spans, cost, best_jobs, best_length,
    # working space and what this searcher may touch
    chance, tally, touched, old_length, old_extra, old_jobs, removed, key, seen, mark, kind_mark,
    idle, idle_at, stale, mine, ours, seeds, places, values, early, came, path, starts, order,
):  # fmt: skip
    """Gives the number of steps done; fewer when a route needs wider rows (``tally[WIDEN]``).

    ``cost`` holds the price now and the best met; the best plan stays in ``best_jobs``.
    """
    heat, factor = hot, (cold / hot) ** (1.0 / steps)
    for step in range(steps):
        heat *= factor
        tally[STEPS_DONE] += 1
        it = tally[STEPS_DONE]
        tally[TOUCHED], tally[REMOVED] = 0, 0
        change = 0.0
        # Ruin.
        longest = min(longest_string, tally[SERVED] / max(1, tally[ROUTES]))
        strings = int(draw(chance) * (4.0 * mean_removed / (1.0 + longest) - 1.0) + 1.0)
        seed = seeds[int(draw(chance) * seeds.shape[0])]
        hit, served, odd = 0, tally[SERVED], False
        for z in range(-1, near.shape[1]):
            if hit >= strings:
                break
            c = seed if z < 0 else near[seed, z]
            v = holder[c]
            if v < 0 or mark[v] == it or not mine[v]:
                continue
            mark[v] = it
            hit += 1
            remember(v, rows, length, extra, tally, touched, old_length, old_extra, old_jobs)
            change += cut_string(
                v, c, longest, it, chance, rows, tolls, length, load, holder, position, tally,
                removed, seen, crew, pay, hands, seconds, roads, metres, who, worth, need, states,
            )  # fmt: skip
            if length[v] == 0:
                becomes_idle(v, tally, idle, idle_at)
            elif not holds(v, rows, length, crew, states):
                odd = True
            if mode != PLAIN:
                change += reprice(
                    v, mode, rows, length, extra, spans, node, crew, pay, hands, seconds,
                    tariff_at, tariff, drive, metres, most_road, early, came, path, starts, order,
                )  # fmt: skip
                if extra[v] >= NEVER or (
                    length[v] > 0 and mode == TIMED and spans[v, 0, TAIL_TIME] > crew[v, MOST_TIME]
                ):
                    odd = True
        gather(it, seed, seeds.shape[0] - served, near, holder, ours, seen, removed, tally)
        if tally[REMOVED] == 0:
            continue
        # Recreate.
        if not odd:
            sort_removed(tally, removed, key, keys, chance)
            for k in range(tally[REMOVED]):
                j = removed[k]
                limit = worth[j]
                found = find(
                    j, blink, full, mode, must[j], chance, rows, tolls, length, load, extra,
                    holder, position, spans, tally, idle, kind_mark, mine, places, values, crew,
                    pay, hands, seconds, seconds_in, roads, roads_in, metres, metres_in, who, need,
                    room, node, before, after, limit, states,
                )  # fmt: skip
                if found == 0:
                    continue
                v, p, price = places[0, 0], places[0, 1], values[0]
                new_extra = 0.0
                if mode == SIMULATED:
                    v, price = -1, limit
                    for option in range(found):
                        w, q = places[option, 0], places[option, 1]
                        jobs = length[w]
                        for i in range(1, q + 1):
                            order[i] = rows[w, i, JOB]
                        order[q + 1] = j
                        for i in range(q + 1, jobs + 1):
                            order[i + 1] = rows[w, i, JOB]
                        priced = simulate(
                            w, jobs + 1, order, node, crew, pay, hands, seconds, tariff_at, tariff,
                            drive, metres, most_road, early, came, path, starts,
                        )  # fmt: skip
                        if priced >= NEVER:
                            continue
                        exact = exact_price(
                            w, q, j, rows, tolls, length, roads, roads_in, metres, metres_in, who,
                            node, crew, pay,
                        ) + priced - extra[w]  # fmt: skip
                        if exact < price:
                            v, p, price, new_extra = w, q, exact, priced
                    if v < 0:
                        continue
                if length[v] >= rows.shape[1] - 3:
                    tally[WIDEN] = 1
                    continue
                remember(v, rows, length, extra, tally, touched, old_length, old_extra, old_jobs)
                put(
                    j, v, p, rows, tolls, length, load, holder, position, tally, idle, idle_at,
                    crew, pay, hands, seconds, roads, metres, need, node, states,
                )  # fmt: skip
                change += price - worth[j]
                if mode != PLAIN:
                    measure(v, rows, spans, length, crew, hands, seconds)
                    if mode == TIMED:
                        new_extra = pay[v, PER_TICK] * spans[v, 0, TAIL_TIME]
                    extra[v] = new_extra
        # Keep or undo.
        if odd or not change < -heat * math.log(max(1e-300, draw(chance))):
            undo(
                rows, tolls, length, load, extra, holder, position, tally, touched, old_length,
                old_extra, old_jobs, removed, idle, idle_at, crew, pay, hands, seconds, roads,
                metres, need, node, states,
            )  # fmt: skip
            if mode != PLAIN:
                for k in range(tally[TOUCHED]):
                    if length[touched[k]] > 0:
                        measure(touched[k], rows, spans, length, crew, hands, seconds)
        else:
            cost[0] += change
            for k in range(tally[TOUCHED]):
                v = touched[k]
                if not stale[v]:
                    stale[v] = True
            if cost[0] < cost[1] - 1e-7:
                cost[1] = cost[0]
                for v in range(length.shape[0]):
                    if stale[v]:
                        stale[v] = False
                        best_length[v] = length[v]
                        for p in range(1, length[v] + 1):
                            best_jobs[v, p] = rows[v, p, JOB]
        if tally[WIDEN]:
            return step + 1
    return steps


@njit(cache=True, nogil=True)
def reprice(
    v, mode, rows, length, extra, spans, node, crew, pay, hands, seconds, tariff_at, tariff,
    drive, metres, most_road, early, came, path, starts, order,
):  # fmt: skip
    """Work the price of times of route v out again. Gives by how much it has grown."""
    former = extra[v]
    if length[v] == 0:
        extra[v] = 0.0
        return -former
    measure(v, rows, spans, length, crew, hands, seconds)
    if mode == TIMED:
        extra[v] = pay[v, PER_TICK] * spans[v, 0, TAIL_TIME]
    else:
        for p in range(1, length[v] + 1):
            order[p] = rows[v, p, JOB]
        extra[v] = simulate(
            v, length[v], order, node, crew, pay, hands, seconds, tariff_at, tariff, drive, metres,
            most_road, early, came, path, starts,
        )  # fmt: skip
    return extra[v] - former


@njit(cache=True, nogil=True)
def exact_price(
    v, p, j, rows, tolls, length, roads, roads_in, metres, metres_in, who, node, crew, pay
):
    """What job j behind stop p adds to the price of route v, times aside."""
    at, a, b = node[j], rows[v, p, NODE], rows[v, p + 1, NODE]
    more = who[crew[v, LINE], j] + pay[v, TOLL] * (roads_in[at, a] + roads[at, b])
    if pay[v, SECOND_TOLL] != 0.0:
        more += pay[v, SECOND_TOLL] * (metres_in[at, a] + metres[at, b])
    return more + pay[v, USED] if length[v] == 0 else more - tolls[v, p]
