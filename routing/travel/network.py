"""One profile's road graph as plain arrays, ready to be searched and written to a file.

Only the largest part of the map in which one gets from everywhere to everywhere is kept: a place is
never put on a stretch from which no road leads away. States are numbered by reverse Cuthill-McKee, so
that neighbours on the map are neighbours in memory, which halves the time of a search.

Costs and times are int32 tenths of a second, lengths int32 tenths of a metre.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from random import Random

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, reverse_cuthill_mckee

from routing.travel import arcs as making
from routing.travel import turns as turning
from routing.travel import vehicles
from routing.travel.arcs import Arcs, Pieces
from routing.travel.extract import PRECISION, Extract, ExtractUnusable, Restriction, Tags
from routing.travel.means import MEANS, Means
from routing.travel.provider import Point, Profile
from routing.travel.turns import Turns
from routing.travel.vehicles import Traits

Int32 = NDArray[np.int32]

# An arc costs at most so many tenths of a second, 12 hours: a ferry that takes longer leads nowhere
# where a technician goes, and the queue of a search is as long as the dearest arc.
DEAREST = 432_000
# So many closed circles must agree before they tell on which side one drives.
CIRCLES_NEEDED = 3
# South, west, north, east of lands that drive on the left, where nothing on the map tells: Japan in
# three parts, Britain and Ireland in two, Malta, Cyprus; Pakistan, India, Sri Lanka, Bangladesh;
# Malaysia with Singapore, Indonesia, Hong Kong, Australia and New Zealand; eastern and southern
# Africa; Jamaica. Borders are followed roughly.
LEFT_HAND = (
    *((30.0, 129.5, 34.3, 132.5), (33.0, 132.0, 37.5, 142.0), (37.0, 136.5, 46.0, 146.0)),
    *((49.8, -11.0, 61.0, 1.0), (51.2, 0.0, 53.5, 1.9), (35.7, 14.1, 36.1, 14.6)),
    *((34.5, 32.2, 35.8, 34.6), (24.0, 66.0, 34.0, 74.5), (8.0, 68.5, 28.0, 88.0)),
    *((5.9, 79.5, 9.9, 82.0), (21.0, 88.0, 26.6, 92.6), (0.8, 99.6, 6.7, 119.3)),
    *((-9.0, 95.0, 0.0, 119.0), (22.15, 113.8, 22.55, 114.4), (-48.0, 112.0, -10.0, 180.0)),
    *((-11.7, 31.0, 4.5, 41.0), (-35.0, 16.5, -15.5, 33.0), (17.7, -78.4, 18.6, -76.1)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """States ``(s,)``, edges ``(e,)`` and the lines of ``k`` pieces with ``p`` points.

    The edges from state ``i`` are ``first[i]:first[i + 1]``; each leads to ``heads`` and costs what
    its turn costs, and then the arc of the head. ``copy_of`` names the state of which a state is a
    copy, itself for most. ``lat, lon`` are ten-millionths of a degree, ``node_ids`` those of OSM.
    """

    first: Int32
    heads: Int32
    turn_cost: Int32
    turn_time: Int32
    cost: Int32
    time: Int32
    length: Int32
    piece: Int32
    backward: NDArray[np.bool_]
    start: NDArray[np.bool_]
    kind: NDArray[np.int8]
    copy_of: Int32
    begins: Int32
    lat: Int32
    lon: Int32
    node_ids: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.cost)

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The arrays that make a network."""
        return tuple(each.name for each in fields(cls))


def build(
    extract: Extract,
    *,
    profile: Profile,
    left_hand: bool | None = None,
    tell: Callable[[str], None] = lambda _line: None,
) -> Network:
    """Make a profile's network; ``left_hand`` is found on the map when it is not given.

    Raises ExtractUnusable when nothing on the map is open to the profile.
    """
    means = MEANS[profile]
    traits = _traits(extract, means=means)
    if not any(each is not None and each.start for each in traits):
        raise ExtractUnusable(f"no road in the extract is open to the profile {profile}")
    shut = np.zeros(len(extract.node_ids), dtype=np.bool_)
    marked: dict[int, Tags] = {}
    for node, tags in extract.marked.items():
        access = vehicles.find_access(tags, means.keys)
        shut[node] = means.blocks(tags)
        # Whom a sign at a gate lets in has the key, or finds it open.
        marked[node] = {**tags, "barrier": "no"} if access is not None else tags
    rules = [each for each in extract.restrictions if _concerns(each, modes=means.modes)]
    keep = _via_nodes(extract, rules)
    # A minute at a gate is lost at the gate, not along the road before it.
    keep += [node for node, tags in marked.items() if making.is_gate(tags)]
    pieces = making.cut(extract, traits=traits, shut=np.nonzero(shut)[0].tolist(), keep=keep)
    arcs = making.direct(pieces, extract=extract, delays=marked)
    tell(f"{profile}: {len(arcs)} arcs")
    turns = turning.connect(
        arcs,
        pieces=pieces,
        extract=extract,
        shut=shut,
        marked=marked,
        left_hand=drives_left(extract) if left_hand is None else left_hand,
        restrictions=rules,
        costs=means.costs,
    )
    network = _packed(extract, pieces=pieces, arcs=arcs, turns=turns)
    tell(f"{profile}: {len(network)} of them in one part, {len(network.heads)} turns")
    return network


def _traits(extract: Extract, *, means: Means) -> list[Traits | None]:
    """What each way is to somebody: judged once for all with the same tags, but for ferries."""
    lengths = making.way_metres(extract).tolist()
    known: dict[int, Traits | None] = {}
    found: list[Traits | None] = []
    for tags, metres in zip(extract.way_tags, lengths, strict=True):
        key = id(tags)
        if key not in known or "duration" in tags:
            known[key] = means.judge(tags, metres)
        found.append(known[key])
    return found


def drives_left(extract: Extract) -> bool:
    """On which side one drives: what ways say, else how roundabouts turn, else which land it is."""
    said = [tags["driving_side"] for tags in extract.way_tags if "driving_side" in tags]
    if said:
        return said.count("left") * 2 > len(said)
    signs = [
        _turns_clockwise(extract, way)
        for way, tags in enumerate(extract.way_tags)
        if tags.get("junction") in {"roundabout", "circular"} and tags.get("oneway") != "-1"
    ]
    clear = [each for each in signs if each is not None]
    if len(clear) >= CIRCLES_NEEDED:
        return sum(clear) * 2 > len(clear)
    lat, lon = np.median(extract.lat) / 1e7, np.median(extract.lon) / 1e7
    return any(
        south <= lat <= north and west <= lon <= east for south, west, north, east in LEFT_HAND
    )


def _turns_clockwise(extract: Extract, way: int) -> bool | None:
    """None for a circle that is not drawn as one closed line."""
    nodes = extract.way_nodes[extract.begins[way] : extract.begins[way + 1]]
    if nodes[0] != nodes[-1] or len(nodes) < 4:
        return None
    lat, lon = extract.lat[nodes].astype(np.float64), extract.lon[nodes].astype(np.float64)
    lat, lon = lat - lat[0], lon - lon[0]
    return bool(np.sum(lon[:-1] * lat[1:] - lon[1:] * lat[:-1]) < 0)


def _concerns(each: Restriction, *, modes: Sequence[str]) -> bool:
    mine = set(modes)
    if not mine:
        return False
    return not (each.exempt & mine) and (not each.modes or bool(each.modes & mine))


def _via_nodes(extract: Extract, restrictions: list[Restriction]) -> list[int]:
    ids = [each.via_node for each in restrictions if each.via_node is not None]
    wanted = np.unique(np.array(ids, dtype=np.int64))
    found = np.searchsorted(extract.node_ids, wanted)
    found = np.minimum(found, len(extract.node_ids) - 1)
    return [int(each) for each in found[extract.node_ids[found] == wanted]]


def _packed(extract: Extract, *, pieces: Pieces, arcs: Arcs, turns: Turns) -> Network:
    """Keep the largest strong part, number its states anew, and round what is continuous."""
    order = _order(turns)
    place = np.full(len(turns.arc), -1, dtype=np.int64)
    place[order] = np.arange(len(order))
    inside = (place[turns.before] >= 0) & (place[turns.after] >= 0)
    before, after = place[turns.before[inside]], place[turns.after[inside]]
    sort = np.lexsort((after, before))
    arc = turns.arc[order]
    used, piece = np.unique(arcs.piece[arc], return_inverse=True)
    begins, points = _lines(pieces, used)
    first = np.concatenate(([0], np.cumsum(np.bincount(before, minlength=len(order)))))
    original = place[turns.arc[order]]  # arcs are the first states, so an arc is its own state
    return Network(
        first=first.astype(np.int32),
        heads=after[sort].astype(np.int32),
        turn_cost=_tenths(turns.cost_s[inside][sort]),
        turn_time=_tenths(turns.seconds[inside][sort]),
        cost=np.clip(_tenths(arcs.cost_s[arc]), 1, DEAREST),
        time=np.maximum(_tenths(arcs.seconds[arc]), 1),
        length=_tenths(arcs.metres[arc]),
        piece=piece.astype(np.int32),
        backward=arcs.backward[arc],
        start=arcs.start[arc] & (original == np.arange(len(order))),
        kind=arcs.kind[arc].astype(np.int8),
        copy_of=np.where(original < 0, np.arange(len(order)), original).astype(np.int32),
        begins=begins,
        lat=extract.lat[points],
        lon=extract.lon[points],
        node_ids=extract.node_ids[points],
    )


def _order(turns: Turns) -> NDArray[np.int64]:
    """The states of the largest strong part, neighbours close to each other."""
    count = len(turns.arc)
    ones = np.ones(len(turns.before), dtype=np.int8)
    table = csr_array((ones, (turns.before, turns.after)), shape=(count, count))
    _, part = connected_components(table, connection="strong")
    members = np.nonzero(part == np.bincount(part).argmax())[0]
    inner = table[members][:, members].tocsr()
    return np.asarray(members[reverse_cuthill_mckee(inner, symmetric_mode=False)])


def _lines(pieces: Pieces, used: NDArray[np.int64]) -> tuple[Int32, NDArray[np.int64]]:
    sizes = np.diff(pieces.begins)[used]
    begins = np.concatenate(([0], np.cumsum(sizes)))
    shift = np.arange(begins[-1]) - np.repeat(begins[:-1], sizes)
    return begins.astype(np.int32), pieces.points[np.repeat(pieces.begins[used], sizes) + shift]


def _tenths(values: NDArray[np.float64]) -> Int32:
    return np.rint(values * 10).astype(np.int32)


def drawn_points(network: Network, *, random: Random, count: int) -> list[Point]:
    """Points of the lines on which a place may lie, each as likely as another."""
    usable = np.zeros(len(network.begins) - 1, dtype=np.bool_)
    usable[network.piece[network.start]] = True
    chosen = np.nonzero(np.repeat(usable, np.diff(network.begins)))[0]
    drawn = [int(chosen[random.randrange(len(chosen))]) for _ in range(count)]
    return [
        Point(int(network.lat[i]) / PRECISION, int(network.lon[i]) / PRECISION).rounded()
        for i in drawn
    ]
