"""Why a visit has no place: the true reason, with what came nearest to serving it.

Reasons come from the same roads, rules and prices as the plan. Codes and values only; the web says
them in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dispatch.planning import seats
from routing.problem import Problem
from routing.reasons import Lack, Reasons, Why
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
    """The reason of each visit that the solution leaves out, once; blocks have none."""
    left_out = list(
        dict.fromkeys(
            visit for row in solution.unserved if (visit := seats.visit_of(row.job)) is not None
        )
    )
    if not left_out:
        return {}
    crews = dict.fromkeys([*crews_of(solution), *likely_crews(problem)])
    tables = tabulate(problem, crews=list(crews))
    trial = Trial(tables)
    follow(trial, solution)
    reasons = Reasons(tables)
    return {
        visit: explained(why_of_visit(reasons, trial, job=seats.job_id(visit)))
        for visit in left_out
        if seats.job_id(visit) in tables.job_number
    }


def why_of_visit(reasons: Reasons, trial: Trial, *, job: str) -> Why:
    """The reason of the lead's job; where a helper is missing, what the helper lacks."""
    number = trial.tables.job_number
    why = reasons.why(trial, job=number[job])
    mate = why.shortfall.name
    if why.shortfall.lack is Lack.PARTNER and seats.visit_of(mate) == seats.visit_of(job):
        return reasons.why(trial, job=number[mate])
    return why


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
