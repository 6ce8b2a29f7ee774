"""The form that says what a visit requires: a few numbered rows for each kind of need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import select

from app.database import session
from app.forms import Form
from app.words import choices
from dispatch.places import Territory
from dispatch.tickets import Ticket
from dispatch.visits import CrewRole, NeededPart, NeededSkill, Needs, Wish
from dispatch.workforce import Part, Skill, Technician

SKILL_ROWS, PART_ROWS, WISH_ROWS, WINDOW_ROWS = range(4), range(3), range(3), range(2)
LONGEST_VISIT_MINUTES = 24 * 60
LARGEST_CREW = 6
USUAL_MINUTES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class PickLists:
    """What may be chosen in the form, as pairs of value and word."""

    skills: list[tuple[int, str]]
    parts: list[tuple[int, str]]
    technicians: list[tuple[int, str]]
    wishes: list[tuple[str, str]]
    roles: list[tuple[str, str]]


def pick_lists(territory: Territory | None) -> PickLists:
    """Read what may be chosen; technicians of the territory, or of all when it is not known."""
    crew = select(Technician).where(Technician.active).order_by(Technician.name)
    if territory is not None:
        crew = crew.where(Technician.territory_id == territory.id)
    return PickLists(
        skills=[
            (row.id, row.name) for row in session().scalars(select(Skill).order_by(Skill.name))
        ],
        parts=[(row.id, row.name) for row in session().scalars(select(Part).order_by(Part.name))],
        technicians=[(row.id, row.name) for row in session().scalars(crew)],
        wishes=choices(Wish),
        roles=choices(CrewRole),
    )


def first_values(ticket: Ticket) -> dict[str, str]:
    """Fill the form for a ticket: its subject, and how long such faults usually take."""
    usual = ticket.family.on_site_minutes if ticket.family else USUAL_MINUTES
    return {"summary": ticket.subject, "work_minutes": str(usual), "crew_size": "1"}


def read_needs(form: Form, zone: ZoneInfo) -> Needs:
    """Read the form; mistakes are collected in it. Windows are wall times of ``zone``."""
    wishes = list(_wishes(form))

    def wished(wanted: Wish) -> tuple[int, ...]:
        return tuple(number for number, wish in wishes if wish is wanted)

    return Needs(
        summary=form.text("summary", longest=200),
        work_minutes=form.number("work_minutes", least=1, most=LONGEST_VISIT_MINUTES),
        crew_size=form.number("crew_size", least=1, most=LARGEST_CREW, default=1),
        instructions=form.text("instructions", longest=10_000, required=False),
        skills=tuple(_skills(form)),
        parts=tuple(_parts(form)),
        must=wished(Wish.MUST),
        preferred=wished(Wish.PREFERRED),
        never=wished(Wish.NEVER),
        preferred_windows=tuple(_windows(form, zone)),
    )


def _skills(form: Form) -> Iterator[NeededSkill]:
    """Rows that share a letter are alternatives; a row without one is needed for itself."""
    seen: set[tuple[int, CrewRole]] = set()
    for number in SKILL_ROWS:
        skill = form.maybe_row(Skill, f"skill-{number}")
        if skill is None:
            continue
        said = form.said(f"role-{number}")
        role = form.code(CrewRole, f"role-{number}") if said else CrewRole.LEAD
        if (skill.id, role) in seen:
            form.wrong[f"skill-{number}"] = _("This stands here twice.")
        seen.add((skill.id, role))
        yield NeededSkill(
            skill_id=skill.id,
            level=form.number(f"level-{number}", least=1, most=3, default=1),
            any_of_group=form.number(f"group-{number}", least=0, most=9, default=0) or None,
            role=role,
        )


def _parts(form: Form) -> Iterator[NeededPart]:
    for number in PART_ROWS:
        part = form.maybe_row(Part, f"part-{number}")
        if part is not None:
            pieces = form.number(f"pieces-{number}", least=1, most=999, default=1)
            yield NeededPart(part_id=part.id, pieces=pieces)


def _wishes(form: Form) -> Iterator[tuple[int, Wish]]:
    for number in WISH_ROWS:
        technician = form.maybe_row(Technician, f"technician-{number}")
        if technician is not None:
            yield technician.id, form.code(Wish, f"wish-{number}")


def _windows(form: Form, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    for number in WINDOW_ROWS:
        opens = form.moment(f"opens-{number}", zone)
        closes = form.moment(f"closes-{number}", zone)
        if opens is None and closes is None:
            continue
        if opens is None or closes is None or closes <= opens:
            form.wrong[f"opens-{number}"] = _("A window opens before it closes.")
            continue
        yield opens, closes
