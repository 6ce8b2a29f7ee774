"""What a turn costs, and which turns are forbidden.

A state of the search is an arc that has been travelled to its end; an edge leads from a state to an
arc that may follow. Where a restriction spans a way in the middle, that way gets a copy for those who
came along the restricted road, so that the search knows where they came from.

Costs and the rule of U-turns are those of OSRM's car profile and of its analysis of intersections
(Project-OSRM/osrm-backend, BSD-2): a sigmoid over the angle, dearer across oncoming traffic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from routing.travel.arcs import (
    Arcs,
    Flags,
    Floats,
    Ints,
    Pieces,
    delay_s,
    is_gate,
    metres_per_degree,
)
from routing.travel.extract import PRECISION, Extract, Restriction, Tags

# The most that an angle costs, how much easier the near side is than across oncoming traffic, and what
# is added there: constants of OSRM's car profile.
TURN_S, BIAS, ACROSS_S = 7.5, 1.075, 2.0
# A road's direction at a junction is seen over so many metres: the mouth is often drawn askew.
LOOK_M = 10.0

# Barriers that one passes, at once or after a wait.
PASSABLE = frozenset(
    {"cattle_grid", "border_control", "toll_booth", "sally_port", "no", "entrance", "arch"}
    | {"height_restrictor", "gate", "lift_gate"}
)
# What a sign at a node says to everybody on wheels but a few.
NO_PASSAGE = frozenset(
    {"no", "agricultural", "forestry", "emergency", "psv", "taxi", "share_taxi", "minibus", "bus"}
    | {"foot", "emergency_vehicle", "restricted", "military", "official"}
)


def swing(degrees: Floats, near: Flags, across: Flags) -> Floats:
    """Seconds that a car takes for a turn of so many degrees, to the near side or across traffic."""
    bias = np.where(near, BIAS, 1 / BIAS)
    sharp = degrees / 180.0
    seconds = TURN_S / (1 + np.exp(-(13 / bias * sharp - 6.5 * bias)))
    return seconds + np.where(across, ACROSS_S / (1 + np.exp(-(13 * sharp - 3.25))), 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnCosts:
    """What turns cost, in seconds; the defaults are those of OSRM's car profile.

    ``bends`` gives the seconds for degrees from 0 to 180, whether a turn is to the near side, and
    whether it crosses oncoming traffic. ``local_s`` is the price, never counted as time, of entering
    a road that is for residents only: more than nearly every way round, so that nobody drives
    through, but those who must can get there.
    """

    bends: Callable[[Floats, Flags, Flags], Floats] = swing
    u_turn_s: float = 20.0
    gate_s: float = 60.0
    local_s: float = 3276.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """Edges between states, ``(e,)`` each, and the arc of every state, ``(s,)``.

    The first states are the arcs themselves, in their order; copies follow.
    """

    arc: Ints
    before: Ints
    after: Ints
    cost_s: Floats
    seconds: Floats


def connect(
    arcs: Arcs,
    *,
    pieces: Pieces,
    extract: Extract,
    shut: Flags,
    marked: Mapping[int, Tags],
    left_hand: bool,
    restrictions: Sequence[Restriction],
    costs: TurnCosts,
) -> Turns:
    """Every allowed turn.

    ``shut (n,)`` are nodes that nobody passes, ``marked`` the tags of those that cost time.
    """
    before, after = _pairs(arcs, nodes=len(extract.node_ids))
    before, after = _without_forbidden(arcs, before, after, extract, restrictions)
    back = arcs.twin[before] == after
    keep = np.where(back, _may_turn_back(arcs, before, shut=shut), ~shut[arcs.tail[after]])
    before, after, back = before[keep], after[keep], back[keep]
    angle = _angles(arcs, before, after, pieces=pieces, extract=extract)
    near = angle < 0 if left_hand else angle >= 0
    roads = np.bincount(pieces.ends.ravel(), minlength=len(shut))[arcs.tail[after]]
    across = ~near & ~back & ~arcs.circle[before] & ~arcs.circle[after]
    bends = costs.bends(np.where(back, 180.0, np.abs(angle)), near, across)
    seconds = np.where(back, bends + costs.u_turn_s, np.where(roads > 2, bends, 0.0))
    seconds += _at_junction(marked, nodes=len(shut), gate_s=costs.gate_s)[arcs.tail[after]]
    cost = seconds + np.where(~arcs.local[before] & arcs.local[after], costs.local_s, 0.0)
    plain = Turns(
        arc=np.arange(len(arcs)), before=before, after=after, cost_s=cost, seconds=seconds
    )
    return _over_ways(plain, arcs=arcs, restrictions=restrictions)


def _pairs(arcs: Arcs, *, nodes: int) -> tuple[Ints, Ints]:
    """Every arc with every arc that begins where it ends."""
    order = np.argsort(arcs.tail, kind="stable")
    leaving = np.bincount(arcs.tail, minlength=nodes)
    first = np.concatenate(([0], np.cumsum(leaving)))
    each = leaving[arcs.head]
    before = np.repeat(np.arange(len(arcs)), each)
    shift = np.arange(len(before)) - np.repeat(np.cumsum(each) - each, each)
    return before, order[np.repeat(first[arcs.head], each) + shift]


def _without_forbidden(
    arcs: Arcs, before: Ints, after: Ints, extract: Extract, restrictions: Sequence[Restriction]
) -> tuple[Ints, Ints]:
    """Drop turns that a sign at the junction forbids."""
    at = {int(each): i for i, each in enumerate(extract.node_ids)}
    begins = np.searchsorted(before, np.arange(len(arcs) + 1))
    arriving: dict[tuple[int, int], list[int]] = {}
    vias = {at[each.via_node] for each in restrictions if each.via_node in at}
    for arc in np.nonzero(np.isin(arcs.head, list(vias)))[0].tolist():
        arriving.setdefault((int(arcs.head[arc]), int(arcs.head_way[arc])), []).append(arc)
    kept = np.ones(len(before), dtype=np.bool_)
    for each in restrictions:
        if each.via_node not in at:
            continue
        for arc in arriving.get((at[each.via_node], each.begins), ()):
            edges = slice(begins[arc], begins[arc + 1])
            named = arcs.tail_way[after[edges]] == each.ends
            if each.ends == each.begins:  # one may not turn back, but may go on along the way
                named &= arcs.twin[arc] == after[edges]
            if not each.only:
                kept[edges] &= ~named
            elif named.any():
                kept[edges] &= named
    return before[kept], after[kept]


def _may_turn_back(arcs: Arcs, before: Ints, *, shut: Flags) -> Flags:
    """At dead ends, before barriers, and where no other road leads on."""
    exits = np.bincount(before, minlength=len(arcs))
    both_ways = np.bincount(arcs.head[arcs.twin >= 0], minlength=len(shut))
    node = arcs.head[before]
    return np.asarray(shut[node] | (exits[before] == 1) | (both_ways[node] <= 1))


def _angles(arcs: Arcs, before: Ints, after: Ints, *, pieces: Pieces, extract: Extract) -> Floats:
    """Degrees from -180 to 180 by which one turns, clockwise, so to the right."""
    leaving, arriving = _bearings(arcs, pieces=pieces, extract=extract)
    return (leaving[after] - arriving[before] + 180.0) % 360.0 - 180.0


def _at_junction(marked: Mapping[int, Tags], *, nodes: int, gate_s: float) -> Floats:
    """``(n,)`` seconds that lights, signs or gates at a node cost everybody who passes it."""
    lost = np.zeros(nodes)
    for node, tags in marked.items():
        lost[node] = delay_s(tags) + (gate_s if is_gate(tags) else 0.0)
    return lost


def _bearings(arcs: Arcs, *, pieces: Pieces, extract: Extract) -> tuple[Floats, Floats]:
    """Degrees clockwise from north in which an arc leaves its tail, and reaches its head."""
    first, last = pieces.begins[:-1], pieces.begins[1:] - 1
    look = np.minimum(LOOK_M, pieces.metres)
    out = _bearing(first, look, pieces=pieces, extract=extract)
    inward = _bearing(last, pieces.metres - look, pieces=pieces, extract=extract)
    leaving = np.where(arcs.backward, inward[arcs.piece], out[arcs.piece])
    arriving = np.where(arcs.backward, out[arcs.piece], inward[arcs.piece]) + 180.0
    return leaving, arriving


def _bearing(at: Ints, metres: Floats, *, pieces: Pieces, extract: Extract) -> Floats:
    """From the points ``at`` to the places so many metres along the same pieces."""
    lat = extract.lat[pieces.points] / PRECISION
    lon = extract.lon[pieces.points] / PRECISION
    offset = np.concatenate(([0.0], np.cumsum(pieces.metres + 1.0)[:-1]))  # one metre between them
    total = pieces.along + np.repeat(offset, np.diff(pieces.begins))
    there = offset + metres
    right = np.clip(np.searchsorted(total, there), 1, len(total) - 1)
    right = np.minimum(np.maximum(right, pieces.begins[:-1] + 1), pieces.begins[1:] - 1)
    span = np.maximum(total[right] - total[right - 1], 1e-9)
    share = np.clip((there - total[right - 1]) / span, 0.0, 1.0)
    to_lat = lat[right - 1] + share * (lat[right] - lat[right - 1])
    to_lon = lon[right - 1] + share * (lon[right] - lon[right - 1])
    north, east = metres_per_degree(np.radians(lat[at]))
    return np.asarray(np.degrees(np.arctan2((to_lon - lon[at]) * east, (to_lat - lat[at]) * north)))


def _over_ways(plain: Turns, *, arcs: Arcs, restrictions: Sequence[Restriction]) -> Turns:
    """Give the ways in the middle of a restriction a copy for those who come from its first."""
    spanning = [each for each in restrictions if each.via_ways]
    if not spanning:
        return plain
    order = np.argsort(plain.before, kind="stable")
    rows: list[dict[int, tuple[float, float]]] = [{} for _ in range(len(arcs))]
    for edge in order.tolist():
        costs = float(plain.cost_s[edge]), float(plain.seconds[edge])
        rows[int(plain.before[edge])][int(plain.after[edge])] = costs
    owner = plain.arc.tolist()
    for each in spanning:
        for chain in _along(each, arcs=arcs, rows=rows, owner=owner):
            _copy(chain, only=each.only, ends=each.ends, arcs=arcs, rows=rows, owner=owner)
    flat = [(b, a, *costs) for b, row in enumerate(rows) for a, costs in row.items()]
    before, after, cost, seconds = (np.array(column) for column in zip(*flat, strict=True))
    return Turns(
        arc=np.array(owner, dtype=np.int64),
        before=before.astype(np.int64),
        after=after.astype(np.int64),
        cost_s=cost,
        seconds=seconds,
    )


def _along(
    each: Restriction,
    *,
    arcs: Arcs,
    rows: list[dict[int, tuple[float, float]]],
    owner: list[int],
) -> list[list[int]]:
    """Chains of states: one on the first road, then those along the ways in the middle."""
    inner = set(each.via_ways)
    found: list[list[int]] = []
    begins = np.nonzero(arcs.head_way == each.begins)[0].tolist()
    for begin in begins:
        open_chains = [[begin]]
        while open_chains:
            chain = open_chains.pop()
            for state in rows[chain[-1]]:
                arc = owner[state]
                whole = arcs.tail_way[arc] in inner and arcs.head_way[arc] in inner
                if whole and state not in chain and owner[chain[-1]] != arcs.twin[arc]:
                    open_chains.append([*chain, state])
            ways = {int(arcs.tail_way[owner[state]]) for state in chain[1:]}
            ahead = (int(arcs.tail_way[owner[state]]) for state in rows[chain[-1]])
            if ways == inner and each.ends in ahead:
                found.append(chain)
    return found


def _copy(
    chain: list[int],
    *,
    only: bool,
    ends: int,
    arcs: Arcs,
    rows: list[dict[int, tuple[float, float]]],
    owner: list[int],
) -> None:
    """Lead those who enter the chain along copies of it, at whose end the restriction holds."""
    came = chain[0]
    for step, state in enumerate(chain[1:], start=1):
        copy = len(owner)
        owner.append(owner[state])
        leads = dict(rows[state])
        if step == len(chain) - 1:
            named = {each for each in leads if int(arcs.tail_way[owner[each]]) == ends}
            leads = {each: leads[each] for each in leads if (each in named) == only}
        elif only:
            leads = {chain[step + 1]: leads[chain[step + 1]]}
        rows.append(leads)
        rows[came][copy] = rows[came].pop(state)
        came = copy


def is_shut(tags: Tags, *, access: str | None) -> bool:
    """Whether a node lets no vehicle pass: a bollard, a block, or a sign that says so."""
    if access is not None:
        return access in NO_PASSAGE
    barrier = tags.get("barrier")
    if barrier is None or barrier in PASSABLE or tags.get("bollard") == "rising":
        return False
    kerb = barrier == "kerb" and (
        tags.get("kerb") in {"lowered", "flush"} or tags.get("highway") == "crossing"
    )
    fence = barrier == "fence" and tags.get("sensory") in {"audible", "audio"}
    return not (kerb or fence)
