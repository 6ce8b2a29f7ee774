"""Travel by OSRM: one's own server, or the sidecar that `onsite roads osrm` prepares.

Tables are asked by POST, so that no place gets into an address that somebody may log; servers from
before 2026 know only GET and are asked that way once they have said so. One data set answers one
profile at one time of day, so each profile has an address of its own, and a part of the day may have
another, whose data were made with the speeds of that part. https://project-osrm.org/docs/ describes the
protocol (v1). Points are sent as longitude, latitude.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import polyline
from numpy.typing import NDArray

from routing.travel.answered import NO_WAY, SNAP_M, cells
from routing.travel.crowfly import CrowFly
from routing.travel.provider import (
    ALL_DAY,
    Capabilities,
    DayPart,
    DayParts,
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
from routing.travel.tiles import tiled
from routing.travel.wire import Rejected, Wire

# Seconds for one question. 40,000 cells take a tenth of that on a slow machine.
PATIENCE_S = 1.5
# Cells of one question to begin with; what osrm-routed takes unless it is told otherwise, a table of
# 100 by 100; and the least that a server is asked for after it said that more is too much.
MOST_CELLS = 40_000
USUAL_CELLS = 10_000
FEWEST_CELLS = 100
# Places of one way; what osrm-routed takes unless it is told otherwise is 500.
MOST_STOPS = 100
# What a server that knows no POST, or not this service by POST, says about it.
NO_POST = frozenset({400, 404, 405, 411, 501})
TOO_BIG = frozenset({413, 414})
SERVED = {
    Profile.CAR: "driving",
    Profile.VAN: "driving",
    Profile.BIKE: "bike",
    Profile.FOOT: "foot",
}


class Osrm(Remote):
    """An OSRM server for each profile; a van drives on the car's where it has none of its own.

    ``hours`` are servers of parts of the day, by their name; at others the usual one is asked.
    """

    name = "osrm"

    def __init__(
        self,
        urls: Mapping[Profile, str],
        *,
        hours: Mapping[Profile, Mapping[str, str]] | None = None,
        patience_s: float = PATIENCE_S,
        version: str = "",
    ) -> None:
        """Raises ValueError for an address that is none, or an hour of who has no address.

        ``version`` is that of the roads where it is known; else the addresses stand for it.
        """
        self._wires = _wires(urls, hours=hours or {})
        told = " ".join(f"{_served(*key)} {wire.url}" for key, wire in sorted(self._wires.items()))
        super().__init__(version=version or version_of(told), patience_s=patience_s)
        self._most_cells = MOST_CELLS
        self._knows_post = True

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            asymmetric=True,
            geometry=True,
            day_parts=self._day_parts(),
            profiles=frozenset(profile for profile, _ in self._wires),
            max_elements=self._most_cells,
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
        """The way on the roads. Raises TravelImpossible where there is none.

        One may turn at a stop, as in tables; a leg to a place far from every road is straight.
        """
        options = {
            "steps": True,
            "overview": "false",
            "geometries": "polyline",
            "continue_straight": False,
            "generate_hints": False,
        }
        part = self.capabilities.known(day_part, profile=profile)
        said = self._ask("route", points, options, profile=profile, part=part)
        lost = _astray(said.get("waypoints"), len(points))
        guesses = CrowFly().path(points, profile=profile).legs
        try:
            legs = tuple(
                replace(guess, seconds=guess.seconds * NO_WAY, metres=guess.metres * NO_WAY)
                if lost[here] or lost[here + 1]
                else _way(leg, points[here], points[here + 1])
                for here, (guess, leg) in enumerate(
                    zip(guesses, said["routes"][0]["legs"], strict=True)
                )
            )
        except (LookupError, TypeError, ValueError, AttributeError):
            raise TravelBusy("a way that cannot be read") from None
        return Path(legs=legs)

    def health(self) -> Health:
        """Whether every server finds a nearest road."""
        for (profile, part), wire in sorted(self._wires.items()):
            whose = f" (for {_served(profile, part)})" if part else ""
            try:
                said = wire.get(f"/nearest/v1/{SERVED[profile]}/0,0", seconds=self._patience_s)
            except TravelError as fault:
                return Health(well=False, message=f"{fault}{whose}")
            if said.get("code") != "Ok":
                return Health(well=False, message=f"{wire.host} has no roads{whose}")
        return Health(well=True)

    def _day_parts(self) -> DayParts:
        named: dict[Profile, set[str]] = {}
        for profile, part in self._wires:
            if part:
                named.setdefault(profile, set()).add(part)
        return {profile: frozenset(parts) for profile, parts in named.items()}

    def _piece(
        self,
        origins: Sequence[Point],
        destinations: Sequence[Point],
        *,
        profile: Profile,
        part: DayPart,
    ) -> Piece:
        """One question, or several smaller ones when the server finds it too large."""
        try:
            return self._asked(origins, destinations, profile=profile, part=part)
        except _TooBig:
            size = len(origins) * len(destinations)
            if size <= FEWEST_CELLS:
                raise TravelImpossible("a server that takes no table") from None
            smaller = USUAL_CELLS if size > USUAL_CELLS else max(FEWEST_CELLS, size // 4)
            self._most_cells = min(self._most_cells, smaller)
        return Piece(
            *tiled(
                origins,
                destinations,
                most=self._most_cells,
                ask=partial(self._piece, profile=profile, part=part),
            )
        )

    def _asked(
        self,
        origins: Sequence[Point],
        destinations: Sequence[Point],
        *,
        profile: Profile,
        part: DayPart,
    ) -> Piece:
        points = list(dict.fromkeys((*origins, *destinations)))
        number = {point: index for index, point in enumerate(points)}
        options = {
            "sources": [number[point] for point in origins],
            "destinations": [number[point] for point in destinations],
            "annotations": ["duration", "distance"],
            "generate_hints": False,
        }
        said = self._ask("table", points, options, profile=profile, part=part)
        shape = {"rows": len(origins), "columns": len(destinations)}
        seconds = cells(said.get("durations"), **shape)
        metres = cells(said.get("distances"), **shape)
        for table in (seconds, metres):
            table[_astray(said.get("sources"), len(origins)), :] = np.nan
            table[:, _astray(said.get("destinations"), len(destinations))] = np.nan
        return Piece(seconds, metres)

    def _ask(
        self,
        service: str,
        points: Sequence[Point],
        options: Mapping[str, Any],
        *,
        profile: Profile,
        part: DayPart,
    ) -> Mapping[str, Any]:
        """The server's document. Raises TravelError, _TooBig when that would help."""
        wire = self._wires.get((profile, USUAL if part == ALL_DAY else part.name))
        if wire is None:
            raise TravelImpossible(f"no OSRM server for {profile}")
        here = [point.rounded() for point in points]
        head = f"/{service}/v1/{SERVED[profile]}"
        try:
            said = self._by_post(wire, head, here, options) if self._knows_post else None
            if said is None:
                said = wire.get(_address(head, here, options), seconds=self._patience_s)
                self._knows_post = False  # or there would have been an answer
        except Rejected as no:
            if no.status in TOO_BIG or no.answer.get("code") == "TooBig":
                raise _TooBig(str(no)) from None
            raise TravelImpossible(str(no)) from None
        if said.get("code") != "Ok":
            raise TravelImpossible(f"{wire.host} knows no answer")
        document: Mapping[str, Any] = said
        return document

    def _by_post(
        self, wire: Wire, head: str, points: Sequence[Point], options: Mapping[str, Any]
    ) -> Any:  # noqa: ANN401 - a JSON document
        """The answer by POST; None when the server should be asked by GET."""
        body = {"coordinates": [[point.lon, point.lat] for point in points], **options}
        try:
            return wire.post(head, body, seconds=self._patience_s)
        except Rejected as no:
            if no.status in NO_POST and no.answer.get("code") in GET_INSTEAD:
                return None
            raise


# Codes with which servers that know no POST misread one.
GET_INSTEAD = frozenset({None, "InvalidUrl", "InvalidQuery", "InvalidService"})
# Stands for every part of the day that has no server of its own.
USUAL = ""


def _wires(
    urls: Mapping[Profile, str], *, hours: Mapping[Profile, Mapping[str, str]]
) -> dict[tuple[Profile, str], Wire]:
    """The ways to servers, by profile and part of the day."""
    own = {profile: {USUAL: url, **hours.get(profile, {})} for profile, url in urls.items()}
    if Profile.CAR in own and Profile.VAN not in own:
        own[Profile.VAN] = {**own[Profile.CAR], **hours.get(Profile.VAN, {})}
    if homeless := hours.keys() - own.keys():
        raise ValueError(f"hours of {', '.join(sorted(homeless))}, but no address at other hours")
    return {
        (profile, part): Wire(url=url)
        for profile, parts in own.items()
        for part, url in parts.items()
    }


def _served(profile: Profile, part: str) -> str:
    """Whom a server is for, as settings write it."""
    return f"{profile}@{part}" if part else profile.value


class _TooBig(TravelImpossible):
    """A smaller question would be answered."""


def _address(head: str, points: Sequence[Point], options: Mapping[str, Any]) -> str:
    """The question as an address, for servers from before 2026."""
    where = ";".join(f"{point.lon:.5f},{point.lat:.5f}" for point in points)
    query = "&".join(f"{name}={_told(name, value)}" for name, value in options.items())
    return f"{head}/{where}?{query}"


def _told(name: str, value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ("," if name == "annotations" else ";").join(str(each) for each in value)
    return str(value)


def _way(leg: Mapping[str, Any], begin: Point, end: Point) -> Way:
    """A leg of an answer; its line is that of its steps."""
    line = [
        Point(lat, lon)
        for step in leg["steps"]
        for lat, lon in polyline.decode(step["geometry"], 5)
    ]
    return Way.between(begin, end, seconds=leg["duration"], metres=leg["distance"], line=line)


def _astray(waypoints: object, count: int) -> NDArray[np.bool_]:
    """``(count,)`` places that the server moved farther than 500 m to find a road."""
    lost = np.zeros(count, dtype=np.bool_)
    if isinstance(waypoints, list) and len(waypoints) == count:
        for index, waypoint in enumerate(waypoints):
            moved = waypoint.get("distance") if isinstance(waypoint, dict) else None
            lost[index] = isinstance(moved, int | float) and moved > SNAP_M
    return lost
