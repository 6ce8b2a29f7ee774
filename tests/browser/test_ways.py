"""Rounds are drawn along roads, on the board and on the phone, by a road graph of a small town."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Error, expect
from sqlalchemy.orm import Session

from app import travel
from app.config import LANGUAGES
from dispatch.accounts import RoleName
from routing.travel.chain import Chain
from routing.travel.graph import RoadGraph, build_roads
from tests import build
from tests.clock import at
from tests.routing.travel import town as towns

pytestmark = [pytest.mark.slow]

FAR = (50.2, 8.3)
PHONE = {"viewport": {"width": 360, "height": 800}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="session")
def town() -> towns.Town:
    return towns.build()


@pytest.fixture(scope="session")
def graph(town, tmp_path_factory) -> RoadGraph:
    """The town's roads, read only."""
    folder = tmp_path_factory.mktemp("town")
    build_roads(town.write(folder / "town.osm.pbf"), target=folder / "graph.npz")
    return RoadGraph(folder / "graph.npz")


@pytest.fixture
def day(site, clock, town, graph, new_context):
    """Opens windows on a day with one round: two stops in the town, one far from every road."""
    clock.now = at("07:00")
    site.app.extensions[travel.KEY] = Chain([graph])
    with site.app.app_context(), Session(site.app.extensions["sqlalchemy"].engine) as session:
        territory = build.territory(session, name="Altmühl")
        build.dispatcher(session, name="Wacław Dąb")
        account = build.account(session, roles=[RoleName.TECHNICIAN])
        worker = build.technician(
            session, territory=territory, account_id=account.id, home=town.at(0, 0)
        )
        shift = build.shift(session, technician=worker)
        for number, place in enumerate([town.at(8, 3), town.at(3, 8), FAR]):
            where = build.site(session, territory=territory, at=place, town="Altmühl")
            visit = build.visit(session, site=where, territory=territory)
            starts = at(f"{9 + 2 * number:02}:00")
            build.assignment(session, visit=visit, shift=shift, starts_at=starts, travel_metres=900)
        session.commit()
    return new_context


@pytest.fixture
def board(day):
    page = day(viewport={"width": 1280, "height": 900}).new_page()
    page.goto("/demo/sign-in/dispatcher")
    page.goto("/board/")
    return page


@pytest.fixture
def phone(day):
    page = day(**PHONE).new_page()
    page.goto("/demo/sign-in/technician")
    page.goto("/m/")
    return page


def drawn(page) -> list[tuple[bool, int]]:
    """Of each line of the map in order: whether it is straight, and how many points it has."""
    return [
        ("straight" in line.get_attribute("class"), len(line.get_attribute("points").split()))
        for line in page.locator("svg.map polyline").all()
    ]


def test_the_board_draws_ways_solid_and_what_has_none_dashed(board, until):
    until(board, "document.querySelectorAll('svg.map polyline').length === 4")

    lines = drawn(board)

    assert [straight for straight, _ in lines] == [False, False, True, True]
    assert all(points > 3 for _, points in lines[:2])
    assert all(points == 2 for _, points in lines[2:])
    dashes = [
        line.evaluate("line => getComputedStyle(line).strokeDasharray")
        for line in board.locator("svg.map polyline").all()
    ]
    assert dashes == ["none", "none", "5px, 4px", "5px, 4px"]
    expect(board.get_by_text("Dashed: a straight line")).to_be_visible()
    expect(board.get_by_text("© OpenStreetMap contributors")).to_be_visible()


# How large each piece of text on the map is on the screen, in pixels.
LETTERS = """() => {
  const map = document.querySelector('svg.map');
  const pixel = map.clientWidth / map.viewBox.baseVal.width;
  return [...map.querySelectorAll('text')].filter((text) => text.checkVisibility())
    .map((text) => parseFloat(getComputedStyle(text).fontSize) * pixel);
}"""


@pytest.mark.parametrize("width", [360, 430, 560, 700, 1280])
def test_names_and_numbers_on_the_board_can_be_read_on_every_screen(day, width):
    page = day(viewport={"width": width, "height": 800}).new_page()
    page.goto("/demo/sign-in/dispatcher")
    page.goto("/board/")

    letters = page.evaluate(LETTERS)

    assert len(letters) >= 3
    assert min(letters) >= 9


def test_what_lines_mean_stands_below_the_map_and_whose_data_it_is_once(day, site, until):
    folder = site.app.extensions["onsite.settings"].instance / "roads" / "area"
    folder.mkdir(parents=True)
    credit = "© OpenStreetMap contributors"
    ground = {"attribution": credit, "roads": {"trunk": ["_p~iF~ps|U_ulLnnqC"]}, "towns": []}
    (folder / "ground.json").write_text(json.dumps(ground), encoding="utf-8")
    board = day(viewport={"width": 1280, "height": 900}).new_page()
    board.goto("/demo/sign-in/dispatcher")
    board.goto("/board/")
    until(board, "document.querySelectorAll('svg.map polyline').length === 4")

    expect(board.locator(".base-credit:not([hidden])")).to_have_text(credit)
    expect(board.locator("text=" + credit).filter(visible=True)).to_have_count(1)
    picture = board.locator(".base-picture").bounding_box()
    legend = board.locator(".ways-legend").bounding_box()
    assert legend["y"] >= picture["y"] + picture["height"]


def test_the_board_is_there_while_its_ways_are_still_asked_for(board, until):
    until(board, "document.querySelectorAll('svg.map polyline').length === 4")
    waiting = []

    def keep_waiting(route):
        waiting.append(route)

    board.route("**/ways", keep_waiting)

    board.reload(wait_until="load")
    board.wait_for_timeout(300)

    assert len(waiting) == 1
    assert drawn(board) == [(True, 5)]
    expect(board.get_by_role("heading", name="Map")).to_be_visible()
    for each in waiting:
        each.abort()


def test_lines_of_another_plan_than_the_pages_are_not_drawn(board):
    def older(route):
        document = route.fetch().json()
        document["rounds"][0]["version"] = "of-before"
        route.fulfill(json=document)

    board.route("**/ways", older)
    with board.expect_response("**/ways"):
        board.reload()
    board.wait_for_timeout(200)

    assert drawn(board) == [(True, 5)]


def test_the_phone_draws_the_round_and_the_next_leg_by_keys(phone, until):
    until(phone, "document.querySelectorAll('.round-map polyline:not(.straight)').length === 2")
    assert [straight for straight, _ in drawn(phone)] == [False, False, True, True]
    expect(phone.locator(".round-map .map-mark.ahead text")).to_have_text("1")

    phone.get_by_role("button", name="Next leg").focus()
    phone.keyboard.press("Enter")

    ((straight, points),) = drawn(phone)
    assert not straight
    assert points > 3
    expect(phone.get_by_role("button", name="Next leg")).to_have_attribute("aria-pressed", "true")


def test_without_coverage_the_phone_draws_what_it_has_kept(phone, until):
    until(phone, "document.querySelectorAll('.round-map polyline:not(.straight)').length === 2")
    phone.route("**/m/ways*", lambda route: route.abort())

    phone.reload()

    until(phone, "document.querySelectorAll('.round-map polyline:not(.straight)').length === 2")


def test_who_signs_out_leaves_no_ways_on_the_phone(phone, until):
    until(phone, "document.querySelectorAll('.round-map polyline:not(.straight)').length === 2")
    assert phone.evaluate("caches.has('onsite-ways')")

    phone.get_by_role("button", name="Sign out").click()

    assert not phone.evaluate("caches.has('onsite-ways')")


def test_the_round_is_saved_from_board_and_phone(board, phone):
    with board.expect_download() as from_board:
        board.get_by_role("link", name="as a GPX file").click()
    with phone.expect_download() as from_phone:
        phone.get_by_role("link", name="Round as a GPX file").click()

    kept = [each.value.path().read_text(encoding="utf-8") for each in (from_board, from_phone)]
    assert all(text.count("<wpt ") == 3 and text.count("<trkseg>") == 2 for text in kept)


def test_board_and_phone_have_no_barriers(board, phone, axe, until):
    until(board, "document.querySelectorAll('svg.map polyline').length === 4")
    until(phone, "document.querySelectorAll('.round-map polyline:not(.straight)').length === 2")

    assert axe(board) == []
    assert axe(phone) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_phones_map_fits_a_narrow_screen_in_every_language(day, language, until):
    page = day(**PHONE, locale=language).new_page()
    page.goto("/demo/sign-in/technician")
    page.goto("/m/")
    until(page, "document.querySelectorAll('.round-map polyline').length === 4")

    assert page.evaluate("document.documentElement.scrollWidth") <= 360


# A worker stands by, and the page and its ways are kept.
KEPT = """async () => {
  await navigator.serviceWorker.ready;
  const wanted = [location.href, document.querySelector('[data-round-map]').dataset.roundMap];
  for (const each of wanted) {
    while (!(await caches.match(each))) await new Promise((on) => setTimeout(on, 50));
  }
}"""


def test_without_coverage_the_phone_shows_the_round_it_has_kept_and_says_so(phone, until):
    expect(phone.get_by_text("No coverage")).to_be_hidden()
    phone.evaluate(KEPT)
    phone.context.set_offline(True)

    phone.reload()

    expect(phone.get_by_text("No coverage: this is your round as of 07:00")).to_be_visible()
    until(phone, "document.querySelectorAll('.round-map polyline:not(.straight)').length === 2")
    dashed = phone.locator(".round-map .map-line.straight").first
    assert dashed.evaluate("line => getComputedStyle(line).strokeDasharray") == "5px, 4px"


def test_who_has_signed_out_leaves_no_round_for_whoever_has_no_coverage(phone):
    phone.evaluate(KEPT)
    phone.get_by_role("button", name="Sign out").click()
    phone.wait_for_url("**/sign-in*")
    phone.context.set_offline(True)

    with pytest.raises(Error, match=r"ERR_INTERNET_DISCONNECTED|ERR_FAILED"):
        phone.goto("/m/")


def test_a_sign_in_that_has_ended_takes_the_round_off_the_phone(phone):
    phone.evaluate(KEPT)
    phone.context.clear_cookies()

    phone.goto("/m/")

    assert phone.evaluate("caches.keys()") == []
