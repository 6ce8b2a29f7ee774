"""Gaps and questions that might go together: what each pair costs at least, and which may win."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from routing.rules.spans import Spans
from routing.trial.fleet import Floats, Ints
from routing.trial.openings import Drawn, Order, Wanted
from routing.trial.trial import Option

# Pairs of each group that are priced before the others are held against them.
FIRST = 10
# Pairs of one sheet; more would only fill the memory.
AT_ONCE = 500


@dataclass(slots=True, eq=False, kw_only=True)
class Asked:
    """Pairs of gap and question, and what is known of each: a bound, then the exact price.

    ``order`` is the cheapest order of a pair, ``way`` the same laid out. Pairs of one ``group``
    compete with each other. ``who`` and ``faces`` are prices of whoever goes, by vehicle.
    """

    wanted: Wanted
    spans: Sequence[Sequence[Spans]]
    drawn: Drawn
    gap: Ints
    question: Ints
    group: Ints
    bound: Floats
    priced: NDArray[np.bool_]
    price: Floats
    who: Floats
    faces: Floats
    order: dict[int, Order] = field(default_factory=dict)
    way: dict[int, Option] = field(default_factory=dict)

    def limits(self, *, most: int, groups: int) -> Floats:
        """The price that a pair must beat to be among the best of its group."""
        limit = np.full(groups, math.inf)
        for group, own in self.winners(most=most).items():
            if len(own) == most:
                limit[group] = self.price[own[-1]]
        return limit

    def winners(self, *, most: int) -> dict[int, list[int]]:
        """The cheapest pairs of each group, among those that are priced."""
        found: dict[int, list[int]] = defaultdict(list)
        [known] = np.nonzero(self.price < math.inf)
        ranked = known[np.argsort(self.price[known], kind="stable")]
        for pair, group in zip(ranked.tolist(), self.group[ranked].tolist(), strict=True):
            if len(found[group]) < most:
                found[group].append(pair)
        return found

    def promising(self, limit: Floats) -> Ints:
        """The next pairs to price: of each group those with the least bounds."""
        [left] = np.nonzero(~self.priced & (self.bound < limit[self.group]))
        if not len(left):
            return left
        left = left[np.lexsort((self.bound[left], self.group[left]))]
        group = self.group[left]
        begins = np.r_[True, group[1:] != group[:-1]]
        rank = np.arange(len(left)) - np.maximum.accumulate(
            np.where(begins, np.arange(len(left)), 0)
        )
        count = FIRST if np.isinf(limit[group]).any() else AT_ONCE
        return left[rank < count][:AT_ONCE]
