"""Reads the text formats in which academic problems are published: Solomon's and VRPLIB.

One unit of such a file is taken as a minute of travel (60 s) and a kilometre (1000 m), so a level
of ``distance_m`` with weight 0.001 is the published value. Sets are compared under a convention,
which says how lengths are rounded, and a goal; values of different ones must never be compared.
"""

from __future__ import annotations

from routing.academic import solomon, vrplib
from routing.academic.lines import Convention, Goal, malformed
from routing.faults import Malformed
from routing.problem import Problem


def read(data: bytes, *, name: str, convention: Convention, goal: Goal) -> Problem:
    """The problem in a file; ``name`` is for files that carry none. Raises ``Malformed``."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")  # old files have names of people in their comments
    if vrplib.is_vrplib(text):
        return vrplib.read(text, name=name, convention=convention, goal=goal)
    if solomon.is_solomon(text):
        return solomon.read(text, name=name, convention=convention, goal=goal)
    raise malformed(
        "unknown-format",
        "file",
        "this is neither Solomon's format nor VRPLIB",
        advice="Give a file with the words VEHICLE and CUSTOMER, or one with DIMENSION.",
    )


__all__ = ["Convention", "Goal", "Malformed", "read"]
