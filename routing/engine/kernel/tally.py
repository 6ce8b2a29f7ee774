"""Works everything of a plan out again from the jobs of its routes."""

from __future__ import annotations

from routing.engine.kernel.anneal import reprice
from routing.engine.kernel.columns import IDLE, LINE, PLAIN, ROUTES, SERVED, USED
from routing.engine.kernel.compiling import kernel
from routing.engine.kernel.ruin import lay_row
from routing.engine.kernel.times import refresh


@kernel
def recount(
    wanted, rows, tolls, length, load, extra, holder, position, spans, tally, idle, idle_at, mine,
    mode, states, crew, pay, hands, seconds, roads, metres, who, worth, need, node, tariff_at,
    tariff, drive, most_road, early, came, path, starts, order,
):  # fmt: skip
    """Lay ``wanted[v, 1..length[v]]`` out. Gives the price of the whole plan."""
    cost = 0.0
    holder[:] = -1
    tally[SERVED], tally[ROUTES], tally[IDLE] = 0, 0, 0
    for v in range(length.shape[0]):
        jobs = length[v]
        lay_row(v, jobs, wanted[v], rows, tolls, length, load, crew, pay, roads, metres, need, node)
        refresh(v, 1, jobs, rows, length, crew, hands, seconds, holder, position, states)
        extra[v] = 0.0
        if jobs == 0:
            if mine[v]:
                idle[tally[IDLE]] = v
                idle_at[v] = tally[IDLE]
                tally[IDLE] += 1
            continue
        if mine[v]:
            tally[ROUTES] += 1
            tally[SERVED] += jobs
        if mode != PLAIN:
            cost += reprice(
                v, mode, rows, length, extra, spans, node, crew, pay, hands, seconds, tariff_at,
                tariff, drive, metres, most_road, early, came, path, starts, order,
            )  # fmt: skip
        cost += pay[v, USED]
        for p in range(jobs + 1):
            cost += tolls[v, p]
        for p in range(1, jobs + 1):
            cost += who[crew[v, LINE], wanted[v, p]]
    for j in range(holder.shape[0]):
        if holder[j] < 0:
            cost += worth[j]
    return cost
