"""The demo fills what is empty, starts over what is a demo, and never touches anything else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.commands import onsite
from dispatch import demo, store
from dispatch.tickets import Ticket
from tests import build

SMALL = ("demo", "load", "--pack", "lyon", "--profile", "S", "--date", "2026-03-24")


@pytest.fixture
def command(tmp_path, monkeypatch) -> Callable[..., Result]:
    """Run ``onsite`` on an instance folder of its own, which is empty at first."""
    monkeypatch.setenv("ONSITE_INSTANCE", str(tmp_path))
    return lambda *words: CliRunner().invoke(onsite, words)


@pytest.fixture
def stored(tmp_path) -> Iterator[Callable[[], Session]]:
    """Open a session on the instance's database."""
    engine = store.open_store(f"sqlite:///{tmp_path / 'onsite.db'}")
    yield lambda: Session(engine)
    engine.dispose()


def test_an_empty_folder_becomes_a_demo_and_says_how_to_come_in(command, stored):
    loaded = command(*SMALL)

    assert loaded.exit_code == 0, loaded.output
    assert (
        "Deux Rives Assistance (lyon, S, seed 1) is open on Tuesday 24 March 2026" in loaded.output
    )
    assert "onsite run --demo" in loaded.output
    with stored() as session:
        assert demo.mark_of(session).profile == "S"


def test_the_demo_s_clock_begins_at_seven_on_the_demo_day(command, tmp_path):
    command(*SMALL)

    state = json.loads((tmp_path / "clock.json").read_text(encoding="ascii"))
    assert state["moment"] == "2026-03-24T06:00:00+00:00"


def test_a_reset_brings_the_same_firm_back(command, stored):
    command(*SMALL)
    with store.writing(), stored() as session:
        before = session.scalar(select(func.count()).select_from(Ticket))
        build.ticket(session)
        session.commit()

    again = command("demo", "reset")

    assert again.exit_code == 0, again.output
    with stored() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == before


def test_real_data_is_refused_and_stays(command, stored):
    command("migrate")
    with store.writing(), stored() as session:
        build.ticket(session, subject="Ölpumpe 田中")
        session.commit()

    loaded, again = command(*SMALL), command("demo", "reset")

    assert (loaded.exit_code, again.exit_code) == (1, 1)
    assert "nothing was changed" in loaded.output
    assert "not a demo" in again.output
    with stored() as session:
        assert session.scalars(select(Ticket.subject)).all() == ["Ölpumpe 田中"]


def test_an_unknown_pack_is_asked_wrongly(command):
    asked = command("demo", "load", "--pack", "atlantis")

    assert asked.exit_code == 2
    assert "birmingham" in asked.output
