"""The plan in force: who is where when, how a solution gets into force, what people may change.

Locks are taken in one order by every verb that changes a plan: run or plan row, the day's
revision, turns of technicians, rows by ascending id. Occupancy follows assignments and holds: all
rows concerned are deleted, then all are inserted, so that two visits may exchange places.

Why a package: ``merging`` lays a solution over what people did meanwhile, ``publication`` brings it
into force, ``hand``, ``trying`` and ``pins`` are the dispatcher's, ``days`` closes what is over.
"""

from __future__ import annotations

from dispatch.planning.assignments import (
    Place,
    assignments_of,
    incumbent,
    revision,
    touch_day,
)
from dispatch.planning.judging import PlanRejected, WorseThanBefore
from dispatch.planning.occupancy import TechnicianBusy
from dispatch.planning.plans.days import close_day, release_for_cancel
from dispatch.planning.plans.hand import (
    AlreadyStarted,
    Move,
    NotWorking,
    ReasonMissing,
    judge_move,
    move,
    unassign,
)
from dispatch.planning.plans.pins import Pinned, live_pin, pin, unpin
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
    "AlreadyStarted",
    "Assignment",
    "AssignmentState",
    "BriefOutdated",
    "Move",
    "NotWorking",
    "Occupancy",
    "Origin",
    "Override",
    "Pin",
    "Pinned",
    "Place",
    "Plan",
    "PlanRejected",
    "PlanState",
    "Publication",
    "ReasonMissing",
    "TechnicianBusy",
    "TerritoryDay",
    "Unserved",
    "WorseThanBefore",
    "assignments_of",
    "close_day",
    "discard",
    "incumbent",
    "judge_move",
    "live_pin",
    "move",
    "pin",
    "propose",
    "publish",
    "publish_proposal",
    "put_in_force",
    "release_for_cancel",
    "revision",
    "touch_day",
    "unassign",
    "unpin",
]
