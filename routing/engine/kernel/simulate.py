"""The price of one route that depends on its times: duration, overtime, starts, soft limits.

The route is driven as early as it can be, with the breaks where that brings it home first; then it
leaves as late as it may without delaying its return or a start that has a price of its own. It is
also driven waiting for starts of the plan in force, for one wished hour, or for both, and the
cheapest way counts. It is the schedule of ``routing.trial``, with one choice of breaks where that tries
them all: so a route costs there what it costs here, or less. Only a route that leaves late on
purpose, for a break to be over, is unknown to the trial.
"""

from __future__ import annotations

from routing.engine.kernel.columns import (
    AIM,
    BEGUN,
    BOOK,
    BREAKS,
    DEPOTS,
    END,
    EXCUSED_FROM,
    EXCUSED_UNTIL,
    FAR,
    FIRST,
    HAND,
    LAST,
    MOST_TIME,
    ORDER,
    OUT,
    OVERTIME_FROM,
    PATH,
    PAUSE,
    PAUSE_WIDTH,
    PAY_STEPS,
    PER_JAM,
    PER_OVERTIME,
    PER_TICK,
    PIECE,
    PIECES,
    ROAD,
    SECOND_OUT,
    SLICES,
    SOFT_END,
    SOFT_JOBS,
    SOFT_METRES,
    SOFT_TIME,
    SOFT_TRAVEL,
    SOFTS,
    SOONEST,
    START,
    STEPS,
    TARIFF,
    TIED,
    WISH,
    WORK,
)
from routing.engine.kernel.compiling import kernel
from routing.engine.kernel.times import (
    across,
    across_traffic,
    backwards,
    earliest,
    getting_in,
    latest,
)

# What a route that cannot be costs.
NEVER = 1e300
# The part of a price that may be rounding.
NOISE = 1e-9


@kernel
def simulate(
    v, jobs, node, crew, pay, hands, ticks, tariff_at, tariff, drive, roads, most_road, book,
    states,
):  # fmt: skip
    """Price of route v with the stops ``book[1..jobs, ORDER]``; NEVER when it cannot be."""
    price = driven(
        v, jobs, False, -1, node, crew, pay, hands, ticks, tariff_at, tariff, book, states
    )
    if tariff_at.shape[0] > 0:
        price = waited(
            v, jobs, price, node, crew, pay, hands, ticks, tariff_at, tariff, book, states
        )
    if most_road.shape[0] > 1:
        price += on_the_road(v, jobs, node, crew, pay, drive, roads, most_road, book)
    return min(price, NEVER)


@kernel
def driven(
    v, jobs, aiming, wished, node, crew, pay, hands, ticks, tariff_at, tariff, book, states
):  # fmt: skip
    """Price of one way to drive the route, its road aside; ``book[0, BEGUN]`` says how long it is."""
    back = drive_early(v, jobs, aiming, wished, node, crew, hands, ticks, tariff_at, book, states)
    if back >= FAR:
        return NEVER
    depart, price = leave_late(v, jobs, back, node, crew, hands, ticks, tariff_at, tariff, book)
    book[0, BEGUN] = back - depart
    if back - depart > crew[v, MOST_TIME]:
        return NEVER
    ended = book[jobs, BEGUN] + hands[crew[v, HAND], book[jobs, ORDER], WORK]
    excused, taken = book[0, PATH], book[jobs + 1, PATH]
    served = jobs
    if crew[v, DEPOTS] < node.shape[0]:
        for p in range(1, jobs + 1):
            if book[p, ORDER] >= crew[v, DEPOTS]:
                served -= 1
    if crew[v, SLICES] > 0:
        price += pay[v, PER_JAM] * jammed(v, jobs, depart, node, crew, hands, ticks, book)
    return price + priced_times(v, served, depart, back, ended, excused, taken, pay)


@kernel
def jammed(v, jobs, depart, node, crew, hands, ticks, book):
    """Ticks at the wheel beyond those of free flow, on the way home from this departure on.

    Starts that were waited for stay; others may be later than the earliest, as the departure is.
    """
    h, f, here, leave, more = crew[v, HAND], crew[v, ROAD], crew[v, FIRST], depart, 0
    for p in range(1, jobs + 2):
        j = book[p, ORDER] if p <= jobs else -1
        there = node[j] if j >= 0 else crew[v, LAST]
        leg = ticks[OUT, f, here, there]
        setup = getting_in(hands, h, j, leg)
        ready, wheel = across_traffic(crew, v, book[p - 1, PATH], book[p, PATH], leave, leg, setup)
        more += wheel - (leg - setup)
        if j >= 0:
            sooner = book[p, BOOK + book[p, PATH]] - hands[h, j, WORK]
            leave = max(sooner, earliest(hands, h, j, ready)) + hands[h, j, WORK]
        here = there
    return more


@kernel
def waited(v, jobs, price, node, crew, pay, hands, ticks, tariff_at, tariff, book, states):
    """The least price when the route also waits for its former starts, for one wished hour, or both.

    ``price`` is that without waiting. The length of the cheapest way stays in ``book[0, BEGUN]``.
    """
    row, aims, wishes = crew[v, TARIFF] * node.shape[0], 0, 0
    for p in range(1, jobs + 1):
        at = row + book[p, ORDER]
        book[p, SOONEST] = book[p, BEGUN]
        aims += book[p, BEGUN] < tariff_at[at, AIM]
        wishes += book[p, BEGUN] < tariff_at[at, WISH]
    lasts = book[0, BEGUN]
    for aiming in range(1 + (aims > 0)):
        for p in range(jobs + 1):
            wished = -1
            if p > 0:
                wished = book[p, ORDER]
                if wishes == 0 or book[p, SOONEST] >= tariff_at[row + wished, WISH]:
                    continue
            elif aiming == 0:
                continue
            waiting = driven(
                v, jobs, aiming > 0, wished, node, crew, pay, hands, ticks, tariff_at, tariff,
                book, states,
            )  # fmt: skip
            if waiting < price - NOISE * (1.0 + abs(price)):
                price, lasts = waiting, book[0, BEGUN]
    book[0, BEGUN] = lasts
    return price


@kernel
def drive_early(v, jobs, aiming, wished, node, crew, hands, ticks, tariff_at, book, states):
    """The earliest return, FAR when there is none; the path says how many breaks lie behind.

    ``aiming`` lets jobs wait for their former starts, ``wished`` is the one that waits for its wish.
    """
    came = BOOK + states
    h, f, breaks, here = crew[v, HAND], crew[v, ROAD], crew[v, BREAKS], crew[v, FIRST]
    book[0, BOOK] = crew[v, START]
    for b in range(breaks):
        book[0, BOOK + b + 1] = max(
            book[0, BOOK + b], crew[v, PAUSE + b * PAUSE_WIDTH + EXCUSED_FROM]
        )
    for p in range(1, jobs + 2):
        j = book[p, ORDER] if p <= jobs else -1
        there = node[j] if j >= 0 else crew[v, LAST]
        leg = ticks[OUT, f, here, there]
        setup = getting_in(hands, h, j, leg)
        for s in range(breaks + 1):
            best, source = FAR, 0
            for r in range(s + 1):
                ready = across(crew, v, r, s, book[p - 1, BOOK + r], leg, setup)
                if ready < best:
                    best, source = ready, r
            book[p, came + s] = source
            if j >= 0 and best < FAR:
                if aiming and not hands[h, j, TIED]:
                    best = max(best, tariff_at[crew[v, TARIFF] * node.shape[0] + j, AIM])
                if wished == j and not hands[h, j, TIED]:
                    best = max(best, tariff_at[crew[v, TARIFF] * node.shape[0] + j, WISH])
                best = earliest(hands, h, j, best)
                if hands[h, j, TIED] and (aiming or wished >= 0) and best > book[p, SOONEST]:
                    best = FAR  # nobody waits at the expense of partners
                if best < FAR:
                    best += hands[h, j, WORK]
            book[p, BOOK + s] = best
        here = there
    end, back = crew[v, END], FAR
    for s in range(breaks, -1, -1):
        if s < breaks:
            end = min(end, crew[v, PAUSE + s * PAUSE_WIDTH + EXCUSED_UNTIL])
        if book[jobs + 1, BOOK + s] <= end and book[jobs + 1, BOOK + s] < back:
            back, book[jobs + 1, PATH] = book[jobs + 1, BOOK + s], s
    if back < FAR:
        for p in range(jobs + 1, 0, -1):
            book[p - 1, PATH] = book[p, came + book[p, PATH]]
    return back


@kernel
def leave_late(v, jobs, back, node, crew, hands, ticks, tariff_at, tariff, book):
    """The latest departure that keeps the return and the starts that have a price; their price."""
    h, f, there = crew[v, HAND], crew[v, ROAD], crew[v, LAST]
    price, limit, then = 0.0, back, -1
    for p in range(jobs, 0, -1):
        j = book[p, ORDER]
        leg = ticks[OUT, f, node[j], there]
        setup = getting_in(hands, h, then, leg)
        leave = backwards(crew, v, book[p, PATH], book[p + 1, PATH], limit, leg, setup)
        limit = book[p, BOOK + book[p, PATH]] - hands[h, j, WORK]
        row = crew[v, TARIFF] * node.shape[0] + j
        if tariff_at.shape[0] > 0 and tariff_at[row, PIECES] > tariff_at[row, PIECE]:
            price += tariff_of(tariff, tariff_at[row, PIECE], tariff_at[row, PIECES], limit)
        elif not hands[h, j, TIED]:
            limit = max(limit, latest(hands, h, j, leave - hands[h, j, WORK]))
        book[p, BEGUN] = limit
        there, then = node[j], j
    leg = ticks[OUT, f, crew[v, FIRST], there]
    setup = getting_in(hands, h, then, leg)
    leave = backwards(crew, v, book[0, PATH], book[1, PATH], limit, leg, setup)
    return max(leave, book[0, BOOK + book[0, PATH]]), price


@kernel
def priced_times(v, jobs, depart, back, ended, excused, taken, pay):
    """Duration, overtime, its steps, soft limits, and the breaks that are taken."""
    at, duration = PAY_STEPS + 2 * STEPS, back - depart
    price = pay[v, PER_TICK] * duration
    over = back - pay[v, OVERTIME_FROM]
    if over > 0:
        price += pay[v, PER_OVERTIME] * over
        for k in range(STEPS):
            beyond = over - pay[v, PAY_STEPS + 2 * k]
            if beyond > 0:
                price += pay[v, PAY_STEPS + 2 * k + 1] * beyond
    price += pay[v, at + 2 * SOFT_TIME + 1] * max(0.0, duration - pay[v, at + 2 * SOFT_TIME])
    price += pay[v, at + 2 * SOFT_JOBS + 1] * max(0.0, jobs - pay[v, at + 2 * SOFT_JOBS])
    price += pay[v, at + 2 * SOFT_END + 1] * max(0.0, ended - pay[v, at + 2 * SOFT_END])
    for b in range(excused, taken):
        price += pay[v, at + 2 * SOFTS + b]
    return price


@kernel
def tariff_of(tariff, first, last, start):
    """Price of a start: the piece of the job's price line in which it lies."""
    for k in range(last - 1, first - 1, -1):
        if start >= tariff[k, 0]:
            return tariff[k, 1] + tariff[k, 2] * (start - tariff[k, 0])
    return tariff[first, 1]


@kernel
def on_the_road(v, jobs, node, crew, pay, drive, roads, most_road, book):
    """Soft and hard limits of the road of a route; NEVER when it is too long."""
    driven, length, here, f = 0, 0.0, crew[v, FIRST], crew[v, ROAD]
    for p in range(1, jobs + 2):
        there = node[book[p, ORDER]] if p <= jobs else crew[v, LAST]
        driven += drive[f, here, there]
        length += roads[SECOND_OUT, here, there]
        here = there
    if driven > most_road[v, 0] or length > most_road[v, 1]:
        return NEVER
    at = PAY_STEPS + 2 * STEPS
    price = pay[v, at + 2 * SOFT_TRAVEL + 1] * max(0.0, driven - pay[v, at + 2 * SOFT_TRAVEL])
    return price + pay[v, at + 2 * SOFT_METRES + 1] * max(
        0.0, length - pay[v, at + 2 * SOFT_METRES]
    )
