"""What lies under maps is chosen by settings, checked at the start, and told to browsers."""

from __future__ import annotations

import pytest

from app.base_map import OSM_TILES, Credit, Kind, credited
from app.config import SettingsWrong, load
from tests.app.archives import archive

TILES = {
    "map": "tiles",
    "map_tile_url": "https://maps.example:8443/a/{z}/{x}/{y}.png",
    "map_attribution": "© Survey of Examples",
}


def chosen(folder, **given):
    return load({"instance": folder, **given}, {}).base_map


def pictures_from(app):
    policy = app.test_client().get("/healthz").headers["Content-Security-Policy"]
    return next(part.split()[1:] for part in policy.split(";") if part.split()[0] == "img-src")


def test_in_production_nothing_lies_under_maps_until_it_is_set(tmp_path):
    assert chosen(tmp_path).kind is Kind.NONE


def test_a_demo_takes_the_tiles_of_openstreetmap_and_names_it(tmp_path):
    base = chosen(tmp_path, demo=True)

    assert (base.kind, base.tile_url) == (Kind.TILES, OSM_TILES)
    assert base.credits == (
        Credit(text="© OpenStreetMap contributors", url="https://www.openstreetmap.org/copyright"),
    )


def test_a_demo_without_tiles_asks_nobody(tmp_path):
    assert chosen(tmp_path, demo=True, map="none").origin == ""


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"map": "tiles", "map_tile_url": TILES["map_tile_url"]}, "MAP_ATTRIBUTION must say whose"),
        ({"map": "tiles", "map_attribution": "©"}, "MAP_TILE_URL must say where"),
        (TILES | {"map_tile_url": "https://maps.example/{z}.png"}, r"needs \{z\}, \{x\} and \{y\}"),
        (TILES | {"map_tile_url": "https://{s}.maps.example/{z}/{x}/{y}"}, "form that is needed"),
        (TILES | {"map_attribution": "<a href=x>©</a>"}, "in plain words"),
        (TILES | {"map": "none"}, "MAP is not tiles"),
        ({"map_pmtiles": "town.pmtiles"}, "MAP is not pmtiles"),
        ({"map": "google"}, "must be one of none, pmtiles, tiles"),
    ],
)
def test_what_does_not_go_together_stops_the_start(tmp_path, given, reason):
    with pytest.raises(SettingsWrong, match=reason):
        chosen(tmp_path, **given)


def test_an_attribution_links_the_words_before_each_address():
    assert credited("© A https://a.example/c © B & C http://b.example D") == (
        Credit(text="© A", url="https://a.example/c"),
        Credit(text="© B & C", url="http://b.example"),
        Credit(text="D"),
    )


def test_a_file_that_is_missing_stops_the_start_and_says_what_makes_one(make_app):
    with pytest.raises(SettingsWrong, match=r"area/map.pmtiles cannot be read.*onsite roads tiles"):
        make_app(map="pmtiles")


def test_a_file_that_is_no_archive_stops_the_start(make_app, tmp_path):
    file = tmp_path / "town.pmtiles"
    file.write_bytes(b"PNG" * 100)

    with pytest.raises(SettingsWrong, match=r"town.pmtiles is no pmtiles archive"):
        make_app(map="pmtiles", map_pmtiles=str(file))


def test_an_archive_of_pictures_stops_the_start(make_app, tmp_path):
    file = archive(tmp_path, tiles=2)

    with pytest.raises(SettingsWrong, match="holds no vector tiles"):
        make_app(map="pmtiles", map_pmtiles=str(file))


def test_browsers_may_fetch_pictures_from_the_tile_server_and_nowhere_else(make_app):
    assert pictures_from(make_app(**TILES)) == [
        "'self'",
        "data:",
        "blob:",
        "https://maps.example:8443",
    ]


def test_without_tiles_browsers_fetch_pictures_from_us_alone(make_app, tmp_path):
    file = archive(tmp_path)

    assert pictures_from(make_app()) == ["'self'", "data:", "blob:"]
    assert pictures_from(make_app(map="pmtiles", map_pmtiles=str(file))) == [
        "'self'",
        "data:",
        "blob:",
    ]
