"""The ways of rounds as pages draw them: one line for each leg, asked for after the page is there.

A round's course leads from its start place over every stop to its end place. Its ``version`` stands
for these places in this order, so that a page never draws the lines of another plan than its own.
Providers may be slow or away: whoever asks here has read what it needs, and its transaction ends
before anybody outside is asked.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request

from app import travel
from app.database import session
from dispatch.planning.rounds import Round
from routing.travel.crowfly import CrowFly
from routing.travel.lines import packed
from routing.travel.provider import Path, Point, Profile

# Seconds after which what is left of a day is drawn straight. A dead provider costs two.
PATIENCE_S = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Whose round leads over which places, in order; none for a round without stops."""

    technician_id: int
    profile: Profile
    places: tuple[Point, ...]

    @property
    def version(self) -> str:
        """Stands for the places in their order, and for how one gets there."""
        mark = f"{self.profile} {packed(self.places)}"
        return hashlib.sha256(mark.encode()).hexdigest()[:12]


def course_of(round_: Round) -> Course:
    """The course of a round."""
    stops = [Point(stop.visit.latitude, stop.visit.longitude) for stop in round_.stops]
    places = (Point(*round_.start), *stops, Point(*round_.end)) if stops else ()
    return Course(technician_id=round_.technician_id, profile=round_.profile, places=places)


def path_of(round_: Round) -> Path:
    """The way of one round. Ends the request's transaction."""
    (path,) = _paths([course_of(round_)])
    return path


def attribution() -> str:
    """Whose roads the lines follow, to be shown beside them; empty without roads."""
    return travel.provider().capabilities.attribution.strip(" ·")


def answer(rounds: Iterable[Round]) -> Response:
    """The ways of rounds as JSON, with an ETag. Ends the request's transaction.

    ``rounds``: ``id`` of the technician, ``version``, and ``legs`` with an encoded ``line`` that is
    ``straight`` or a way. Some 5 kB for a round, less where it was simplified.
    """
    courses = [course for course in map(course_of, rounds) if course.places]
    told = [
        {
            "id": course.technician_id,
            "version": course.version,
            "legs": [{"line": packed(leg.line), "straight": leg.straight} for leg in path.legs],
        }
        for course, path in zip(courses, _paths(courses), strict=True)
    ]
    return _kept({"rounds": told, "attribution": attribution()})


def _paths(courses: Sequence[Course]) -> list[Path]:
    session().close()  # nobody waits for the database while providers are asked
    roads = travel.provider()
    end = time.monotonic() + PATIENCE_S
    return [
        (roads if time.monotonic() < end else CrowFly()).path(course.places, profile=course.profile)
        for course in courses
    ]


def _kept(document: dict[str, Any]) -> Response:
    """An answer that its browser keeps and asks about; unchanged, it is not sent again."""
    body = json.dumps(document, separators=(",", ":"), sort_keys=True).encode()
    response = Response(body, mimetype="application/json")
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(hashlib.sha256(body).hexdigest()[:24])
    response.make_conditional(request)
    return response
