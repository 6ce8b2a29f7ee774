from __future__ import annotations

import pytest

from routing.problem import Requirement, Skill
from routing.rules import skills
from tests.routing import build

GAS = Requirement(names=("gas",), level=2)
EITHER = Requirement(names=("gas", "tills"))
BOTH_OF_THEM = Requirement(names=("gas",), count=2)
NOBODY = Requirement(names=("gas",), excluded=True)


def question(requirement, *technicians):
    return build.problem(build.job(skills=(requirement,)), technicians=technicians)


@pytest.mark.parametrize(
    ("requirement", "held"),
    [
        (GAS, {"gas": Skill(level=2)}),
        (EITHER, {"tills": Skill()}),
        (NOBODY, {"tills": Skill()}),
        (NOBODY, {"gas": Skill(level=0.5)}),
    ],
)
def test_who_has_what_it_takes_may_go(requirement, held):
    able = question(requirement, build.technician(skills=held))

    assert build.broken_on(skills, able, build.route(build.visit())) == []


@pytest.mark.parametrize(
    ("requirement", "held"),
    [
        (GAS, {}),
        (GAS, {"gas": Skill(level=1)}),
        (EITHER, {"fibre": Skill(level=9)}),
        (NOBODY, {"gas": Skill()}),
        (BOTH_OF_THEM, {"gas": Skill()}),
    ],
)
def test_who_lacks_it_may_not(requirement, held):
    unable = question(requirement, build.technician(skills=held))

    assert build.broken_on(skills, unable, build.route(build.visit())) == ["E_SKILL"]


def test_a_crew_counts_heads():
    pair = (
        build.technician("a", skills={"gas": Skill()}),
        build.technician("b", skills={"gas": Skill()}),
    )

    crewed = build.route(build.visit(), crew=("a", "b"))

    assert build.broken_on(skills, question(BOTH_OF_THEM, *pair), crewed) == []


@pytest.mark.parametrize(
    ("start", "codes"), [(30000, []), (29999, ["E_SKILL"]), (38200, []), (38201, ["E_SKILL"])]
)
def test_a_certificate_covers_the_whole_work(start, codes):
    certificate = Skill(level=2, valid_from=30000, valid_until=40000)
    certified = question(GAS, build.technician(skills={"gas": certificate}))

    assert build.broken_on(skills, certified, build.route(build.visit(start=start))) == codes
