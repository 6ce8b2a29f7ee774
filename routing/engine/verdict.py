"""The judge's word on a plan of ours, before anybody else sees it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from routing import check
from routing.check import Finding
from routing.problem import Problem
from routing.roads import Roads
from routing.score import compare
from routing.solution import Solution, Unserved

# What a plan may break when nothing better is to be had: jobs that must be served and cannot be
# stay out, and changes that an impossible incumbent forces are made.
EXCUSED = frozenset({"E_MANDATORY", "E_PINNED", "E_CHANGES"})


@dataclass(frozen=True, slots=True)
class Worth:
    """What a plan is worth: first how much of what must be it leaves undone, then the objective."""

    undone: int
    objective: tuple[float, ...]

    def beats(self, other: Worth) -> bool:
        """Whether it is better by more than the judge's tolerance."""
        if self.undone != other.undone:
            return self.undone < other.undone
        return compare(self.objective, other.objective) < 0


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """Judges plans of one problem."""

    problem: Problem
    roads: Roads

    def worth(self, finding: Finding) -> Worth | None:
        """None for a plan that breaks a rule without need."""
        served = finding.timetable.served
        for violation in finding.violations:
            code, job = violation.code, violation.job
            if code not in EXCUSED or (code == "E_PINNED" and job in served):
                return None
        most = self.problem.change_cost.max_changes
        beyond = 0 if most is None else max(0, finding.score.metrics.changes - most)
        left_out = {one.job for one in finding.violations if one.job is not None}
        return Worth(undone=len(left_out) + int(beyond), objective=finding.objective)

    def finding(self, solution: Solution) -> Finding:
        """Rules and objective. The codes of ``Reasons`` come from the judge, so they are not
        examined again: that would take longer than all the rest.
        """
        silent = tuple(replace(row, reason=None) for row in solution.unserved)
        return check.judge(
            replace(solution, unserved=silent), problem=self.problem, roads=self.roads
        )

    def nothing(self) -> Solution:
        """The plan that serves nobody, for want of time; it claims what it is worth."""
        text = "There was no time to plan."
        empty = Solution(
            problem=self.problem.name,
            unserved=tuple(Unserved(job=job.id, text=text) for job in self.problem.jobs),
        )
        return replace(empty, objective=self.finding(empty).objective)
