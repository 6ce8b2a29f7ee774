"""The best plan told so far: accepted by the judge, and better than all before it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from routing import interchange
from routing.check import Finding
from routing.engine.verdict import Judge, Worth
from routing.rules.spans import Span
from routing.solution import Solution


@dataclass(frozen=True, slots=True)
class Order:
    """The routes of a trial as plain numbers, fit to be sent to another process."""

    routes: tuple[tuple[int, tuple[int, ...]], ...] = ()
    fixed: Mapping[int, Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Best:
    """A plan that the judge accepted, what it is worth, and how to go on from it.

    ``unexplained`` counts absent jobs for whose reason there was no time yet.
    """

    worth: Worth
    unexplained: int
    plan: Mapping[str, object]
    served: int
    order: Order

    def beats(self, other: Best) -> bool:
        """Whether it is better, or as good and explains more."""
        if self.worth.beats(other.worth):
            return True
        return self.unexplained < other.unexplained and not other.worth.beats(self.worth)


@dataclass(slots=True)
class Record:
    """Takes plans of one problem one after another. ``told`` is the best of them."""

    judge: Judge
    told: Best | None = None

    def offer(self, plan: Solution, *, order: Order, finding: Finding | None = None) -> Best | None:
        """The plan when the judge accepts it and it beats what was told; None otherwise.

        ``finding`` is what the judge found, where the caller has asked already.
        """
        finding = finding or self.judge.finding(plan)
        worth = self.judge.worth(finding)
        if worth is None:
            codes = sorted({violation.code for violation in finding.violations})
            sys.stderr.write(f"refused by the judge: {' '.join(codes)}\n")
            return None
        best = Best(
            worth=worth,
            unexplained=sum(row.reason is None for row in plan.unserved),
            plan=interchange.document_of(replace(plan, objective=finding.objective)),
            served=sum(len(route.jobs) for route in plan.routes),
            order=order,
        )
        if self.told is not None and not best.beats(self.told):
            return None
        self.told = best
        return best
