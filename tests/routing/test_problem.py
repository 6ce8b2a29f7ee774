"""Values of the question check themselves."""

from __future__ import annotations

import pickle

import pytest

from routing.problem import Requirement, Technician, Term, Traffic, Window
from routing.solution import Route
from tests.routing import build


def test_things_are_found_by_their_ids():
    question = build.problem(build.job("a"), build.job("b"))

    assert question.job_by_id["b"].id == "b"
    assert question.technician_by_id["łukasz"].shifts[0].start == build.EIGHT
    assert question.location_index["bank"] == 2


@pytest.mark.parametrize(
    "keys", [{"locations": build.PLACES * 2}, {"technicians": (build.technician(),) * 2}]
)
def test_an_id_names_one_thing(keys):
    with pytest.raises(ValueError, match="twice"):
        build.problem(**keys)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Window(opens=2, closes=1),
        lambda: build.shift(start=2, end=1),
        lambda: Technician(id="a", shifts=()),
        lambda: Requirement(names=()),
        lambda: Traffic(slices=()),
        lambda: Term(metric="joy"),
        lambda: Route(technicians=()),
    ],
)
def test_a_value_that_makes_no_sense_cannot_be_made(wrong):
    with pytest.raises(ValueError, match=r"\w"):
        wrong()


def test_a_problem_travels_between_processes():
    question = build.problem(build.job())

    copied = pickle.loads(pickle.dumps(question))  # noqa: S301 - our own bytes

    assert copied == question
    assert copied.job_by_id == question.job_by_id
