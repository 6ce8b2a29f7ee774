"""``onsite roads tiles``: tools where they are, a sentence where not, and no half-made map."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from app.base_map import BaseMap, Kind
from app.commands import onsite
from app.commands.roads.tiles import convert
from tests.routing.travel import town as towns

ABOUT = {"format": "pbf", "minzoom": "8", "maxzoom": "8", "name": "town", "bounds": "8,50,9,51"}


@pytest.fixture
def instance(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "instance"
    folder.mkdir()
    monkeypatch.setenv("ONSITE_INSTANCE", str(folder))
    return folder


@pytest.fixture
def extract(tmp_path) -> Path:
    return towns.build().write(tmp_path / "town.osm.pbf")


def tiles(*words: object) -> Result:
    return CliRunner().invoke(onsite, ["roads", "tiles", *(str(word) for word in words)])


def cut(folder: Path, *, count: int = 2, **about: str) -> Path:
    """An ``.mbtiles`` as tilemaker leaves it, with so many tiles that hold one empty layer."""
    file = folder / "cut.mbtiles"
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE metadata (name text, value text)")
        database.execute(
            "CREATE TABLE tiles (zoom_level int, tile_column int, tile_row int, tile_data blob)"
        )
        database.executemany("INSERT INTO metadata VALUES (?, ?)", (ABOUT | about).items())
        rows = [(8, 134 + column, 168, b"\x1a\x05\x0a\x01a\x78\x02") for column in range(count)]
        database.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
        database.commit()
    return file


def test_tiles_become_one_file_that_maps_can_show(tmp_path):
    target = tmp_path / "map.pmtiles"

    count = convert(cut(tmp_path), target=target)

    assert count == 2
    assert BaseMap(kind=Kind.PMTILES, file=target).fault() == ""


@pytest.mark.parametrize(
    ("given", "reason"),
    [({"count": 0}, "nothing on the extract"), ({"format": "png"}, "no vector tiles")],
    ids=["no tiles", "pictures"],
)
def test_what_maps_cannot_show_leaves_the_former_map(tmp_path, given, reason):
    target = tmp_path / "map.pmtiles"
    target.write_bytes(b"former")

    with pytest.raises(click.ClickException, match=reason):
        convert(cut(tmp_path, **given), target=target)

    assert target.read_bytes() == b"former"


def test_without_tilemaker_it_says_what_to_install(instance, extract, monkeypatch):
    monkeypatch.setenv("PATH", str(instance))

    asked = tiles(extract)

    assert asked.exit_code == 1
    assert "apt-get install tilemaker" in asked.output
    assert list(instance.iterdir()) == []


@pytest.mark.skipif(shutil.which("tilemaker") is None, reason="tilemaker is not installed")
def test_a_broken_extract_leaves_the_former_map_and_nothing_else(instance, extract):
    folder = instance / "roads" / "area"
    folder.mkdir(parents=True)
    (folder / "map.pmtiles").write_bytes(b"former")
    extract.write_bytes(extract.read_bytes()[:600])

    asked = tiles(extract)

    assert asked.exit_code == 1
    assert "cannot be cut into tiles" in asked.output
    assert [each.name for each in folder.iterdir()] == ["map.pmtiles"]
    assert (folder / "map.pmtiles").read_bytes() == b"former"
