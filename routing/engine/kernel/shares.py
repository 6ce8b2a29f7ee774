"""What routes cost together, as arrays of the kernel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from routing.engine.kernel import columns as c
from routing.engine.kernel.question import Ints
from routing.engine.kernel.sharing import Sharing
from routing.trial.trial import Trial


def sharing_of(trial: Trial) -> Sharing:
    """The shared prices of a trial's problem; nobody is on the staff when there are none."""
    tables, shared = trial.tables, trial.shared
    people = sorted(tables.problem.technicians, key=lambda one: one.history.group)
    people = people if shared.active else []
    groups = [one.history.group for one in people]
    number = {one.id: n for n, one in enumerate(people)}
    staff = np.zeros((len(people), c.STAFF_WIDTH), dtype=np.int64)
    staff[:, c.PAST] = [round(one.history.worked_s * c.TICKS) for one in people]
    staff[:, c.GROUP_END] = [len(groups) - groups[::-1].index(group) for group in groups]
    staff[:, c.RANKED] = np.arange(len(people))
    familiar = shared.familiar
    own: list[list[int]] = [[] for _ in tables.jobs]
    for n, (jobs, _) in enumerate(familiar):
        for job in jobs:
            own[job].append(n)
    tolerance = tables.problem.fairness.tolerance_s * c.TICKS
    return Sharing(
        people=_rows([[number.get(one.id, -1) for one in v.crew] for v in tables.vehicles]),
        staff=staff,
        fair=np.array([shared.rate / c.TICKS, tolerance], dtype=np.float64),
        sets=_rows([jobs for jobs, _ in familiar]),
        split=np.array([split for _, split in familiar], dtype=np.float64),
        sets_of=_rows(own),
    )


def _rows(rows: Sequence[Sequence[int]]) -> Ints:
    """Lists of different lengths, filled up with -1."""
    table = np.full((len(rows), max((len(row) for row in rows), default=0)), -1, dtype=np.int64)
    for own, row in zip(table, rows, strict=True):
        own[: len(row)] = row
    return table
