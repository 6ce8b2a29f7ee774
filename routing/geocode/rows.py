"""Gathered things as the rows of an index: one street of one town is one row, with its doors.

Two streets of one name in two towns, or more than two kilometres apart, are two rows.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from routing.geocode import numbers
from routing.geocode.answer import METRES_A_DEGREE, apart
from routing.geocode.fold import fold, words
from routing.geocode.gather import Door, Gathered, Point, Settlement
from routing.geocode.japanese import counted, read
from routing.geocode.numbers import House, Number
from routing.geocode.towns import REACH, Whereabouts, whereabouts

# What lies farther apart is another street of the same name.
CLUSTER_M = 2_000.0
# A door belongs to a street of its name at most so far away, across a border, too.
DOOR_M = 1_500.0


class Kind(StrEnum):
    """What a row is."""

    STREET = "street"
    BLOCKS = "blocks"
    SIGHT = "sight"
    TOWN = "town"


@dataclass(slots=True, kw_only=True)
class Row:
    """Something that an address can name. ``towns`` are all names of where it is, best first."""

    kind: Kind
    names: tuple[str, ...]
    at: Point
    town: str = ""
    towns: tuple[str, ...] = ()
    postcodes: tuple[str, ...] = ()
    houses: list[House] = field(default_factory=list)
    # Of blocks alone: the district's number (chome), 0 without, and its province.
    chome: int = 0
    province: str = ""


def make_rows(found: Gathered) -> list[Row]:
    """All rows, streets first. O(n log n) in what was gathered."""
    return [*_streets(found), *_blocks(found), *_sights(found), *_towns(found)]


def key_of(name: str) -> str:
    """Names with one key are one name, however they are cut short or parted."""
    return "".join(words(name))


@dataclass(slots=True, kw_only=True)
class _Piece:
    """A way or a door, on its way to becoming part of a street's row."""

    names: tuple[str, ...]
    at: Point
    where: Whereabouts
    metres: float = 0.0
    door: Door | None = None


def _streets(found: Gathered) -> list[Row]:
    doors = [door for door in found.doors if door.street and not door.block]
    points = [street.middle for street in found.streets] + [door.at for door in doors]
    places = whereabouts(points, borders=found.borders, settlements=found.settlements)
    ways, rest = places[: len(found.streets)], places[len(found.streets) :]
    pieces = [
        _Piece(names=street.names, at=street.middle, where=where, metres=street.metres)
        for street, where in zip(found.streets, ways, strict=True)
    ]
    groups: dict[tuple[str, str], list[_Piece]] = defaultdict(list)
    for piece in pieces:
        groups[key_of(piece.names[0]), piece.where.town].append(piece)
    streets = [cluster for group in groups.values() for cluster in _clusters(group)]
    by_name: dict[str, list[list[_Piece]]] = defaultdict(list)
    for cluster in streets:
        for name in {key_of(name) for piece in cluster for name in piece.names}:
            by_name[name].append(cluster)
    lost: dict[tuple[str, str], list[_Piece]] = defaultdict(list)
    for door, where in zip(doors, rest, strict=True):
        piece = _Piece(names=(door.street,), at=door.at, where=where, door=door)
        street = _street_of(piece, by_name[key_of(door.street)])
        if street is None:
            lost[key_of(door.street), where.town].append(piece)
        else:
            street.append(piece)
    streets += [cluster for group in lost.values() for cluster in _clusters(group)]
    return [_street_row(cluster) for cluster in streets]


def _street_of(piece: _Piece, streets: Sequence[list[_Piece]]) -> list[_Piece] | None:
    """The nearest street of the door's name, one in its own town before any other."""

    def far(street: list[_Piece]) -> tuple[bool, float]:
        return (
            street[0].where.town != piece.where.town,
            min(apart(each.at, piece.at) for each in street if each.door is None),
        )

    best = min(streets, key=far, default=None)
    if best is None:
        return None
    elsewhere, metres = far(best)
    return None if metres > DOOR_M * (1 if elsewhere else 2) else best


def _clusters(pieces: list[_Piece]) -> list[list[_Piece]]:
    """Pieces that hang together over gaps of at most two kilometres."""
    clusters: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda piece: piece.at):
        near = [each for each in clusters if _touches(piece, each)]
        joined = [piece, *(member for each in near for member in each)]
        clusters = [each for each in clusters if each not in near]
        clusters.append(joined)
    return clusters


def _touches(piece: _Piece, cluster: Iterable[_Piece]) -> bool:
    reach = CLUSTER_M / METRES_A_DEGREE
    return any(
        abs(each.at[0] - piece.at[0]) <= reach
        and apart(each.at, piece.at) <= CLUSTER_M + (each.metres + piece.metres) / 2
        for each in cluster
    )


def _street_row(pieces: Sequence[_Piece]) -> Row:
    ways = [piece for piece in pieces if piece.door is None] or list(pieces)
    doors = [piece.door for piece in pieces if piece.door is not None]
    names = [name for piece in ways for name in piece.names]
    whole = sum(piece.metres for piece in ways)
    share = (lambda piece: piece.metres / whole) if whole else (lambda _piece: 1 / len(ways))
    middle = (
        sum(share(piece) * piece.at[0] for piece in ways),
        sum(share(piece) * piece.at[1] for piece in ways),
    )
    town = Counter(piece.where.town for piece in ways).most_common(1)[0][0]
    cities = [name for name, _times in Counter(door.city for door in doors if door.city).items()]
    towns = [town, *cities, *(name for piece in ways for name in piece.where.names)]
    codes = Counter(door.postcode for door in doors if door.postcode)
    postcodes = [code for code, _times in codes.most_common()]
    postcodes += [piece.where.postcode for piece in ways]
    return Row(
        kind=Kind.STREET,
        names=tuple(dict.fromkeys(names)),
        at=min((piece.at for piece in ways), key=lambda at: apart(at, middle)),
        town=town or (cities[0] if cities else ""),
        towns=_once(towns),
        postcodes=_once(postcodes),
        houses=[house for door in doors for house in _houses(door)],
    )


def _houses(door: Door) -> Iterable[House]:
    """A door's numbers; 12;14 are two."""
    for text in re.split(r"[;,]", door.number):
        number = numbers.read(fold(text))
        if number is not None:
            yield House(number=number, at=door.at)


def _blocks(found: Gathered) -> list[Row]:
    doors = [door for door in found.doors if door.block or (door.quarter and not door.street)]
    places = whereabouts(
        [door.at for door in doors], borders=found.borders, settlements=found.settlements
    )
    rows: dict[tuple[str, ...], Row] = {}
    for door, where in zip(doors, places, strict=True):
        district = read(counted(door.quarter + _district(door)))
        chome = district.numbers[0] if district.numbers else 0
        city = door.city or where.town
        name = district.text + (f"{chome}丁目" if chome else "")
        row = rows.setdefault(
            (door.province, city, name),
            Row(
                kind=Kind.BLOCKS,
                names=(name, district.text),
                at=door.at,
                town=city,
                towns=_once([city, *where.names]),
                chome=chome,
                province=door.province,
            ),
        )
        row.postcodes = _once([*row.postcodes, door.postcode])
        label = "-".join(part for part in (door.block, door.number) if part)
        first = re.match(r"\d+", label)
        if first:
            row.houses.append(House(number=Number(first=int(first[0]), label=label), at=door.at))
    for row in rows.values():
        row.at = _mean([house.at for house in row.houses]) if row.houses else row.at
    return list(rows.values())


def _district(door: Door) -> str:
    """The neighbourhood without the quarter's name, where mappers wrote it twice."""
    return door.neighbourhood.removeprefix(door.quarter)


def _sights(found: Gathered) -> list[Row]:
    points = [sight.at for sight in found.sights]
    places = whereabouts(points, borders=found.borders, settlements=found.settlements)
    rows: dict[tuple[str, str, int, int], Row] = {}
    for sight, where in zip(found.sights, places, strict=True):
        # One thing is often mapped twice, as a point and as its building: 200 m are one place.
        cell = (round(sight.at[0] * 500), round(sight.at[1] * 500))
        rows.setdefault(
            (key_of(sight.names[0]), where.town, *cell),
            Row(
                kind=Kind.SIGHT,
                names=sight.names,
                at=sight.at,
                town=where.town,
                towns=where.names,
                postcodes=_once([where.postcode]),
            ),
        )
    return list(rows.values())


def _towns(found: Gathered) -> list[Row]:
    """Settlements; a municipality without one, by its border."""
    known = {key_of(name) for each in found.settlements for name in each.names}
    alone = [
        Settlement(
            names=border.names, kind="town", at=_mean(border.outer[0]), postcode=border.postcode
        )
        for border in found.borders
        if border.names and border.level and key_of(border.names[0]) not in known
    ]
    settled = [each for each in found.settlements if each.kind in REACH] + alone
    places = whereabouts(
        [each.at for each in settled], borders=found.borders, settlements=found.settlements
    )
    return [
        Row(
            kind=Kind.TOWN,
            names=each.names,
            at=each.at,
            town=each.names[0],
            towns=_once([*each.names, *where.names]),
            postcodes=_once([each.postcode, where.postcode]),
        )
        for each, where in zip(settled, places, strict=True)
    ]


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _mean(points: Sequence[Point]) -> Point:
    return (
        sum(lat for lat, _ in points) / len(points),
        sum(lon for _, lon in points) / len(points),
    )
