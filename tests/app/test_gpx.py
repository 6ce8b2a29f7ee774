"""A round as a file: every stop is in it, and the way where one is known."""

from __future__ import annotations

from dataclasses import replace

import gpxpy
import pytest

from app import gpx, ways
from dispatch.planning import rounds
from routing.travel.crowfly import CrowFly
from tests import build
from tests.clock import DAY, at


@pytest.fixture
def driven(rows):
    """A round of two stops in Warsaw."""
    territory = build.territory(rows)
    shift = build.shift(rows, technician=build.technician(rows, territory=territory))
    for number, place in enumerate([(52.25, 20.95), (52.24, 20.98)]):
        site = build.site(rows, territory=territory, at=place, town="Łomianki")
        visit = build.visit(
            rows, site=site, territory=territory, summary="Tills & <printers>\x0b dark"
        )
        build.assignment(rows, visit=visit, shift=shift, starts_at=at(f"{9 + 2 * number:02}:00"))
    rows.commit()
    return rounds.round_of(rows, technician=shift.technician, day=DAY)


def written(app, round_, path):
    with app.test_request_context():
        return gpxpy.parse(gpx.written(round_, day=DAY, path=path, source="© Surveyors"))


def crow(round_):
    return CrowFly().path(ways.course_of(round_).places)


def test_every_stop_is_a_waypoint_with_its_number_and_time(app, driven):
    document = written(app, driven, crow(driven))

    first, second = document.waypoints
    assert (first.latitude, first.longitude) == (52.25, 20.95)
    assert first.name.startswith("1. 09:00 Tills & <printers>")
    assert second.time == at("11:00")
    assert "Łomianki" in first.description
    assert document.copyright_author == "© Surveyors"


def test_a_leg_without_a_way_is_a_gap_in_the_track(app, driven):
    path = crow(driven)
    known = replace(path, legs=(replace(path.legs[0], straight=False), *path.legs[1:]))

    (track,) = written(app, driven, known).tracks

    assert [(p.latitude, p.longitude) for p in track.segments[0].points] == [
        driven.start,
        (52.25, 20.95),
    ]
    assert len(track.segments) == 1
    assert "gap" in track.comment


def test_a_dispatcher_downloads_a_round_that_a_navigator_reads(driven, rows, sign_in):
    boss = build.dispatcher(rows)
    rows.commit()
    territory_id = rows.get(build.Technician, driven.technician_id).territory_id
    address = f"/board/{territory_id}/{DAY}/rounds/{driven.technician_id}.gpx"

    answer = sign_in(boss).get(address)

    assert answer.mimetype == "application/gpx+xml"
    assert f"round-{DAY}-{driven.technician_id}.gpx" in answer.headers["Content-Disposition"]
    assert len(gpxpy.parse(answer.text).waypoints) == 2
    assert sign_in(boss).get(address.replace(".gpx", "0.gpx")).status_code == 404
