"""Travel by a Valhalla server: small tables and ways with turns, from one data set for all profiles.

Its tables take hundreds of times longer than OSRM's, so questions are small. A key of a paid
service goes into the query of the address. https://valhalla.github.io/valhalla/api/ describes the
protocol. Distances are kilometres there, metres here.

A server whose tiles were built with traffic knows the speeds of a week. It is asked for a part of the
day only when it is told to be one: without traffic all hours say the same. Its own settings must allow
it, too (``service_limits.max_timedep_distance_matrix``, 0 unless set): else it passes over the hour.
A part is asked for by its middle, on a Wednesday or a Saturday; any will do, for a week is like another.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

import polyline

from routing.travel.answered import cells
from routing.travel.dayparts import PARTS
from routing.travel.provider import (
    ALL_DAY,
    MOTORISED,
    Capabilities,
    DayPart,
    Health,
    Path,
    Point,
    Profile,
    TravelBusy,
    TravelError,
    TravelImpossible,
    Way,
)
from routing.travel.remote import ATTRIBUTION, KEPT_DAYS, Piece, Remote, version_of
from routing.travel.wire import Rejected, Wire

# Seconds for one question: 2,500 cells took 2.3 s on a slow machine, and servers differ.
PATIENCE_S = 5.0
# The default limit of a server is 2,500 pairs of places.
MOST_CELLS = 2_500
# And 20 places of one way.
MOST_STOPS = 20
COSTING = {
    Profile.CAR: "auto",
    Profile.VAN: "auto",
    Profile.BIKE: "bicycle",
    Profile.FOOT: "pedestrian",
}


# The Wednesday and the Saturday that stand for working days and weekends.
WEDNESDAY, SATURDAY = date(2026, 1, 14), date(2026, 1, 17)
# The protocol's number for a moment whose speeds hold all the way, which is what a table of an hour is.
INVARIANT = 3


class Valhalla(Remote):
    """One server for all profiles; ``by_hour``: its tiles know the traffic of a week."""

    name = "valhalla"

    def __init__(self, url: str, *, by_hour: bool = False, patience_s: float = PATIENCE_S) -> None:
        """Raises ValueError for an address that is none. Asks nobody yet."""
        self._wire = Wire(url=url)
        self._day_parts = dict.fromkeys(MOTORISED if by_hour else (), frozenset(PARTS))
        super().__init__(version=version_of(url), patience_s=patience_s)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            asymmetric=True,
            geometry=True,
            day_parts=self._day_parts,
            profiles=frozenset(Profile),
            max_elements=MOST_CELLS,
            max_stops=MOST_STOPS,
            may_cache_days=KEPT_DAYS,
            attribution=ATTRIBUTION,
        )

    def path(
        self,
        points: Sequence[Point],
        *,
        profile: Profile = Profile.CAR,
        day_part: DayPart = ALL_DAY,
    ) -> Path:
        """The way on the roads. Raises TravelImpossible where there is none."""
        part = self.capabilities.known(day_part, profile=profile)
        said = self._ask(
            "/route",
            {
                **_moment(part),
                "locations": _places(points),
                "costing": COSTING[profile],
                "units": "kilometers",
                "directions_type": "none",
            },
        )
        try:
            ends = itertools.pairwise(points)
            legs = zip(ends, said["trip"]["legs"], strict=True)
            return Path(legs=tuple(_way(leg, *places) for places, leg in legs))
        except (LookupError, TypeError, ValueError, AttributeError):
            raise TravelBusy("a way that cannot be read") from None

    def health(self) -> Health:
        """Whether the server tells its version."""
        try:
            self._wire.get("/status", seconds=self._patience_s)
        except TravelError as fault:
            return Health(well=False, message=str(fault))
        return Health(well=True)

    def _piece(
        self,
        origins: Sequence[Point],
        destinations: Sequence[Point],
        *,
        profile: Profile,
        part: DayPart,
    ) -> Piece:
        said = self._ask(
            "/sources_to_targets",
            {
                **_moment(part),
                # Else tables of an hour may have no more sources than targets, and have holes.
                "prioritize_bidirectional": True,
                "sources": _places(origins),
                "targets": _places(destinations),
                "costing": COSTING[profile],
                "units": "kilometers",
                "verbose": False,
            },
        )
        table = said.get("sources_to_targets")
        shape = {"rows": len(origins), "columns": len(destinations)}
        seconds, kilometres = _short(table) if isinstance(table, dict) else _long(table)
        return Piece(cells(seconds, **shape), cells(kilometres, **shape, scale=1000))

    def _ask(self, path: str, body: object) -> Mapping[str, Any]:
        try:
            document: Mapping[str, Any] = self._wire.post(path, body, seconds=self._patience_s)
        except Rejected as no:
            raise TravelImpossible(str(no)) from None
        return document


def _moment(part: DayPart) -> dict[str, Any]:
    """The middle of a part of the day, on the clock of the places; nothing for the usual table."""
    if part == ALL_DAY:
        return {}
    hour, minute = divmod((part.begins_minute + part.ends_minute) // 2, 60)
    day = SATURDAY if part.weekend else WEDNESDAY
    moment = datetime.combine(day, time(hour, minute))
    return {"date_time": {"type": INVARIANT, "value": moment.isoformat(timespec="minutes")}}


def _places(points: Sequence[Point]) -> list[dict[str, float]]:
    return [{"lat": lat, "lon": lon} for lat, lon in (point.rounded() for point in points)]


def _way(leg: Mapping[str, Any], begin: Point, end: Point) -> Way:
    """A leg of an answer."""
    line = [Point(lat, lon) for lat, lon in polyline.decode(leg["shape"], 6)]
    summary = leg["summary"]
    return Way.between(
        begin, end, seconds=summary["time"], metres=summary["length"] * 1000, line=line
    )


def _short(table: Mapping[str, Any]) -> tuple[object, object]:
    """The table of a server that understands ``verbose``."""
    return table.get("durations"), table.get("distances")


def _long(table: object) -> tuple[object, object]:
    """The table of older servers: a record for each cell, row by row."""
    try:
        rows: Any = table
        return (
            [[cell["time"] for cell in row] for row in rows],
            [[cell["distance"] for cell in row] for row in rows],
        )
    except (LookupError, TypeError):
        raise TravelBusy("a table that cannot be read") from None
