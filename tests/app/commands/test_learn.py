"""``onsite roads learn``: legs of a file correct travel times, and bad files are named."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from app import travel
from app.commands.learn import learn
from app.commands.roads import roads
from dispatch import store
from routing.travel.crowfly import CrowFly
from routing.travel.learn import Corrected
from routing.travel.provider import Point, Profile

HERE = Point(45.0, 7.0)
PLACES = [Point(45.01 + i * 0.002, 7.0 + i % 7 * 0.01) for i in range(40)]


@pytest.fixture
def instance(sqlite_template, tmp_path, monkeypatch):
    (tmp_path / "onsite.db").write_bytes(sqlite_template.read_bytes())
    monkeypatch.setenv("ONSITE_INSTANCE", str(tmp_path))
    return tmp_path


def write(folder, legs):
    file = folder / "legs.json"
    file.write_text(json.dumps(legs) if not isinstance(legs, str) else legs)
    return str(file)


def slow_legs(count=40, **more):
    said = CrowFly().matrix([HERE], destinations=PLACES).seconds[0].tolist()
    rows = zip(PLACES[:count], said, strict=False)
    return {
        "legs": [{"from": list(HERE), "to": list(p), "seconds": s * 1.5, **more} for p, s in rows]
    }


def run(file):
    return CliRunner().invoke(learn, [file])


def test_legs_of_a_file_correct_the_times_of_the_installation(instance):
    done = run(write(instance, slow_legs(departed="2026-03-30T08:15:00+02:00")))

    assert done.exit_code == 0, done.output
    assert "40 of 40 legs are new" in done.output
    assert "33.3% before" in done.output
    sessions = store.sessions(store.open_store(f"sqlite:///{instance / 'onsite.db'}"))
    learned = Corrected(
        CrowFly(), lesson=lambda: travel.lesson_about("crowfly", open_session=sessions)
    )
    plain = CrowFly().matrix([HERE], destinations=PLACES).seconds.sum()
    assert learned.matrix([HERE], destinations=PLACES).seconds.sum() > 1.3 * plain
    assert learned.capabilities.day_parts[Profile.CAR] == {"morning-rush"}


def matrix(instance, *options):
    points = instance / "points.json"
    points.write_text(json.dumps({"coordinates": [list(HERE), list(PLACES[-1])]}))
    out = instance / "matrix.json"
    done = CliRunner().invoke(roads, ["matrix", str(points), "--out", str(out), *options])
    assert done.exit_code == 0, done.output
    return json.loads(out.read_bytes())["seconds"][0][1], done.stderr


def test_a_matrix_is_corrected_by_what_was_learned_unless_it_is_asked_for_raw(instance):
    plain, nothing = matrix(instance, "--provider", "crowfly")
    run(write(instance, slow_legs(departed="2026-03-30T08:15:00+02:00")))

    learned, said = matrix(instance, "--provider", "crowfly")
    chained, _ = matrix(instance, "--provider", "chain", "--slot", "morning-rush")
    raw, silent = matrix(instance, "--provider", "crowfly", "--raw")
    walked, still = matrix(instance, "--provider", "crowfly", "--profile", "foot")

    assert learned > 1.3 * plain
    assert chained > 1.3 * plain
    assert raw == plain
    assert (
        walked
        == CrowFly().matrix([HERE], destinations=PLACES[-1:], profile=Profile.FOOT).seconds[0, 0]
    )
    assert "corrected by what 40 legs taught about crowfly" in said
    assert (nothing, silent, still) == ("", "", "")


def test_an_hour_that_nobody_knows_is_said_and_takes_the_times_of_the_whole_day(instance):
    plain, _ = matrix(instance, "--provider", "crowfly")
    unknown, said = matrix(instance, "--provider", "crowfly", "--slot", "evening-rush")
    run(write(instance, slow_legs(departed="2026-03-30T08:15:00+02:00")))

    _, known = matrix(instance, "--provider", "crowfly", "--slot", "morning-rush")
    _, walked = matrix(
        instance, "--provider", "crowfly", "--profile", "foot", "--slot", "morning-rush"
    )

    assert unknown == plain
    assert "nothing is known about car at evening-rush" in said
    assert "nothing is known" not in known
    assert "nothing is known about foot at morning-rush" in walked


def test_status_says_which_hours_were_learned(instance):
    before = CliRunner().invoke(roads, ["status"])
    run(write(instance, slow_legs(departed="2026-03-30T08:15:00+02:00")))
    after = CliRunner().invoke(roads, ["status"])

    assert "hours: none is known apart" in before.stdout
    assert "hours: 40 legs taught car, van at morning-rush\n" in after.stdout


def test_status_says_which_hours_a_server_tells(instance, monkeypatch):
    monkeypatch.setenv("ONSITE_TRAVEL", "osrm")
    monkeypatch.setenv("ONSITE_OSRM_URL", "http://127.0.0.1:9 car@evening-rush=http://127.0.0.1:8")

    done = CliRunner().invoke(roads, ["status"])

    assert done.exit_code == 0, done.output
    assert "hours: osrm,crowfly tells car, van at evening-rush\n" in done.stdout
    assert "straight lines" not in done.stderr
    assert instance.is_dir()


def test_a_database_that_cannot_be_read_is_said_by_status(instance):
    (instance / "onsite.db").write_bytes(b"no database" * 100)

    assert "what was learned cannot be read" in CliRunner().invoke(roads, ["status"]).stdout


def test_a_file_that_is_given_twice_counts_once(instance):
    file = write(instance, slow_legs())
    run(file)

    assert "0 of 40 legs are new" in run(file).output


def test_few_legs_teach_nothing_and_it_is_said(instance):
    done = run(write(instance, slow_legs(4)))

    assert done.exit_code == 1
    assert "at least 10 legs" in done.output


LEG = {"from": [45, 7], "to": [45.1, 7], "seconds": 600}


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("", "cannot be read"),
        ("[" * 100_000, "cannot be read"),
        ([], "no legs"),
        ({"legs": []}, "no legs"),
        ({"legs": [7]}, "legs[0]"),
        ({"legs": [LEG, LEG | {"seconds": -1}]}, "legs[1].seconds"),
        ({"legs": [LEG | {"seconds": True}]}, "legs[0].seconds"),
        ({"legs": [LEG | {"to": [7]}]}, "legs[0].to"),
        ({"legs": [LEG | {"from": [120, 7]}]}, "latitude comes first"),
        ({"legs": [LEG | {"departed": "2026-03-30T08:15"}]}, "legs[0].departed"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_place(instance, content, word):
    done = run(write(instance, content))

    assert done.exit_code == 1
    assert word in done.output
    assert "legs.json" in done.output


def test_without_a_database_the_command_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("ONSITE_INSTANCE", str(tmp_path))

    assert "onsite migrate" in run(write(tmp_path, slow_legs())).output
