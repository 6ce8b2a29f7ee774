"""The whole question: depots, equipment, relations, the objective, the incumbent, and lookups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeVar

from routing.problem.people import Technician
from routing.problem.travel import Location, MatrixTravel, TravelSpec
from routing.problem.work import Job, Window
from routing.solution import Solution

# Metrics that a term may limit to the jobs of one priority.
METRICS_BY_PRIORITY = (
    "visits", "served", "unserved", "unserved_penalty", "lateness_s", "late_visits",
    "lateness_cost", "broken_promises", "promise_late_s", "dropped_promises", "overdue_s",
    "overdue_visits", "overdue_cost", "delay_s", "delay_cost",
)  # fmt: skip
METRICS = (
    *METRICS_BY_PRIORITY, "routes_used", "technicians_used", "travel_s", "distance_m", "service_s",
    "setup_s", "depot_s", "wait_s", "break_s", "duration_s", "overtime_s", "max_lateness_s",
    "missed_technicians", "missed_windows", "outside_visits", "spare_levels", "preference_cost",
    "splits", "continuity_cost", "changes", "changed_technician", "changed_shift", "moved_visits",
    "moved_s", "dropped", "change_cost", "soft_limit_cost", "workload_excess_s", "fairness_cost",
    "fixed_cost", "route_cost", "cost", "utilisation", "travel_share", "visits_per_route",
    "metres_per_visit", "duration_spread_s", "workload_spread",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Depot:
    """A place of ours on the way; it empties the van and, from then on, ``supplies`` what is named.

    ``supplies`` None is everything, an empty set nothing. ``windows`` bound the start of loading.
    """

    id: str
    name: str = ""
    location: str
    duration_s: float
    windows: tuple[Window, ...] = ()
    supplies: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """Machines of a common pool: never more than ``count`` in use, each use inside one window."""

    id: str
    name: str = ""
    count: int = 1
    windows: tuple[Window, ...] = ()


class RelationType(StrEnum):
    """How jobs hang together."""

    SAME_TECHNICIAN = "same_technician"
    DIFFERENT_TECHNICIAN = "different_technician"
    SAME_START = "same_start"
    PRECEDENCE = "precedence"
    GAP = "gap"
    ALL_OR_NONE = "all_or_none"

    @property
    def timed(self) -> bool:
        """Whether it says something about instants."""
        return self in {RelationType.SAME_START, RelationType.PRECEDENCE, RelationType.GAP}


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """``cost`` makes ``same_technician`` soft: the price of each lead after the first."""

    type: RelationType
    jobs: tuple[str, ...]
    min_s: float | None = None
    max_s: float | None = None
    cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A metric, its weight, and the priority it is limited to, if any."""

    metric: str
    weight: float = 1
    priority: int | None = None

    def __post_init__(self) -> None:
        if self.metric not in METRICS:
            raise ValueError(f"unknown metric {self.metric}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCost:
    """Prices of leaving the incumbent; ``max_changes`` is hard, None is no limit."""

    per_change: float = 0
    per_technician_change: float = 0
    per_shift_change: float = 0
    per_moved_s: float = 0
    tolerance_s: float = 0
    per_drop: float = 0
    max_changes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fairness:
    """Price of each second by which a workload leaves the median of its group."""

    tolerance_s: float = 0
    cost_per_s: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """``objective``: levels in order, the first decides; a level is the sum of its terms.

    The lookups at the end follow from the rest. ``provenance``, ``epoch``, ``time_zone`` and
    ``currency`` are for readers; no rule depends on them. Raises ValueError on repeated ids, and
    on a technician whose profile the travel does not have.
    """

    name: str = ""
    provenance: Mapping[str, object] = field(default_factory=dict)
    epoch: str = ""
    time_zone: str = ""
    currency: str = ""
    locations: tuple[Location, ...]
    travel: TravelSpec
    technicians: tuple[Technician, ...]
    jobs: tuple[Job, ...]
    depots: tuple[Depot, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    relations: tuple[Relation, ...] = ()
    objective: tuple[tuple[Term, ...], ...]
    incumbent: Solution | None = None
    change_cost: ChangeCost = field(default_factory=ChangeCost)
    fairness: Fairness = field(default_factory=Fairness)

    location_index: Mapping[str, int] = field(init=False, compare=False, repr=False)
    job_by_id: Mapping[str, Job] = field(init=False, compare=False, repr=False)
    technician_by_id: Mapping[str, Technician] = field(init=False, compare=False, repr=False)
    depot_by_id: Mapping[str, Depot] = field(init=False, compare=False, repr=False)
    equipment_by_id: Mapping[str, Equipment] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        places = _by_id(self.locations)
        lookups = {
            "location_index": {place: index for index, place in enumerate(places)},
            "job_by_id": _by_id(self.jobs),
            "technician_by_id": _by_id(self.technicians),
            "depot_by_id": _by_id(self.depots),
            "equipment_by_id": _by_id(self.equipment),
        }
        _look_at_profiles(self)
        for name, lookup in lookups.items():
            object.__setattr__(self, name, lookup)  # the way of frozen dataclasses


def _look_at_profiles(problem: Problem) -> None:
    travel = problem.travel
    known = {"", *travel.profiles} if isinstance(travel, MatrixTravel) else {""}
    for technician in problem.technicians:
        if technician.profile not in known:
            raise ValueError(f"technician {technician.id}: no travel for {technician.profile}")


class _Named(Protocol):
    @property
    def id(self) -> str: ...


_T = TypeVar("_T", bound=_Named)


def _by_id(things: Iterable[_T]) -> dict[str, _T]:
    found: dict[str, _T] = {}
    for thing in things:
        if thing.id in found:
            raise ValueError(f"id {thing.id} appears twice")
        found[thing.id] = thing
    return found
