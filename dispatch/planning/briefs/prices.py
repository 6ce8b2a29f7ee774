"""What the planner trades, each with its unit and where the number comes from.

Prices are minor units of the territory's currency. All are starting values of our own, first
written down for cents of a euro, until a desk has tuned them against its own days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from dispatch.tickets import Priority

# Job.priority: the class decides the level of the objective, 1 is the most urgent.
CLASSES: Mapping[Priority, int] = {
    Priority.URGENT: 1,
    Priority.HIGH: 2,
    Priority.NORMAL: 3,
    Priority.PLANNED: 4,
}
MAY_WAIT = 5
# One job left out, on the level of its class; age adds so little that jobs are counted first, up to
# a hundred of them, and the one that is due longest decides between equals.
UNSERVED = 100_000
UNSERVED_AGE_CAP = 900


class Mode(StrEnum):
    """How much a search may change: keep what is promised, few changes, or anything for a price."""

    KEEP = "keep"
    REPAIR = "repair"
    FREE = "free"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Prices and horizons of planning. Limits that are None do not bind."""

    mode: Mode = Mode.KEEP
    most_changes: int | None = None  # in a repair, beyond those that nobody can avoid
    frozen: timedelta = timedelta(minutes=45)  # what starts sooner keeps technician and order
    together: timedelta = timedelta(minutes=5)  # people of one visit begin within that
    tolerance: timedelta = timedelta(minutes=15)  # a start that moves by less is no change

    spare_level_minor: int = 50  # per level above the need: specialists stay free
    preferred_technician_minor: int = 400
    last_visitor_minor: int = 300  # continuity: somebody else than the last one at this device
    last_visitor_days: int = 90
    outside_preference_minor_per_minute: int = 10
    outside_preference_cap_minor: int = 600
    overdue_minor: int = 3000  # a breach without an agreed penalty
    overdue_minor_per_minute: int = 50
    overtime_share: float = 0.25  # on top of the hourly rate; twice that after two hours
    change_minor: int = 100  # per change later than today, once people were told
    change_factor_today: float = 4.0
    change_factor_soon: float = 8.0  # within the next two hours
    soon: timedelta = timedelta(hours=2)

    # Leaving out what may wait: its work costs the same on any day, so waiting saves the drive only.
    wait_minor: int = 4000  # about the price of one hour's drive there and back
    wait_minor_per_day: int = 150
    wait_eve_minor: int = 1500  # on the last day before it is due
    wait_factor: Mapping[Priority, float] = field(
        default_factory=lambda: {
            Priority.URGENT: 4.0,
            Priority.HIGH: 3.0,
            Priority.NORMAL: 1.5,
            Priority.PLANNED: 1.0,
        }
    )
    depot_minutes: int = 10  # loading parts on the way

    # Hours of past weeks against the median of comparable people.
    fairness_days: int = 28
    fairness_tolerance: timedelta = timedelta(minutes=30)
    fairness_minor_per_minute: int = 5

    most_visits: int | None = None  # of one shift
    longest_leg: timedelta | None = None
    longest_travel: timedelta | None = None  # of one shift
    # Share of each shift that no customer can book until so long before the day: for what is urgent.
    reserve_share: float = 0.0
    reserve_until: timedelta = timedelta(hours=24)
