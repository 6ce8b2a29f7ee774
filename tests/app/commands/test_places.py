"""``onsite places`` indexes an extract and finds coordinates for tables of addresses."""

from __future__ import annotations

import csv
import json

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from app.commands import onsite
from dispatch import store
from tests import build
from tests.databases import with_schema
from tests.routing.geocode.land import NEUDORF, Land, invented


@pytest.fixture(scope="module")
def extract(tmp_path_factory):
    return invented().write(tmp_path_factory.mktemp("extract") / "land.osm.pbf")


@pytest.fixture
def command(tmp_path, monkeypatch):
    monkeypatch.setenv("ONSITE_INSTANCE", str(tmp_path / "instance"))

    def run(*arguments):
        return CliRunner().invoke(onsite, ["places", *map(str, arguments)])

    return run


@pytest.fixture
def indexed(command, extract, tmp_path):
    done = command("index", extract)
    assert done.exit_code == 0, done.output
    return tmp_path / "instance/roads/area/places.db"


@pytest.fixture
def geocode(command, indexed, tmp_path):
    """Ask for a table; the exit code, what was said, and the rows that were written."""

    def run(text, encoding="utf-8"):
        assert indexed.exists()
        (tmp_path / "in.csv").write_bytes(text.encode(encoding))
        done = command("geocode", tmp_path / "in.csv", "--out", tmp_path / "out.csv")
        rows = []
        if (tmp_path / "out.csv").exists():
            with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
        return done.exit_code, done.stderr, rows

    return run


def test_the_index_says_what_it_holds_and_where_it_is(command, extract, tmp_path):
    done = command("index", extract, "--name", "land")

    assert done.exit_code == 0
    assert "2 districts with blocks" in done.stderr
    assert (tmp_path / "instance/roads/land/places.db").exists()


def test_a_name_that_leaves_the_folder_is_refused(command, extract):
    done = command("index", extract, "--name", "../elsewhere")

    assert done.exit_code == 2
    assert "is no name" in done.output


def without_names(folder):
    land = Land()
    land.point((1.0, 1.0), natural="tree")
    return land.write(folder / "bare.osm.pbf").read_bytes()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda _whole, _folder: b"", "is empty"),
        (lambda whole, _folder: whole[: len(whole) // 2], "cut off"),
        (lambda whole, _folder: whole[:-1], "cut off"),
        (lambda _whole, _folder: b"<osm></osm>" * 20, "no .osm.pbf file"),
        (lambda _whole, folder: without_names(folder), "no streets, addresses or towns"),
    ],
    ids=["empty", "truncated", "truncated by a byte", "another format", "no streets"],
)
def test_a_bad_extract_is_refused_and_the_old_index_stays(
    command, indexed, extract, tmp_path, spoil, says
):
    old = indexed.read_bytes()
    (tmp_path / "bad.osm.pbf").write_bytes(spoil(extract.read_bytes(), tmp_path))

    done = command("index", tmp_path / "bad.osm.pbf")

    assert done.exit_code == 1
    assert says in done.output
    assert "The former index is kept." in done.output
    assert indexed.read_bytes() == old


def with_a_site(folder, at):
    """A database in which one site lies there."""
    folder.mkdir(exist_ok=True)
    url = f"sqlite:///{folder / 'onsite.db'}"
    with_schema(url)
    engine = store.open_store(url)
    with Session(engine) as session:
        build.site(session, at=at)
        session.commit()
    engine.dispose()


def test_an_extract_in_which_none_of_our_sites_lies_is_refused(command, extract, tmp_path):
    with_a_site(tmp_path / "instance", (-33.0, 151.0))

    done = command("index", extract)

    assert done.exit_code == 1
    assert "none of the 1 sites and depots" in done.output
    assert not (tmp_path / "instance/roads/area/places.db").exists()


def test_an_extract_of_an_area_still_to_come_is_taken_when_asked_for(command, extract, tmp_path):
    with_a_site(tmp_path / "instance", (-33.0, 151.0))

    done = command("index", extract, "--anyway")

    assert done.exit_code == 0
    assert "1 of 1 sites and depots lie outside" in done.output
    assert (tmp_path / "instance/roads/area/places.db").exists()


def test_an_extract_of_our_own_area_is_taken(command, extract, tmp_path):
    with_a_site(tmp_path / "instance", NEUDORF)

    done = command("index", extract)

    assert done.exit_code == 0
    assert "outside" not in done.output


def test_a_row_gets_its_place_and_how_far_to_trust_it(geocode):
    code, said, (row,) = geocode('id,address\n7,"Hauptstr. 5, 9491 Neudorf"\n')

    assert (code, row["id"]) == (0, "7")
    assert abs(float(row["lat"]) - NEUDORF[0]) < 0.001
    assert abs(float(row["lon"]) - NEUDORF[1]) < 0.01
    assert (row["precision"], row["verdict"]) == ("rooftop", "accepted")
    assert row["provider"] == "embedded"
    assert json.loads(row["candidates"])[0]["label"] == "Hauptstraße 5, 9491 Neudorf"
    assert "1 accepted" in said


def test_an_address_may_come_in_parts_and_with_semicolons(geocode):
    _code, _said, rows = geocode("Street;Number;Town\nul. Słowackiego;12;Gruszowo\n")

    assert rows[0]["precision"] == "rooftop"


def test_what_is_not_found_has_no_coordinate(geocode):
    _code, _said, (row,) = geocode("address\nxyzzy 1\n")

    assert (row["lat"], row["verdict"]) == ("", "not-found")


def test_bad_rows_are_named_by_their_line_and_stop_no_other(geocode):
    table = 'id,address\n1,\n2,"Hauptstrasse 3,\nAltdorf"\n3,too,many\n4,丸の内1-2-3\n'

    code, said, rows = geocode(table)

    assert code == 1
    assert "line 2: its address is empty" in said
    assert "line 5: it has 3 columns, the header 2" in said
    assert [row["verdict"] for row in rows] == ["", "accepted", "", "accepted"]


def test_quotes_that_never_close_are_named_by_their_line(geocode):
    code, said, rows = geocode('address\n"Hauptstrasse 3, Altdorf"\n"Hauptstrasse\n')

    assert code == 1
    assert "line 3" in said
    assert len(rows) == 1


@pytest.mark.parametrize(
    ("text", "encoding", "reason"),
    [
        ("", "utf-8", "no header"),
        ("name,phone\na,b\n", "utf-8", "no column address"),
        ("address\nŁódź\n", "iso-8859-2", "not UTF-8"),
        ("address,address\na,b\n", "utf-8", "twice"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(geocode, text, encoding, reason):
    code, said, rows = geocode(text, encoding)

    assert code == 2
    assert reason in said
    assert rows == []


def test_without_an_index_the_way_to_one_is_told(command, tmp_path):
    (tmp_path / "in.csv").write_text("address\nA 1\n")

    done = command("geocode", tmp_path / "in.csv", "--out", tmp_path / "out.csv")

    assert done.exit_code == 1
    assert "onsite places index" in done.output
    assert not (tmp_path / "out.csv").exists()


def test_most_spoiled_addresses_are_found(command, extract):
    done = command("bench", extract, "--count", "100", "--seed", "3")

    share = float(done.output.split("found")[1].split("%")[0])
    assert done.exit_code == 0
    assert share >= 90


def test_an_extract_without_addresses_cannot_be_measured(command, tmp_path):
    land = Land()
    land.street((1.0, 1.0), "Long Road")

    done = command("bench", land.write(tmp_path / "road.osm.pbf"))

    assert done.exit_code == 1
    assert "no addresses to measure with" in done.output
