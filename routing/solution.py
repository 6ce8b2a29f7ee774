"""The planner's answer: who drives where, in which order, at what time, and what is left out.

Instants are seconds after the problem's zero. A solution either carries a start for every stop, or
for none: then its order alone counts and the earliest schedule of that order is meant. Ids may name
things that the problem does not know (an incumbent of yesterday); whoever judges it finds out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class StopKind(StrEnum):
    """What a technician stops for; also the key of the id in the file."""

    VISIT = "visit"
    BREAK = "break"
    DEPOT = "depot"


class Reason(StrEnum):
    """Why a job is left out, as a claim that the judge examines."""

    NO_TECHNICIAN = "no-technician"
    UNREACHABLE = "unreachable"
    NO_ROOM = "no-room"
    TOO_COSTLY = "too-costly"
    RELATED = "related"
    NOT_TRIED = "not-tried"


class Origin(StrEnum):
    """Who made a solution."""

    ENGINE = "engine"
    INSERTION = "insertion"
    MANUAL = "manual"


class Proof(StrEnum):
    """What was proven about a solution."""

    OPTIMAL = "optimal"
    BOUNDED = "bounded"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A job, a break or a depot in a route; ``id`` is the job's, the break's or the depot's."""

    kind: StopKind = StopKind.VISIT
    id: str
    arrival: float | None = None
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The day of one technician, or of a crew whose first member leads, in one shift.

    ``shift`` may be None when the lead has one shift only. ``back`` is the file's ``return``.
    """

    technicians: tuple[str, ...]
    shift: str | None = None
    stops: tuple[Stop, ...] = ()
    depart: float | None = None
    back: float | None = None

    def __post_init__(self) -> None:
        if not self.technicians:
            raise ValueError("a route needs a technician")

    @property
    def lead(self) -> str:
        return self.technicians[0]

    @property
    def jobs(self) -> tuple[str, ...]:
        """Ids of the jobs in their order."""
        return tuple(stop.id for stop in self.stops if stop.kind is StopKind.VISIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """A job that is left out. ``reason`` is a ``Reason`` or any other words."""

    job: str
    reason: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """How a solution came to be. ``bound`` is a proven lower bound, one value a level."""

    origin: str | None = None
    proof: str | None = None
    bound: tuple[float, ...] | None = None
    solver: str | None = None
    version: str | None = None
    seed: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """``objective`` is what the planner claims, one value a level; the judge computes it again."""

    problem: str = ""
    routes: tuple[Route, ...] = ()
    unserved: tuple[Unserved, ...] = ()
    objective: tuple[float, ...] | None = None
    about: About = field(default_factory=About)
