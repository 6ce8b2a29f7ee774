"""The dispatcher's day: who drives what, what is left over and why, and the planner's button."""

from __future__ import annotations

from datetime import date, timedelta

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from app import clock, gpx, planner, progress, watching, ways
from app.context import settings
from app.database import session
from app.desk.board import ground, placing, timeline, words
from app.security import Audience, account, open_to
from dispatch.places import Territory
from dispatch.planning import rounds, runs
from dispatch.planning.runs import PlanRun

blueprint = Blueprint("board", __name__, url_prefix="/board")
placing.register(blueprint)

# Leads look; only dispatchers plan, place and stop.
READERS = (Audience.DISPATCHER, Audience.LEAD)
# Pixels a minute: eleven hours beside the list on a screen of 1280 pixels, readable, and close.
SCALES = {"day": 1.0, "half": 1.9, "hour": 3.6}


def init_app(app: Flask) -> None:
    """Register the pages of the board."""
    words.init_app(app)
    app.register_blueprint(blueprint)


@blueprint.get("/")
@open_to(*READERS)
def today() -> ResponseReturnValue:
    """Go to today in the first territory, or say that there is none yet."""
    territory = session().scalar(select(Territory).order_by(Territory.id).limit(1))
    if territory is None:
        return render_template("desk/board/none.html")
    day = clock.now().astimezone(territory.tz).date()
    return redirect(url_for("board.day", territory_id=territory.id, day=day.isoformat()))


@blueprint.get("/<int:territory_id>/<day>")
@open_to(*READERS)
def day(territory_id: int, day: str) -> str:
    """Show a territory's day as timeline, map and lists."""
    territory, wanted = _asked(territory_id, day)
    shown = rounds.day_of(session(), territory=territory, day=wanted)
    zoom = request.args.get("zoom", "day")
    now = clock.now()
    return render_template(
        "desk/board/day.html",
        day=shown,
        territories=session().scalars(select(Territory).order_by(Territory.name)).all(),
        timeline=timeline.draw(shown, scale=SCALES.get(zoom, SCALES["day"]), now=now),
        ground=ground.draw(shown),
        zoom=zoom if zoom in SCALES else "day",
        zooms=tuple(SCALES),
        today=now.astimezone(territory.tz).date(),
        before=wanted - timedelta(days=1),
        after=wanted + timedelta(days=1),
        live=watching.live(shown.run),
        run=watching.told(shown.run) if shown.run else None,
        run_said=watching.said(shown.run) if shown.run else "",
        sentences=watching.sentences(),
        seconds=settings().plan_seconds,
    )


@blueprint.get("/<int:territory_id>/<day>/ways")
@open_to(*READERS)
def day_ways(territory_id: int, day: str) -> Response:
    """Tell the ways of the day's rounds, for the map."""
    territory, wanted = _asked(territory_id, day)
    return ways.answer(rounds.day_of(session(), territory=territory, day=wanted).rounds)


@blueprint.get("/<int:territory_id>/<day>/rounds/<int:technician_id>.gpx")
@open_to(*READERS)
def round_file(territory_id: int, day: str, technician_id: int) -> Response:
    """Give a round of the day as a file for navigators."""
    territory, wanted = _asked(territory_id, day)
    shown = rounds.day_of(session(), territory=territory, day=wanted)
    found = next((each for each in shown.rounds if each.technician_id == technician_id), None)
    if found is None or not found.stops:
        abort(404)
    return gpx.download(found, day=wanted)


@blueprint.post("/<int:territory_id>/<day>/plan")
@open_to(Audience.DISPATCHER)
def plan(territory_id: int, day: str) -> ResponseReturnValue:
    """Ask the planner for this day."""
    territory, wanted = _asked(territory_id, day)
    seconds = request.form.get("seconds", default=settings().plan_seconds, type=int)
    planner.ask(
        territory=territory,
        day=wanted,
        limit_seconds=min(max(seconds, 1), 3600),
        by=account(),
    )
    session().commit()
    flash(_("The planner has begun. You can go on working meanwhile."), "done")
    return redirect(url_for("board.day", territory_id=territory_id, day=day))


@blueprint.post("/runs/<int:run_id>/stop")
@open_to(Audience.DISPATCHER)
def stop(run_id: int) -> ResponseReturnValue:
    """Stop a search and keep the best plan it has found."""
    run = _run(run_id)
    runs.stop(session(), run=run, by=account(), now=clock.now())
    session().commit()
    flash(_("The planner stops and keeps the best plan so far."), "done")
    return redirect(url_for("board.day", territory_id=run.territory_id, day=run.day.isoformat()))


@blueprint.get("/runs/<int:run_id>")
@open_to(*READERS)
def run_state(run_id: int) -> Response:
    """Say how far a search is, for pages that have no stream."""
    return jsonify(watching.told(_run(run_id)))


@blueprint.get("/runs/<int:run_id>/events")
@open_to(*READERS)
def run_events(run_id: int) -> Response:
    """Stream how far a search is."""
    now = watching.told(_run(run_id))
    session().close()
    return progress.stream(watching.channel(run_id), event="progress", first=lambda: now)


def _asked(territory_id: int, day: str) -> tuple[Territory, date]:
    territory = session().get(Territory, territory_id)
    try:
        wanted = date.fromisoformat(day)
    except ValueError:
        abort(404)
    if territory is None or not date(2000, 1, 1) <= wanted <= date(2200, 1, 1):
        abort(404)
    return territory, wanted


def _run(run_id: int) -> PlanRun:
    run = session().get(PlanRun, run_id)
    return run if run is not None else abort(404)
