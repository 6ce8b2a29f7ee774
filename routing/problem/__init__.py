"""The planner's question, as frozen values: jobs, technicians with shifts, places, rules, prices.

Instants are seconds after the problem's own zero, lengths end in ``_s`` (seconds) or ``_m``
(metres), prices share one money unit. Intervals are closed: a ``Window`` holds both its ends.
Numbers may be ints or floats; they are kept exactly as they were given.

Why a package: the question has many small parts. ``travel`` says how far places are apart,
``people`` who can go, ``work`` what must be done, and ``question`` joins them.
"""

from __future__ import annotations

from routing.problem.people import (
    Break,
    Cost,
    History,
    OvertimeStep,
    Shift,
    Skill,
    SoftLimit,
    SoftLimitKind,
    Technician,
)
from routing.problem.question import (
    METRICS,
    METRICS_BY_PRIORITY,
    ChangeCost,
    Depot,
    Equipment,
    Fairness,
    Problem,
    Relation,
    RelationType,
    Term,
)
from routing.problem.travel import (
    HaversineTravel,
    Location,
    MatrixTravel,
    PlanarTravel,
    RoundUnits,
    Traffic,
    TrafficSlice,
    TravelSpec,
    among,
    has_traffic,
    of_profile,
    profiles_of,
)
from routing.problem.work import (
    Deadline,
    DeadlineOf,
    DelayStep,
    Job,
    Pin,
    Requirement,
    TechnicianWish,
    Window,
    WindowWish,
    Wish,
)

__all__ = [
    "METRICS",
    "METRICS_BY_PRIORITY",
    "Break",
    "ChangeCost",
    "Cost",
    "Deadline",
    "DeadlineOf",
    "DelayStep",
    "Depot",
    "Equipment",
    "Fairness",
    "HaversineTravel",
    "History",
    "Job",
    "Location",
    "MatrixTravel",
    "OvertimeStep",
    "Pin",
    "PlanarTravel",
    "Problem",
    "Relation",
    "RelationType",
    "Requirement",
    "RoundUnits",
    "Shift",
    "Skill",
    "SoftLimit",
    "SoftLimitKind",
    "Technician",
    "TechnicianWish",
    "Term",
    "Traffic",
    "TrafficSlice",
    "TravelSpec",
    "Window",
    "WindowWish",
    "Wish",
    "among",
    "has_traffic",
    "of_profile",
    "profiles_of",
]
