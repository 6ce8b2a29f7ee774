"""Turns the ways of an extract into arcs: one direction of a road from junction to junction.

Ways are split where they meet and joined where one merely goes on as another of the same kind. A
*piece* is such a stretch of road with its line; an *arc* is a piece in one direction. Lengths are
metres on the ellipsoid, times are seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.travel.extract import PRECISION, Extract, Tags
from routing.travel.vehicles import Traits

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Seconds that lights and signs cost: constants of OSRM's car profile.
SIGN_S = {"traffic_signals": 2.0, "stop": 2.0, "give_way": 1.0}
# A stop sign so near the junction that one comes from is meant for the others; metres.
STOP_NEAR_M = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """Stretches of road; the nodes of piece ``i`` are ``points[begins[i]:begins[i + 1]]``.

    ``along (p,)`` is how many metres of its piece lie before a point. ``first_way`` and ``last_way``
    are OSM ids; ``traits`` holds a number in ``kinds`` for each piece, as drawn.
    """

    begins: Ints
    points: Ints
    along: Floats
    first_way: Ints
    last_way: Ints
    traits: Ints
    kinds: tuple[Traits, ...]

    @property
    def metres(self) -> Floats:
        """The length of each piece."""
        return self.along[self.begins[1:] - 1]

    @property
    def ends(self) -> Ints:
        """``(2, pieces)`` the nodes at which each begins and ends."""
        return np.stack((self.points[self.begins[:-1]], self.points[self.begins[1:] - 1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Arcs:
    """Directed pieces, ``(a,)`` each: from ``tail`` to ``head``, both numbers of nodes.

    ``cost_s`` is what the search minimises, ``seconds`` what the clock says. ``twin`` is the same
    piece the other way, or -1. ``tail_way`` and ``head_way`` are OSM ids of the way at either end.
    """

    piece: Ints
    backward: Flags
    tail: Ints
    head: Ints
    metres: Floats
    seconds: Floats
    cost_s: Floats
    local: Flags
    start: Flags
    circle: Flags
    kind: Ints
    twin: Ints
    tail_way: Ints
    head_way: Ints

    def __len__(self) -> int:
        return len(self.piece)


def segment_metres(lat: Floats, lon: Floats) -> Floats:
    """Metres between consecutive points, degrees; the FCC's formula, good below 475 km."""
    middle = np.radians((lat[1:] + lat[:-1]) / 2)
    north, east = metres_per_degree(middle)
    return np.hypot(np.diff(lat) * north, np.diff(lon) * east)


def metres_per_degree(lat_rad: Floats) -> tuple[Floats, Floats]:
    """How long a degree of latitude and of longitude is there (47 CFR 73.208)."""
    north = 111_132.09 - 566.05 * np.cos(2 * lat_rad) + 1.2 * np.cos(4 * lat_rad)
    east = 111_415.13 * np.cos(lat_rad) - 94.55 * np.cos(3 * lat_rad) + 0.12 * np.cos(5 * lat_rad)
    return north, east


def way_metres(extract: Extract) -> Floats:
    """The length of each way."""
    nodes = extract.way_nodes
    along = _running(extract.lat[nodes] / PRECISION, extract.lon[nodes] / PRECISION, extract.begins)
    return along[extract.begins[1:] - 1]


def cut(
    extract: Extract, *, traits: Sequence[Traits | None], shut: Iterable[int], keep: Iterable[int]
) -> Pieces:
    """Split and join the usable ways. ``shut`` are nodes that nobody passes, ``keep`` junctions.

    A node in ``keep`` always ends a piece, because a turn at it is restricted.
    """
    usable = np.array([each is not None for each in traits])
    kinds = sorted({each for each in traits if each} | {each.flipped() for each in traits if each})
    number = {each: i for i, each in enumerate(kinds)}
    flipped = np.array([number[each.flipped()] for each in kinds], dtype=np.int64)
    way_kind = np.array([number[each] if each else -1 for each in traits], dtype=np.int64)
    ends = np.zeros(len(extract.node_ids), dtype=np.bool_)
    closed = np.fromiter(shut, dtype=np.int64)
    ends[closed] = True
    ends[np.fromiter(keep, dtype=np.int64)] = True
    begins, ways = _split(extract, usable=usable, ends=ends)
    ends[:] = False
    ends[closed] = True
    ends[np.fromiter(keep, dtype=np.int64)] = True
    chains = _chains(extract, spans=begins, kinds=way_kind[ways], flipped=flipped, fixed=ends)
    return _joined(extract, spans=begins, ways=ways, chains=chains, kinds=(kinds, way_kind))


def direct(pieces: Pieces, *, extract: Extract, delays: dict[int, Tags]) -> Arcs:
    """Make the arcs; ``delays`` are the tags of nodes within pieces that cost time."""
    kinds = pieces.kinds
    count = len(pieces.traits)
    columns = {
        "kmh": np.array([[each.forward_kmh, each.backward_kmh] for each in kinds]),
        "liking": np.array([[each.forward_liking, each.backward_liking] for each in kinds]),
        "local": np.array([[each.forward_local, each.backward_local] for each in kinds]),
    }
    both = {name: table[pieces.traits] for name, table in columns.items()}
    wait = _delays(pieces, delays=delays, nodes=len(extract.node_ids))
    piece, side = np.nonzero(both["kmh"] > 0)
    backward = side == 1
    seconds = pieces.metres[piece] * 3.6 / both["kmh"][piece, side]
    first = pieces.points[pieces.begins[:-1]][piece]
    last = pieces.points[pieces.begins[1:] - 1][piece]
    place = np.full((count, 2), -1, dtype=np.int64)
    place[piece, side] = np.arange(len(piece))
    trait = pieces.traits[piece]
    return Arcs(
        piece=piece,
        backward=backward,
        tail=np.where(backward, last, first),
        head=np.where(backward, first, last),
        metres=pieces.metres[piece],
        seconds=seconds + wait[piece, side],
        cost_s=seconds / both["liking"][piece, side] + wait[piece, side],
        local=both["local"][piece, side],
        start=np.array([each.start for each in kinds])[trait],
        circle=np.array([each.circle for each in kinds])[trait],
        kind=np.array([each.kind for each in kinds], dtype=np.int64)[trait],
        twin=place[piece, 1 - side],
        tail_way=np.where(backward, pieces.last_way[piece], pieces.first_way[piece]),
        head_way=np.where(backward, pieces.first_way[piece], pieces.last_way[piece]),
    )


def delay_s(tags: Tags) -> float:
    """How long lights or a sign hold somebody up."""
    return SIGN_S.get(tags.get("highway", ""), 0.0)


def is_gate(tags: Tags) -> bool:
    """Whether a node is a gate that is opened for those who come."""
    return tags.get("barrier") in {"gate", "lift_gate"}


def _running(lat: Floats, lon: Floats, begins: Ints) -> Floats:
    """Metres from the first point of its line to every point; lines lie one behind the other."""
    steps = np.concatenate(([0.0], segment_metres(lat, lon)))
    steps[begins[:-1]] = 0.0
    total = np.cumsum(steps)
    return np.asarray(total - np.repeat(total[begins[:-1]], np.diff(begins)))


def _split(extract: Extract, *, usable: Flags, ends: Flags) -> tuple[Ints, Ints]:
    """``(s, 2)`` first and last position in ``way_nodes``, and the way, of every stretch."""
    used = np.repeat(usable, np.diff(extract.begins))
    nodes = extract.way_nodes
    times = np.bincount(nodes[used], minlength=len(ends))
    first, last = extract.begins[:-1][usable], extract.begins[1:][usable] - 1
    ends[nodes[first]] = ends[nodes[last]] = True
    ends |= times > 1
    stops = np.nonzero(used & ends[nodes])[0]
    way = np.searchsorted(extract.begins, stops, side="right") - 1
    within = way[:-1] == way[1:]
    return np.column_stack((stops[:-1], stops[1:]))[within], way[:-1][within]


def _chains(
    extract: Extract, *, spans: Ints, kinds: Ints, flipped: Ints, fixed: Flags
) -> Iterator[list[tuple[int, bool]]]:
    """Stretches that go on as one, each with whether it is walked against its drawing."""
    count = len(spans)
    nodes = extract.way_nodes[spans].astype(np.int64).ravel()  # end 2i begins, 2i + 1 ends i
    order = np.argsort(nodes, kind="stable")
    runs = np.bincount(nodes, minlength=len(fixed))
    pairs = order[(runs[nodes[order]] == 2) & ~fixed[nodes[order]]].reshape(-1, 2)
    leave = np.where(np.arange(2 * count) % 2 == 0, np.repeat(kinds, 2), flipped[kinds].repeat(2))
    arrive = flipped[leave]  # the kind seen by one who comes to this end
    fit = (arrive[pairs[:, 0]] == leave[pairs[:, 1]]) & (pairs[:, 0] // 2 != pairs[:, 1] // 2)
    partner = np.full(2 * count, -1, dtype=np.int64)
    partner[pairs[fit, 0]], partner[pairs[fit, 1]] = pairs[fit, 1], pairs[fit, 0]
    table = partner.tolist()
    seen = bytearray(count)
    for lone in range(count):
        if seen[lone]:
            continue
        begin = 2 * lone  # walk back to where the chain begins, or once round a circle
        while table[begin] >= 0 and table[begin] ^ 1 != 2 * lone:
            begin = table[begin] ^ 1
        chain: list[tuple[int, bool]] = []
        end = begin
        while end >= 0 and not seen[end // 2]:
            seen[end // 2] = 1
            chain.append((end // 2, end % 2 == 1))
            end = table[end ^ 1]
        yield chain


def _joined(
    extract: Extract,
    *,
    spans: Ints,
    ways: Ints,
    chains: Iterable[list[tuple[int, bool]]],
    kinds: tuple[list[Traits], Ints],
) -> Pieces:
    lines: list[NDArray[np.int32]] = []
    lengths: list[int] = []
    ends: list[tuple[int, int, bool]] = []
    limits = spans.tolist()
    for chain in chains:
        length = 0
        for step, (stretch, against) in enumerate(chain):
            first, last = limits[stretch]
            line = extract.way_nodes[first : last + 1]
            line = line[::-1] if against else line
            lines.append(line if step == 0 else line[1:])
            length += len(lines[-1])
        lengths.append(length)
        ends.append((chain[0][0], chain[-1][0], chain[0][1]))
    begins = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    points = np.concatenate(lines).astype(np.int64)
    first = np.array([each[0] for each in ends])
    last = np.array([each[1] for each in ends])
    turned = np.array([each[2] for each in ends])
    table, way_kind = kinds
    number = {each: i for i, each in enumerate(table)}
    flipped = np.array([number[each.flipped()] for each in table], dtype=np.int64)
    kind = way_kind[ways[first]]
    return Pieces(
        begins=begins,
        points=points,
        along=_running(extract.lat[points] / PRECISION, extract.lon[points] / PRECISION, begins),
        first_way=extract.way_ids[ways[first]],
        last_way=extract.way_ids[ways[last]],
        traits=np.where(turned, flipped[kind], kind),
        kinds=tuple(table),
    )


def _delays(pieces: Pieces, *, delays: dict[int, Tags], nodes: int) -> Floats:
    """``(pieces, 2)`` seconds lost within a piece, forward and backward."""
    lost = np.zeros((len(pieces.traits), 2))
    marked = np.zeros(nodes, dtype=np.bool_)
    marked[list(delays)] = True
    inner = marked[pieces.points]
    inner[pieces.begins[:-1]] = inner[pieces.begins[1:] - 1] = False
    for at in np.nonzero(inner)[0].tolist():
        tags = delays[int(pieces.points[at])]
        piece = int(np.searchsorted(pieces.begins, at, side="right")) - 1
        done = float(pieces.along[at])
        rest = float(pieces.metres[piece]) - done
        for side, (before, after) in enumerate(((done, rest), (rest, done))):
            if _is_meant(tags, backward=side == 1, before=before, after=after):
                lost[piece, side] += delay_s(tags)
    return lost


def _is_meant(tags: Tags, *, backward: bool, before: float, after: float) -> bool:
    """Whether a sign within a piece is for those who come this way."""
    says = tags.get("traffic_signals:direction") or tags.get("direction")
    if tags.get("highway") in SIGN_S and says in {"forward", "backward"}:
        return (says == "backward") == backward
    near = tags.get("highway") == "stop" and before < STOP_NEAR_M < after
    return not near
