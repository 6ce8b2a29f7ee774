"""The judge's word on a plan of ours, before anybody else sees it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from routing import check
from routing.check import Finding
from routing.problem import Problem
from routing.roads import Roads
from routing.solution import Solution


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """Judges plans of one problem."""

    problem: Problem
    roads: Roads

    def finding(self, solution: Solution) -> Finding:
        """Rules and objective. The codes of ``Reasons`` come from the judge, so they are not
        examined again: that would take longer than all the rest.
        """
        silent = tuple(replace(row, reason=None) for row in solution.unserved)
        return check.judge(
            replace(solution, unserved=silent), problem=self.problem, roads=self.roads
        )
