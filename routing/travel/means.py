"""The means of travel that a road graph can be made for: what each may use, and what turns cost it.

Cars and vans are in ``vehicles``. Bikes and people on foot follow the published constants of OSRM's
bicycle and foot profiles (Project-OSRM/osrm-backend, ``profiles/bicycle.lua`` and ``foot.lua``, BSD-2);
getting on and off a bike costs nothing here, and railways and platforms are left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from routing.travel import turns, vehicles
from routing.travel.arcs import Flags, Floats
from routing.travel.extract import Tags
from routing.travel.provider import Profile
from routing.travel.speeds import FERRY
from routing.travel.turns import TurnCosts
from routing.travel.vehicles import CLASS_NUMBERS, Traits, Vehicle

FERRY_KMH = 5.0
ROADS = frozenset(
    {"primary", "primary_link", "secondary", "secondary_link", "tertiary", "tertiary_link"}
    | {"residential", "unclassified", "living_street", "service", "road"}
)

RIDE_KMH, PUSH_KMH = 15.0, 4.0
BIKE_KMH = {**dict.fromkeys(ROADS | {"cycleway"}, RIDE_KMH), "track": 12.0, "path": 13.0}
PUSHED_KMH = {"footway": PUSH_KMH, "pedestrian": PUSH_KMH, "steps": 2.0}
BIKE_SURFACE_KMH = {
    **dict.fromkeys(("wood", "metal", "paving_stones", "compacted", "fine_gravel", "ground"), 10.0),
    **dict.fromkeys(("unpaved", "gravel", "pebblestone", "grass_paver", "earth", "grass"), 6.0),
    **dict.fromkeys(("mud", "sand", "woodchips"), 3.0),
    "cobblestone:flattened": 10.0,
    "sett": 9.0,
    "dirt": 8.0,
    "cobblestone": 7.0,
    "laterite": 5.0,
}
# What a right angle costs a bike, and how much easier the near side is.
BIKE_TURN_S, BIKE_BIAS = 6.0, 1.4
AGAINST = frozenset({"opposite", "opposite_lane", "opposite_track"})

WALK_KMH = 5.0
FOOTPATHS = ROADS | {"track", "path", "steps", "pedestrian", "footway", "platform"}
FOOT_SURFACE_KMH = {
    **dict.fromkeys(("fine_gravel", "gravel", "pebblestone"), 0.75 * WALK_KMH),
    **dict.fromkeys(("mud", "sand"), 0.5 * WALK_KMH),
}

WELCOME = frozenset({"yes", "permissive", "designated"})
UNWELCOME = frozenset(
    {"no", "private", "agricultural", "forestry", "delivery", "use_sidepath", "use_sidewalk"}
)
WALLS = frozenset({"yes", "wall", "fence"})
BIKE_KEYS, FOOT_KEYS = ("bicycle", "vehicle", "access"), ("foot", "access")


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """One means of travel.

    ``judge`` says what a way of a length is to it, ``blocks`` whether a node lets it pass; ``keys``
    are access tags, most particular first, and ``modes`` the names by which restrictions mean it.
    """

    keys: tuple[str, ...]
    modes: tuple[str, ...]
    judge: Callable[[Tags, float], Traits | None]
    blocks: Callable[[Tags], bool]
    costs: TurnCosts


def _motor(vehicle: Vehicle) -> Means:
    return Means(
        keys=vehicle.keys,
        modes=tuple(vehicle.modes),
        judge=lambda tags, metres: vehicles.traits(tags, vehicle=vehicle, metres=metres),
        blocks=lambda tags: turns.is_shut(tags, access=vehicles.find_access(tags, vehicle.keys)),
        costs=TurnCosts(),
    )


def ride(tags: Tags, metres: float) -> Traits | None:
    """What a way is to somebody with a bike, who pushes it where riding is not allowed."""
    access = vehicles.find_access(tags, BIKE_KEYS)
    if vehicles.is_closed(tags) or access in UNWELCOME or tags.get("motorroad") == "yes":
        return None
    if tags.get("route") == FERRY:
        return _ferry(tags, metres)
    highway = tags.get("highway", "")
    rides = BIKE_KMH.get(highway, RIDE_KMH if access in WELCOME else 0.0)
    pushes = 0.0 if tags.get("foot") == "no" else PUSHED_KMH.get(highway, 0.0)
    if rides and tags.get("foot") != "no":
        pushes = pushes or PUSH_KMH
    if access == "dismount":
        rides = 0.0
    against, along = _one_way(tags)
    circle = tags.get("junction") in {"roundabout", "circular"}
    forward = rides if not against else pushes
    backward = rides if not along else 0.0 if circle else pushes
    return _traits(
        highway,
        forward=_slowed(forward or pushes, tags, BIKE_SURFACE_KMH),
        backward=_slowed(backward or (0.0 if circle else pushes), tags, BIKE_SURFACE_KMH),
        circle=circle,
    )


def walk(tags: Tags, metres: float) -> Traits | None:
    """What a way is to somebody on foot: the same in both directions."""
    access = vehicles.find_access(tags, FOOT_KEYS)
    if access in UNWELCOME or (vehicles.is_closed(tags) and tags.get("highway") != "steps"):
        return None
    if tags.get("route") == FERRY:
        return _ferry(tags, metres)
    highway = tags.get("highway", "")
    if highway not in FOOTPATHS and access not in WELCOME:
        return None
    kmh = _slowed(WALK_KMH, tags, FOOT_SURFACE_KMH)
    return _traits(highway, forward=kmh, backward=kmh, circle=False)


def _one_way(tags: Tags) -> tuple[bool, bool]:
    """Whether it may not be ridden as drawn, and whether not the other way."""
    said = tags.get("oneway:bicycle") or tags.get("oneway")
    sides = (tags.get(key) for key in ("cycleway", "cycleway:both", "cycleway:left"))
    if any(side in AGAINST for side in (*sides, tags.get("cycleway:right"))):
        return False, False
    implied = tags.get("junction") in {"roundabout", "circular"}
    along = said in {"yes", "1", "true"} or (said is None and implied)
    return said == "-1", along


def _ferry(tags: Tags, metres: float) -> Traits | None:
    seconds = vehicles.duration_s(tags.get("duration", ""))
    kmh = 3.6 * metres / seconds if seconds else FERRY_KMH
    return _traits(FERRY, forward=kmh, backward=kmh, circle=False)


def _slowed(kmh: float, tags: Tags, surfaces: dict[str, float]) -> float:
    return min(kmh, surfaces.get(tags.get("surface", ""), kmh))


def _traits(kind: str, *, forward: float, backward: float, circle: bool) -> Traits | None:
    if forward <= 0 and backward <= 0:
        return None
    return Traits(
        kind=CLASS_NUMBERS.get(kind, CLASS_NUMBERS["other"]),
        forward_kmh=forward,
        backward_kmh=backward,
        forward_liking=1.0,
        backward_liking=1.0,
        forward_local=False,
        backward_local=False,
        start=kind != FERRY,
        circle=circle,
    )


def _leans(degrees: Floats, near: Flags, _across: Flags) -> Floats:
    """A bike's turns: seconds that grow with the square of the angle."""
    square = (degrees / 90.0) ** 2
    return np.asarray(square * BIKE_TURN_S * np.where(near, 1 / BIKE_BIAS, BIKE_BIAS))


def _steps(degrees: Floats, _near: Flags, _across: Flags) -> Floats:
    """Who walks turns on the spot."""
    return np.zeros_like(degrees)


def _walled(tags: Tags, *, keys: tuple[str, ...]) -> bool:
    """A bollard or a gate stops neither a bike nor a walker; a wall does, and a sign."""
    access = vehicles.find_access(tags, keys)
    if access is not None:
        return access in UNWELCOME and tags.get("highway") != "crossing"
    return tags.get("barrier") in WALLS


MEANS = {
    Profile.CAR: _motor(vehicles.CAR),
    Profile.VAN: _motor(vehicles.VAN),
    Profile.BIKE: Means(
        keys=BIKE_KEYS,
        modes=("bicycle",),
        judge=ride,
        blocks=partial(_walled, keys=BIKE_KEYS),
        costs=TurnCosts(bends=_leans, gate_s=0.0),
    ),
    # No sign about turns is meant for whoever walks.
    Profile.FOOT: Means(
        keys=FOOT_KEYS,
        modes=(),
        judge=walk,
        blocks=partial(_walled, keys=FOOT_KEYS),
        costs=TurnCosts(bends=_steps, u_turn_s=0.0, gate_s=0.0),
    ),
}
