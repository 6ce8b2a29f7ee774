"""A round as a GPX file for navigators: stops as waypoints, the way of each leg as a segment.

GPX 1.1, https://www.topografix.com/GPX/1/1/. A leg whose roads nobody knows is left out of the
track, since a navigator would lead along a straight line; the stops are all there.
"""

from __future__ import annotations

from datetime import UTC, date

from flask import Response
from flask_babel import gettext as _
from gpxpy import gpx

from app import formats, ways
from dispatch.planning.rounds import Round, RoundStop
from routing.travel.provider import Path

MIME = "application/gpx+xml"


def download(round_: Round, *, day: date) -> Response:
    """The round as a file to be saved. Ends the request's transaction."""
    response = Response(
        written(round_, day=day, path=ways.path_of(round_), source=ways.attribution()),
        mimetype=MIME,
    )
    name = f"round-{day.isoformat()}-{round_.technician_id}.gpx"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def written(round_: Round, *, day: date, path: Path, source: str) -> str:
    """The file's text; ``source`` is whose roads the way follows."""
    document = gpx.GPX()
    document.creator = "Onsite"
    document.name = _text(f"{round_.technician}, {formats.day(day, 'medium')}")
    if source:
        document.copyright_author = source
    for number, stop in enumerate(round_.stops, start=1):
        document.waypoints.append(_waypoint(number, stop))
    track = gpx.GPXTrack(name=document.name)
    if any(leg.straight for leg in path.legs):
        track.comment = _("Where no way is known, there is a gap in the track.")
    for leg in path.legs:
        if not leg.straight:
            points = [gpx.GPXTrackPoint(latitude=lat, longitude=lon) for lat, lon in leg.line]
            track.segments.append(gpx.GPXTrackSegment(points=points))
    document.tracks.append(track)
    return document.to_xml(version="1.1")


def _waypoint(number: int, stop: RoundStop) -> gpx.GPXWaypoint:
    visit = stop.visit
    when = formats.clock_time(stop.starts_at, visit.zone)
    return gpx.GPXWaypoint(
        latitude=visit.latitude,
        longitude=visit.longitude,
        time=stop.starts_at.astimezone(UTC),
        name=_text(f"{number}. {when} {visit.summary}"),
        description=_text(f"{visit.customer}, {visit.address}, {visit.town}"),
    )


def _text(words: str) -> str:
    """Words without characters that XML cannot hold."""
    return "".join(letter if letter.isprintable() else " " for letter in words)
