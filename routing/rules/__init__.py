"""One file per planning rule. Each imposes itself on a search, checks an answer, and has a code.

Rules are modules; ``ROUTE_RULES`` look at one route, ``PLAN_RULES`` at all of them together.
"""

from __future__ import annotations

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
from routing.rules.rule import PlanRule, RouteRule, Violation

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

__all__ = ["PLAN_RULES", "ROUTE_RULES", "PlanRule", "RouteRule", "Violation"]
