"""What a visit requires: skills, parts, minutes on site, people, and the customer's wishes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.accounts import Account
from dispatch.base import Incomplete, expect_version
from dispatch.visits.states import expect_step, step, tell
from dispatch.visits.tables import (
    CrewRole,
    PreferredWindow,
    TechnicianWish,
    Visit,
    VisitPart,
    VisitSkill,
    Wish,
)
from dispatch.worktime import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class NeededSkill:
    """A skill at a level from 1 to 3; the same ``any_of_group`` marks alternatives.

    The lead has it, or each helper.
    """

    skill_id: int
    level: int = 1
    any_of_group: int | None = None
    role: CrewRole = CrewRole.LEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class NeededPart:
    """Pieces of a part that the work uses up."""

    part_id: int
    pieces: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What must be brought. Technicians by id: who must, should or must never go."""

    summary: str
    work_minutes: int
    crew_size: int = 1
    instructions: str = ""
    skills: tuple[NeededSkill, ...] = ()
    parts: tuple[NeededPart, ...] = ()
    must: tuple[int, ...] = ()
    preferred: tuple[int, ...] = ()
    never: tuple[int, ...] = ()
    preferred_windows: tuple[Period, ...] = ()

    @property
    def missing(self) -> list[str]:
        """Names of the fields without which nobody can plan it."""
        fits = {
            "summary": bool(self.summary.strip()) and len(self.summary) <= 200,
            "work_minutes": 1 <= self.work_minutes <= 24 * 60,
            "crew_size": 1 <= self.crew_size <= 6,
            "skills": _once((skill.skill_id, skill.role) for skill in self.skills)
            and all(1 <= skill.level <= 3 for skill in self.skills),
            "parts": _once(part.part_id for part in self.parts)
            and all(part.pieces > 0 for part in self.parts),
            "technicians": _once((*self.must, *self.preferred, *self.never)),
            "preferred_windows": all(opens < closes for opens, closes in self.preferred_windows),
        }
        return [name for name, right in fits.items() if not right]


def edit_needs(
    session: Session,
    *,
    visit: Visit,
    needs: Needs,
    now: datetime,
    expected_version: int | None = None,
    by: Account | None = None,
) -> None:
    """Say anew what a visit requires, as long as nobody is on the way to it.

    Raises Incomplete, StaleVersion, WrongState.
    """
    expect_version(visit, expected=expected_version)
    expect_step(visit, "edit")
    if needs.missing:
        raise Incomplete(missing=needs.missing)
    step(visit, "edit")
    write_needs(session, visit=visit, needs=needs)
    tell(session, "needs-edited", visit=visit, now=now, by=by)


def write_needs(session: Session, *, visit: Visit, needs: Needs) -> None:
    """Replace the rows that say what a visit requires."""
    visit.summary = needs.summary.strip()
    visit.instructions = needs.instructions
    visit.work_minutes = needs.work_minutes
    visit.crew_size = needs.crew_size
    for rows in (visit.skills, visit.parts, visit.preferred_windows, visit.technician_wishes):
        rows.clear()
    session.flush()  # the old rows go first: the new ones may name the same skill
    visit.skills = [
        VisitSkill(
            skill_id=each.skill_id,
            level=each.level,
            any_of_group=each.any_of_group,
            role=each.role,
        )
        for each in needs.skills
    ]
    visit.parts = [VisitPart(part_id=each.part_id, pieces=each.pieces) for each in needs.parts]
    visit.preferred_windows = [
        PreferredWindow(opens_at=opens, closes_at=closes)
        for opens, closes in needs.preferred_windows
    ]
    wishes = {Wish.MUST: needs.must, Wish.PREFERRED: needs.preferred, Wish.NEVER: needs.never}
    visit.technician_wishes = [
        TechnicianWish(technician_id=technician_id, wish=wish)
        for wish, technician_ids in wishes.items()
        for technician_id in technician_ids
    ]
    session.flush()


def needs_of(visit: Visit) -> Needs:
    """What a visit requires now, as a value: to show it, change it or hand it on."""

    def wished(wish: Wish) -> tuple[int, ...]:
        return tuple(row.technician_id for row in visit.technician_wishes if row.wish is wish)

    return Needs(
        summary=visit.summary,
        instructions=visit.instructions,
        work_minutes=visit.work_minutes,
        crew_size=visit.crew_size,
        skills=tuple(
            NeededSkill(
                skill_id=row.skill_id,
                level=row.level,
                any_of_group=row.any_of_group,
                role=row.role,
            )
            for row in visit.skills
        ),
        parts=tuple(NeededPart(part_id=row.part_id, pieces=row.pieces) for row in visit.parts),
        must=wished(Wish.MUST),
        preferred=wished(Wish.PREFERRED),
        never=wished(Wish.NEVER),
        preferred_windows=tuple((row.opens_at, row.closes_at) for row in visit.preferred_windows),
    )


def _once(ids: Iterable[object]) -> bool:
    named = list(ids)
    return len(named) == len(set(named))
