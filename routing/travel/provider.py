"""The one shape of everything that knows roads, from straight lines to a routing engine.

Points are degrees (latitude, longitude), rounded to five decimals (about 1 m). Every provider
answers every cell: what it does not know it estimates and marks. A leg from a point to itself
takes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol

if TYPE_CHECKING:  # settings name profiles, and are read before anything heavy is loaded
    from routing.travel.matrix import TravelMatrix


class Point(NamedTuple):
    """A place on earth in degrees, WGS 84."""

    lat: float
    lon: float

    def rounded(self) -> Point:
        """Five decimals: two spellings of one doorstep become one point."""
        return Point(round(self.lat, 5), round(self.lon, 5))


class Profile(StrEnum):
    """How somebody moves."""

    CAR = "car"
    VAN = "van"
    BIKE = "bike"
    FOOT = "foot"


# Those that the traffic of the hour holds up, and about which drives teach.
MOTORISED = frozenset({Profile.CAR, Profile.VAN})


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPart:
    """A part of the day with traffic of its own: whole minutes after midnight, half-open."""

    name: str
    begins_minute: int
    ends_minute: int
    weekend: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.begins_minute < self.ends_minute <= 24 * 60:
            raise ValueError(f"no part of a day: {self.begins_minute} to {self.ends_minute}")


# Rates that hold whatever the hour.
ALL_DAY = DayPart(name="all-day", begins_minute=0, ends_minute=24 * 60)
# Names of parts of the day, by who moves.
DayParts = Mapping[Profile, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a provider can do, so that a caller need not try.

    ``max_elements`` is the largest origins times destinations of one question (None: any), and
    ``max_stops`` the most points of one path.
    ``may_cache_days`` follows from the source's terms (None: for good). ``day_parts`` names, by
    profile, the parts of the day that have tables of their own; at any other the table is that of
    the whole day, and need not be asked for again.
    """

    asymmetric: bool = False
    geometry: bool = False
    day_parts: DayParts = field(default_factory=dict)
    profiles: frozenset[Profile] = frozenset({Profile.CAR})
    max_elements: int | None = None
    max_stops: int | None = None
    may_cache_days: int | None = None
    attribution: str = ""

    def known(self, day_part: DayPart, *, profile: Profile) -> DayPart:
        """The part whose table is the answer at ``day_part``: itself, or the whole day."""
        return day_part if day_part.name in self.day_parts.get(profile, ()) else ALL_DAY


class TravelError(Exception):
    """A provider did not answer. Its subclasses are sorted by what the caller should do."""

    code: ClassVar[str] = "travel"


class TravelBusy(TravelError):
    """Try again later: a time-out, an overloaded or a dead server."""

    code = "travel-busy"


class TravelRefused(TravelError):
    """Ask a person: the key is refused or the quota is spent."""

    code = "travel-refused"


class TravelImpossible(TravelError):
    """Give up: the question itself cannot be answered, such as a point outside of the map."""

    code = "travel-impossible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One leg as it is driven, for a map: its ``line`` leads from the one place to the other.

    ``straight``: nobody knows the roads between them, so the line is no way that can be driven.
    """

    seconds: int
    metres: int
    line: tuple[Point, ...]
    straight: bool = False

    @classmethod
    def between(
        cls, begin: Point, end: Point, *, seconds: float, metres: float, line: Sequence[Point]
    ) -> Way:
        """The way on roads whose ``line`` begins and ends on roads, from doorstep to doorstep."""
        if begin.rounded() == end.rounded():
            return cls(seconds=0, metres=0, line=(begin, end))
        return cls(
            seconds=round(seconds),
            metres=round(metres),
            line=_without_repeats((begin, *line, end)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """The way through points in their order: one leg from each to the next."""

    legs: tuple[Way, ...]

    @property
    def seconds(self) -> int:
        return sum(leg.seconds for leg in self.legs)

    @property
    def metres(self) -> int:
        return sum(leg.metres for leg in self.legs)

    @property
    def line(self) -> tuple[Point, ...]:
        """The lines of all legs as one."""
        return _without_repeats([point for leg in self.legs for point in leg.line])


def _without_repeats(points: Sequence[Point]) -> tuple[Point, ...]:
    """The same line with no point twice in succession, and at least two points."""
    kept = [
        point for point, before in zip(points, (None, *points), strict=False) if point != before
    ]
    return tuple(kept) if len(kept) != 1 else (kept[0], kept[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Whether a provider answers, and in words why not."""

    well: bool
    message: str = ""


class Provider(Protocol):
    """Knows how long it takes to get from place to place."""

    @property
    def name(self) -> str: ...

    @property
    def capabilities(self) -> Capabilities: ...

    def matrix(
        self,
        origins: Sequence[Point],
        *,
        destinations: Sequence[Point],
        profile: Profile = Profile.CAR,
        day_part: DayPart = ALL_DAY,
    ) -> TravelMatrix:
        """Seconds and metres of every leg. Raises TravelError."""

    def path(
        self,
        points: Sequence[Point],
        *,
        profile: Profile = Profile.CAR,
        day_part: DayPart = ALL_DAY,
    ) -> Path:
        """The way through the points in their order, leg by leg.

        Raises TravelError; TravelImpossible where one of the legs has no way.
        """

    def health(self) -> Health:
        """Whether it answers now."""
