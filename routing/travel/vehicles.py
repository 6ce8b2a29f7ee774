"""Who may use a way, how fast, and how gladly: the rules of the road for each profile.

Speeds, access and preferences of cars are the published constants and rules of OSRM's car profile
(Project-OSRM/osrm-backend, ``profiles/car.lua``, BSD-2), so that our free-flow times can be compared
with those of a well-known engine. km/h are what is driven, not what is allowed: a limit is reached
for four fifths.

A way also has a *liking* up to 1: drivers shun alleys, parking aisles and roads too narrow for two,
more than the clock alone would say. The search minimises seconds divided by liking; what is reported
are the seconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from routing.travel.extract import Tags
from routing.travel.speeds import (
    CAR_KMH,
    FERRY,
    LIMIT_KEYS,
    LIMIT_SHARE,
    MOVABLE_BRIDGE_KMH,
    OTHER_KMH,
    ROUTE_KMH,
    SMOOTHNESS_KMH,
    SURFACE_KMH,
    TRACK_KMH,
    limit_kmh,
)

# The classes of ways, most important first; an arc keeps the number of its class.
CLASSES = (
    *("motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential"),
    *("motorway_link", "trunk_link", "primary_link", "secondary_link", "tertiary_link"),
    *("living_street", "service", "track", "cycleway", "path", "footway", "steps", FERRY, "other"),
)
CLASS_NUMBERS = {name: number for number, name in enumerate(CLASSES)}

OPEN = frozenset({"yes", "motorcar", "motor_vehicle", "vehicle", "permissive", "designated", "hov"})
# Only to get to a place on them, or away from it.
LOCAL = frozenset(
    {"private", "delivery", "destination", "customers", "permit", "residents", "unknown"}
)
SHUT = frozenset(
    {"no", "agricultural", "forestry", "emergency", "psv", "taxi", "share_taxi", "minibus", "bus"}
    | {"foot", "emergency_vehicle", "restricted", "military", "official"}
)
NOT_YET = frozenset({"construction", "proposed", "reversible", "impassable", "hov_lanes", "steps"})
UNDER_WORK = frozenset({"no", "widening", "minor"})
SHUNNED_SERVICES = frozenset(
    {"alley", "parking", "parking_aisle", "driveway", "drive-through", "drive-thru"}
)
# Two cannot pass each other below so many metres: the liking of a road with both directions.
NARROW = ((3.0, 0.5, True), (4.0, 0.6, False), (5.0, 0.75, False), (6.0, 0.8, False))


class Traits(NamedTuple):
    """What a way is to a vehicle, in both directions; 0 km/h where it may not go.

    ``local`` ways lead to places on them and nowhere else. A place is reached only from a ``start``.
    """

    kind: int
    forward_kmh: float
    backward_kmh: float
    forward_liking: float
    backward_liking: float
    forward_local: bool
    backward_local: bool
    start: bool
    circle: bool

    def flipped(self) -> Traits:
        """The same way, drawn from its other end."""
        return self._replace(
            forward_kmh=self.backward_kmh,
            backward_kmh=self.forward_kmh,
            forward_liking=self.backward_liking,
            backward_liking=self.forward_liking,
            forward_local=self.backward_local,
            backward_local=self.forward_local,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """Size in metres and kilograms, the top speed in km/h, and the tags that speak to it."""

    height_m: float = 2.0
    width_m: float = 1.9
    length_m: float = 4.8
    weight_kg: float = 2000.0
    top_kmh: float = 1000.0
    modes: Sequence[str] = field(default=("motorcar", "motor_vehicle", "vehicle"))

    @property
    def keys(self) -> tuple[str, ...]:
        """Access tags, most particular first."""
        return (*self.modes, "access")


CAR = Vehicle()
# A transporter with a high roof, as firms drive them up to 3.5 t: a Sprinter or Ducato of medium
# length. Above 110 km/h they are seldom driven laden.
VAN = Vehicle(height_m=2.7, width_m=2.05, length_m=6.0, weight_kg=3500.0, top_kmh=110.0)


def traits(tags: Tags, *, vehicle: Vehicle, metres: float) -> Traits | None:
    """What a way of this length is to a motor vehicle; None where it is no way for it."""
    if is_closed(tags):
        return None
    local, shut = _access(tags, vehicle=vehicle)
    shut = _with_limits(tags, shut, vehicle=vehicle)
    shut = _one_way(tags, shut, modes=vehicle.modes)
    speeds = _speeds(tags, vehicle=vehicle, metres=metres)
    kmh = [0.0 if shut[side] else max(0.0, speeds[side]) for side in (0, 1)]
    if not any(kmh):
        return None
    likings = _likings(tags, both=all(kmh))
    highway = tags.get("highway", "")
    by_boat = _is_route(tags)
    private = highway == "service" and find_access(tags, vehicle.keys) == "private"
    return Traits(
        kind=CLASS_NUMBERS.get(FERRY if by_boat else highway, CLASS_NUMBERS["other"]),
        forward_kmh=min(kmh[0], vehicle.top_kmh),
        backward_kmh=min(kmh[1], vehicle.top_kmh),
        forward_liking=likings[0],
        backward_liking=likings[1],
        forward_local=local[0],
        backward_local=local[1],
        start=not by_boat and not private,
        circle=tags.get("junction") in {"roundabout", "circular"},
    )


def find_access(tags: Tags, keys: Sequence[str]) -> str | None:
    """What the most particular of these tags says; of several values the most generous."""
    for key in keys:
        if key in tags:
            return _most_generous(tags[key])
    return None


def is_closed(tags: Tags) -> bool:
    """No way yet, no way any more, or an area to walk on."""
    highway = tags.get("highway")
    work = tags.get("construction")
    return (
        tags.get("area") == "yes"
        or highway in NOT_YET
        or tags.get("railway") == "construction"
        or (work is not None and work not in UNDER_WORK)
        or (highway is None and "proposed" in tags)
        or tags.get("oneway") == "reversible"
        or tags.get("impassable") == "yes"
        or tags.get("status") == "impassable"
        or tags.get("service") == "emergency_access"
    )


def _is_route(tags: Tags) -> bool:
    return tags.get("route") in ROUTE_KMH


def _both(tags: Tags, keys: Sequence[str]) -> tuple[str | None, str | None]:
    """The first value for each direction; what is said for one direction counts before both."""
    forward = backward = None
    for key in keys:
        common = tags.get(key)
        forward = forward or tags.get(f"{key}:forward") or common
        backward = backward or tags.get(f"{key}:backward") or common
    return forward, backward


def _most_generous(value: str) -> str:
    if ";" not in value:
        return value
    parts = [part.strip() for part in value.split(";")]
    return max(parts, key=lambda part: (part in OPEN) * 3 + (part in LOCAL) * 2 + (part in SHUT))


def _access(tags: Tags, *, vehicle: Vehicle) -> tuple[list[bool], list[bool]]:
    """Where it is only for those who have business there, and where it is shut."""
    said = [value and _most_generous(value) for value in _both(tags, vehicle.keys)]
    known = tags.get("highway") in CAR_KMH
    local = [known and value in LOCAL for value in said]
    barred = SHUT | (LOCAL - {"unknown"})
    shut = [value in barred and not near for value, near in zip(said, local, strict=True)]
    if not known and not _is_route(tags) and tags.get("bridge") != "movable":
        shut = [out or value is None for value, out in zip(said, shut, strict=True)]
    if tags.get("hov") == "designated":
        local = [True, True]
    return local, shut


def _with_limits(tags: Tags, shut: list[bool], *, vehicle: Vehicle) -> list[bool]:
    """Also shut what is too low, too narrow, too weak or too winding for it."""
    size: tuple[tuple[tuple[str, ...], Callable[[str], float | None], float, bool], ...] = (
        (("maxheight:physical", "maxheight"), _height, vehicle.height_m, False),
        (("maxwidth:physical", "maxwidth", "width", "est_width"), metres_of, vehicle.width_m, True),
        (("maxlength",), metres_of, vehicle.length_m, False),
        (("maxweightrating", "maxweight"), _kilograms, vehicle.weight_kg, False),
    )
    result = list(shut)
    for keys, measure, need, strict in size:
        for side, value in enumerate(_both(tags, keys)):
            room = measure(value) if value else None
            if room is not None and (room < need or (strict and room == need)):
                result[side] = True
    return result


def _one_way(tags: Tags, shut: list[bool], *, modes: Sequence[str]) -> list[bool]:
    said = next((tags[f"oneway:{mode}"] for mode in modes if f"oneway:{mode}" in tags), None)
    said = said or tags.get("oneway")
    if said == "-1":
        return [True, shut[1]]
    implied = tags.get("highway") == "motorway" or tags.get("junction") in {
        "roundabout",
        "circular",
    }
    if said in {"yes", "1", "true"} or (implied and said != "no"):
        return [shut[0], True]
    return shut


def _speeds(tags: Tags, *, vehicle: Vehicle, metres: float) -> tuple[float, float]:
    """km/h forward and backward, before anybody is kept out."""
    movable = tags.get("bridge") == "movable"
    if _is_route(tags) or movable:
        seconds = duration_s(tags.get("duration", ""))
        slow = MOVABLE_BRIDGE_KMH if movable else ROUTE_KMH[tags["route"]]
        slow = 3.6 * metres / seconds if seconds else slow
        return slow, slow
    usual = CAR_KMH.get(tags.get("highway", ""), OTHER_KMH)
    limits = [limit_kmh(value) if value else 0.0 for value in _both(tags, LIMIT_KEYS)]
    kmh = [limit * LIMIT_SHARE if limit > 0 else usual for limit in limits]
    for key, table in (
        ("surface", SURFACE_KMH),
        ("tracktype", TRACK_KMH),
        ("smoothness", SMOOTHNESS_KMH),
    ):
        most = table.get(tags.get(key, ""))
        if most is not None:
            kmh = [min(each, most) for each in kmh]
    return min(kmh[0], vehicle.top_kmh), min(kmh[1], vehicle.top_kmh)


def _likings(tags: Tags, *, both: bool) -> tuple[float, float]:
    liking = 0.5 if tags.get("service") in SHUNNED_SERVICES else 1.0
    if both:
        liking = min(liking, _room(tags))
    if tags.get("oneway") == "alternating":
        liking = min(liking, 0.4)
    if tags.get("side_road") in {"yes", "rotary"}:
        liking = min(liking, 0.8)
    priority = tags.get("priority")
    return (
        min(liking, 0.7 if priority == "backward" else 1.0),
        min(liking, 0.7 if priority == "forward" else 1.0),
    )


def _room(tags: Tags) -> float:
    """How gladly one meets others on a way with both directions."""
    room = 0.75 if tags.get("lane_markings") == "no" else 1.0
    width = metres_of(tags.get("width", ""))
    if width is not None:
        for below, liking, reached in NARROW:
            if width < below or (reached and width == below):
                room = liking
                break
    lanes = re.match(r"\d+", tags.get("lanes", ""))
    return 0.5 if lanes and int(lanes[0]) <= 1 else room


def duration_s(value: str) -> float:
    """How long a ferry takes: ``HH:MM``, ``HH:MM:SS``, minutes, or ISO 8601; 0 where unknown."""
    if value.isdigit():
        return int(value) * 60.0
    if re.fullmatch(r"\d+(:[0-5]?\d){1,2}", value):
        hours, minutes, *rest = (int(each) for each in value.split(":"))
        return hours * 3600.0 + minutes * 60.0 + sum(rest)
    iso = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", value)
    if not iso:
        return 0.0
    days, hours, minutes, seconds = (int(each or 0) for each in iso.groups())
    return days * 86_400.0 + hours * 3600.0 + minutes * 60.0 + seconds


def metres_of(value: str) -> float | None:
    """A measure in metres, also from feet and inches; None where it says nothing."""
    number = re.search(r"\d+\.?\d*", value.replace(",", "."))
    if not number:
        return None
    _, foot, inches = value.partition("'")
    if not foot:
        return float(number[0])
    more = re.search(r"\d+", inches)
    return (float(number[0]) * 12 + (int(more[0]) if more else 0)) * 0.0254


def _height(value: str) -> float | None:
    return 4.5 if value in {"default", "none", "no-sign", "unsigned"} else metres_of(value)


def _kilograms(value: str) -> float | None:
    number = re.search(r"\d+\.?\d*", value.replace(",", "."))
    if not number:
        return None
    factor = 0.45359237 if "lbs" in value else 1.0 if "kg" in value else 1000.0
    return float(number[0]) * factor
