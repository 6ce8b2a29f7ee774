"""The plan in force: assignments with places in rounds, pins, and what nobody may take twice.

Locks are taken in one order by every verb that changes a plan: run or plan row, the day's
revision, turns of technicians, rows by ascending id. Occupancy follows assignments and holds: all
rows concerned are deleted, then all are inserted, so that two visits may exchange places.

Why a package: ``tables`` holds the rows, ``places`` reads and writes who is where, ``publication``
brings a solution into force beside people, ``hand`` is what a dispatcher does.
"""

from __future__ import annotations

from dispatch.planning.tables import (
    Assignment,
    AssignmentState,
    Occupancy,
    Origin,
    Override,
    Pin,
    Plan,
    PlanState,
    TerritoryDay,
    Unserved,
)

__all__ = [
    "Assignment",
    "AssignmentState",
    "Occupancy",
    "Origin",
    "Override",
    "Pin",
    "Plan",
    "PlanState",
    "TerritoryDay",
    "Unserved",
]
