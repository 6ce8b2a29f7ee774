"""The loop: ruin, recreate, keep or undo, for a number of steps at a falling temperature."""

from __future__ import annotations

import math

from routing.engine.kernel.columns import (
    BEST_BOUND,
    BOUND,
    IN_COMMON,
    JOB,
    LENGTH,
    MOVES,
    MOVING,
    PLAIN,
    REMOVED,
    ROUTES,
    SERVED,
    SHARED,
    STALE,
    STEPS_DONE,
    TOUCHED,
    TOUCHES,
    WIDEN,
)
from routing.engine.kernel.compiling import kernel
from routing.engine.kernel.draw import draw
from routing.engine.kernel.leaving import leave_with
from routing.engine.kernel.refill import refill
from routing.engine.kernel.ruin import gather, ruin, undo
from routing.engine.kernel.sharing import in_common
from routing.engine.kernel.tails import exchange_ends

# Part of the steps in which two routes exchange their ends, for each stop of a mean route: where
# rounds are short it gains little.
ENDS = 0.01
# Gains below this are rounding.
NOISE = 1e-7


@kernel
def anneal(
    # how long and how wild
    steps, hot, cold, mean_removed, longest_string, blink, full, mode, states,
    # the question
    crew, pay, hands, ticks, roads, who, jobs, need, room, node, near, candidates, keys, bond_at,
    bond, tariff_at, tariff, drive, most_road,
    # the plan
    rows, tolls, desk, load, seat, spans, cost, best_jobs, best_length,
    # working space
    chance, tally, old_jobs, old_times, removed, key, seeds, places, values, spots, spot_values,
    book, sharing,
):  # fmt: skip
    """Gives the number of steps done; fewer when a route needs wider rows (``tally[WIDEN]``).

    The best plan stays in ``best_jobs``.
    """
    plain = mode == PLAIN and bond_at.shape[0] == 1 and node.shape[0] == jobs.shape[0]
    heat, factor = hot, (cold / hot) ** (1.0 / steps)
    for step in range(steps):
        if tally[WIDEN]:
            return step
        heat *= factor
        tally[STEPS_DONE] += 1
        tally[TOUCHED], tally[REMOVED], tally[MOVING] = 0, 0, 0
        if plain and draw(chance) * tally[ROUTES] < ENDS * tally[SERVED]:
            change, done = exchange_ends(
                -heat * math.log(max(1e-300, draw(chance))), states, chance, rows, tolls, desk,
                load, seat, tally, old_jobs, old_times, seeds, crew, pay, hands, ticks, roads, need,
                room, node, near, book,
            )  # fmt: skip
            if done:
                keep(change, rows, desk, seat, cost, tally, best_jobs, best_length)
            continue
        absent = seeds.shape[0] - tally[SERVED]
        change, seed, odd = empty(
            mean_removed, longest_string, mode, states, chance, rows, tolls, desk, load, seat,
            spans, tally, old_jobs, old_times, removed, seeds, crew, pay, hands, ticks, roads, who,
            jobs, need, room, node, near, bond_at, bond, tariff_at, tariff, drive, most_road, book,
        )  # fmt: skip
        gather(seed, absent, near, seat, removed, tally, bond_at, bond)
        if tally[REMOVED] == 0:
            continue
        if not odd:
            change += refill(
                blink, full, mode, states, chance, rows, tolls, desk, load, seat, spans, cost,
                tally, old_jobs, old_times, removed, key, places, values, spots, spot_values, crew,
                pay, hands, ticks, roads, who, jobs, need, room, node, candidates, keys, bond_at,
                bond, tariff_at, tariff, drive, most_road, book, sharing,
            )  # fmt: skip
        if not odd and change < -heat * math.log(max(1e-300, draw(chance))):
            if mode == SHARED:
                cost[IN_COMMON] = in_common(desk, seat, load, sharing)
            keep(change, rows, desk, seat, cost, tally, best_jobs, best_length)
        else:
            undo(
                mode, rows, tolls, desk, load, seat, spans, tally, old_jobs, old_times, removed,
                crew, pay, hands, ticks, roads, need, node, bond_at, bond, tariff_at, tariff,
                drive, most_road, book, states,
            )  # fmt: skip
    return steps


@kernel
def empty(
    mean_removed, longest_string, mode, states, chance, rows, tolls, desk, load, seat, spans,
    tally, old_jobs, old_times, removed, seeds, crew, pay, hands, ticks, roads, who, jobs, need,
    room, node, near, bond_at, bond, tariff_at, tariff, drive, most_road, book,
):  # fmt: skip
    """`ruin`, and whatever cannot stay without those taken out."""
    change, seed, odd = ruin(
        mean_removed, longest_string, mode, states, chance, rows, tolls, desk, load, seat, spans,
        tally, old_jobs, old_times, removed, seeds, crew, pay, hands, ticks, roads, who, jobs,
        need, node, near, bond_at, bond, tariff_at, tariff, drive, most_road, book,
    )  # fmt: skip
    if tally[TOUCHED] > 0 and (node.shape[0] > jobs.shape[0] or bond_at.shape[0] > 1):
        more, lost = leave_with(
            mode, states, chance, rows, tolls, desk, load, seat, spans, tally, old_jobs, old_times,
            removed, crew, pay, hands, ticks, roads, who, jobs, need, room, node, bond_at, bond,
            tariff_at, tariff, drive, most_road, book,
        )  # fmt: skip
        change, odd = change + more, odd or lost
    return change, seed, odd


@kernel
def keep(change, rows, desk, seat, cost, tally, best_jobs, best_length):
    """Take the step; copy what differs from the best plan when this one is better."""
    cost[0] += change
    for k in range(tally[TOUCHED]):
        desk[desk[k, TOUCHES], STALE] = 1
    for k in range(tally[MOVING]):
        desk[desk[k, MOVES], STALE] = 1
    if cost[0] < cost[1] - NOISE:
        cost[1] = cost[0]
        for v in range(desk.shape[0]):
            if desk[v, STALE]:
                desk[v, STALE] = 0
                best_length[v] = desk[v, LENGTH]
                for p in range(1, desk[v, LENGTH] + 1):
                    j = rows[v, p, JOB]
                    best_jobs[v, p], seat[j, BEST_BOUND] = j, seat[j, BOUND]
