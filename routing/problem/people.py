"""Who can go: technicians with their shifts, breaks, skills and prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from routing.problem.work import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """A level, and for a certificate the instants between which the whole work must lie."""

    level: float = 1
    valid_from: float | None = None
    valid_until: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OvertimeStep:
    """An additional price of the overtime beyond ``after_s``."""

    after_s: float
    per_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Prices of a technician.

    In a crew everybody's prices add up, except ``per_m``, ``per_outside_*`` and
    ``per_spare_level``: there the lead's alone count. ``per_duration_s`` is paid from departure to
    return without unpaid breaks.
    """

    fixed: float = 0
    per_m: float = 0
    per_travel_s: float = 0
    per_duration_s: float = 0
    per_overtime_s: float = 0
    overtime_steps: tuple[OvertimeStep, ...] = ()
    per_visit: float = 0
    per_outside_visit: float = 0
    per_outside_s: float = 0
    per_spare_level: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Seconds of past weeks, for fairness within one group."""

    worked_s: float = 0
    available_s: float = 0
    group: str = ""


class SoftLimitKind(StrEnum):
    """What a soft limit may bound."""

    DURATION = "max_duration_s"
    TRAVEL = "max_travel_s"
    DISTANCE = "max_distance_m"
    VISITS = "max_visits"
    LAST_END = "last_end"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftLimit:
    """``price`` of each second, metre or visit above ``value``."""

    limit: SoftLimitKind
    value: float
    price: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """``window`` bounds the start; None is any time, and then the break is always due.

    Without a location it is taken wherever the technician is, also in the middle of a leg.
    """

    id: str
    duration_s: float
    window: Window | None = None
    location: str | None = None
    paid: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One working period. A route leaves at ``start`` or later, and is back at
    ``end + max_overtime_s`` or earlier. Limits are hard; None is no limit.

    ``start_location`` None: the route begins at its first stop; ``end_location`` None: it ends at
    its last. ``id`` may be None when the technician has one shift only.
    """

    id: str | None = None
    start: float
    end: float
    start_location: str | None
    end_location: str | None
    max_overtime_s: float = 0
    max_duration_s: float | None = None
    max_travel_s: float | None = None
    max_distance_m: float | None = None
    max_leg_s: float | None = None
    max_visits: int | None = None
    max_visits_by_tag: Mapping[str, float] = field(default_factory=dict)
    first_start: float | None = None
    last_end: float | None = None
    soft_limits: tuple[SoftLimit, ...] = ()
    breaks: tuple[Break, ...] = ()

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"shift ends before it starts: {self.start} to {self.end}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Technician:
    """``service_factor`` multiplies the length of work, ``travel_factor`` the free-flow seconds.

    Territories: None allows all (``allowed``), wishes none (``preferred``). A dimension that
    ``capacity`` does not name is unlimited. ``profile`` names the travel's table that holds for
    this technician; "" is the one for everybody. A crew rides with its lead.
    """

    id: str
    name: str = ""
    shifts: tuple[Shift, ...]
    skills: Mapping[str, Skill] = field(default_factory=dict)
    tools: frozenset[str] = frozenset()
    parts: Mapping[str, float] = field(default_factory=dict)
    capacity: Mapping[str, float] = field(default_factory=dict)
    service_factor: float = 1
    travel_factor: float = 1
    profile: str = ""
    allowed_territories: frozenset[str] | None = None
    forbidden_territories: frozenset[str] = frozenset()
    preferred_territories: frozenset[str] | None = None
    min_rest_s: float = 0
    cost: Cost = field(default_factory=Cost)
    history: History = field(default_factory=History)

    def __post_init__(self) -> None:
        if not self.shifts:
            raise ValueError(f"technician {self.id} has no shift")
