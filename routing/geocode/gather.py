"""Reads what an address can be found by from an OpenStreetMap extract; asks osmium, nobody else.

Streets, doors (addresses), sights (shops, offices, schools: named things), settlements and borders.
Degrees in WGS 84, latitude first. Everything is held in memory: about 300 bytes a door.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import osmium
from osmium.filter import KeyFilter, TagFilter
from osmium.osm import Area, Node, Way
from osmium.osm.types import OSMEntity

from routing.geocode.answer import apart

Point = tuple[float, float]
# South, west, north, east.
Bounds = tuple[float, float, float, float]

# Keys of things that people name in an address.
SIGHTS = (
    "amenity", "shop", "office", "tourism", "healthcare", "craft", "leisure", "railway",
    "public_transport", "aeroway", "historic", "industrial",
)  # fmt: skip
# Highways that bear no address.
NO_STREETS = frozenset({"bus_stop", "crossing", "traffic_signals", "street_lamp", "platform"})
_ASKED = ("addr:housenumber", "addr:block_number", "highway", "place", "boundary", *SIGHTS)
_NAMES = ("name", "official_name", "alt_name", "short_name", "loc_name", "old_name")
_TOWN_NAMES = (*_NAMES, "name:en", "name:fr", "name:de", "name:pl", "name:ja")
# Countries, lands and provinces are borders up to here, towns from here on.
LAST_REGION = 5


class ExtractWrong(Exception):
    """The extract cannot be used; the sentence names the file, what is wrong, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Street:
    """One way with a name; a street is often many of them."""

    names: tuple[str, ...]
    middle: Point
    metres: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """An address as it was mapped; what was not is empty."""

    number: str
    street: str
    at: Point
    city: str = ""
    postcode: str = ""
    province: str = ""
    quarter: str = ""
    neighbourhood: str = ""
    block: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A thing with a name of its own: a school, a shop, a station."""

    names: tuple[str, ...]
    at: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """A town, village or quarter as a point; ``kind`` is OpenStreetMap's."""

    names: tuple[str, ...]
    kind: str
    at: Point
    postcode: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Border:
    """The edge of a town or land: ``level`` as in admin_level, 0 for a postcode's area."""

    names: tuple[str, ...]
    level: int
    postcode: str
    outer: tuple[tuple[Point, ...], ...]
    inner: tuple[tuple[Point, ...], ...]


@dataclass(slots=True, kw_only=True)
class Gathered:
    """All of an extract that addresses need."""

    streets: list[Street] = field(default_factory=list)
    doors: list[Door] = field(default_factory=list)
    sights: list[Sight] = field(default_factory=list)
    settlements: list[Settlement] = field(default_factory=list)
    borders: list[Border] = field(default_factory=list)

    @property
    def bounds(self) -> Bounds:
        """How far streets, doors and settlements reach; borders are often cut from more."""
        points = [
            *(street.middle for street in self.streets),
            *(door.at for door in self.doors),
            *(settlement.at for settlement in self.settlements),
        ]
        lats, lons = [lat for lat, _ in points], [lon for _, lon in points]
        return min(lats), min(lons), max(lats), max(lons)


def gather(extract: Path) -> Gathered:
    """Read an ``.osm.pbf`` file, in two passes. Raises ExtractWrong."""
    if not extract.is_file():
        raise ExtractWrong(f"{extract} is no file; name an .osm.pbf file.")
    if extract.stat().st_size == 0:
        raise ExtractWrong(f"{extract} is empty; download it again.")
    found = Gathered()
    processor = (
        osmium.FileProcessor(extract)
        .with_areas(
            TagFilter(("boundary", "administrative"), ("boundary", "postal_code")),
        )
        .with_filter(KeyFilter(*_ASKED))
    )
    try:
        for thing in processor:
            _take(thing, found)
    except RuntimeError as broken:  # osmium's only kind; it covers truncated and foreign files
        raise ExtractWrong(
            f"{extract} cannot be read ({broken}); it is cut off, or no .osm.pbf file."
            " Download it again."
        ) from broken
    if not (found.streets or found.doors or found.settlements):
        raise ExtractWrong(
            f"{extract} has no streets, addresses or towns with names;"
            " take an extract that was not filtered."
        )
    return found


def _take(thing: OSMEntity, found: Gathered) -> None:
    if isinstance(thing, Area):
        _take_area(thing, found)
    elif isinstance(thing, Node):
        tags = dict(thing.tags)
        at = (thing.location.lat, thing.location.lon)
        _take_settlement(tags, at, found)
        _take_door(tags, at, found)
        _take_sight(tags, at, found)
    elif isinstance(thing, Way):
        line = [(node.lat, node.lon) for node in thing.nodes if node.location.valid()]
        if line:
            _take_way(dict(thing.tags), line, found)


def _take_way(tags: Mapping[str, str], line: list[Point], found: Gathered) -> None:
    if "highway" in tags and tags["highway"] not in NO_STREETS:
        names = _names(tags, _NAMES)
        if names and len(line) > 1:
            metres, middle = _measured(line)
            found.streets.append(Street(names=names, middle=middle, metres=metres))
        return
    at = _centre(line)
    _take_settlement(tags, at, found)
    _take_door(tags, at, found)
    _take_sight(tags, at, found)


def _take_area(area: Area, found: Gathered) -> None:
    """Borders from closed ways and relations; other things only from relations: ways came before."""
    tags = dict(area.tags)
    rings = [tuple((node.lat, node.lon) for node in ring) for ring in area.outer_rings()]
    if tags.get("boundary") in {"administrative", "postal_code"}:
        holes = [
            tuple((node.lat, node.lon) for node in hole)
            for ring in area.outer_rings()
            for hole in area.inner_rings(ring)
        ]
        _take_border(tags, rings, holes, found)
    elif not area.from_way() and rings:
        at = _centre(max(rings, key=len))
        _take_door(tags, at, found)
        _take_sight(tags, at, found)


def _take_border(
    tags: Mapping[str, str],
    rings: Iterable[tuple[Point, ...]],
    holes: Iterable[tuple[Point, ...]],
    found: Gathered,
) -> None:
    postal = tags.get("boundary") == "postal_code"
    names = () if postal else _names(tags, _TOWN_NAMES)
    postcode = tags.get("postal_code", "")
    if not postcode and postal:
        postcode = tags.get("ref", "")
    level = tags.get("admin_level", "")
    if not (names or postcode) or not (postal or level.isdigit()):
        return
    found.borders.append(
        Border(
            names=names,
            level=0 if postal else int(level),
            postcode=postcode,
            outer=tuple(rings),
            inner=tuple(holes),
        )
    )


def _take_settlement(tags: Mapping[str, str], at: Point, found: Gathered) -> None:
    names = _names(tags, _TOWN_NAMES)
    if "place" in tags and names:
        postcode = tags.get("postal_code", tags.get("addr:postcode", ""))
        found.settlements.append(
            Settlement(names=names, kind=tags["place"], at=at, postcode=postcode)
        )


def _take_door(tags: Mapping[str, str], at: Point, found: Gathered) -> None:
    number = tags.get("addr:housenumber", "")
    block = tags.get("addr:block_number", "")
    if not (number or block):
        return
    found.doors.append(
        Door(
            number=number,
            street=tags.get("addr:street", tags.get("addr:place", "")),
            at=at,
            city=tags.get("addr:city", ""),
            postcode=tags.get("addr:postcode", ""),
            province=tags.get("addr:province", ""),
            quarter=tags.get("addr:quarter", ""),
            neighbourhood=tags.get("addr:neighbourhood", ""),
            block=block,
        )
    )


def _take_sight(tags: Mapping[str, str], at: Point, found: Gathered) -> None:
    if any(key in tags for key in SIGHTS):
        names = _names(tags, _NAMES)
        if names:
            found.sights.append(Sight(names=names, at=at))


def _names(tags: Mapping[str, str], keys: Iterable[str]) -> tuple[str, ...]:
    """Every name once; OpenStreetMap parts several in one value by semicolons."""
    each = (part.strip() for key in keys if key in tags for part in tags[key].split(";"))
    return tuple(dict.fromkeys(part for part in each if part))


def _centre(line: list[Point] | tuple[Point, ...]) -> Point:
    corners = line[:-1] if len(line) > 1 and line[0] == line[-1] else line
    return (
        sum(lat for lat, _ in corners) / len(corners),
        sum(lon for _, lon in corners) / len(corners),
    )


def _measured(line: list[Point]) -> tuple[float, Point]:
    """Metres of a line, and the point in the middle of its way."""
    steps = [apart(a, b) for a, b in pairwise(line)]
    whole = sum(steps)
    left = whole / 2
    for step, (a, b) in zip(steps, pairwise(line), strict=True):
        if step >= left:
            share = left / step if step else 0.0
            return whole, (a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]))
        left -= step
    return whole, line[-1]
