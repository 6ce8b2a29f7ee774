"""What a geocoder answers: a place on earth, and how far to trust it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Exactness(StrEnum):
    """How exactly a place is known, best first; below street a person must look."""

    ROOFTOP = "rooftop"
    INTERPOLATED = "interpolated"
    STREET = "street"
    LOCALITY = "locality"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One place found for an address. Degrees in WGS 84; ``attribution`` must be shown."""

    latitude: float
    longitude: float
    label: str
    exactness: Exactness
    provider: str
    attribution: str


class GeocodeError(Exception):
    """A geocoder gave no answer; which kind tells what to do."""


class GeocoderBusy(GeocodeError):
    """It may answer later: a time-out, too many questions, or it is down."""


class GeocoderRefused(GeocodeError):
    """A person must mend something: a key, a quota, the address of the service."""
