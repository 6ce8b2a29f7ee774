"""Faults of travel: matrices, coordinates, profiles."""

from __future__ import annotations

from typing import Any

from routing.faults import shapes
from routing.faults.matrices import look_at_matrix
from routing.faults.notes import Notes, Sound, joined, shown
from routing.faults.traffic import look_at_traffic
from routing.problem import RoundUnits

COORDINATES = {"planar": ("x", "y"), "haversine": ("lat", "lon")}
TYPES = ("matrix", *COORDINATES)


def look_at_travel(notes: Notes, travel: Any, *, places: list[Any] | None) -> None:  # noqa: ANN401 - any JSON
    """``places`` are the locations as the file has them; None when they are faulty."""
    if travel is None:
        return
    sound = notes.shaped(travel, shapes.TRAVEL, "travel") or Sound()
    kind = sound.get("type")
    if kind == "matrix":
        _look_at_matrices(notes, travel, sound, places=places)
    elif kind in COORDINATES:
        _look_at_coordinates(notes, kind, places=places)
    elif kind is not None:
        notes.add(
            "unknown-type",
            "travel.type",
            f"{shown(kind)} is no kind of travel",
            advice=f"Travel is {', '.join(TYPES)}.",
        )
    if kind == "planar" and sound.get("round_units", "none") not in tuple(RoundUnits):
        notes.add(
            "unknown-type",
            "travel.round_units",
            f"{shown(sound['round_units'])} is no way to round",
            advice=f"Write {', '.join(RoundUnits)}.",
        )
    if kind == "haversine":
        _look_at_speed(notes, travel, sound)
    if sound.get("traffic"):
        free = sound.get("seconds", []) if kind == "matrix" else None
        look_at_traffic(notes, sound["traffic"], "travel.traffic", free=free)
    if sound.get("profiles"):
        _look_at_profiles(notes, sound["profiles"], kind=kind, places=places)


def profiles_of(travel: Any) -> set[str]:  # noqa: ANN401 - any JSON
    """Names that a technician's profile may have."""
    named = travel.get("profiles") if isinstance(travel, dict) else None
    return {"", *(named if isinstance(named, dict) else ())}


def _look_at_profiles(
    notes: Notes,
    profiles: Sound,
    *,
    kind: Any,  # noqa: ANN401 - any JSON
    places: list[Any] | None,
) -> None:
    if kind != "matrix":
        notes.add(
            "unknown-key",
            "travel.profiles",
            "only a matrix has profiles",
            advice="Give a matrix, or travel_factor to the technicians.",
        )
    for name, table in profiles.items():
        here = joined("travel.profiles", name)
        sound = notes.shaped(table, shapes.PROFILE, here) or Sound()
        for key in ("seconds", "metres"):
            if key in sound and places is not None:
                look_at_matrix(notes, sound[key], f"{here}.{key}", size=len(places))
        if sound.get("traffic"):
            look_at_traffic(
                notes, sound["traffic"], f"{here}.traffic", free=sound.get("seconds", [])
            )


def _look_at_matrices(
    notes: Notes, travel: Sound, sound: Sound, *, places: list[Any] | None
) -> None:
    if travel.get("seconds") is None:
        notes.add(
            "missing-key",
            "travel.seconds",
            "a matrix without seconds",
            advice="Add seconds: one row for each location, in their order.",
        )
    for key in ("seconds", "metres"):
        if key in sound and places is not None:
            look_at_matrix(notes, sound[key], f"travel.{key}", size=len(places))


def _look_at_coordinates(notes: Notes, kind: str, *, places: list[Any] | None) -> None:
    for number, location in enumerate(places or ()):
        if not isinstance(location, dict):
            continue
        for key in COORDINATES[kind]:
            if key not in location:
                notes.add(
                    "missing-key",
                    f"locations[{number}].{key}",
                    f"{kind} travel needs {' and '.join(COORDINATES[kind])} at every location",
                    advice=f"Add {key}, or give a matrix.",
                )


def _look_at_speed(notes: Notes, travel: Sound, sound: Sound) -> None:
    if "metres_per_second" not in travel:
        notes.add(
            "missing-key",
            "travel.metres_per_second",
            "haversine travel needs a speed",
            advice="Add metres_per_second; 50 km/h are 13.9.",
        )
    elif sound.get("metres_per_second") == 0:
        notes.add(
            "out-of-range",
            "travel.metres_per_second",
            "nobody arrives at a speed of 0",
            advice="Write a number above 0; 50 km/h are 13.9.",
        )
