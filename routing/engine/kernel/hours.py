"""The hours of traffic of a vehicle, as the kernel knows them: each has one pace for all legs."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from routing.engine.kernel import columns as c
from routing.engine.kernel.whole import down, up
from routing.flow import slices_between
from routing.problem import MatrixTravel, TrafficSlice, TravelSpec, of_profile, profiles_of
from routing.roads import NO_ROAD
from routing.rules.draft import Vehicle
from routing.trial.tables import Tables


def slices_of(tables: Tables, vehicle: Vehicle) -> list[tuple[int, int]]:
    """Until when each slice of its shift holds, and its pace; none without traffic."""
    travel = of_profile(tables.problem.travel, vehicle.profile)
    if travel.traffic is None:
        return []
    slices = slices_between(travel.traffic, begin=vehicle.shift.start, end=vehicle.latest)
    paces = [math.ceil(factor_of(piece, travel) * c.WHOLE - 1e-9) for piece in slices]
    borders = [
        down(piece.start) if slower > pace else up(piece.start)
        for piece, (pace, slower) in zip(slices[1:], pairwise(paces), strict=True)
    ]
    return list(zip([*borders, c.FAR], paces, strict=True))


def factor_of(piece: TrafficSlice, travel: TravelSpec) -> float:
    """Seconds that pass in a slice for each of free flow; where it has a table, over all its legs."""
    if piece.seconds is None:
        return piece.factor
    assert isinstance(travel, MatrixTravel)
    slow, free = (
        np.array(rows, dtype=np.float64).reshape(len(travel.seconds), -1)
        for rows in (piece.seconds, travel.seconds)
    )
    known = (free > 0) & (free < NO_ROAD) & (slow > 0)
    known &= ~np.eye(len(free), dtype=np.bool_)
    return float(slow[known].sum() / free[known].sum()) if known.any() else 1.0


def has_tables(travel: TravelSpec) -> bool:
    """Whether an hour has another pace on other legs."""
    return any(
        piece.seconds is not None
        for own in profiles_of(travel)
        for piece in (own.traffic.slices if own.traffic else ())
    )


def has_many_slices(tables: Tables) -> bool:
    """Whether a vehicle has more of them than the kernel has room for."""
    kinds = {(v.profile, v.shift.start, v.latest): v for v in tables.vehicles}
    return any(len(slices_of(tables, one)) > c.MOST_SLICES for one in kinds.values())
