"""Gaps and questions that might go together: what each pair costs at least, and which may win."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.rules.spans import Spans
from routing.trial.choosing import Choice, Listed, Rows
from routing.trial.fleet import Floats, Ints
from routing.trial.openings import Drawn, Wanted
from routing.trial.trial import Option

# Pairs of each group that are priced before the others are held against them.
FIRST = 40
# Pairs of one sheet; more would only fill the memory.
AT_ONCE = 500


class Written(NamedTuple):
    """The row of a sheet that has a pair at its cheapest."""

    rows: Rows
    listed: Listed
    choice: Choice


@dataclass(slots=True, eq=False, kw_only=True)
class Leaders:
    """The cheapest pairs of each group while prices come in, at most ``most`` of each.

    ``limit`` is the price by group that a pair must beat to be among them.
    """

    most: int
    limit: Floats
    own: list[dict[int, float]]

    @classmethod
    def of(cls, groups: int, *, most: int) -> Leaders:
        """None so far."""
        return cls(most=most, limit=np.full(groups, math.inf), own=[{} for _ in range(groups)])

    def note(self, pair: int, *, group: int, price: float) -> None:
        """A pair costs no more than that."""
        own = self.own[group]
        own[pair] = price
        if len(own) > self.most:
            del own[max(own, key=own.__getitem__)]
        if len(own) == self.most:
            self.limit[group] = max(own.values())


@dataclass(slots=True, eq=False, kw_only=True)
class Asked:
    """Pairs of gap and question, and what is known of each: a bound, then the exact price.

    ``written`` is a pair at its cheapest, ``way`` the same laid out. Pairs of one ``group``
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
    leaders: Leaders
    written: dict[int, Written] = field(default_factory=dict)
    way: dict[int, Option] = field(default_factory=dict)

    def begin(self, groups: int, *, most: int) -> None:
        """Hold pairs against the cheapest of those priced so far."""
        self.leaders = Leaders.of(groups, most=most)
        for pair in np.nonzero(self.price < math.inf)[0].tolist():
            self.leaders.note(pair, group=int(self.group[pair]), price=float(self.price[pair]))

    def note(self, pair: int, price: float) -> bool:
        """Whether this is the lowest price of the pair so far, which it is from now on."""
        if price >= self.price[pair]:
            return False
        self.price[pair] = price
        self.leaders.note(pair, group=int(self.group[pair]), price=price)
        return True

    def is_dear(self, pair: int, least: float) -> bool:
        """Whether a pair that costs at least so much is too dear to look closer.

        It is not exact then, but counts again when a cheaper one is refused.
        """
        if least <= self.leaders.limit[self.group[pair]]:
            return False  # of equals the first pair wins, whichever is priced first
        self.bound[pair], self.priced[pair] = least, False
        return True

    def winners(self) -> dict[int, list[int]]:
        """The cheapest pairs of each group, among those that are priced."""
        found: dict[int, list[int]] = defaultdict(list)
        [known] = np.nonzero(self.price < math.inf)
        ranked = known[np.argsort(self.price[known], kind="stable")]
        for pair, group in zip(ranked.tolist(), self.group[ranked].tolist(), strict=True):
            if len(found[group]) < self.leaders.most:
                found[group].append(pair)
        return found

    def promising(self) -> Ints:
        """The next pairs to price: of each group those with the least bounds."""
        limit = self.leaders.limit
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
