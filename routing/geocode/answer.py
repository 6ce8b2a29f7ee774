"""What a geocoder answers: a place on earth, how exactly, and how far to trust it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

# Starting marks: from ACCEPTED on an answer is taken, below REVIEWED it counts as none.
ACCEPTED = 0.8
REVIEWED = 0.5
# Two answers whose confidence is so close, at different places, are a question and not an answer.
MARGIN = 0.1
# Nearer to each other than this, in metres, two answers are one place.
SAME_PLACE_M = 150.0
METRES_A_DEGREE = 111_195.0


class Precision(StrEnum):
    """How exactly a place is known, best first; below street a person must look."""

    ROOFTOP = "rooftop"
    INTERPOLATED = "interpolated"
    STREET = "street"
    LOCALITY = "locality"


class Verdict(StrEnum):
    """What to do with the answers to one address."""

    ACCEPTED = "accepted"
    AMBIGUOUS = "ambiguous"
    UNSURE = "unsure"
    NOT_FOUND = "not-found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One place found for an address.

    Degrees in WGS 84; ``confidence`` from 0 to 1; ``attribution`` must be shown; ``raw`` is what
    the provider said, as JSON, or empty.
    """

    latitude: float
    longitude: float
    label: str
    precision: Precision
    provider: str
    attribution: str
    confidence: float
    raw: str = ""

    def __post_init__(self) -> None:
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 180):
            raise ValueError(f"no place on earth: {self.latitude}, {self.longitude}")
        if not 0 <= self.confidence <= 1:
            raise ValueError(f"confidence is from 0 to 1, not {self.confidence}")


class Geocoder(Protocol):
    """Whoever finds places for an address."""

    @property
    def name(self) -> str:
        """The provider's name, as answers carry it."""

    def find(
        self, address: str, *, language: str, country: str | None = None
    ) -> tuple[Answer, ...]:
        """Up to five places, best first; empty when there is none. Raises GeocodeError."""


class GeocodeError(Exception):
    """A geocoder gave no answer; which kind tells what to do.

    ``retry_after_s`` is how many seconds the provider asked for, 0 when it did not say.
    """

    def __init__(self, words: str, *, retry_after_s: float = 0.0) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(words)


class GeocoderBusy(GeocodeError):
    """It may answer later: a time-out, too many questions, or it is down."""


class GeocoderRefused(GeocodeError):
    """A person must mend something: a key, a quota, the address of the service."""


class GeocoderPuzzled(GeocodeError):
    """The address will never be answered: the service cannot read it."""


def judge(answers: Sequence[Answer]) -> Verdict:
    """Whether the first of ``answers``, best first, may be taken without a person's look."""
    best = answers[0] if answers else None
    if best is None or best.confidence < REVIEWED:
        return Verdict.NOT_FOUND
    if any(
        best.confidence - other.confidence < MARGIN and metres(best, other) > SAME_PLACE_M
        for other in answers[1:]
    ):
        return Verdict.AMBIGUOUS
    if best.confidence < ACCEPTED or best.precision is Precision.LOCALITY:
        return Verdict.UNSURE
    return Verdict.ACCEPTED


def metres(a: Answer, b: Answer) -> float:
    """Metres between two answers; plane geometry, good to a per mille over a town."""
    return apart((a.latitude, a.longitude), (b.latitude, b.longitude))


def apart(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Metres between two points (latitude, longitude) in degrees; good over a town."""
    shrink = math.cos(math.radians((a[0] + b[0]) / 2))
    return METRES_A_DEGREE * math.hypot(a[0] - b[0], (a[1] - b[1]) * shrink)
