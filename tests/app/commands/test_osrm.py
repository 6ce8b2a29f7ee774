"""``onsite roads osrm``: what is missing is said; with the programs there, plans can drive by it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from app import config, travel
from app.commands.osrm import osrm
from dispatch import store
from routing.travel.osrm_local import OsrmUnusable, install_command
from schedules.sidecar import Sidecar
from tests.routing.travel import servers


@pytest.fixture
def instance(tmp_path, monkeypatch):
    monkeypatch.setenv("ONSITE_INSTANCE", str(tmp_path))
    return tmp_path


@pytest.fixture
def installed(instance):
    """OSRM's programs, as if they had been installed here."""
    given = os.environ.get("ONSITE_TEST_OSRM")  # noqa: TID251 - for these tests alone
    folder = Path(given or "instance/engines/osrm/osrm").resolve()
    if not (folder / "bin" / "osrm-routed").exists():
        pytest.skip("no osrm-routed; ONSITE_TEST_OSRM names the folder that holds bin and share")
    (instance / "engines" / "osrm").mkdir(parents=True)
    (instance / "engines" / "osrm" / "osrm").symlink_to(folder)
    return instance


def run(*words):
    return CliRunner().invoke(osrm, list(words))


def town(folder):
    file = folder / "town.osm"
    file.write_text(servers.town(), encoding="utf-8")
    return str(file)


def test_preparing_without_the_programs_says_how_to_get_them(instance):
    done = run("prepare", town(instance))

    assert done.exit_code == 1
    assert "onsite roads osrm install" in done.output


@pytest.mark.usefixtures("instance")
def test_starting_without_a_data_set_says_how_to_make_one():
    done = run("start")

    assert done.exit_code == 1
    assert "onsite roads osrm prepare" in done.output


def test_the_wheel_is_fetched_for_the_machine_that_asks():
    words = install_command(Path("there"), system="linux", machine="aarch64")

    assert words[:3] == [sys.executable, "-m", "pip"]
    assert "manylinux_2_28_aarch64" in words
    with pytest.raises(OsrmUnusable, match="sunos5"):
        install_command(Path("there"), system="sunos5", machine="sparc")


@pytest.mark.usefixtures("installed")
def test_a_file_that_is_none_is_named():
    assert "nowhere.osm.pbf" in run("prepare", "nowhere.osm.pbf").output


def test_a_broken_extract_is_told_in_osrms_words(installed):
    file = installed / "broken.osm.pbf"
    file.write_bytes(b"no roads in here")

    done = run("prepare", str(file), "--method", "mld")

    assert done.exit_code == 1
    assert "osrm-extract failed" in done.output


def test_what_is_prepared_is_served_and_driven_by(installed, engine, clock):
    prepared = run("prepare", town(installed), "--method", "mld")
    assert prepared.exit_code == 0, prepared.output
    started = run("start", "--seconds", "0.1")
    assert started.exit_code == 0, started.output
    assert "osrm-car answers" in started.output

    settings = config.load({"travel": "osrm", "instance": installed}, {})
    roads = travel.made(settings, open_session=store.sessions(engine), now=clock)
    here, there = servers.corner(0, 0), servers.corner(3, 3)
    before = roads.matrix([here], destinations=[there])
    (sidecar,) = travel.sidecars(settings)
    assert isinstance(sidecar, Sidecar)
    with sidecar:
        assert sidecar.wait(30)
        during = roads.matrix([here], destinations=[there])
    after = roads.matrix([here], destinations=[there])

    assert (before.estimated_cells, during.estimated_cells) == (1, 0)
    assert during.metres[0, 0] == pytest.approx(6 * servers.BLOCK_M, rel=0.02)
    assert after.estimated_cells == 1
