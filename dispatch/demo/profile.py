"""How big a demo world is: the four profiles.

Days are working days. Minutes are wall minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ProfileName(StrEnum):
    """The sizes by name."""

    S = "S"
    M = "M"
    L = "L"
    XL = "XL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Volumes of one size. ``booked`` and ``open_visits`` lie after the demo day."""

    technicians: int
    contractors: int
    helpers: int
    standby: int
    visits_per_day: int
    territories: int
    depots: int
    customers: int
    sites: int
    assets: int
    history_days: int
    tickets_per_day: int
    future_days: int
    booked: int
    open_visits: int
    backlog: int
    agents: tuple[int, int, int]


PROFILES = {
    ProfileName.S: Profile(
        technicians=5, contractors=1, helpers=0, standby=0, visits_per_day=25,
        territories=1, depots=1, customers=50, sites=85, assets=220,
        history_days=20, tickets_per_day=12, future_days=5, booked=60, open_visits=20,
        backlog=15, agents=(2, 1, 1),
    ),
    ProfileName.M: Profile(
        technicians=24, contractors=3, helpers=2, standby=2, visits_per_day=130,
        territories=5, depots=3, customers=260, sites=430, assets=1150,
        history_days=40, tickets_per_day=285, future_days=10, booked=700, open_visits=180,
        backlog=60, agents=(8, 4, 2),
    ),
    ProfileName.L: Profile(
        technicians=120, contractors=15, helpers=8, standby=8, visits_per_day=650,
        territories=20, depots=10, customers=1300, sites=2100, assets=5700,
        history_days=10, tickets_per_day=1425, future_days=5, booked=1750, open_visits=600,
        backlog=200, agents=(40, 20, 8),
    ),
    ProfileName.XL: Profile(
        technicians=400, contractors=40, helpers=0, standby=0, visits_per_day=2200,
        territories=60, depots=25, customers=4500, sites=7200, assets=19000,
        history_days=0, tickets_per_day=0, future_days=1, booked=0, open_visits=0,
        backlog=0, agents=(60, 30, 10),
    ),
}  # fmt: skip
