"""Faults of visits: requirements, wishes, deadlines, pins."""

from __future__ import annotations

from collections.abc import Iterable

from routing.faults import shapes
from routing.faults.notes import Notes, Sound, joined, shown
from routing.faults.people import Known
from routing.problem import DeadlineOf

NAMES_OF_TECHNICIANS = (
    "allowed_technicians",
    "forbidden_technicians",
    "duration_by_technician",
)
NAMES_OF_SKILLS = ("skill", "any_of", "none_of")


def look_at_visits(notes: Notes, visits: Iterable[tuple[str, Sound]], *, known: Known) -> None:
    for place, visit in visits:
        known.location(notes, visit, key="location", place=place)
        _look_at_names(notes, visit, place=place, known=known)
        _look_at_requirements(notes, visit, place=f"{place}.skills")
        _look_at_deadlines(notes, visit, place=f"{place}.deadlines")
        _look_at_delay_steps(notes, visit, place=f"{place}.delay_steps")
        _look_at_wishes(notes, visit, place=f"{place}.wishes")
        if visit.get("pin") is not None:
            _look_at_pin(notes, visit, place=f"{place}.pin", known=known)


def _look_at_names(notes: Notes, visit: Sound, *, place: str, known: Known) -> None:
    for key in NAMES_OF_TECHNICIANS:
        for name in sorted(set(visit.get(key) or ())):
            known.technician(notes, name, place=joined(place, key))
    for name in visit.get("equipment", {}):
        if known.equipment is not None and name not in known.equipment:
            notes.add(
                "unknown-id",
                joined(f"{place}.equipment", name),
                f"{shown(name)} is no equipment of this problem",
                advice="Add it to equipment, or write it under tools when technicians carry it.",
            )


def _look_at_requirements(notes: Notes, visit: Sound, *, place: str) -> None:
    for here, requirement in notes.each(visit.get("skills"), shapes.REQUIREMENT, place):
        named = [key for key in NAMES_OF_SKILLS if key in requirement.given]
        if len(named) != 1:
            notes.add(
                "not-one",
                here,
                f"it names {len(named)} of {', '.join(NAMES_OF_SKILLS)}",
                advice="Name exactly one; write a second requirement for the other.",
            )
        for key in named:
            if requirement.get(key) == [] and key != "skill":
                notes.add(
                    "empty-list",
                    joined(here, key),
                    "it names no skill",
                    advice="Name a skill, or leave the requirement out.",
                )


def _look_at_deadlines(notes: Notes, visit: Sound, *, place: str) -> None:
    for here, deadline in notes.each(visit.get("deadlines"), shapes.DEADLINE, place):
        if "of" in deadline and deadline["of"] not in tuple(DeadlineOf):
            notes.add(
                "unknown-type",
                f"{here}.of",
                f"{shown(deadline['of'])} has no deadline",
                advice="A deadline is of start or end of the work.",
            )


def _look_at_delay_steps(notes: Notes, visit: Sound, *, place: str) -> None:
    last = None
    for here, step in notes.each(visit.get("delay_steps"), shapes.DELAY_STEP, place):
        begin = step.get("from")
        if begin is not None and last is not None and begin < last:
            notes.add(
                "out-of-order",
                f"{here}.from",
                f"it begins at {shown(begin)}, before the step above it",
                advice="Write the steps in the order of from.",
            )
        last = begin if begin is not None else last


def _look_at_wishes(notes: Notes, visit: Sound, *, place: str) -> None:
    for here, wish in notes.each(visit.get("wishes"), shapes.WISH, place):
        if ("technicians" in wish.given) == ("windows" in wish.given):
            notes.add(
                "not-one",
                here,
                "a wish is for technicians or for windows",
                advice="Name exactly one; write a second wish for the other.",
            )


def _look_at_pin(notes: Notes, visit: Sound, *, place: str, known: Known) -> None:
    pin = notes.shaped(visit["pin"], shapes.PIN, place) or Sound()
    technician, shift = pin.get("technician"), pin.get("shift")
    if technician is not None and not known.technician(
        notes, technician, place=f"{place}.technician"
    ):
        return
    if shift is None or known.technicians is None:
        return
    if technician is None:
        notes.add(
            "missing-key",
            f"{place}.technician",
            "a pinned shift needs the technician who has it",
            advice="Add technician, or leave shift out.",
        )
    elif shift not in known.shifts.get(technician, ()):
        notes.add(
            "unknown-id",
            f"{place}.shift",
            f"{shown(technician)} has no shift {shown(shift)}",
            advice="Correct the id of the shift, or leave it out.",
        )
