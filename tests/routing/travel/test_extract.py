from __future__ import annotations

import pytest

from routing.travel import extract
from routing.travel.extract import ExtractUnusable
from tests.routing.travel import town as towns


@pytest.fixture
def file(tmp_path):
    return towns.build().write(tmp_path / "town.osm.pbf")


def test_ways_come_with_the_tags_that_rules_of_the_road_read(file, town):
    read = extract.read(file)

    kinds = [tags.get("highway", tags.get("route")) for tags in read.way_tags]
    assert sorted(kinds) == sorted(
        tags.get("highway", tags.get("route")) for _nodes, tags in town.ways.values()
    )
    assert not any("name" in tags for tags in read.way_tags)


def test_nodes_lie_where_they_were_drawn(file, town):
    read = extract.read(file)

    drawn = [town.nodes[ref] for ref in read.node_ids.tolist()]
    assert read.lat.tolist() == pytest.approx([lat * 1e7 for lat, _lon in drawn], abs=1)
    assert read.lon.tolist() == pytest.approx([lon * 1e7 for _lat, lon in drawn], abs=1)


def test_restrictions_at_a_node_and_over_a_way_are_read(file, town):
    read = extract.read(file)

    assert [each.only for each in read.restrictions] == [False, True, False]
    assert [each.via_node for each in read.restrictions[:2]] == [town.grid[6, 3], town.grid[3, 6]]
    assert read.restrictions[2].via_ways == (town.restrictions[2][2][0][1],)


def test_a_way_whose_nodes_were_cut_off_is_kept_in_parts(tmp_path):
    cut = towns.Town()
    nodes = [cut.add_node(100.0 * i, 0.0) for i in range(5)]
    cut.add_way(nodes, highway="residential")
    del cut.nodes[nodes[2]]

    read = extract.read(cut.write(tmp_path / "cut.osm.pbf"))

    assert read.begins.tolist() == [0, 2, 4]
    assert read.way_ids[0] == read.way_ids[1]


def shortened(whole: bytes) -> bytes:
    return whole[: len(whole) * 2 // 3]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (shortened, "no whole .osm.pbf file"),
        (lambda _whole: b"", "is empty"),
        (lambda _whole: b"<osm></osm>" * 50, "no whole .osm.pbf file"),
    ],
    ids=["truncated", "empty", "another format"],
)
def test_a_file_that_is_spoilt_is_named_with_what_to_do(file, spoil, says):
    file.write_bytes(spoil(file.read_bytes()))

    with pytest.raises(ExtractUnusable, match=says) as refused:
        extract.read(file)

    assert str(file) in str(refused.value)
    assert "download it again" in str(refused.value)


def test_a_file_without_roads_says_so(tmp_path):
    bare = towns.Town()
    bare.add_node(0.0, 0.0, addr_street="Gartenweg", addr_housenumber="1")

    with pytest.raises(ExtractUnusable, match="holds no roads"):
        extract.read(bare.write(tmp_path / "bare.osm.pbf"))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ExtractUnusable, match=r"missing\.osm\.pbf cannot be read"):
        extract.read(tmp_path / "missing.osm.pbf")
