"""Seconds and metres of a brief, and where they come from: the plan keeps both.

What was estimated is told row by row, a hexadecimal number each: its bit j says that the way from
the row's place to place j is an estimate. No row at all: nothing was.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from routing import problem as question
from routing.timing import TimedRoute
from routing.travel.dayparts import KnowsHours, changes
from routing.travel.matrix import TravelMatrix
from routing.travel.provider import MOTORISED, Point, Profile, Provider

KEY = "travel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The question's travel, and what is told about it beside the stamp."""

    travel: question.MatrixTravel
    told: Mapping[str, object]


def ways(
    points: Sequence[Point],
    *,
    travel: Provider,
    profiles: Sequence[Profile],
    opens_at: datetime,
    closes_at: datetime,
) -> Ways:
    """Travel between all points, and the traffic of the day where the provider knows of any.

    The first profile is the usual one; others get tables of their own. ``opens_at`` carries the
    territory's zone. Raises TravelError when roads do not answer.
    """
    tables = {
        profile: travel.matrix(points, destinations=points, profile=profile)
        for profile in (profiles if points else ())
    }
    traffic = _traffic(travel, opens_at=opens_at, closes_at=closes_at)
    found = {
        profile: question.MatrixTravel(
            seconds=tuple(tuple(row) for row in table.seconds.tolist()),
            metres=tuple(tuple(row) for row in table.metres.tolist()),
            traffic=traffic if profile in MOTORISED else None,
        )
        for profile, table in tables.items()
    }
    usual, *others = profiles
    own = found.get(usual, question.MatrixTravel(seconds=(), metres=()))
    nothing = question.MatrixTravel(seconds=(), metres=())
    return Ways(
        travel=replace(own, profiles={one.value: found.get(one, nothing) for one in others}),
        told={KEY: _told(tables, usual=usual)} if points else {},
    )


def told_of(problem: question.Problem, *, routes: Sequence[TimedRoute]) -> dict[str, object]:
    """What a plan keeps about its travel: source, version, estimated ways and drives."""
    told = problem.provenance.get(KEY)
    if not isinstance(told, Mapping):
        return {}
    each = {"": told, **told.get("profiles", {})}
    rows = {name: [int(row, 16) for row in one["estimated_rows"]] for name, one in each.items()}
    number = {location.id: index for index, location in enumerate(problem.locations)}
    legs = [
        (rows[route.lead.profile], number[here], number[there])
        for route in routes
        for here, there in _legs(route)
        if here != there
    ]
    return {
        "source": ",".join(dict.fromkeys(one["source"] for one in each.values())),
        "version": "+".join(dict.fromkeys(one["version"] for one in each.values())).strip("+"),
        "estimated": sum(one["estimated"] for one in each.values()),
        "legs": len(legs),
        "estimated_legs": sum(marks[i] >> j & 1 for marks, i, j in legs if marks),
    }


def _told(tables: Mapping[Profile, TravelMatrix], *, usual: Profile) -> dict[str, object]:
    """Where the seconds come from; of other profiles than the usual one beneath their names."""
    each: dict[Profile, dict[str, object]] = {
        profile: {
            "source": table.source,
            "version": table.graph_version,
            "estimated": table.estimated_cells,
            "estimated_rows": _rows(table),
        }
        for profile, table in tables.items()
    }
    own = each.pop(usual)
    return own | ({"profiles": {one.value: told for one, told in each.items()}} if each else {})


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
