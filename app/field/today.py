"""Today's round: the next visit on top with one big button, the rest below."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Response, abort, render_template, request

from app import clock, gpx, ways
from app.database import session
from app.field.pages import blueprint, fresh_id, me
from app.security import Audience, open_to
from dispatch.planning import rounds
from dispatch.workforce import Technician

FARTHEST = timedelta(days=366 * 10)


@blueprint.get("/")
@open_to(Audience.TECHNICIAN)
def today() -> str:
    """Show my round of a day, today unless another is asked for."""
    technician = me()
    day, present = _asked(technician)
    round_ = rounds.round_of(session(), technician=technician, day=day)
    ahead = [stop for stop in round_.stops if stop.state != "finished"]
    return render_template(
        "field/today.html",
        technician=technician,
        round=round_,
        next=ahead[0] if ahead and day == present else None,
        next_number=round_.stops.index(ahead[0]) + 1 if ahead and day == present else 0,
        course=ways.course_of(round_),
        later=ahead[1:] if day == present else ahead,
        finished=[stop for stop in round_.stops if stop.state == "finished"],
        day=day,
        present=present,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        fresh_id=fresh_id,
    )


@blueprint.get("/ways")
@open_to(Audience.TECHNICIAN)
def my_ways() -> Response:
    """Tell the ways of my round of a day, for its map."""
    technician = me()
    day, _present = _asked(technician)
    return ways.answer([rounds.round_of(session(), technician=technician, day=day)])


@blueprint.get("/round.gpx")
@open_to(Audience.TECHNICIAN)
def my_round_file() -> Response:
    """Give my round of a day as a file for navigators."""
    technician = me()
    day, _present = _asked(technician)
    round_ = rounds.round_of(session(), technician=technician, day=day)
    return gpx.download(round_, day=day) if round_.stops else abort(404)


def _asked(technician: Technician) -> tuple[date, date]:
    """The day that is asked for, and today; 404 for what is no day near."""
    present = clock.now().astimezone(technician.territory.tz).date()
    try:
        day = date.fromisoformat(request.args.get("day", present.isoformat()))
    except ValueError:
        abort(404)
    if abs(day - present) > FARTHEST:
        abort(404)
    return day, present
