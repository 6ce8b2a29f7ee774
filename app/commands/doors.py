"""The addresses that sign in to the demo, one for each role."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask
from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from app import links
from app.context import settings_of
from app.database import opener
from app.links import Purpose
from dispatch.accounts import Account, Role, RoleName
from dispatch.promises import Appointment, AppointmentState
from dispatch.visits import Visit, VisitState


def doors(app: Flask) -> list[tuple[str, str]]:
    """Return role and address; nothing outside demo mode.

    The customer's address is that of one visit which still waits to be promised.
    """
    settings = settings_of(app)
    if not settings.demo:
        return []
    base = settings.public_url
    with opener(app)() as session:
        found = [
            (role.replace("-", ", tier "), f"{base}/demo/sign-in/{role}")
            for role in _roles(session)
        ]
        visit_id = session.scalar(_waiting())
    if visit_id is not None:
        token = links.sign(Purpose.VISIT, visit_id, app=app)
        found.append(("customer", f"{base}/b/{token}"))
    return found


def _roles(session: Session) -> Iterator[str]:
    """Name the doors behind which somebody is: agents by tier, then the other roles."""
    tiers = select(Account.tier).join(Account.roles).where(Role.name == RoleName.AGENT)
    for tier in session.scalars(tiers.where(Account.active).distinct().order_by(Account.tier)):
        yield f"{RoleName.AGENT}-{tier}"
    for role in RoleName:
        somebody = exists().where(Account.active, Account.roles.any(Role.name == role))
        if role is not RoleName.AGENT and session.scalar(select(somebody)):
            yield role


def _waiting() -> Select[int]:
    promised = exists().where(
        Appointment.visit_id == Visit.id, Appointment.state == AppointmentState.PROMISED
    )
    return (
        select(Visit.id)
        .where(Visit.state == VisitState.READY, ~promised)
        .order_by(Visit.requested_at.desc())
        .limit(1)
    )
