"""The figures of the format, by the names that an objective uses.

They are filled while a timetable is measured, and only read afterwards. ``_s`` are seconds, ``_m``
metres, ``_cost`` and ``_penalty`` money, the rest numbers or shares.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class PriorityMetrics:
    """Those that may be limited to the jobs of one priority."""

    visits: float = 0
    served: float = 0
    unserved: float = 0
    unserved_penalty: float = 0
    lateness_s: float = 0
    late_visits: float = 0
    lateness_cost: float = 0
    broken_promises: float = 0
    promise_late_s: float = 0
    dropped_promises: float = 0
    overdue_s: float = 0
    overdue_visits: float = 0
    overdue_cost: float = 0
    delay_s: float = 0
    delay_cost: float = 0


@dataclass(slots=True, kw_only=True)
class Metrics(PriorityMetrics):
    """All of them, over the whole solution."""

    routes_used: float = 0
    technicians_used: float = 0
    travel_s: float = 0
    distance_m: float = 0
    service_s: float = 0
    setup_s: float = 0
    depot_s: float = 0
    wait_s: float = 0
    break_s: float = 0
    duration_s: float = 0
    overtime_s: float = 0
    max_lateness_s: float = 0
    missed_technicians: float = 0
    missed_windows: float = 0
    outside_visits: float = 0
    spare_levels: float = 0
    preference_cost: float = 0
    splits: float = 0
    continuity_cost: float = 0
    changes: float = 0
    changed_technician: float = 0
    changed_shift: float = 0
    moved_visits: float = 0
    moved_s: float = 0
    dropped: float = 0
    change_cost: float = 0
    soft_limit_cost: float = 0
    workload_excess_s: float = 0
    fairness_cost: float = 0
    fixed_cost: float = 0
    route_cost: float = 0
    cost: float = 0
    utilisation: float = 0
    travel_share: float = 0
    visits_per_route: float = 0
    metres_per_visit: float = 0
    duration_spread_s: float = 0
    workload_spread: float = 0
