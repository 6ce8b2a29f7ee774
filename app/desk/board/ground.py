"""The day as a map: rounds, sites, depots and territory, drawn from our own data alone.

Serves with no tiles and asks nobody for anything. The projection is spherical Mercator, as of
every web map, fitted into a frame; y grows downwards.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from dispatch.planning.rounds import Day, LeftOver, Round, RoundStop

WIDTH, HEIGHT, MARGIN = 960.0, 640.0, 28.0
Degrees = tuple[float, float]
Point = tuple[float, float]
# Colours come from the style sheet by number; the dash tells rounds apart without colour.
PALETTE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A stop on the map, with its number in the round."""

    x: float
    y: float
    number: int
    stop: RoundStop


@dataclass(frozen=True, slots=True, kw_only=True)
class Loose:
    """A visit on the map that stands in no round."""

    x: float
    y: float
    left: LeftOver


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """A round on the map: its line from start place to end place, and its stops."""

    round: Round
    colour: int
    points: str
    start: Point
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A name at a place."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The whole map in a frame of WIDTH by HEIGHT; ``scale_km`` long is ``scale_width``.

    ``projection`` is what a browser needs to put places into the frame: left, top, factor.
    """

    width: float
    height: float
    outline: str
    tracks: tuple[Track, ...]
    loose: tuple[Loose, ...]
    towns: tuple[Label, ...]
    depots: tuple[Label, ...]
    scale_km: float
    scale_width: float
    projection: tuple[float, float, float]


class Frame:
    """Fits places into the frame and keeps proportions: x = (Mercator x - left) * factor."""

    def __init__(self, places: Iterable[Degrees]) -> None:
        self._points = [_mercator(place) for place in places] or [(0.0, 0.0)]
        xs, ys = [p[0] for p in self._points], [p[1] for p in self._points]
        wide, high = max(max(xs) - min(xs), 1e-4), max(max(ys) - min(ys), 1e-4)
        self.factor = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / high)
        self.left = (min(xs) + max(xs)) / 2 - WIDTH / 2 / self.factor
        self.top = (min(ys) + max(ys)) / 2 - HEIGHT / 2 / self.factor

    def at(self, place: Degrees) -> Point:
        x, y = _mercator(place)
        return round((x - self.left) * self.factor, 1), round((y - self.top) * self.factor, 1)

    def line(self, places: Iterable[Degrees]) -> str:
        return " ".join(f"{x},{y}" for x, y in map(self.at, places))


def draw(day: Day) -> Ground:
    """Lay out the map of a day."""
    places = [place for round_ in day.rounds if round_.stops for place in _way(round_)]
    places += [(left.visit.latitude, left.visit.longitude) for left in day.left_over]
    places += [(depot.latitude, depot.longitude) for depot in day.depots]
    outline = [(float(corner[0]), float(corner[1])) for corner in day.territory.polygon]
    frame = Frame(places or outline)
    scale_km, scale_width = _scale(frame, places or outline or [(0.0, 0.0)])
    return Ground(
        width=WIDTH,
        height=HEIGHT,
        outline=frame.line(outline),
        tracks=tuple(
            _track(round_, colour=number % PALETTE, frame=frame)
            for number, round_ in enumerate(day.rounds)
            if round_.stops
        ),
        loose=tuple(_loose(left, frame=frame) for left in day.left_over),
        towns=tuple(_towns(day, frame=frame)),
        depots=tuple(
            _label(depot.name, (depot.latitude, depot.longitude), frame=frame)
            for depot in day.depots
        ),
        scale_km=scale_km,
        scale_width=scale_width,
        projection=(frame.left, frame.top, frame.factor),
    )


def _way(round_: Round) -> list[Degrees]:
    stops = [(stop.visit.latitude, stop.visit.longitude) for stop in round_.stops]
    return [round_.start, *stops, round_.end]


def _track(round_: Round, *, colour: int, frame: Frame) -> Track:
    marks = []
    for number, stop in enumerate(round_.stops, start=1):
        x, y = frame.at((stop.visit.latitude, stop.visit.longitude))
        marks.append(Mark(x=x, y=y, number=number, stop=stop))
    return Track(
        round=round_,
        colour=colour,
        points=frame.line(_way(round_)),
        start=frame.at(round_.start),
        marks=tuple(marks),
    )


def _loose(left: LeftOver, *, frame: Frame) -> Loose:
    x, y = frame.at((left.visit.latitude, left.visit.longitude))
    return Loose(x=x, y=y, left=left)


def _label(text: str, place: Degrees, *, frame: Frame) -> Label:
    x, y = frame.at(place)
    return Label(x=x, y=y, text=text)


def _towns(day: Day, *, frame: Frame) -> list[Label]:
    """Names of the towns we go to, the busiest first, none over another."""
    visits = [stop.visit for round_ in day.rounds for stop in round_.stops]
    visits += [left.visit for left in day.left_over]
    at: dict[str, list[Degrees]] = {}
    for visit in visits:
        at.setdefault(visit.town, []).append((visit.latitude, visit.longitude))
    placed: list[Label] = []
    for town, spots in sorted(at.items(), key=lambda item: (-len(item[1]), item[0])):
        middle = (sum(s[0] for s in spots) / len(spots), sum(s[1] for s in spots) / len(spots))
        label = _label(town, middle, frame=frame)
        if not any(_touch(label, other) for other in placed):
            placed.append(label)
    return placed


def _touch(a: Label, b: Label) -> bool:
    """Whether two names would overlap, at about eight pixels a letter and 18 a line."""
    reach = 4 * (len(a.text) + len(b.text)) + 8
    return abs(a.x - b.x) < reach and abs(a.y - b.y) < 18


def _mercator(place: Degrees) -> Point:
    latitude, longitude = place
    north = math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2))
    return math.radians(longitude), -north


def _scale(frame: Frame, places: list[Degrees]) -> tuple[float, float]:
    """A round number of kilometres that is about a sixth of the frame wide."""
    latitude = sum(place[0] for place in places) / len(places)
    pixels_per_km = frame.factor / (6371.0 * math.cos(math.radians(latitude)))
    wanted = WIDTH / 6 / pixels_per_km
    power = 10.0 ** math.floor(math.log10(wanted))
    km = max(step * power for step in (1, 2, 5) if step * power <= wanted)
    return km, round(km * pixels_per_km, 1)
