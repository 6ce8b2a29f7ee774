"""The areas that we serve: their zone, depots, and how many people work there."""

from __future__ import annotations

from flask import render_template
from sqlalchemy import func, select

from app.database import session
from app.desk.pages import blueprint
from app.security import DESK, open_to
from dispatch.places import Depot, Site, Territory
from dispatch.workforce import Technician


@blueprint.get("/territories")
@open_to(*DESK)
def territories() -> str:
    """List every territory with its depots and how much there is in it; four queries."""
    depots: dict[int, list[Depot]] = {}
    for depot in session().scalars(select(Depot).order_by(Depot.name)):
        depots.setdefault(depot.territory_id, []).append(depot)
    active = Technician.active.is_(True)
    people = select(Technician.territory_id, func.count()).where(active)
    people = people.group_by(Technician.territory_id)
    sites = select(Site.territory_id, func.count()).group_by(Site.territory_id)
    return render_template(
        "desk/territories.html",
        territories=session().scalars(select(Territory).order_by(Territory.name)).all(),
        depots=depots,
        people={row[0]: row[1] for row in session().execute(people)},
        sites={row[0]: row[1] for row in session().execute(sites)},
    )
