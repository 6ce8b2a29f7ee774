from __future__ import annotations

import pytest

from routing.rules import territories
from tests.routing import build

NORTH = frozenset({"north"})


def found(job, **keys):
    question = build.problem(job, technicians=(build.technician(**keys),))
    return build.broken_on(territories, question, build.route(build.visit()))


@pytest.mark.parametrize(
    "keys", [{}, {"allowed_territories": NORTH}, {"forbidden_territories": frozenset({"south"})}]
)
def test_work_inside_open_territories_is_fine(keys):
    assert found(build.job(territory="north"), **keys) == []


@pytest.mark.parametrize(
    "keys",
    [
        {"allowed_territories": frozenset({"south"})},
        {"allowed_territories": frozenset()},
        {"forbidden_territories": NORTH},
    ],
)
def test_nobody_works_outside_of_them(keys):
    assert found(build.job(territory="north"), **keys) == ["E_TERRITORY"]


def test_a_job_without_territory_lies_in_everybodys():
    assert found(build.job(), allowed_territories=frozenset()) == []


def test_territories_bind_everybody_in_the_crew():
    pair = (build.technician("a"), build.technician("b", forbidden_territories=NORTH))
    question = build.problem(build.job(territory="north"), technicians=pair)
    route = build.route(build.visit(), crew=("a", "b"))

    assert build.broken_on(territories, question, route) == ["E_TERRITORY"]
