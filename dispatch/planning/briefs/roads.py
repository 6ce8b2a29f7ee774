"""Seconds and metres of a brief, and where they come from: the plan keeps both.

What was estimated is told row by row, a hexadecimal number each: its bit j says that the way from
the row's place to place j is an estimate, at any hour at which somebody works. No row at all:
nothing was.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing import problem as question
from routing.timing import TimedRoute
from routing.travel.dayparts import touched
from routing.travel.matrix import TravelMatrix, factor_between, mean_factor
from routing.travel.provider import MOTORISED, DayPart, Point, Profile, Provider

KEY = "travel"
# Between more places an hour is one factor: five tables of so many are 10 MB of JSON already.
MOST_PLACES = 500


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
    during: tuple[datetime, datetime] | None,
) -> Ways:
    """Travel between all points, and what the hours ``during`` which people work do to drives.

    The first profile is the usual one; others get tables of their own. ``opens_at`` is the
    question's zero and carries the territory's zone. Raises TravelError when roads do not answer.
    """
    zone = opens_at.tzinfo
    parts = touched(during[0].astimezone(zone), during[1]) if during else ()
    tables = {
        profile: _asked(points, travel=travel, profile=profile, parts=[part for _, part in parts])
        for profile in (profiles if points else ())
    }
    starts = [(begin.timestamp() - opens_at.timestamp(), part) for begin, part in parts]
    found = {profile: _matrix(own, starts=starts) for profile, own in tables.items()}
    usual, *others = profiles
    nothing = question.MatrixTravel(seconds=(), metres=())
    return Ways(
        travel=replace(
            found.get(usual, nothing),
            profiles={one.value: found.get(one, nothing) for one in others},
        ),
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


class _Tables(NamedTuple):
    """What a provider said about one profile: the usual table, and by name those of hours."""

    usual: TravelMatrix
    hours: Mapping[str, TravelMatrix]

    @property
    def estimated(self) -> NDArray[np.bool_]:
        """``(n, n)`` ways that are estimated at any hour at which somebody works."""
        marks = self.usual.estimated
        for table in self.hours.values():
            marks = marks | table.estimated
        return marks

    def seconds(self, part: DayPart) -> NDArray[np.int32]:
        """``(n, n)`` seconds in a part of the day; a way takes some where it usually does.

        A way that is known of the day and not of the hour takes what it usually takes: that is
        nearer than a guess.
        """
        usual, own = self.usual, self.hours.get(part.name, self.usual)
        lost = own.estimated & ~usual.estimated
        held = np.where(lost, usual.seconds, np.maximum(own.seconds, 1))
        return np.where(usual.seconds > 0, held, 0).astype(np.int32)


def _asked(
    points: Sequence[Point], *, travel: Provider, profile: Profile, parts: Iterable[DayPart]
) -> _Tables:
    """The usual table, and one for each part of the day that is known apart; each is asked once."""
    ask = partial(travel.matrix, points, destinations=points, profile=profile)
    usual, able = ask(), travel.capabilities
    apart = {part.name: part for part in parts if profile in MOTORISED}
    return _Tables(
        usual=usual,
        hours={
            name: ask(day_part=part)
            for name, part in apart.items()
            if able.known(part, profile=profile) == part
        },
    )


def _matrix(tables: _Tables, *, starts: Iterable[tuple[float, DayPart]]) -> question.MatrixTravel:
    """The usual table, with the traffic of the parts of the day that begin at ``starts``, seconds."""
    usual = tables.usual
    slices: list[question.TrafficSlice] = []
    for start, part in starts:
        piece = _slice(start, tables.seconds(part), usual=usual.seconds)
        if not slices or replace(slices[-1], start=start) != piece:
            slices.append(piece)
    is_calm = all(piece.seconds is None and piece.factor == 1 for piece in slices)
    return question.MatrixTravel(
        seconds=_cells(usual.seconds),
        metres=_cells(usual.metres),
        traffic=None if is_calm else question.Traffic(slices=tuple(slices)),
    )


def _slice(
    start: float, seconds: NDArray[np.int32], *, usual: NDArray[np.int32]
) -> question.TrafficSlice:
    """A factor where one says all or places are too many, else a table: problems stay small."""
    factor = factor_between(usual, seconds)
    if factor is None and len(usual) > MOST_PLACES:
        factor = mean_factor(usual, seconds)
    if factor is None:
        return question.TrafficSlice(start=start, seconds=_cells(seconds))
    return question.TrafficSlice(start=start, factor=factor)


def _cells(table: NDArray[np.int32]) -> tuple[tuple[int, ...], ...]:
    return tuple(map(tuple, table.tolist()))


def _told(tables: Mapping[Profile, _Tables], *, usual: Profile) -> dict[str, object]:
    """Where the seconds come from; of other profiles than the usual one beneath their names."""
    each: dict[Profile, dict[str, object]] = {}
    for profile, own in tables.items():
        all_of_them = (own.usual, *own.hours.values())
        each[profile] = {
            "source": ",".join(_once(one.source for one in all_of_them)),
            "version": "+".join(_once(one.graph_version for one in all_of_them)),
            "estimated": int(own.estimated.sum()),
            "estimated_rows": _rows(own.estimated),
        }
    first = each.pop(usual)
    return first | ({"profiles": {one.value: told for one, told in each.items()}} if each else {})


def _once(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, words)))


def _rows(estimated: NDArray[np.bool_]) -> list[str]:
    if not estimated.any():
        return []
    packed = np.packbits(estimated, axis=1, bitorder="little")
    return [f"{int.from_bytes(row.tobytes(), 'little'):x}" for row in packed]


def _legs(route: TimedRoute) -> list[tuple[str, str]]:
    """Places that a round drives from and to, in order."""
    begin, end = route.shift.start_location, route.shift.end_location
    visited = (stop.thing.location for stop in route.stops)
    places = [place for place in (begin, *visited, end) if place is not None]
    return list(itertools.pairwise(places))
