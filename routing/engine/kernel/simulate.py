"""The price of one route that depends on its times: duration, overtime, starts, soft limits.

The route is driven as early as it can be, with the breaks where that brings it home first; then it
leaves as late as it may without delaying its return or a start that has a price of its own. It is
the schedule of ``routing.trial``, with one choice of breaks where that tries them all.
"""

from __future__ import annotations

from routing.engine.kernel.columns import (
    BREAKS,
    END,
    EXCUSED_FROM,
    EXCUSED_UNTIL,
    FAR,
    FIRST,
    HAND,
    LAST,
    MOST_TIME,
    OVERTIME_FROM,
    PAUSE,
    PAUSE_WIDTH,
    PAY_STEPS,
    PER_OVERTIME,
    PER_TICK,
    ROAD,
    SOFT_END,
    SOFT_JOBS,
    SOFT_METRES,
    SOFT_TIME,
    SOFT_TRAVEL,
    SOFTS,
    START,
    STEPS,
    WORK,
)
from routing.engine.kernel.compiling import kernel
from routing.engine.kernel.times import across, backwards, earliest, latest

# What a route that cannot be costs.
NEVER = 1e300


@kernel
def simulate(
    v, jobs, order, node, crew, pay, hands, seconds, tariff_at, tariff,
    drive, metres, most_road, early, came, path, starts,
):  # fmt: skip
    """Price of route v with the jobs ``order[1..jobs]``; NEVER when it cannot be.

    ``early``, ``came`` ``(width, states)``, ``path`` and ``starts`` ``(width,)`` are working space.
    """
    if jobs == 0:
        return 0.0
    h, f, breaks = crew[v, HAND], crew[v, ROAD], crew[v, BREAKS]
    total = tariff_at.shape[0] > 1
    early[0, 0] = crew[v, START]
    for b in range(breaks):
        early[0, b + 1] = max(early[0, b], crew[v, PAUSE + b * PAUSE_WIDTH + EXCUSED_FROM])
    here = crew[v, FIRST]
    for p in range(1, jobs + 2):
        j = order[p] if p <= jobs else -1
        there = node[j] if j >= 0 else crew[v, LAST]
        leg = seconds[f, here, there]
        for s in range(breaks + 1):
            best, source = FAR, 0
            for r in range(s + 1):
                ready = across(crew, v, r, s, early[p - 1, r], leg)
                if ready < best:
                    best, source = ready, r
            came[p, s] = source
            if j >= 0 and best < FAR:
                best = earliest(hands, h, j, best)
                if best < FAR:
                    best += hands[h, j, WORK]
            early[p, s] = best
        here = there
    # Home first, with every break taken or excused.
    end, back, state = crew[v, END], FAR, -1
    for s in range(breaks, -1, -1):
        if s < breaks:
            end = min(end, crew[v, PAUSE + s * PAUSE_WIDTH + EXCUSED_UNTIL])
        if early[jobs + 1, s] <= end and early[jobs + 1, s] < back:
            back, state = early[jobs + 1, s], s
    if state < 0:
        return NEVER
    path[jobs + 1] = state
    for p in range(jobs + 1, 0, -1):
        path[p - 1] = came[p, path[p]]
    # Leave as late as the return allows.
    price, limit, there = 0.0, back, crew[v, LAST]
    for p in range(jobs, -1, -1):
        here = node[order[p]] if p > 0 else crew[v, FIRST]
        leave = backwards(crew, v, path[p], path[p + 1], limit, seconds[f, here, there])
        if p == 0:
            limit = max(leave, early[0, path[0]])
            break
        j = order[p]
        start = early[p, path[p]] - hands[h, j, WORK]
        row = h * node.shape[0] + j
        if total and tariff_at[row + 1] > tariff_at[row]:
            price += tariff_of(tariff, tariff_at[row], tariff_at[row + 1], start)
        else:
            start = max(start, latest(hands, h, j, leave - hands[h, j, WORK]))
        starts[p] = start
        limit, there = start, here
    duration = back - limit
    if duration > crew[v, MOST_TIME]:
        return NEVER
    price += pay[v, PER_TICK] * duration
    over = back - pay[v, OVERTIME_FROM]
    if over > 0:
        price += pay[v, PER_OVERTIME] * over
        for k in range(STEPS):
            beyond = over - pay[v, PAY_STEPS + 2 * k]
            if beyond > 0:
                price += pay[v, PAY_STEPS + 2 * k + 1] * beyond
    at = PAY_STEPS + 2 * STEPS
    price += pay[v, at + 2 * SOFT_TIME + 1] * max(0.0, duration - pay[v, at + 2 * SOFT_TIME])
    price += pay[v, at + 2 * SOFT_JOBS + 1] * max(0.0, jobs - pay[v, at + 2 * SOFT_JOBS])
    if pay[v, at + 2 * SOFT_END + 1] > 0:
        ended = starts[jobs] + hands[h, order[jobs], WORK]
        price += pay[v, at + 2 * SOFT_END + 1] * max(0.0, ended - pay[v, at + 2 * SOFT_END])
    for b in range(path[0], state):
        price += pay[v, at + 2 * SOFTS + b]
    if most_road.shape[0] > 1:
        return price + on_the_road(v, jobs, order, node, crew, pay, drive, metres, most_road)
    return price


@kernel
def tariff_of(tariff, first, last, start):
    """Price of a start: the piece of the job's price line in which it lies."""
    for k in range(last - 1, first - 1, -1):
        if start > tariff[k, 0]:
            return tariff[k, 1] + tariff[k, 2] * (start - tariff[k, 0])
    return tariff[first, 1]


@kernel
def on_the_road(v, jobs, order, node, crew, pay, drive, metres, most_road):
    """Soft and hard limits of the road of a route; NEVER when it is too long."""
    ticks, length, here, f = 0, 0.0, crew[v, FIRST], crew[v, ROAD]
    for p in range(1, jobs + 2):
        there = node[order[p]] if p <= jobs else crew[v, LAST]
        ticks += drive[f, here, there]
        length += metres[here, there]
        here = there
    if ticks > most_road[v, 0] or length > most_road[v, 1]:
        return NEVER
    at = PAY_STEPS + 2 * STEPS
    price = pay[v, at + 2 * SOFT_TRAVEL + 1] * max(0.0, ticks - pay[v, at + 2 * SOFT_TRAVEL])
    return price + pay[v, at + 2 * SOFT_METRES + 1] * max(
        0.0, length - pay[v, at + 2 * SOFT_METRES]
    )
