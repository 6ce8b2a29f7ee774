"""The ways of rounds, told to whom they concern, and never asked for while a transaction is open."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from app import travel, ways
from app.database import db
from dispatch.accounts import RoleName
from routing.travel.crowfly import CrowFly
from routing.travel.lines import unpacked
from routing.travel.provider import Capabilities, Path, Point, Way
from tests import build
from tests.clock import DAY, at

HOME = (52.28, 21.02)
SITES = [(52.25, 20.95), (52.24, 20.98), (52.22, 20.96)]


class RoundCorners:
    """Roads that lead north or south first, then east or west; notes what it is asked, and how."""

    name = "corners"
    capabilities = Capabilities(geometry=True, attribution="© Corner surveyors")

    def __init__(self):
        self.asked, self.in_transaction = [], []

    def path(self, points, **_choices):
        self.asked.append(tuple(points))
        self.in_transaction.append(db.session().in_transaction())
        return Path(
            legs=tuple(
                Way.between(a, b, seconds=60, metres=900, line=[Point(b.lat, a.lon)])
                for a, b in pairwise(points)
            )
        )


@pytest.fixture
def roads(app):
    app.extensions[travel.KEY] = RoundCorners()
    return app.extensions[travel.KEY]


@pytest.fixture
def day(rows, clock):
    """Two technicians with rounds today, and their dispatcher."""
    clock.now = at("07:00")
    territory = build.territory(rows)
    made = {"boss": build.dispatcher(rows), "territory": territory}
    for who, places in (("first", SITES[:2]), ("second", SITES[2:])):
        account = build.account(rows, roles=[RoleName.TECHNICIAN])
        worker = build.technician(rows, territory=territory, account_id=account.id, home=HOME)
        shift = build.shift(rows, technician=worker)
        made[who] = account
        for number, place in enumerate(places):
            site = build.site(rows, territory=territory, at=place)
            visit = build.visit(rows, site=site, territory=territory)
            starts = at(f"{9 + 2 * number:02}:00")
            build.assignment(rows, visit=visit, shift=shift, starts_at=starts, travel_metres=12_300)
    rows.commit()
    return made


def told(client, address, **headers):
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    return answer.get_json()


def board(day):
    return f"/board/{day['territory'].id}/{DAY}/ways"


def test_the_board_hears_the_way_of_every_leg_of_every_round(day, roads, sign_in):
    document = told(sign_in(day["boss"]), board(day))

    first, second = sorted(document["rounds"], key=lambda each: len(each["legs"]), reverse=True)
    assert (len(first["legs"]), len(second["legs"])) == (3, 2)
    assert unpacked(first["legs"][0]["line"]) == (HOME, (SITES[0][0], HOME[1]), SITES[0])
    assert unpacked(first["legs"][2]["line"])[-1] == HOME
    assert first["legs"][0]["straight"] is False
    assert document["attribution"] == "© Corner surveyors"
    assert len(roads.asked) == 2


def test_no_transaction_is_open_while_roads_are_asked(day, roads, sign_in):
    told(sign_in(day["boss"]), board(day))
    told(sign_in(day["first"]), "/m/ways")
    sign_in(day["first"]).get("/m/round.gpx")

    assert roads.in_transaction == [False] * 4


def test_the_page_itself_asks_for_no_way(day, roads, sign_in):
    assert sign_in(day["boss"]).get(f"/board/{day['territory'].id}/{DAY}").status_code == 200
    assert sign_in(day["first"]).get("/m/").status_code == 200

    assert roads.asked == []


def test_a_page_and_its_ways_name_the_same_version(day, sign_in):
    browser = sign_in(day["boss"])

    page = browser.get(f"/board/{day['territory'].id}/{DAY}").text

    for each in told(browser, board(day))["rounds"]:
        assert f'data-round="{each["id"]}" data-version="{each["version"]}"' in page


def test_ways_that_have_not_changed_are_not_sent_again(day, sign_in, rows):
    browser = sign_in(day["boss"])
    tag = browser.get(board(day)).headers["ETag"]

    assert browser.get(board(day), headers={"If-None-Match": tag}).status_code == 304
    site = build.site(rows, territory=day["territory"], at=(52.3, 20.9))
    shift = build.shift(rows, technician=build.technician(rows, territory=day["territory"]))
    visit = build.visit(rows, site=site, territory=day["territory"])
    build.assignment(rows, visit=visit, shift=shift)
    rows.commit()
    assert browser.get(board(day), headers={"If-None-Match": tag}).status_code == 200


def test_technicians_hear_their_own_ways_alone(day, sign_in):
    phone = sign_in(day["second"])

    (own,) = told(phone, "/m/ways")["rounds"]

    assert unpacked(own["legs"][0]["line"])[-1] == SITES[2]
    assert phone.get(board(day)).status_code == 403
    assert phone.get(f"/board/{day['territory'].id}/{DAY}/rounds/1.gpx").status_code == 403


@pytest.mark.parametrize("wrong", ["tomorrow", "9999-12-31"])
def test_a_day_that_is_none_has_no_ways(day, sign_in, wrong):
    assert sign_in(day["first"]).get("/m/ways", query_string={"day": wrong}).status_code == 404


def test_a_day_without_visits_has_no_ways_and_no_file(day, sign_in):
    phone, other = sign_in(day["first"]), {"day": "2026-03-31"}

    assert phone.get("/m/ways", query_string=other).get_json()["rounds"] == []
    assert phone.get("/m/round.gpx", query_string=other).status_code == 404


def test_without_roads_the_lines_are_straight_and_nobody_is_named(day, app, sign_in):
    app.extensions[travel.KEY] = CrowFly()

    document = told(sign_in(day["first"]), "/m/ways")

    assert all(leg["straight"] for each in document["rounds"] for leg in each["legs"])
    assert document["attribution"] == ""


def test_roads_that_are_too_slow_for_a_whole_day_draw_what_they_can(
    day, roads, sign_in, monkeypatch
):
    monkeypatch.setattr(ways, "PATIENCE_S", 0.2)
    draw = roads.path
    roads.path = lambda points, **choices: (time.sleep(0.25), draw(points, **choices))[1]

    found = told(sign_in(day["boss"]), board(day))["rounds"]

    assert [each["legs"][0]["straight"] for each in found] == [False, True]


def test_board_and_phone_show_the_distances_of_the_plan(day, sign_in):
    page = sign_in(day["boss"]).get(f"/board/{day['territory'].id}/{DAY}").text
    phone = sign_in(day["first"]).get("/m/").text

    assert "24.6 km" in page
    assert phone.count("12.3 km") == 2


def test_the_phone_offers_navigators_with_the_place(day, sign_in):
    page = sign_in(day["first"]).get("/m/").text

    assert 'href="geo:52.25,20.95?q=52.25,20.95"' in page
    assert 'href="https://maps.apple.com/?daddr=52.25%2C20.95&amp;dirflg=d"' in page
    assert "https://www.google.com/maps/dir/?api=1&amp;destination=52.25%2C20.95" in page
    assert 'href="https://waze.com/ul?ll=52.25%2C20.95&amp;navigate=yes"' in page
