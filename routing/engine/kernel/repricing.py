"""The price of times of a route that has changed."""

from __future__ import annotations

from routing.engine.kernel.columns import (
    BEGUN,
    JOB,
    LASTS,
    LENGTH,
    MOST_TIME,
    ORDER,
    PER_TICK,
    TAIL_TIME,
    TIMED,
    TIMES,
)
from routing.engine.kernel.compiling import kernel
from routing.engine.kernel.simulate import NEVER, simulate
from routing.engine.kernel.times import measure


@kernel
def reprice(
    v, mode, states, rows, desk, load, spans, node, crew, pay, hands, ticks, tariff_at, tariff,
    drive, roads, most_road, book,
):  # fmt: skip
    """Work the price of times of route v out again: NEVER when it cannot be. Gives the growth."""
    former, jobs = load[v, TIMES], desk[v, LENGTH]
    if jobs == 0:
        load[v, TIMES], load[v, LASTS] = 0.0, 0.0
        return -former
    measure(v, rows, spans, desk, crew, hands, ticks)
    if mode == TIMED:
        time = spans[v, 0, TAIL_TIME]
        load[v, TIMES] = pay[v, PER_TICK] * time if time <= crew[v, MOST_TIME] else NEVER
    else:
        for p in range(1, jobs + 1):
            book[p, ORDER] = rows[v, p, JOB]
        load[v, TIMES] = simulate(
            v, jobs, node, crew, pay, hands, ticks, tariff_at, tariff, drive, roads, most_road,
            book, states,
        )  # fmt: skip
        load[v, LASTS] = book[0, BEGUN]
    return load[v, TIMES] - former
