"""Seconds and metres of a brief, and where they come from: the plan keeps both.

What was estimated is told row by row, a hexadecimal number each: its bit j says that the way from
the row's place to place j is an estimate. No row at all: nothing was.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from routing import problem as question
from routing.timing import TimedRoute
from routing.travel.dayparts import KnowsHours, changes
from routing.travel.matrix import TravelMatrix
from routing.travel.provider import Point, Provider

KEY = "travel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The question's travel, and what is told about it beside the stamp."""

    travel: question.MatrixTravel
    told: Mapping[str, object]


def ways(
    points: Sequence[Point], *, travel: Provider, opens_at: datetime, closes_at: datetime
) -> Ways:
    """Travel between all points, and the traffic of the day where the provider knows of any.

    ``opens_at`` carries the territory's zone. Raises TravelError when roads do not answer.
    """
    if not points:
        return Ways(travel=question.MatrixTravel(seconds=(), metres=()), told={})
    table = travel.matrix(points, destinations=points)
    return Ways(
        travel=question.MatrixTravel(
            seconds=tuple(tuple(row) for row in table.seconds.tolist()),
            metres=tuple(tuple(row) for row in table.metres.tolist()),
            traffic=_traffic(travel, opens_at=opens_at, closes_at=closes_at),
        ),
        told={
            KEY: {
                "source": table.source,
                "version": table.graph_version,
                "estimated": table.estimated_cells,
                "estimated_rows": _rows(table),
            }
        },
    )


def told_of(problem: question.Problem, *, routes: Sequence[TimedRoute]) -> dict[str, object]:
    """What a plan keeps about its travel: source, version, estimated ways and drives."""
    told = problem.provenance.get(KEY)
    if not isinstance(told, Mapping):
        return {}
    rows = [int(row, 16) for row in told["estimated_rows"]]
    number = {location.id: index for index, location in enumerate(problem.locations)}
    legs = [
        (number[here], number[there])
        for route in routes
        for here, there in _legs(route)
        if here != there
    ]
    return {
        "source": told["source"],
        "version": told["version"],
        "estimated": told["estimated"],
        "legs": len(legs),
        "estimated_legs": sum(rows[i] >> j & 1 for i, j in legs) if rows else 0,
    }


def _traffic(
    travel: Provider, *, opens_at: datetime, closes_at: datetime
) -> question.Traffic | None:
    if not isinstance(travel, KnowsHours):
        return None
    found = changes(travel.hours, opens_at=opens_at, closes_at=closes_at)
    slices = tuple(question.TrafficSlice(start=start, factor=factor) for start, factor in found)
    return question.Traffic(slices=slices) if slices else None


def _rows(table: TravelMatrix) -> list[str]:
    if not table.estimated.any():
        return []
    packed = np.packbits(table.estimated, axis=1, bitorder="little")
    return [f"{int.from_bytes(row.tobytes(), 'little'):x}" for row in packed]


def _legs(route: TimedRoute) -> list[tuple[str, str]]:
    """Places that a round drives from and to, in order."""
    begin, end = route.shift.start_location, route.shift.end_location
    visited = (stop.thing.location for stop in route.stops)
    places = [place for place in (begin, *visited, end) if place is not None]
    return list(itertools.pairwise(places))
