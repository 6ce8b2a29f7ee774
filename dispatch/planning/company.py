"""Who else comes to a visit: what technicians and dispatchers want to know of a visit for several."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.planning.tables import Assignment, AssignmentState
from dispatch.visits import CrewRole
from dispatch.workforce import Technician


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """Somebody who goes to the same visit; ``state`` is how far he has got."""

    technician_id: int
    name: str
    phone: str | None
    leads: bool
    state: str


Company = Mapping[int, tuple[Companion, ...]]


def company_of(session: Session, *, visit_ids: Collection[int]) -> Company:
    """Everybody who goes, by visit, the lead first; one query."""
    rows = session.execute(
        select(Assignment.visit_id, Assignment.role, Assignment.state, Technician)
        .join(Assignment.technician)
        .where(Assignment.visit_id.in_(visit_ids), Assignment.state != AssignmentState.RELEASED)
        .order_by(Technician.name, Technician.id)
    ).all()
    found: dict[int, list[Companion]] = defaultdict(list)
    for visit_id, role, state, technician in rows:
        found[visit_id].append(
            Companion(
                technician_id=technician.id,
                name=technician.name,
                phone=technician.phone,
                leads=role is CrewRole.LEAD,
                state=state.value,
            )
        )
    return {visit: tuple(sorted(own, key=lambda c: not c.leads)) for visit, own in found.items()}


def others_than(technician_id: int, *, among: tuple[Companion, ...]) -> tuple[Companion, ...]:
    """Those who come along with a technician."""
    return tuple(one for one in among if one.technician_id != technician_id)
