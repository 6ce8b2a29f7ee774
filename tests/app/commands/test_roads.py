"""``onsite roads`` as somebody at a terminal uses it, on a synthetic town."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from app.commands import onsite
from dispatch import store
from tests import build
from tests.databases import with_schema
from tests.routing.travel import town as towns

CONTENT = {"coordinates", "seconds", "metres", "estimated", "source", "graph_version"}


@pytest.fixture
def instance(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "instance"
    folder.mkdir()
    monkeypatch.setenv("ONSITE_INSTANCE", str(folder))
    return folder


@pytest.fixture
def extract(tmp_path) -> Path:
    return towns.build().write(tmp_path / "town.osm.pbf")


@pytest.fixture
def points(tmp_path) -> Path:
    town = towns.build()
    rows = [list(town.at(*each)) for each in ((1, 1), (6, 3), (10, 8))]
    file = tmp_path / "points.json"
    file.write_text(json.dumps({"coordinates": rows}), encoding="utf-8")
    return file


def roads(*words: object) -> Result:
    return CliRunner().invoke(onsite, ["roads", *(str(word) for word in words)])


def graph_of(instance, name="area"):
    return (instance / "roads" / name / "graph.npz").read_bytes()


def test_an_extract_becomes_a_graph_that_answers(instance, extract, points, tmp_path):
    imported = roads("import", extract)
    asked = roads("matrix", points, "--provider", "graph", "--out", tmp_path / "m.json")

    assert (imported.exit_code, asked.exit_code) == (0, 0), imported.output + asked.output
    assert "km of road" in imported.output
    matrix = json.loads((tmp_path / "m.json").read_bytes())
    assert set(matrix) == CONTENT
    assert matrix["coordinates"] == json.loads(points.read_bytes())["coordinates"]
    assert [row[i] for i, row in enumerate(matrix["seconds"])] == [0, 0, 0]
    assert matrix["metres"][0][2] > 1000
    assert not any(map(any, matrix["estimated"]))
    assert instance.is_dir()


def test_the_import_says_how_far_it_is(instance, extract):
    result = roads("import", extract, "--name", "town")

    assert "reading roads" in result.stderr
    assert "writing" in result.stderr
    assert result.stdout.startswith("town: ")
    made = {each.name for each in (instance / "roads" / "town").iterdir()}
    assert made == {"graph.npz", "ground.json"}


def test_the_side_of_traffic_can_be_said(instance, extract):
    roads("import", extract, "--traffic", "left")

    assert "traffic on the left" in roads("status").output
    assert instance.is_dir()


def test_status_lists_what_there_is_and_what_is_broken(instance, extract):
    roads("import", extract, "--name", "good")
    (instance / "roads" / "bad").mkdir()
    (instance / "roads" / "bad" / "graph.npz").write_bytes(b"no graph")

    result = roads("status")

    assert result.exit_code == 1
    assert "good: " in result.output
    assert "bad: " in result.output
    assert "import again" in result.output


@pytest.mark.usefixtures("instance")
def test_without_a_graph_status_says_that_lines_are_straight():
    result = roads("status")

    assert result.exit_code == 0
    assert "straight lines" in result.stderr


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda whole: whole[: len(whole) // 2], "no whole .osm.pbf"),
        (lambda _whole: b"", "is empty"),
        (lambda _whole: b"<osm></osm>" * 20, "no whole .osm.pbf"),
        (lambda whole: whole[:-1], "no whole .osm.pbf"),
    ],
    ids=["truncated", "empty", "another format", "truncated by a byte"],
)
def test_a_bad_file_is_refused_and_the_old_graph_stays(instance, extract, spoil, says):
    roads("import", extract)
    before = graph_of(instance)
    extract.write_bytes(spoil(extract.read_bytes()))

    result = roads("import", extract)

    assert result.exit_code == 1
    assert says in result.stderr
    assert "former road graph is kept" in result.stderr
    assert graph_of(instance) == before


def test_a_file_without_roads_is_refused(instance, extract):
    bare = towns.Town()
    bare.add_node(0.0, 0.0, addr_street="Gartenweg")

    result = roads("import", bare.write(extract))

    assert result.exit_code == 1
    assert "holds no roads" in result.stderr
    assert not (instance / "roads").exists()


def with_a_site(instance, town, column, row):
    """A database in which one site lies at a crossing of this town."""
    url = f"sqlite:///{instance / 'onsite.db'}"
    with_schema(url)
    engine = store.open_store(url)
    lat, lon = town.at(column, row)
    with Session(engine) as session:
        site = build.site(session)
        site.latitude, site.longitude = lat, lon
        session.commit()
    engine.dispose()


def test_roads_on_which_no_site_lies_are_refused(instance, extract):
    with_a_site(instance, towns.build(lat=43.0, lon=1.0), 3, 3)

    result = roads("import", extract)

    assert result.exit_code == 1
    assert "none of the 1 sites and depots" in result.stderr
    assert "--anyway" in result.stderr
    assert not (instance / "roads" / "area" / "graph.npz").exists()


def test_roads_of_an_area_that_is_still_to_come_are_taken_when_asked_for(instance, extract):
    with_a_site(instance, towns.build(lat=43.0, lon=1.0), 3, 3)

    result = roads("import", extract, "--anyway")

    assert result.exit_code == 0
    assert "1 of 1 sites and depots lie outside of the map" in result.stderr
    assert (instance / "roads" / "area" / "graph.npz").exists()


def test_roads_on_which_a_site_lies_are_taken(instance, extract):
    with_a_site(instance, towns.build(), 3, 3)

    assert roads("import", extract).exit_code == 0


def small_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


def test_a_disk_that_is_full_leaves_the_old_graph(instance, extract):
    roads("import", extract)
    before = graph_of(instance)

    done = subprocess.run(
        [sys.executable, "-m", "app", "roads", "import", str(extract)],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},  # noqa: TID251 - handed on
        preexec_fn=small_files,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert graph_of(instance) == before
    assert {each.name for each in (instance / "roads" / "area").iterdir()} == {
        "graph.npz",
        "ground.json",
    }


@pytest.mark.usefixtures("instance")
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[1, 2", "no JSON"),
        ("{}", "there are no points"),
        ('{"coordinates": [[50, 8], [50]]}', "coordinates[1]"),
        ('{"coordinates": [[8, 250]]}', "latitude comes first"),
        ('{"coordinates": [["50", "8"]]}', "coordinates[0]"),
    ],
)
def test_points_that_cannot_be_read_are_named_by_place(points, tmp_path, text, says):
    points.write_text(text, encoding="utf-8")

    result = roads("matrix", points, "--provider", "crowfly", "--out", tmp_path / "m.json")

    assert result.exit_code == 2
    assert says in result.stderr
    assert not (tmp_path / "m.json").exists()


@pytest.mark.usefixtures("instance")
def test_straight_lines_need_no_graph(points, tmp_path):
    target = tmp_path / "m.json"

    result = roads("matrix", points, "--provider", "crowfly", "--profile", "foot", "--out", target)

    assert result.exit_code == 0, result.output
    assert json.loads(target.read_bytes())["source"] == "crowfly"


@pytest.mark.usefixtures("instance")
def test_a_graph_that_is_not_there_is_said_with_how_to_make_it(points, tmp_path):
    result = roads("matrix", points, "--provider", "graph", "--out", tmp_path / "m.json")

    assert result.exit_code == 2
    assert "onsite roads import" in result.stderr


@pytest.mark.usefixtures("instance")
@pytest.mark.parametrize(
    ("source", "says"), [("osrm", "ONSITE_OSRM_URL"), ("valhalla", "ONSITE_VALHALLA_URL")]
)
def test_a_server_that_is_not_set_is_said_with_its_setting(points, tmp_path, source, says):
    result = roads("matrix", points, "--provider", source, "--out", tmp_path / "m.json")

    assert result.exit_code == 1
    assert says in result.stderr


def test_a_chain_answers_whoever_is_ill(instance, points, tmp_path, monkeypatch):
    monkeypatch.setenv("ONSITE_TRAVEL", "osrm,graph")
    target = tmp_path / "m.json"

    result = roads("matrix", points, "--provider", "chain", "--out", target)

    assert result.exit_code == 0, result.output
    assert "cells estimated" in result.stderr
    assert not (instance / "onsite.db").exists()


@pytest.mark.usefixtures("instance")
def test_a_profile_without_roads_is_refused(extract, points, tmp_path):
    roads("import", extract)

    result = roads(
        "matrix", points, "--provider", "graph", "--profile", "foot", "--out", tmp_path / "m.json"
    )

    assert result.exit_code == 1
    assert "only car, van" in result.stderr


@pytest.mark.usefixtures("instance")
def test_estimates_are_counted(extract, points, tmp_path):
    roads("import", extract)
    rows = json.loads(points.read_bytes())["coordinates"]
    points.write_text(json.dumps({"coordinates": [*rows, [10.0, 10.0]]}), encoding="utf-8")

    result = roads("matrix", points, "--provider", "graph", "--out", tmp_path / "m.json")

    assert "6 of 16 cells estimated" in result.stderr


@pytest.mark.slow
@pytest.mark.usefixtures("instance")
def test_the_bench_prints_a_table_with_its_command_and_machine(extract):
    roads("import", extract)

    result = roads("bench")

    assert result.exit_code == 0, result.output
    assert "| graph 1000 x 1000 |" in result.output
    assert "| scipy, one place to all |" in result.output
    assert "`onsite roads bench`" in result.output
