"""Places, and how the seconds and metres between them are to be found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

# A row for each place where legs start, in the order of the problem's locations; None is no road.
Table = tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place; ``x, y`` on a plane or ``lat, lon`` in degrees, neither with a matrix.

    ``setup_s`` (parking, registering, the way in) is spent once by a route that comes from another
    location, before the work of a job or a depot stop can start.
    """

    id: str
    name: str = ""
    x: float | None = None
    y: float | None = None
    lat: float | None = None
    lon: float | None = None
    setup_s: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficSlice:
    """From ``start`` on, ``factor`` seconds pass for each free-flow second on the road.

    A matrix may have a table of its own instead: then each leg takes the ``seconds`` it has there,
    in the order of the problem's locations, for as long as the slice holds.
    """

    start: float
    factor: float = 1
    seconds: Table | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """A slice holds until the next begins; with ``repeat_s`` the pattern repeats."""

    slices: tuple[TrafficSlice, ...]
    repeat_s: float | None = None

    def __post_init__(self) -> None:
        if not self.slices:
            raise ValueError("traffic without slices")


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixTravel:
    """Rows are where a leg starts; None is no road. Without ``metres`` every distance is 0.

    Both are square, in the order of the problem's locations; the diagonal is read as 0.
    ``profiles`` are tables of their own, with traffic of their own, for technicians who get about
    otherwise, by bike for instance. Raises ValueError when one of these has profiles again.
    """

    seconds: Table
    metres: Table | None = None
    traffic: Traffic | None = None
    profiles: Mapping[str, MatrixTravel] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if any(own.profiles for own in self.profiles.values()):
            raise ValueError("a profile with profiles of its own")


class RoundUnits(StrEnum):
    """How the length of a straight line is rounded before the factors apply."""

    NONE = "none"
    DIMACS = "dimacs"  # cut to one decimal
    MILLI = "milli"  # rounded to three decimals


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanarTravel:
    """Straight lines between ``x, y``."""

    seconds_per_unit: float = 1
    metres_per_unit: float = 1
    round_units: RoundUnits = RoundUnits.NONE
    traffic: Traffic | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HaversineTravel:
    """Great circles on a sphere, made longer by a factor, at one speed."""

    metres_per_second: float
    detour_factor: float = 1
    radius_m: float = 6371000
    traffic: Traffic | None = None


TravelSpec = MatrixTravel | PlanarTravel | HaversineTravel


def of_profile(travel: TravelSpec, profile: str) -> TravelSpec:
    """The travel of one profile; "" is the one that everybody else has. Raises KeyError."""
    if not profile:
        return travel
    if not isinstance(travel, MatrixTravel):
        raise KeyError(profile)
    return travel.profiles[profile]


def profiles_of(travel: TravelSpec) -> tuple[TravelSpec, ...]:
    """The travel of everybody without a profile, then that of each profile."""
    return (travel, *(travel.profiles.values() if isinstance(travel, MatrixTravel) else ()))


def has_traffic(travel: TravelSpec) -> bool:
    """Whether any profile has hours that are slower or faster."""
    return any(own.traffic is not None for own in profiles_of(travel))


def among(travel: TravelSpec, kept: Sequence[int]) -> TravelSpec:
    """The travel between some of the locations only, by their numbers."""
    if not isinstance(travel, MatrixTravel):
        return travel
    return replace(
        _among(travel, kept),
        profiles={name: _among(own, kept) for name, own in travel.profiles.items()},
    )


def _among(travel: MatrixTravel, kept: Sequence[int]) -> MatrixTravel:
    traffic = travel.traffic
    if traffic is not None:
        slices = [replace(one, seconds=_cut(one.seconds, kept)) for one in traffic.slices]
        traffic = replace(traffic, slices=tuple(slices))
    seconds = _cut(travel.seconds, kept)
    assert seconds is not None
    return replace(travel, seconds=seconds, metres=_cut(travel.metres, kept), traffic=traffic)


def _cut(table: Table | None, kept: Sequence[int]) -> Table | None:
    return table and tuple(tuple(table[i][j] for j in kept) for i in kept)
