"""What lies under a map comes after it and may stay away: refused, silent, or there."""

from __future__ import annotations

import json
import socket
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from app.commands.roads.tiles import convert
from dispatch.accounts import RoleName
from tests import build
from tests.app.commands.test_roads_tiles import cut
from tests.browser.conftest import watch
from tests.browser.test_ways import KEPT
from tests.clock import at

pytestmark = [pytest.mark.slow]

QUIET = "The base map cannot be reached now"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture() -> bytes:
    """A grey tile of 256 by 256 as PNG."""
    head = struct.pack(">IIBBBBB", 256, 256, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xd0" * 256) * 256)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


class TileServer:
    """A tile server on loopback: ``mood`` is sound, ill or silent; ``asked`` holds what it was sent."""

    def __init__(self) -> None:
        self.mood = "sound"
        self.asked: list[tuple[str, str | None]] = []
        self.closing = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append((self.path, self.headers.get("Referer")))
                if outer.mood == "silent":
                    outer.closing.wait(30)
                    return
                sound = outer.mood == "sound"
                self.send_response(200 if sound else 503)
                self.send_header("Content-Type", "image/png")
                self.end_headers()
                self.wfile.write(picture() if sound else b"")

            def log_message(self, *_words: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def tiles() -> Iterator[TileServer]:
    server = TileServer()
    thread = threading.Thread(target=server.server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.closing.set()
    server.server.shutdown()
    server.server.server_close()
    thread.join(timeout=5)


@pytest.fixture
def base_map(tiles) -> dict[str, str]:
    """The tile server is what lies under the maps of the site."""
    return {
        "map": "tiles",
        "map_tile_url": f"{tiles.url}/{{z}}/{{x}}/{{y}}.png",
        "map_attribution": "© Loopback https://tiles.example/terms",
    }


@pytest.fixture
def page(new_context, site):
    """The map of a site's address, by a dispatcher, with time in the test's hands."""
    with site.app.app_context(), Session(site.app.extensions["sqlalchemy"].engine) as session:
        build.dispatcher(session, name="Wacław Dąb")
        one = build.site(session, town="Żyrardów", at=(52.05, 20.45))
        session.commit()
        address = f"/addresses/{one.id}"
    folder = site.app.extensions["onsite.settings"].instance / "roads" / "area"
    folder.mkdir(parents=True)
    ground = {
        "attribution": "© Drawn by us",
        "roads": {"trunk": ["_p~iF~ps|U_ulLnnqC"]},
        "towns": [],
    }
    (folder / "ground.json").write_text(json.dumps(ground), encoding="utf-8")
    opened = new_context().new_page()
    opened.clock.install()
    opened.goto("/demo/sign-in/dispatcher")
    opened.goto(address)
    return opened


def test_tiles_lie_under_the_map_with_whose_they_are(page, tiles, site):
    credit = page.get_by_role("link", name="© Loopback")

    expect(credit).to_be_visible()
    expect(page.locator(".leaflet-tile-loaded").first).to_be_attached()
    expect(page.get_by_text("© Drawn by us")).to_be_hidden()
    assert {referer for _path, referer in tiles.asked} == {f"{site.url}/"}


def test_own_names_are_read_while_no_tile_is_there(page, tiles):
    expect(page.locator(".shows-tiles")).to_be_attached()
    expect(page.locator(".base-name span", has_text="Żyrardów")).to_be_hidden()

    tiles.mood = "ill"
    page.keyboard.press("+")
    page.keyboard.press("+")

    expect(page.get_by_text(QUIET)).to_be_visible()
    expect(page.locator(".base-name span", has_text="Żyrardów")).to_be_visible()
    expect(page.get_by_text("© Drawn by us")).to_be_visible()


class TestASilentServer:
    """Nobody answers, and nobody refuses."""

    @pytest.fixture
    def base_map(self, tiles, base_map):
        tiles.mood = "silent"
        return base_map

    def test_it_is_given_up_after_five_seconds_and_asked_again_after_a_minute(self, page, tiles):
        expect(page.locator(".leaflet-tile").first).to_be_attached()
        expect(page.get_by_text(QUIET)).to_be_hidden()

        page.clock.fast_forward(5_100)
        expect(page.get_by_text(QUIET)).to_be_visible()
        expect(page.locator(".leaflet-tile")).to_have_count(0)

        tiles.mood = "sound"
        page.clock.fast_forward(60_100)
        expect(page.get_by_role("link", name="© Loopback")).to_be_visible()
        expect(page.get_by_text(QUIET)).to_be_hidden()

    def test_the_pin_is_moved_meanwhile(self, page):
        before = page.get_by_label("Latitude").input_value()
        page.locator("[data-pin]").press("ArrowUp")

        assert page.get_by_label("Latitude").input_value() != before


class TestARefusedConnection:
    """The network is cut: no server at that address."""

    @pytest.fixture
    def base_map(self):
        with closing(socket.create_server(("127.0.0.1", 0))) as gone:
            port = gone.getsockname()[1]
        return {
            "map": "tiles",
            "map_tile_url": f"http://127.0.0.1:{port}/{{z}}/{{x}}/{{y}}.png",
            "map_attribution": "©",
        }

    def test_one_quiet_line_says_so_and_the_own_ground_stays(self, page, axe):
        expect(page.get_by_text(QUIET)).to_be_visible()
        expect(page.locator(".base-name span", has_text="Żyrardów")).to_be_visible()
        assert axe(page) == []

    def test_the_map_is_moved_on_without_a_mistake_when_tiles_are_given_up(self, page):
        mistakes: list[str] = []
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        expect(page.get_by_text(QUIET)).to_be_visible()

        page.keyboard.press("+")
        page.keyboard.press("-")
        page.wait_for_timeout(200)

        expect(page.locator(".base-name span", has_text="Żyrardów")).to_be_visible()
        assert mistakes == []


class TestWithoutABaseMap:
    """Nothing but our own ground."""

    @pytest.fixture
    def base_map(self):
        return {"map": "none"}

    def test_roads_and_names_are_drawn_and_nobody_else_is_asked(self, page, tiles):
        expect(page.get_by_text("© Drawn by us")).to_be_visible()
        expect(page.locator(".base-name span", has_text="Żyrardów")).to_be_visible()
        expect(page.get_by_text(QUIET)).to_be_hidden()
        assert tiles.asked == []


@pytest.fixture
def phone(new_context, site, clock):
    """A technician's phone with one stop today; opens it where the map is below the screen."""
    clock.now = at("07:00")
    with site.app.app_context(), Session(site.app.extensions["sqlalchemy"].engine) as session:
        account = build.account(session, roles=[RoleName.TECHNICIAN])
        worker = build.technician(session, account_id=account.id, home=(52.1, 20.5))
        visit = build.visit(session, site=build.site(session, at=(52.05, 20.45)))
        shift = build.shift(session, technician=worker)
        build.assignment(session, visit=visit, shift=shift, starts_at=at("09:00"))
        session.commit()
    low = {"width": 360, "height": 300}
    opened = new_context(viewport=low, is_mobile=True, has_touch=True).new_page()
    opened.goto("/demo/sign-in/technician")
    opened.goto("/m/")
    return opened


def look_at_the_map(phone) -> None:
    phone.locator(".round-map").scroll_into_view_if_needed()


class TestThePhonesRound:
    """The base comes below it, when it is looked at."""

    def test_tiles_are_asked_for_when_the_map_is_seen(self, phone, tiles, axe):
        phone.wait_for_timeout(500)
        assert tiles.asked == []

        look_at_the_map(phone)

        expect(phone.locator(".leaflet-tile-loaded").first).to_be_attached()
        expect(phone.get_by_role("link", name="© Loopback")).to_be_visible()
        expect(phone.locator(".round-map .map-mark")).to_have_count(1)
        assert axe(phone) == []

    def test_without_coverage_the_round_is_drawn_as_before(self, phone):
        phone.evaluate(KEPT)
        phone.context.set_offline(True)
        phone.reload()

        look_at_the_map(phone)

        expect(phone.get_by_text("No coverage")).to_be_visible()
        expect(phone.locator(".round-map .map-mark")).to_have_count(1)

    def test_whoever_saves_data_is_spared_the_base(self, phone, tiles):
        saving = "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"
        phone.add_init_script(saving)
        phone.reload()
        look_at_the_map(phone)

        phone.wait_for_timeout(500)

        assert tiles.asked == []


class TestThePhonesRoundWithoutABase:
    """Nothing of Leaflet comes to the phone."""

    @pytest.fixture
    def base_map(self):
        return {"map": "none"}

    def test_no_ground_is_fetched(self, phone):
        asked: list[str] = []
        phone.on("request", lambda request: asked.append(request.url))
        phone.reload()
        look_at_the_map(phone)

        expect(phone.locator(".round-map .map-mark")).to_have_count(1)
        phone.wait_for_timeout(500)
        assert [url for url in asked if "ground" in url] == []


class TestAFileOfOnesOwn:
    """A pmtiles archive, read in parts from us."""

    @pytest.fixture
    def base_map(self, tmp_path):
        convert(cut(tmp_path), target=tmp_path / "own.pmtiles")
        return {"map": "pmtiles", "map_pmtiles": str(tmp_path / "own.pmtiles")}

    def test_it_is_painted_with_whose_data_it_is_and_no_error(self, page):
        errors = watch(page)
        page.reload()

        expect(page.locator(".shows-tiles canvas.leaflet-tile").first).to_be_attached()
        expect(page.get_by_role("link", name="© OpenStreetMap contributors")).to_be_visible()
        assert errors == []
