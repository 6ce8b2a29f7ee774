"""Precedences that go round in a circle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable


def circle(orders: Iterable[tuple[str, str, str]]) -> list[str]:
    """Names of the orders (name, first, second) that lie on or between circles, in O(orders)."""
    rest = list(orders)
    for forwards in (True, False):
        rest = _peeled(rest, forwards=forwards)
    return [name for name, _, _ in rest]


def _peeled(orders: list[tuple[str, str, str]], *, forwards: bool) -> list[tuple[str, str, str]]:
    """Without those that begin (or end) where nothing leads to."""
    out_of: dict[str, list[str]] = defaultdict(list)
    into: dict[str, int] = defaultdict(int)
    for _, first, second in orders:
        begin, end = (first, second) if forwards else (second, first)
        out_of[begin].append(end)
        into[end] += 1
    free = [visit for visit in out_of if not into[visit]]
    gone = set(free)
    while free:
        for end in out_of[free.pop()]:
            into[end] -= 1
            if not into[end] and end not in gone:
                gone.add(end)
                free.append(end)
    return [order for order in orders if order[1 if forwards else 2] not in gone]
