"""What all pages of the phone share: who drives, and that they see only their own visits."""

from __future__ import annotations

import uuid

from flask import Blueprint, abort
from sqlalchemy import select

from app.database import session
from app.security import account
from dispatch.planning.plans import Assignment
from dispatch.visits import Visit
from dispatch.workforce import Technician

blueprint = Blueprint("field", __name__, url_prefix="/m")


def me() -> Technician:
    """The technician who is signed in; 404 for an admin who is none."""
    found = session().scalar(select(Technician).where(Technician.account_id == account().id))
    return found if found is not None else abort(404)


def my_visit(visit_id: int) -> tuple[Technician, Visit]:
    """A visit that is or was in my rounds; 404 for everybody else's."""
    technician = me()
    visit = session().scalar(
        select(Visit)
        .join(Assignment, Assignment.visit_id == Visit.id)
        .where(Visit.id == visit_id, Assignment.technician_id == technician.id)
        .limit(1)
    )
    return (technician, visit) if visit is not None else abort(404)


def fresh_id() -> str:
    """A number for one deed or report, made when its form is opened: a double tap stays one."""
    return str(uuid.uuid4())
