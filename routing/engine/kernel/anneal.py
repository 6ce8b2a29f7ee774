"""The loop: ruin, recreate, keep or undo, for a number of steps at a falling temperature."""

from __future__ import annotations

import math

from routing.engine.kernel.columns import (
    JOB,
    MOST_TIME,
    PER_TICK,
    PLAIN,
    REMOVED,
    ROUTES,
    SERVED,
    STEPS_DONE,
    TAIL_TIME,
    TIMED,
    TOUCHED,
    WIDEN,
)
from routing.engine.kernel.compiling import kernel
from routing.engine.kernel.draw import draw
from routing.engine.kernel.recreate import choose, put, sort_removed
from routing.engine.kernel.ruin import becomes_idle, cut_string, gather, remember, undo
from routing.engine.kernel.simulate import NEVER, simulate
from routing.engine.kernel.times import holds, measure

# Part of the steps in which jobs may cost more than they are worth, and how many times more: alone
# hardly any job pays for a route of its own. Whether all of it pays is decided after the step.
LAVISH, MOST_LAVISH = 0.1, 20.0


@kernel
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
            elif not holds(v, rows, crew, states):
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
            lavish = 1.0
            if draw(chance) < LAVISH:
                lavish += MOST_LAVISH * draw(chance)
            for k in range(tally[REMOVED]):
                j = removed[k]
                limit = worth[j] if must[j] else worth[j] * lavish
                v, p, price, new_extra = choose(
                    j, limit, blink, full, mode, must[j], chance, rows, tolls, length, load, extra,
                    holder, position, spans, tally, idle, kind_mark, mine, places, values, crew,
                    pay, hands, seconds, seconds_in, roads, roads_in, metres, metres_in, who, need,
                    room, node, before, after, states, tariff_at, tariff, drive, most_road, early,
                    came, path, starts, order,
                )  # fmt: skip
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


@kernel
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
