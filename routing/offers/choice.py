"""How many of the windows that could be kept are shown to a customer.

A customer takes the best of an own list that nobody knows, or leaves. A window far from the road
costs room that somebody else will ask for, so the dearest ones are hidden, as long as the road saved
outweighs the customers who would leave: each prefix of the windows, cheapest first, is weighed by
what a made-up crowd of customers would do with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

# Windows that are shown in any case, when there are so many.
LEAST = 3
# Road that takes the room of one visit, in seconds: work and road of a short visit.
VISIT_S = 2400.0
# Part of that room which really is lost; the rest is mended by planning again. A simulation of this
# policy on eight streams made for tuning, three seeds each, accepted 489 customers with 0, 496 with
# 0.3, 503 with 0.4, 504 with 0.5, 491 with 1 and 484 with 1.5; differences below 8 may be chance.
# On eight further streams 0.5 accepted 633; showing all and planning again, without fitting, 629.
LOST_SHARE = 0.5
# Made-up customers, and how many windows of their list they would take: few, some, all.
CROWD = 500
LISTS: tuple[int | None, ...] = (2, 3, 3, 4, 4, 5, None)


def shown(extras_s: Sequence[float], *, asked: int, seed: int) -> int:
    """How many of the windows to show, whose extra road is given, shortest first.

    ``asked`` is the number of windows that customers choose among, the impossible ones included.
    """
    if len(extras_s) <= LEAST:
        return len(extras_s)
    worths = [1 - LOST_SHARE * (extra_s - extras_s[0]) / VISIT_S for extra_s in extras_s]
    lists = _crowd(asked, seed=seed)
    # Window k of the sorted ones is number k of the crowd's windows: all are equally liked.
    values = [
        sum(_worth(wishes, worths[:count]) for wishes in lists)
        for count in range(LEAST, len(worths) + 1)
    ]
    return LEAST + values.index(max(values))


def _worth(wishes: Sequence[int], worths: Sequence[float]) -> float:
    """What a customer is worth who sees so many windows; 0 for one who leaves."""
    return next((worths[wish] for wish in wishes if wish < len(worths)), 0.0)


def _crowd(asked: int, *, seed: int) -> list[list[int]]:
    chance = Random(seed)
    crowd = []
    for _ in range(CROWD):
        most = chance.choice(LISTS)
        crowd.append(chance.sample(range(asked), asked if most is None else min(most, asked)))
    return crowd
