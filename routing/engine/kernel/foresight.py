"""What starts will cost at a place, foreseen without driving the whole route.

Places are ranked by it before the best few are simulated: where lateness is only dear, a place that
is cheap by its road alone is often the wrong hour.
"""

from __future__ import annotations

from routing.engine.kernel.columns import (
    BREAKS,
    EARLY,
    FAR,
    HAND,
    JOB,
    LEAST_PIECE,
    LEAST_PIECES,
    LENGTH,
    NODE,
    OUT,
    ROAD,
    TARIFF,
    WORK,
)
from routing.engine.kernel.compiling import kernel
from routing.engine.kernel.flow import after
from routing.engine.kernel.groups import first_start
from routing.engine.kernel.simulate import tariff_of
from routing.engine.kernel.times import earliest, getting_in


@kernel
def foreseen(v, p, j, there, on, rows, desk, crew, hands, ticks, node, states, tariff_at, tariff):
    """The price of the start of job j between stops p and p + 1, and of pushing others back.

    Each start is taken to be free to wait for a cheaper hour. On routes with breaks others are left
    out: how far they are pushed depends on when the break is taken.
    """
    h, f, row = crew[v, HAND], crew[v, ROAD], crew[v, TARIFF] * node.shape[0]
    if crew[v, BREAKS] > 0:
        start = first_start(v, p, j, there, on, rows, crew, hands, states)
        return least_of(tariff_at, tariff, row + j, start) if start < FAR else 0.0
    setup = getting_in(hands, h, j, there)
    start = earliest(hands, h, j, after(crew, v, rows[v, p, EARLY], there, setup))
    price, leave, leg = least_of(tariff_at, tariff, row + j, start), start + hands[h, j, WORK], on
    for q in range(p + 1, desk[v, LENGTH] + 1):
        i = rows[v, q, JOB]
        start = earliest(hands, h, i, after(crew, v, leave, leg, getting_in(hands, h, i, leg)))
        leave = start + hands[h, i, WORK]
        if leave <= rows[v, q, EARLY] or start >= FAR:
            break
        former = rows[v, q, EARLY] - hands[h, i, WORK]
        price += least_of(tariff_at, tariff, row + i, start)
        price -= least_of(tariff_at, tariff, row + i, former)
        leg = ticks[OUT, f, rows[v, q, NODE], rows[v, q + 1, NODE]]
    return price


@kernel
def least_of(tariff_at, tariff, row, start):
    """What a stop costs at least that begins at this instant or later; nothing where no start does."""
    first, last = tariff_at[row, LEAST_PIECE], tariff_at[row, LEAST_PIECES]
    return tariff_of(tariff, first, last, start) if last > first else 0.0
