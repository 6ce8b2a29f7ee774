"""On which terms this installation plans: the planner's settings, from those of the installation."""

from __future__ import annotations

from app.config import Settings
from dispatch.planning import briefs


def planning(given: Settings) -> briefs.Settings:
    """What the planner trades and respects; 0 stands for no limit."""
    return briefs.Settings(
        most_changes=given.repair_changes or None,
        most_visits=given.shift_visits or None,
        reserve_share=given.reserve_percent / 100,
    )
