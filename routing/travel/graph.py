"""Travel on a road graph of one's own, made from an extract of OpenStreetMap: no server, no network.

``build_roads`` makes the file, ``RoadGraph`` answers from it. A place that lies more than 500 metres
from every road, or to which no road leads, is answered by twice the straight line and marked as
estimated, so that a plan is always made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from routing.travel import extract as reading
from routing.travel import ground, roadfile
from routing.travel import network as making
from routing.travel.crowfly import CrowFly
from routing.travel.matrix import TravelMatrix
from routing.travel.network import Network
from routing.travel.provider import (
    ALL_DAY,
    Capabilities,
    DayPart,
    Health,
    Path,
    Point,
    Profile,
    TravelImpossible,
    Way,
)
from routing.travel.roadfile import About, RoadsUnusable
from routing.travel.searching import FAR, unpacked
from routing.travel.snapping import Foot
from routing.travel.ways import Ways

# What a file is made for when nobody says otherwise; each takes a second or two for a city.
PROFILES = (Profile.CAR, Profile.VAN)
ATTRIBUTION = "© OpenStreetMap contributors"
# Where the graph knows no way, a straight line's time and length are taken so many times.
ESTIMATE_FACTOR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Snap:
    """Where a place meets the road network, and how many metres it lies off it."""

    point: Point
    off_m: float


def build_roads(
    source: FilePath,
    *,
    target: FilePath,
    profiles: Sequence[Profile] = PROFILES,
    left_hand: bool | None = None,
    accept: Callable[[About], None] = lambda _about: None,
    tell: Callable[[str], None] = lambda _line: None,
) -> About:
    """Make the graph file ``target`` out of an ``.osm.pbf``; some seconds for a city.

    It always knows cars, and the other ``profiles``. Beside it lies the ground for maps.

    ``accept`` sees what was made before it replaces what is there, and may raise. Raises
    ExtractUnusable, or OSError when the file cannot be written; then nothing has changed.
    """
    extract = reading.read(source, tell=tell)
    side = making.drives_left(extract) if left_hand is None else left_hand
    networks = {
        profile: making.build(extract, profile=profile, left_hand=side, tell=tell)
        for profile in dict.fromkeys((Profile.CAR, *profiles))
    }
    about = _about(extract, networks, source=source.name, left_hand=side)
    accept(about)
    tell("ground for maps")
    text = ground.made(networks[Profile.CAR], extract)
    tell("writing")
    roadfile.write(target, networks=networks, about=about)
    ground.write(target.with_name(ground.FILE), text)
    return about


class RoadGraph:
    """A provider that answers from a graph file; a profile is loaded when it is first asked for.

    May be used by several threads at once. Raises RoadsUnusable when the file cannot be used.
    """

    def __init__(self, file: FilePath) -> None:
        self._file = file
        self.about = roadfile.read_about(file)
        self._ways: dict[Profile, Ways] = {}
        self._loading = Lock()
        self._fallback = CrowFly()

    @property
    def name(self) -> str:
        return "graph"

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            asymmetric=True,
            geometry=True,
            profiles=frozenset(Profile(each) for each in self.about.profiles),
            attribution=ATTRIBUTION,
        )

    def matrix(
        self,
        origins: Sequence[Point],
        *,
        destinations: Sequence[Point],
        profile: Profile = Profile.CAR,
        day_part: DayPart = ALL_DAY,
    ) -> TravelMatrix:
        """Seconds and metres of every leg; a search of milliseconds for each place on one side."""
        ways = self._of(profile)
        straight = self._fallback.matrix(
            origins, destinations=destinations, profile=profile, day_part=day_part
        )
        table = ways.table(ways.lines.feet(origins), ways.lines.feet(destinations))
        seconds, metres = (_whole(each) for each in unpacked(table))
        same = straight.metres == 0
        same &= _are_equal(origins, destinations)
        estimated = (table == FAR) & ~same
        seconds[estimated] = straight.seconds[estimated] * ESTIMATE_FACTOR
        metres[estimated] = straight.metres[estimated] * ESTIMATE_FACTOR
        seconds[same] = metres[same] = 0
        return TravelMatrix(
            seconds=seconds,
            metres=metres,
            estimated=estimated,
            source=self.name,
            graph_version=self.about.version,
        )

    def path(
        self,
        points: Sequence[Point],
        *,
        profile: Profile = Profile.CAR,
        day_part: DayPart = ALL_DAY,
    ) -> Path:
        """The way through the points; a straight line where the graph knows none."""
        ways = self._of(profile)
        feet = ways.lines.feet(points)
        guesses = self._fallback.path(points, profile=profile, day_part=day_part).legs
        return Path(
            legs=tuple(
                self._leg(ways, points[here : here + 2], feet[here : here + 2])
                or replace(
                    guess,
                    seconds=guess.seconds * ESTIMATE_FACTOR,
                    metres=guess.metres * ESTIMATE_FACTOR,
                )
                for here, guess in enumerate(guesses)
            )
        )

    def snap(
        self, points: Sequence[Point], *, profile: Profile = Profile.CAR
    ) -> tuple[Snap | None, ...]:
        """Where each place meets a road; None when none is within 500 metres."""
        nearest = [_nearest(feet) for feet in self._of(profile).lines.feet(points)]
        return tuple(
            None if each is None else Snap(point=each.point, off_m=each.off_m) for each in nearest
        )

    def health(self) -> Health:
        """Whether the file is still there and readable."""
        try:
            about = roadfile.read_about(self._file)
        except RoadsUnusable as wrong:
            return Health(well=False, message=str(wrong))
        if about.version != self.about.version:
            return Health(well=False, message="the road graph has been replaced; load it again")
        return Health(well=True)

    def network(self, profile: Profile) -> Network:
        """The arrays that answer for a profile."""
        return self._of(profile).network

    def _of(self, profile: Profile) -> Ways:
        with self._loading:
            if profile not in self._ways:
                if profile not in self.about.profiles:
                    raise TravelImpossible(f"the road graph knows no profile {profile}")
                self._ways[profile] = Ways(roadfile.read(self._file, profile=profile))
            return self._ways[profile]

    def _leg(self, ways: Ways, ends: Sequence[Point], feet: Sequence[list[Foot]]) -> Way | None:
        begin, end = ends
        if begin.rounded() == end.rounded():
            return Way.between(begin, end, seconds=0, metres=0, line=())
        found = ways.way(feet[0], feet[1]) if all(feet) else None
        if found is None:
            return None
        time, length = (int(_whole(each)) for each in unpacked(np.array(found.takes)))
        line = ways.line(found, feet[0], feet[1])
        return Way.between(begin, end, seconds=time, metres=length, line=line)


def _about(
    extract: reading.Extract,
    networks: dict[Profile, Network],
    *,
    source: str,
    left_hand: bool,
) -> About:
    car = networks[Profile.CAR]
    pieces = np.unique(car.piece, return_index=True)[1]
    return About(
        version=roadfile.graph_version(extract),
        source=source,
        bounds=(
            float(car.lat.min() / reading.PRECISION),
            float(car.lon.min() / reading.PRECISION),
            float(car.lat.max() / reading.PRECISION),
            float(car.lon.max() / reading.PRECISION),
        ),
        left_hand=left_hand,
        profiles=tuple(str(each) for each in networks),
        road_km=round(float(car.length[pieces].sum()) / 10_000, 1),
        arcs=len(car),
    )


def _whole(tenths: NDArray[np.int32]) -> NDArray[np.int32]:
    """Rounded once, at the end."""
    return (tenths + np.int32(5)) // np.int32(10)


def _are_equal(origins: Sequence[Point], destinations: Sequence[Point]) -> NDArray[np.bool_]:
    here = np.array(origins).round(5).reshape(len(origins), 1, 2)
    there = np.array(destinations).round(5).reshape(1, len(destinations), 2)
    return np.asarray((here == there).all(axis=2))


def _nearest(feet: list[Foot]) -> Foot | None:
    return min(feet, key=lambda foot: foot.off_m, default=None)
