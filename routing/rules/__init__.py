"""One file per planning rule. Each imposes itself on a search, checks an answer, and has a code.

Rules are modules; ``ROUTE_RULES`` look at one route, ``PLAN_RULES`` at all of them together.
"""

from __future__ import annotations

from routing.problem import Problem
from routing.rules import (
    breaks,
    crew,
    equipment,
    limits,
    people,
    pins,
    promises,
    relations,
    releases,
    served,
    shifts,
    skills,
    stability,
    stock,
    technicians,
    territories,
    times,
    travel,
    windows,
)
from routing.rules.draft import Draft
from routing.rules.rule import Imposing, PlanRule, RouteRule, Violation

ROUTE_RULES: tuple[RouteRule, ...] = (
    shifts,
    travel,
    times,
    windows,
    promises,
    releases,
    skills,
    crew,
    technicians,
    territories,
    limits,
    breaks,
    stock,
)
PLAN_RULES: tuple[PlanRule, ...] = (served, people, equipment, relations, pins, stability)
# Who may go first: the later ones look only at vehicles that are left. The clock and the road
# (times, travel) are no demands but what every search is made of.
IMPOSING: tuple[Imposing, ...] = (
    technicians,
    territories,
    crew,
    skills,
    stock,
    windows,
    promises,
    releases,
    pins,
    equipment,
    limits,
    shifts,
    breaks,
    served,
    people,
    relations,
    stability,
)


def impose(draft: Draft, *, problem: Problem) -> None:
    """Let every rule make its demands for what is pending on the draft."""
    for rule in IMPOSING:
        rule.impose(draft, problem=problem)
    draft.pending, draft.newcomers = {}, ()


__all__ = [
    "IMPOSING",
    "PLAN_RULES",
    "ROUTE_RULES",
    "PlanRule",
    "RouteRule",
    "Violation",
    "impose",
]
