"""Settings are read once, checked, and never guessed."""

from __future__ import annotations

import stat

import pytest

from app import geocoders
from app.config import SettingsWrong, load


def faults_of(overrides=None, environ=None):
    with pytest.raises(SettingsWrong) as refused:
        load(overrides, environ or {})
    return refused.value.faults


def test_the_defaults_are_enough(tmp_path):
    settings = load({"instance": tmp_path}, {})

    assert settings.database == f"sqlite:///{tmp_path}/onsite.db"
    assert settings.public_url == "http://127.0.0.1:8000"


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path):
    (tmp_path / "settings.toml").write_text("port = 9000\nplan_seconds = 5\n")

    settings = load({}, {"ONSITE_INSTANCE": str(tmp_path), "ONSITE_PORT": "9001"})

    assert (settings.port, settings.plan_seconds, settings.threads) == (9001, 5, 64)


def test_every_mistake_is_told_at_once():
    faults = faults_of(
        environ={"ONSITE_PORT": "eighty", "ONSITE_LANGUAGE": "de", "ONSITE_COLOUR": "red"}
    )

    assert faults == (
        "The environment sets ONSITE_COLOUR, but there is no such setting.",
        "ONSITE_PORT is 'eighty', but must be a whole number.",
        "ONSITE_LANGUAGE is 'de', but must be one of en, fr, pl, ja.",
    )


def test_an_unknown_name_in_the_file_stops_the_start(tmp_path):
    (tmp_path / "settings.toml").write_text("prot = 9000\n")

    assert faults_of({"instance": tmp_path}) == ("There is no setting called prot.",)


def test_a_broken_file_stops_the_start(tmp_path):
    (tmp_path / "settings.toml").write_text("port = \n")

    assert "cannot be read" in faults_of({"instance": tmp_path})[0]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"streams": 64}, "ONSITE_THREADS"),
        ({"zone": "Europe/Atlantis"}, "ONSITE_ZONE"),
        ({"queue": "postgres"}, "ONSITE_DATABASE_URL"),
    ],
)
def test_settings_that_do_not_fit_together_stop_the_start(given, named):
    assert named in faults_of(given)[0]


def test_the_tests_own_variables_are_passed_over():
    assert load({}, {"ONSITE_TEST_POSTGRES_URL": "x", "ONSITE_BENCHMARKS": "y"}).port == 8000


def test_the_secret_is_made_once_and_only_we_may_read_it(tmp_path):
    settings = load({"instance": tmp_path / "new"}, {})

    made = settings.with_secret().secret_key

    assert made == settings.with_secret().secret_key
    assert len(made) >= 32
    assert stat.S_IMODE((tmp_path / "new/secret_key").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"geocoder_url": "http://maps.example"}, "name the service"),
        ({"geocoder": "photon"}, "no public server"),
        ({"geocoder": "nominatim", "geocoder_url": "http://maps.example"}, "CONTACT"),
        ({"geocoder": "opencage", "geocoder_url": "http://maps.example"}, "KEY"),
    ],
)
def test_a_geocoder_that_cannot_be_asked_stops_the_start(tmp_path, given, reason):
    with pytest.raises(SettingsWrong, match=reason):
        load({"instance": tmp_path, **given}, environ={})


def test_the_public_nominatim_is_warned_of_with_its_policy(tmp_path):
    given = {
        "geocoder": "nominatim",
        "geocoder_url": "https://nominatim.openstreetmap.org",
        "geocoder_contact": "dispatch@firma.example",
    }

    _found, advice = geocoders.advice(load({"instance": tmp_path, **given}, environ={}))

    assert "https://operations.osmfoundation.org/policies/nominatim/" in advice
