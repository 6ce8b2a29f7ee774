"""The engine against the twin that looks at every plan, on small days with every rule and in pairs.

ONSITE_MANY asks for more days than the few of the everyday suite.
"""

from __future__ import annotations

import os

import pytest

from routing import interchange
from routing.check import judge
from routing.score import compare
from tests.routing.engine import pinches, twin
from tests.routing.engine.obeying import solved

DAYS = int(os.environ.get("ONSITE_MANY", "90"))  # noqa: TID251 - for this test alone
# Days on which the search once missed the best: a start to be moved that is cheaper not to wait for,
# a route that keeps its limit only when it leaves late, levels to spare while a certificate lasts,
# a machine that greed gives to the wrong route, and hours that the kernel guesses.
MISSED = (214, 369, 432, 606, 631, 840, 868)
pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seed", [*range(DAYS), *MISSED])
def test_no_plan_is_better_than_the_engines(seed):
    document, _ = pinches.day(seed)
    problem = interchange.problem_of(document)
    best = twin.quick_champion(problem)

    answer = solved(problem, target=best.objective)

    finding = judge(answer, problem=problem)
    undone = [one for one in finding.violations if one.code in twin.EXCUSED]
    assert len(finding.violations) == len(undone) <= best.undone
    assert len(undone) < best.undone or compare(finding.objective, best.objective) <= 0
    assert not twin.is_exact(problem) or compare(finding.objective, best.objective) == 0
