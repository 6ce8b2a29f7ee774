"""The ground under maps: main roads that look as they did, in a file of a size that a phone likes."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import numpy as np
import polyline
import pytest

from routing.travel import extract, ground, network
from routing.travel.graph import build_roads
from routing.travel.provider import Profile
from tests.routing.travel import town as towns


@pytest.fixture
def told(tmp_path):
    town = towns.build()
    for ref, tags in (
        (9001, {"place": "village", "name": "Łąki"}),
        (9002, {"place": "city", "name": "東京"}),
    ):
        town.nodes[ref] = town.at(3, 3)
        town.node_tags[ref] = tags
    build_roads(town.write(tmp_path / "town.osm.pbf"), target=tmp_path / "graph.npz")
    return json.loads((tmp_path / "ground.json").read_text(encoding="utf-8"))


@pytest.fixture
def parts(tmp_path):
    """What a ground is made of."""
    read = extract.read(towns.build().write(tmp_path / "town.osm.pbf"))
    return network.build(read, profile=Profile.CAR), read


def lines(told, kind):
    return [polyline.decode(line) for line in told["roads"][kind]]


def test_an_import_leaves_main_roads_and_names_and_whose_they_are(told):
    assert set(told["roads"]) == {"trunk", "primary", "secondary"}
    assert [name for _lat, _lon, name in told["towns"]] == ["東京", "Łąki"]
    assert "OpenStreetMap" in told["attribution"]


def test_the_pieces_of_a_road_become_one_line_until_others_of_its_class_meet(told):
    bridges = lines(told, "primary")

    assert len(bridges) == len(towns.BRIDGES)


def test_a_line_keeps_to_the_road_within_what_was_allowed():
    angles = np.linspace(0, np.pi, 400)
    bend = np.column_stack((50 + 0.01 * np.sin(angles), 8 + 0.01 * np.cos(angles)))

    drawn = ground._simplified(bend, 20.0)

    rough = [
        ground._distances(np.array([p]) * SCALE, a * SCALE, b * SCALE)[0]
        for p, a, b in beside(bend, drawn)
    ]
    assert len(drawn) < 40
    assert max(rough) < 21


SCALE = np.array([1.0, np.cos(np.radians(50))]) * ground.METRES_PER_DEGREE


def beside(points, drawn):
    """Each point with the stretch of the drawn line that runs past it; both go from east to west."""
    where = np.searchsorted(-drawn[:, 1], -points[:, 1]).clip(1, len(drawn) - 1)
    return [(point, drawn[i - 1], drawn[i]) for point, i in zip(points, where, strict=True)]


def test_a_large_land_is_drawn_rougher_and_with_fewer_roads_instead_of_growing(parts, monkeypatch):
    whole = ground.made(*parts)
    monkeypatch.setattr(ground, "MOST_BYTES", len(whole) - 1)

    smaller = ground.made(*parts)

    assert len(smaller) < len(whole)
    assert json.loads(smaller)["roads"]


def test_a_ground_that_cannot_be_written_leaves_the_former_one(tmp_path, monkeypatch):
    file = tmp_path / "ground.json"
    ground.write(file, b"old")
    monkeypatch.setattr(Path, "chmod", full)

    with pytest.raises(OSError, match="No space left"):
        ground.write(file, b"new")

    assert [each.name for each in tmp_path.iterdir()] == ["ground.json"]
    assert file.read_bytes() == b"old"


def full(*_anything):
    raise OSError(errno.ENOSPC, "No space left on device")
