"""Every reason and every lack that the planner may name is said in words."""

from __future__ import annotations

import pytest

from app.desk.board.words import lack_words, reason_words, roads_word
from routing.reasons import Lack
from routing.solution import Reason


@pytest.fixture(autouse=True)
def page(make_app):
    with make_app().test_request_context():
        yield


@pytest.mark.parametrize("lack", Lack)
def test_every_lack_has_words(lack):
    said = lack_words(lack.value, name="17", amount=600)

    assert said.endswith(".")


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words(reason):
    said = reason_words(reason.value)

    assert said.endswith(".")


def test_travel_times_are_from_whom_was_asked_and_straight_lines_only_alone():
    assert roads_word("osrm,graph,crowfly") == "OSRM, imported roads"
    assert roads_word("crowfly") == "straight lines"
