"""How jobs hang together, as arrays of the kernel: starts, people, and who is served with whom."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from routing.engine.kernel import columns as c
from routing.engine.kernel.question import Ints
from routing.engine.kernel.whole import down, up
from routing.rules.draft import Apart
from routing.trial.trial import Trial

Row = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Bonds:
    """``rows[at[j] : at[j + 1]]`` are the bonds of job j; ``at`` has one element when there are none.

    ``group`` says which jobs are served together, by the number of the first; others have -1.
    ``timed`` are those with a bond of time.
    """

    at: Ints
    rows: Ints
    group: Ints
    timed: NDArray[np.bool_]


def bonds(trial: Trial) -> Bonds:
    """The bonds of all jobs of a trial."""
    draft, count = trial.tables.draft, len(trial.tables.jobs)
    found: dict[int, list[Row]] = defaultdict(list)
    for jobs, within in draft.meetings:
        for one, other in permutations(jobs, 2):
            found[one].append((other, c.FROM_START, -down(within), down(within)))
    for apart in draft.aparts:
        for job, row in _both_ways(apart):
            found[job].append(row)
    for kind, sets in ((c.OTHER_PERSON, draft.other_people), (c.SAME_PERSON, draft.same_people)):
        for jobs in sets:
            for one, other in permutations(jobs, 2):
                found[one].append((other, kind, 0, 0))
    group = np.full(count, -1)
    for jobs in trial.partners.groups.values():
        group[list(jobs)] = min(jobs)
        for one, other in permutations(jobs, 2):
            if not any(row[0] == other and row[1] <= c.TO_END for row in found[one]):
                found[one].append((other, c.TOGETHER, 0, 0))
    timed = np.array(
        [any(c.TOGETHER < row[1] <= c.TO_END for row in found[job]) for job in range(count)],
        dtype=np.bool_,
    )
    if not any(found.values()):
        none = np.zeros((0, c.BOND_WIDTH), dtype=np.int64)
        return Bonds(np.zeros(1, dtype=np.int64), none, group, timed)
    sizes = [len(found[job]) for job in range(count)]
    rows = [row for job in range(count) for row in sorted(found[job])]
    return Bonds(np.cumsum([0, *sizes]), np.array(rows, dtype=np.int64), group, timed)


def _both_ways(apart: Apart) -> tuple[tuple[int, Row], tuple[int, Row]]:
    least = -c.FAR if apart.least_s is None else up(apart.least_s)
    most = c.FAR if apart.most_s is None else max(least, down(apart.most_s))
    there, back = (
        ((c.FROM_END, least, most), (c.TO_END, least, most))
        if apart.after_end
        else ((c.FROM_START, least, most), (c.FROM_START, -most, -least))
    )
    return (apart.first, (apart.second, *there)), (apart.second, (apart.first, *back))
