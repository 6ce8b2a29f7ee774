"""The plan in force: who is where when, how a solution gets into force, what people may change.

Locks are taken in one order by every verb that changes a plan: run or plan row, the day's
revision, turns of technicians, rows by ascending id. Occupancy follows assignments and holds: all
rows concerned are deleted, then all are inserted, so that two visits may exchange places.

Why a package: ``merging`` lays a solution over what people did meanwhile, ``publication`` brings it
into force.
"""

from __future__ import annotations

from dispatch.planning.assignments import (
    Place,
    TechnicianBusy,
    assignments_of,
    incumbent,
    revision,
    touch_day,
)
from dispatch.planning.judging import PlanRejected
from dispatch.planning.plans.publication import (
    BriefOutdated,
    Publication,
    discard,
    propose,
    publish,
    publish_proposal,
    put_in_force,
)
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
    "BriefOutdated",
    "Occupancy",
    "Origin",
    "Override",
    "Pin",
    "Place",
    "Plan",
    "PlanRejected",
    "PlanState",
    "Publication",
    "TechnicianBusy",
    "TerritoryDay",
    "Unserved",
    "assignments_of",
    "discard",
    "incumbent",
    "propose",
    "publish",
    "publish_proposal",
    "put_in_force",
    "revision",
    "touch_day",
]
