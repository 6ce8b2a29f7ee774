"""Who can go: technicians, what they can do, when they work, what they carry.

Prices in minor units of the territory's currency; skill levels 1 to 3.
"""

from dispatch.workforce.crew import (
    add_technician,
    set_skill,
    set_travel_profile,
    skills_on,
    take_skill,
)
from dispatch.workforce.shifts import (
    Pause,
    Presence,
    ShiftOverlaps,
    add_shift,
    candidates,
    net_of,
    report_absence,
    working_on,
)
from dispatch.workforce.tables import (
    Absence,
    Break,
    Employment,
    Part,
    Shift,
    Skill,
    Technician,
    TechnicianSkill,
    VanStock,
)

__all__ = [
    "Absence",
    "Break",
    "Employment",
    "Part",
    "Pause",
    "Presence",
    "Shift",
    "ShiftOverlaps",
    "Skill",
    "Technician",
    "TechnicianSkill",
    "VanStock",
    "add_shift",
    "add_technician",
    "candidates",
    "net_of",
    "report_absence",
    "set_skill",
    "set_travel_profile",
    "skills_on",
    "take_skill",
    "working_on",
]
