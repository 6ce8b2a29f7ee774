"""What maps stand on: our own ground always, and a base map where the settings name one.

The ground is main roads and names of towns, from the import of roads; without one the names are
those of the sites' towns. Both are for people who are signed in.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, request, send_file
from sqlalchemy import func, select

from app import travel
from app.base_map import BaseMap, Kind
from app.config import SettingsWrong
from app.context import settings, settings_of
from app.database import session
from app.security import DESK, Audience, open_to
from dispatch.places import Site

# A browser asks again after so many seconds, and gets 304 when nothing has changed.
FRESH_S = 300
MOST_TOWNS = 400

blueprint = Blueprint("maps", __name__, url_prefix="/maps")


def init_app(app: Flask) -> None:
    """Register the routes. Raises SettingsWrong when the file of the base map cannot be shown."""
    if fault := settings_of(app).base_map.fault():
        raise SettingsWrong([fault])
    app.register_blueprint(blueprint)
    app.jinja_env.globals["base_map"] = base_map


def base_map() -> BaseMap:
    """What lies under maps, for templates."""
    return settings().base_map


@blueprint.get("/ground.json")
@open_to(*DESK, Audience.TECHNICIAN)
def ground() -> Response:
    """Send main roads and names of towns; the file of the import, and one query."""
    told = _imported(travel.imported_of(settings()).ground)
    named = {name for _lat, _lon, name in told["towns"]}
    told["towns"] += [town for town in _towns() if town[2] not in named]
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return _kept(Response(text, mimetype="application/json"))


@blueprint.get("/base.pmtiles")
@open_to(*DESK, Audience.TECHNICIAN)
def archive() -> Response:
    """Send the parts of the base map's file that are asked for."""
    chosen = settings().base_map
    if chosen.kind is not Kind.PMTILES or not chosen.file.exists():
        abort(404)
    answer = send_file(
        chosen.file.resolve(),
        mimetype="application/vnd.pmtiles",
        conditional=True,
    )
    answer.headers["Cache-Control"] = f"private, max-age={FRESH_S}"
    return answer


def _kept(answer: Response) -> Response:
    answer.add_etag()
    answer.headers["Cache-Control"] = f"private, max-age={FRESH_S}"
    answer.make_conditional(request)
    return answer


def _imported(file: Path) -> dict[str, Any]:
    """The ground that was imported; nothing where there is none, as after an older import."""
    try:
        told: dict[str, Any] = json.loads(file.read_bytes())
    except FileNotFoundError:
        return {"attribution": "", "roads": {}, "towns": []}
    return told


def _towns() -> list[list[Any]]:
    """Towns of our sites, where most sites are first: latitude, longitude, name."""
    many = func.count()
    rows = session().execute(
        select(func.avg(Site.latitude), func.avg(Site.longitude), Site.town)
        .group_by(Site.town)
        .order_by(many.desc(), Site.town)
        .limit(MOST_TOWNS)
    )
    return [[round(float(lat), 4), round(float(lon), 4), town] for lat, lon, town in rows]
