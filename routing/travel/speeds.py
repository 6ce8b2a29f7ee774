"""How fast one drives: by the class of a road, what it is covered with, and what a sign allows.

Published constants of OSRM's car profile (Project-OSRM/osrm-backend, ``profiles/car.lua``, BSD-2), in
km/h. Limits by words are those of the countries' laws, as that profile lists them.
"""

from __future__ import annotations

import re

FERRY = "ferry"
CAR_KMH = {
    "motorway": 90.0,
    "motorway_link": 45.0,
    "trunk": 85.0,
    "trunk_link": 40.0,
    "primary": 65.0,
    "primary_link": 30.0,
    "secondary": 55.0,
    "secondary_link": 25.0,
    "tertiary": 40.0,
    "tertiary_link": 20.0,
    "unclassified": 25.0,
    "residential": 25.0,
    "living_street": 10.0,
    "service": 15.0,
    "winter_road": 20.0,
    "ice_road": 15.0,
}
# A way without a class of its own that is expressly open to cars.
OTHER_KMH = 10.0
ROUTE_KMH = {FERRY: 5.0, "shuttle_train": 10.0}
MOVABLE_BRIDGE_KMH = 5.0
# The share of a limit that is driven.
LIMIT_SHARE = 0.8

SURFACE_KMH = {
    **dict.fromkeys(("cement", "compacted", "fine_gravel"), 80.0),
    **dict.fromkeys(("paving_stones", "metal", "bricks"), 60.0),
    **dict.fromkeys(("grass", "wood", "sett", "grass_paver", "gravel", "unpaved"), 40.0),
    **dict.fromkeys(("ground", "dirt", "pebblestone", "tartan"), 40.0),
    **dict.fromkeys(("cobblestone", "clay", "snow"), 30.0),
    **dict.fromkeys(("earth", "stone", "rocky", "sand", "ice"), 20.0),
    "laterite": 15.0,
    "mud": 10.0,
}
TRACK_KMH = {"grade1": 60.0, "grade2": 40.0, "grade3": 30.0, "grade4": 25.0, "grade5": 20.0}
SMOOTHNESS_KMH = {
    "intermediate": 80.0,
    "bad": 40.0,
    "very_bad": 20.0,
    "horrible": 10.0,
    "very_horrible": 5.0,
    "impassable": 0.0,
}
MILE = 1.609
LIMITS = {"urban": 50.0, "rural": 90.0, "trunk": 110.0, "motorway": 130.0}
LIMITS_THERE = {
    "at:rural": 100.0,
    "at:trunk": 100.0,
    "ar:urban": 40.0,
    "ar:rural": 110.0,
    "be:motorway": 120.0,
    "be-bru:rural": 70.0,
    "be-bru:urban": 30.0,
    "be-vlg:rural": 70.0,
    "bg:motorway": 140.0,
    "by:urban": 60.0,
    "by:motorway": 110.0,
    "ca-on:rural": 80.0,
    "ch:rural": 80.0,
    "ch:trunk": 100.0,
    "ch:motorway": 120.0,
    "de:living_street": 7.0,
    "de:rural": 100.0,
    "de:motorway": 0.0,
    "dk:rural": 80.0,
    "es:trunk": 90.0,
    "fr:rural": 80.0,
    "lv:living_street": 20.0,
    "nl:rural": 80.0,
    "nl:trunk": 100.0,
    "no:rural": 80.0,
    "no:motorway": 110.0,
    "ph:urban": 40.0,
    "ph:rural": 80.0,
    "ph:motorway": 100.0,
    "pl:rural": 100.0,
    "pl:expressway": 120.0,
    "pl:motorway": 140.0,
    "ro:trunk": 100.0,
    "ru:living_street": 20.0,
    "ru:urban": 60.0,
    "ru:motorway": 110.0,
    "za:urban": 60.0,
    "za:rural": 100.0,
    "none": 140.0,
    **{f"{land}:nsl_single": 60 * MILE for land in ("gb", "uk")},
    **{f"{land}:nsl_dual": 70 * MILE for land in ("gb", "uk")},
    **{f"{land}:motorway": 70 * MILE for land in ("gb", "uk")},
}
LIMIT_KEYS = ("maxspeed:advisory", "maxspeed", "source:maxspeed", "maxspeed:type")


def limit_kmh(value: str) -> float:
    """A limit such as ``50``, ``30 mph`` or ``FR:urban`` in km/h; 0 where it says nothing."""
    number = re.match(r"\d+", value)
    if number:
        return int(number[0]) * (MILE if "mph" in value or "mp/h" in value else 1.0)
    word = value.lower()
    if word in LIMITS_THERE:
        return LIMITS_THERE[word]
    return LIMITS.get(word.partition(":")[2], 0.0)
