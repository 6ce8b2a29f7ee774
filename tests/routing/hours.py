"""Problems whose hours have tables of their own."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from routing.problem import MatrixTravel, Traffic, TrafficSlice
from routing.trial.tables import tabulate

# When an hour begins, and what it does to all ways on average.
RUSH = ((0, 1.0), (27000, 1.6), (32400, 1.1), (57600, 1.8))
CALM = ((0, 1.0), (32400, 1.0))


def with_tables(problem, *, hours=RUSH, seed=3):
    """The problem on a matrix, where an hour holds up some ways more than others."""
    rng = Random(seed)
    seconds, metres = (
        tuple(tuple(round(cell) for cell in row) for row in table.tolist())
        for table in (tabulate(problem).seconds, tabulate(problem).metres)
    )
    slices = [
        TrafficSlice(
            start=start,
            seconds=tuple(
                tuple(round(cell * (1 + (factor - 1) * rng.uniform(0.5, 1.5))) for cell in row)
                for row in seconds
            ),
        )
        for start, factor in hours
    ]
    travel = MatrixTravel(seconds=seconds, metres=metres, traffic=Traffic(slices=tuple(slices)))
    return replace(problem, travel=travel)
