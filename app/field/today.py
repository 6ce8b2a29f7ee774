"""Today's round: the next visit on top with one big button, the rest below."""

from __future__ import annotations

from datetime import date, timedelta

from flask import abort, render_template, request

from app import clock
from app.database import session
from app.field.pages import blueprint, fresh_id, me
from app.security import Audience, open_to
from dispatch.planning import rounds

FARTHEST = timedelta(days=366 * 10)


@blueprint.get("/")
@open_to(Audience.TECHNICIAN)
def today() -> str:
    """Show my round of a day, today unless another is asked for."""
    technician = me()
    now = clock.now()
    present = now.astimezone(technician.territory.tz).date()
    try:
        day = date.fromisoformat(request.args.get("day", present.isoformat()))
    except ValueError:
        abort(404)
    if abs(day - present) > FARTHEST:
        abort(404)
    round_ = rounds.round_of(session(), technician=technician, day=day)
    ahead = [stop for stop in round_.stops if stop.state != "finished"]
    return render_template(
        "field/today.html",
        technician=technician,
        round=round_,
        next=ahead[0] if ahead and day == present else None,
        later=ahead[1:] if day == present else ahead,
        finished=[stop for stop in round_.stops if stop.state == "finished"],
        day=day,
        present=present,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        fresh_id=fresh_id,
    )
