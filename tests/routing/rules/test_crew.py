from __future__ import annotations

from routing.rules import crew
from tests.routing import build


def test_two_people_are_not_one():
    question = build.problem(
        build.job(crew_size=2), technicians=(build.technician("a"), build.technician("b"))
    )
    together = build.route(build.visit(), crew=("a", "b"))
    alone = build.route(build.visit(), crew=("a",))

    assert build.broken_on(crew, question, together) == []
    assert build.broken_on(crew, question, alone) == ["E_CREW"]
