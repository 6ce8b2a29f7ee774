"""Faults of technicians: shifts, breaks, places, skills; and what is known by its id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from routing.faults import kinds, shapes
from routing.faults.notes import Notes, Sound, joined, shown
from routing.problem import SoftLimitKind


@dataclass(slots=True)
class Known:
    """Ids that others may name; None when their list is faulty and nobody can say."""

    locations: set[str] | None = None
    technicians: set[str] | None = None
    visits: set[str] | None = None
    equipment: set[str] | None = None
    profiles: set[str] = field(default_factory=set)
    shifts: dict[str, set[str]] = field(default_factory=dict)  # of a technician

    def location(self, notes: Notes, thing: Sound, *, key: str, place: str) -> None:
        """Notes a place that is not among the locations."""
        name = thing.get(key)
        if name is not None and self.locations is not None and name not in self.locations:
            notes.add(
                "unknown-id",
                joined(place, key),
                f"{shown(name)} is no location of this problem",
                advice="Add it to locations, or correct the id.",
            )

    def profile(self, notes: Notes, name: str, *, place: str) -> None:
        """Notes a profile without a table."""
        if name not in self.profiles:
            notes.add(
                "unknown-id",
                place,
                f"{shown(name)} is no profile of this problem's travel",
                advice="Add its table to travel.profiles, or correct the name.",
            )

    def technician(self, notes: Notes, name: str, *, place: str) -> bool:
        """Whether the technician may be named; a fault is noted."""
        if self.technicians is None or name in self.technicians:
            return True
        return notes.add(
            "unknown-id",
            place,
            f"{shown(name)} is no technician of this problem",
            advice="Leave the name out when that technician is away.",
        )


def look_at_technicians(
    notes: Notes, technicians: Iterable[tuple[str, Sound]], *, known: Known
) -> None:
    """Notes into ``known.shifts`` which shifts each technician has."""
    for place, technician in technicians:
        for key in ("start_location", "end_location"):
            known.location(notes, technician, key=key, place=place)
        known.profile(notes, technician.get("profile", ""), place=f"{place}.profile")
        _look_at_skills(notes, technician.get("skills", {}), place=f"{place}.skills")
        if "cost" in technician:
            cost = notes.shaped(technician["cost"], shapes.COST, f"{place}.cost") or Sound()
            steps = f"{place}.cost.overtime_steps"
            list(notes.each(cost.get("overtime_steps"), shapes.OVERTIME_STEP, steps))
        if "history" in technician:
            notes.shaped(technician["history"], shapes.HISTORY, f"{place}.history")
        shifts = list(notes.each(technician.get("shifts"), shapes.SHIFT, f"{place}.shifts"))
        for here, shift in shifts:
            _look_at_shift(notes, shift, technician, place=here, known=known)
        _look_at_shift_ids(notes, shifts, several=len(technician.get("shifts", [])) > 1)
        if "id" in technician:
            ids = {shift["id"] for _, shift in shifts if "id" in shift}
            known.shifts.setdefault(technician["id"], set()).update(ids)


def _look_at_skills(notes: Notes, skills: dict[str, Any], *, place: str) -> None:
    for name, level in skills.items():
        here = joined(place, name)
        if isinstance(level, dict):
            notes.shaped(level, shapes.SKILL, here)
        else:
            kinds.amount(notes, level, here)


def _look_at_shift_ids(notes: Notes, shifts: list[tuple[str, Sound]], *, several: bool) -> None:
    seen = set[str | None]()
    for place, shift in shifts:
        name = shift.get("id")
        if several and (name is None or name in seen):
            notes.add(
                "id-twice" if name in seen and name is not None else "missing-key",
                f"{place}.id",
                "a technician with several shifts needs an id of its own for each",
                advice="Name the shift, for instance by its day.",
            )
        seen.add(name)


def _look_at_shift(
    notes: Notes, shift: Sound, technician: Sound, *, place: str, known: Known
) -> None:
    if "start" in shift and "end" in shift and shift["end"] < shift["start"]:
        notes.add(
            "shift-reversed",
            place,
            f"it ends at {shown(shift['end'])}, before it starts at {shown(shift['start'])}",
            advice="A shift over midnight ends on the next day: add 86400.",
        )
    for key in ("start_location", "end_location"):
        known.location(notes, shift, key=key, place=place)
        if key not in shift.given and key not in technician.given:
            notes.add(
                "missing-key",
                joined(place, key),
                f"neither the shift nor its technician has a {key}",
                advice="Name a location; null means that the route is open there.",
            )
    limits = notes.each(shift.get("soft_limits"), shapes.SOFT_LIMIT, f"{place}.soft_limits")
    for here, limit in limits:
        if "limit" in limit and limit["limit"] not in tuple(SoftLimitKind):
            notes.add(
                "unknown-type",
                f"{here}.limit",
                f"{shown(limit['limit'])} cannot be limited softly",
                advice=f"Soft limits are {', '.join(SoftLimitKind)}.",
            )
    _look_at_breaks(notes, shift, place=f"{place}.breaks", known=known)


def _look_at_breaks(notes: Notes, shift: Sound, *, place: str, known: Known) -> None:
    seen = set[str]()
    for here, pause in notes.each(shift.get("breaks"), shapes.BREAK, place):
        known.location(notes, pause, key="location", place=here)
        if "id" not in pause:
            continue
        if pause["id"] in seen:
            notes.add(
                "id-twice",
                f"{here}.id",
                f"the break {shown(pause['id'])} appears twice in one shift",
                advice="Give each break its own id.",
            )
        seen.add(pause["id"])
