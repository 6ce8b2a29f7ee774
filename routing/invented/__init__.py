"""Invents problems from a seed: days of technicians, and one fleet with time windows.

The same arguments give the same problem on every machine. Legs are cut to a tenth of a unit, so
seconds and metres are whole numbers and every planner can be given exactly the same question.
"""

from __future__ import annotations

from routing.invented.fleet import Rounds, fleet_day
from routing.invented.rush import with_rush
from routing.invented.technicians import technician_day

__all__ = ["Rounds", "fleet_day", "technician_day", "with_rush"]
