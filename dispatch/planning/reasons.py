"""Why a visit has no place: the true reason, with what came nearest to serving it.

Reasons come from the same roads, rules and prices as the plan. Codes and values only; the web says
them in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from routing.problem import Problem
from routing.reasons import Reasons, Why
from routing.solution import Solution
from routing.trial.crews import crews_of, likely_crews
from routing.trial.tables import tabulate
from routing.trial.trial import Trial
from routing.trial.writing import follow


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """``reason`` is the plan's claim, ``lack`` what was missing at the nearest technician.

    ``amount`` has the unit of its lack: levels, persons, seconds (window, shift, room) or minor
    units of money (price). ``name`` is a skill, a part, a territory or another visit.
    """

    reason: str
    lack: str
    technician_id: int | None
    name: str
    amount: float | None

    def details(self) -> dict[str, object]:
        """As a row keeps it."""
        return {
            "lack": self.lack,
            "technician_id": self.technician_id,
            "name": self.name,
            "amount": self.amount,
        }


def explain_unserved(solution: Solution, *, problem: Problem) -> Mapping[int, Explanation]:
    """The reason of each visit that the solution leaves out; blocks have none."""
    left_out = [row.job for row in solution.unserved if row.job.isdigit()]
    if not left_out:
        return {}
    crews = dict.fromkeys([*crews_of(solution), *likely_crews(problem)])
    tables = tabulate(problem, crews=list(crews))
    trial = Trial(tables)
    follow(trial, solution)
    reasons = Reasons(tables)
    return {int(job): explained(reasons.why(trial, job=tables.job_number[job])) for job in left_out}


def explained(why: Why) -> Explanation:
    """The planner's reason with our own numbers for people."""
    lack = why.shortfall
    return Explanation(
        reason=why.reason.value,
        lack=lack.lack.value,
        technician_id=None if lack.technician is None else int(lack.technician),
        name=lack.name,
        amount=lack.amount,
    )
