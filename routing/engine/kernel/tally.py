"""Works everything of a plan out again from the stops of its routes."""

from __future__ import annotations

from routing.engine.kernel.columns import (
    HOLDER,
    IDLE,
    IDLE_AT,
    IDLES,
    LINE,
    MINE,
    MOVING,
    PLAIN,
    ROUTES,
    SERVED,
    STEPS_DONE,
    USED,
    WORTH,
)
from routing.engine.kernel.compiling import kernel
from routing.engine.kernel.following import follow, wait
from routing.engine.kernel.repricing import reprice
from routing.engine.kernel.ruin import jobs_in, lay_row
from routing.engine.kernel.simulate import NEVER
from routing.engine.kernel.times import refresh


@kernel
def recount(
    wanted, lengths, mode, states, rows, tolls, desk, load, seat, spans, tally, crew, pay, hands,
    ticks, roads, who, jobs, need, node, bond_at, bond, tariff_at, tariff, drive, most_road, book,
):  # fmt: skip
    """Lay ``wanted[v, 1..lengths[v]]`` out. Gives the price of the whole plan, beyond all others
    when routes wait for each other in vain.
    """
    cost = 0.0
    for j in range(seat.shape[0]):
        seat[j, HOLDER] = -1
    tally[SERVED], tally[ROUTES], tally[IDLE] = 0, 0, 0
    for v in range(desk.shape[0]):
        length = lengths[v]
        lay_row(v, length, wanted[v], rows, tolls, desk, load, crew, pay, roads, need, node)
        refresh(v, 1, length, rows, desk, seat, crew, hands, ticks, states)
        if length == 0:
            if desk[v, MINE]:
                desk[tally[IDLE], IDLES] = v
                desk[v, IDLE_AT] = tally[IDLE]
                tally[IDLE] += 1
            continue
        if desk[v, MINE]:
            tally[ROUTES] += 1
            tally[SERVED] += jobs_in(v, rows, desk, crew, node)
        if mode != PLAIN:
            cost += reprice(
                v, mode, states, rows, desk, load, spans, node, crew, pay, hands, ticks, tariff_at,
                tariff, drive, roads, most_road, book,
            )  # fmt: skip
        cost += pay[v, USED]
        for p in range(length + 1):
            cost += tolls[v, p]
        for p in range(1, length + 1):
            cost += who[crew[v, LINE], wanted[v, p]]
    for j in range(jobs.shape[0]):
        if seat[j, HOLDER] < 0:
            cost += jobs[j, WORTH]
    if bond_at.shape[0] > 1:
        for v in range(desk.shape[0]):
            wait(v, desk, tally)
        growth, possible = follow(
            True, mode, states, rows, desk, load, seat, spans, tally, node, crew, pay, hands, ticks,
            bond_at, bond, tariff_at, tariff, drive, roads, most_road, book,
        )  # fmt: skip
        cost += growth if possible else NEVER
        tally[MOVING] = 0
        tally[STEPS_DONE] += 1
    return cost
