"""Promises made, and a plan that keeps them all: the memory of somebody who gives out windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from routing.check import judge
from routing.insertion import Incumbent
from routing.offers.choice import shown
from routing.offers.replan import Replan
from routing.problem import Job, Problem, Window
from routing.roads import Roads
from routing.score import compare
from routing.solution import Solution

# Seconds of the engine for all windows of one customer. An answer should take 0.3 s.
FIT_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A window that can be kept. ``plan`` proves it: it serves the job there beside all promises.

    ``extra_s`` is the road that the window costs, in seconds.
    """

    window: Window
    plan: Solution
    extra_s: float


@dataclass(frozen=True, slots=True)
class _Worth:
    """What the judge says of a plan."""

    objective: tuple[float, ...]
    travel_s: float


class Ledger:
    """Jobs with promised windows. ``plan`` keeps them all, always: the judge has accepted it."""

    def __init__(
        self, problem: Problem, *, plan: Solution, replan: Replan, fit_s: float = FIT_S
    ) -> None:
        """``fit_s`` is what the engine may take for one customer.

        Raises ValueError when the plan breaks a rule.
        """
        self.problem = replace(problem, incumbent=None)
        self.plan = plan
        self._replan = replan
        self._fit_s = fit_s
        self._roads = Roads(problem)
        worth = self._judged(plan, problem=self.problem)
        if worth is None:
            raise ValueError("the plan to begin with breaks a rule")
        self._worth = worth

    def proposals(self, job: Job, *, windows: Sequence[Window]) -> list[Proposal]:
        """The windows of these in which the job can be promised, shortest road first.

        Raises ValueError when the job was promised before.
        """
        self.improve()
        found: dict[Window, Proposal] = {}
        incumbent = Incumbent.of(self.problem, solution=self.plan)
        for way in incumbent.insertions(job, windows=windows, most=1):
            assert way.window is not None
            plan = incumbent.with_insertion(way)
            self._propose(found, job, window=way.window, plan=plan)
        asked = replace(self._with(job, *windows), incumbent=self.plan)
        fitted = self._replan.fit(asked, job=job.id, windows=windows, seconds=self._fit_s)
        for window, better in zip(windows, fitted, strict=True):
            if better is not None:
                self._propose(found, job, window=window, plan=better)
        return sorted(found.values(), key=lambda one: one.extra_s)

    def offer(self, job: Job, *, windows: Sequence[Window]) -> list[Proposal]:
        """Those of the proposals that are worth to be offered, best first.

        Three at least where there are so many. Raises ValueError when the job was promised before.
        """
        found = self.proposals(job, windows=windows)
        extras_s = [proposal.extra_s for proposal in found]
        return found[: shown(extras_s, asked=len(windows), seed=len(self.problem.jobs))]

    def promise(self, job: Job, *, proposal: Proposal) -> None:
        """Let the proposal's window be the job's, mandatory from now on.

        Raises ValueError when the plan of the proposal does not keep all promises.
        """
        problem = self._with(job, proposal.window)
        worth = self._judged(proposal.plan, problem=problem)
        if worth is None:
            raise ValueError(f"the plan for job {job.id} breaks a rule")
        self.problem, self.plan, self._worth = problem, proposal.plan, worth

    def think(self, *, seconds: float) -> None:
        """Begin to look for a better plan; `improve` takes what was found."""
        self._replan.begin(replace(self.problem, incumbent=self.plan), seconds=seconds)

    def improve(self) -> None:
        """Take over the better plan that was found meanwhile, if it keeps all promises."""
        plan = self._replan.better()
        if plan is None:
            return
        worth = self._judged(plan, problem=self.problem)
        if worth is not None and compare(worth.objective, self._worth.objective) < 0:
            self.plan, self._worth = plan, worth

    def _propose(
        self, found: dict[Window, Proposal], job: Job, *, window: Window, plan: Solution
    ) -> None:
        """Note the window when the judge accepts its plan, and the plan when it is the shorter."""
        worth = self._judged(plan, problem=self._with(job, window))
        if worth is None:
            return
        extra_s = worth.travel_s - self._worth.travel_s
        if window not in found or extra_s < found[window].extra_s:
            found[window] = Proposal(window=window, plan=plan, extra_s=extra_s)

    def _with(self, job: Job, *windows: Window) -> Problem:
        """The problem with the job in these windows, to be served in any case."""
        asked = replace(job, windows=windows, mandatory=True)
        return replace(self.problem, jobs=(*self.problem.jobs, asked))

    def _judged(self, plan: Solution, *, problem: Problem) -> _Worth | None:
        """What the plan is worth, or None when it breaks a rule or leaves a job out."""
        finding = judge(replace(plan, objective=None), problem=problem, roads=self._roads)
        if not finding.feasible or finding.score.metrics.unserved:
            return None
        return _Worth(finding.objective, finding.score.metrics.travel_s)
