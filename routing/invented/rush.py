"""Hours of a working day in a town with a morning and an evening rush."""

from __future__ import annotations

from dataclasses import replace

from routing.problem import Problem, Traffic, TrafficSlice

DAY_S = 86_400
# From when on, in hours after midnight, how much longer drives take.
RUSH = (
    (0.0, 1.0), (6.5, 1.1), (7.5, 1.6), (9.0, 1.15), (11.5, 1.2), (16.0, 1.7), (18.5, 1.0),
)  # fmt: skip


def with_rush(problem: Problem) -> Problem:
    """The same problem on a day with two rushes, on every road alike."""
    slices = tuple(TrafficSlice(start=hour * 3600, factor=factor) for hour, factor in RUSH)
    traffic = Traffic(slices=slices, repeat_s=DAY_S)
    return replace(
        problem, name=f"{problem.name}-rush", travel=replace(problem.travel, traffic=traffic)
    )
