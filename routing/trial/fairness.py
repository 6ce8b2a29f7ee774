"""What unequal hours cost, as a function of how long one route lasts while all others stay.

Moving one workload moves the middle of its group in a line that bends at few points, and so does
the excess over what is tolerated. All bends are worked out once; a question is one look-up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from routing.trial.fleet import Floats, Ints
from routing.trial.laying import Laid
from routing.trial.tables import Tables


class Fairness:
    """Of vehicles with one person; those of crews are not ``known``.

    ``rate`` is the price of one second of excess, as one number.
    """

    def __init__(self, tables: Tables, *, routes: Sequence[Laid | None], rate: float) -> None:
        self._rate, vehicles = rate, tables.vehicles
        self.known = np.array([not rate or len(v.crew) == 1 for v in vehicles], dtype=np.bool_)
        lasting = [0.0 if laid is None else laid.duration_s for laid in routes]
        # A second more, so that no rounding leaves the last line.
        longest = [
            max(v.latest - v.shift.start, own) + 1 for v, own in zip(vehicles, lasting, strict=True)
        ]
        curves = [(np.array([0.0, most]), np.zeros(2)) for most in longest]
        if rate:
            groups = _Groups(tables, lasting)
            for n in np.nonzero(self.known)[0].tolist():
                curves[n] = groups.curve(n, longest[n])
        self._first = np.cumsum([0, *(len(at) for at, _ in curves)])
        self._at = np.concatenate([at for at, _ in curves])
        self._excess = np.concatenate([excess for _, excess in curves])
        self._least = np.concatenate([np.minimum.accumulate(own[::-1])[::-1] for _, own in curves])
        run = np.diff(self._at, append=np.inf)
        rise = np.diff(self._excess, append=0.0)
        self._slope = np.divide(rise, run, out=np.zeros(len(run)), where=run > 0)
        # One row of numbers for all vehicles: each begins where the one before has ended.
        self._apart = max(longest, default=0.0) + 1
        everybody = np.arange(len(vehicles))
        self._keys = self._at + np.repeat(everybody, np.diff(self._first)) * self._apart
        self._now, _ = self._of(everybody, np.array(lasting))

    def added(self, vehicle: Ints, duration: Floats) -> Floats:
        """What the plan gains when the routes of these vehicles last so long, one by one."""
        if not self._rate:
            return np.zeros(len(vehicle))
        gained: Floats = self._rate * (self._of(vehicle, duration)[0] - self._now[vehicle])
        return gained

    def least(self, vehicle: Ints, duration: Floats) -> Floats:
        """The least that it gains when they last so long or longer, if the rate is not negative."""
        if not self._rate:
            return np.zeros(len(vehicle))
        own, line = self._of(vehicle, duration)
        gained: Floats = self._rate * (np.minimum(own, self._least[line + 1]) - self._now[vehicle])
        return gained

    def _of(self, vehicle: Ints, duration: Floats) -> tuple[Floats, Ints]:
        """Seconds of excess, and the line on which they lie."""
        line = np.searchsorted(self._keys, vehicle * self._apart + duration, side="right") - 1
        line = np.clip(line, self._first[vehicle], self._first[vehicle + 1] - 2)
        excess: Floats = self._excess[line] + self._slope[line] * (duration - self._at[line])
        return excess, line


class _Groups:
    """Workloads as they are, group by group, sorted."""

    def __init__(self, tables: Tables, lasting: Sequence[float]) -> None:
        self._tables, self._lasting = tables, lasting
        people = tables.problem.technicians
        self._tolerance = tables.problem.fairness.tolerance_s
        self._group_of = {one.id: one.history.group for one in people}
        self._worked = {one.id: one.history.worked_s for one in people}
        for vehicle, own in zip(tables.vehicles, lasting, strict=True):
            for person in vehicle.people:
                self._worked[person] += own
        members: dict[str, list[float]] = defaultdict(list)
        for person, group in self._group_of.items():
            members[group].append(self._worked[person])
        self._members = {group: np.sort(own) for group, own in members.items()}

    def curve(self, vehicle: int, longest: float) -> tuple[Floats, Floats]:
        """Durations at which the excess of the vehicle's group bends, and the excess there."""
        person = self._tables.vehicles[vehicle].lead.id
        group, worked = self._members[self._group_of[person]], self._worked[person]
        others = np.delete(group, np.searchsorted(group, worked))
        base = worked - self._lasting[vehicle]
        if not len(others):
            return np.array([0.0, longest]), np.zeros(2)
        bends = _bends(others, tolerance=self._tolerance) - base
        inside = bends[(bends > 0) & (bends < longest)]
        at = np.concatenate([[0.0], np.sort(inside), [longest]])
        return at, _excess(others, base + at, tolerance=self._tolerance)


def _middle(others: Floats) -> tuple[float, float, float | None]:
    """Between which workloads one more is or moves the middle, and with what it shares it."""
    half = len(others) // 2
    if len(others) % 2 == 0:
        return float(others[half - 1]), float(others[half]), None
    below = float(others[half - 1]) if half else -np.inf
    above = float(others[half + 1]) if half + 1 < len(others) else np.inf
    return below, above, float(others[half])


def _bends(others: Floats, *, tolerance: float) -> Floats:
    """Workloads at which the excess may bend: all of them, and perhaps some more."""
    below, above, partner = _middle(others)
    edges = np.concatenate([others - tolerance, others + tolerance])
    if partner is None:
        ends = [below - tolerance, above + tolerance]
    else:
        edges = 2 * edges - partner
        ends = [(below + partner) / 2 - tolerance, (above + partner) / 2 + tolerance]
        ends += [partner - 2 * tolerance, partner + 2 * tolerance]
    return np.concatenate([edges, [below, above], ends])


def _excess(others: Floats, worked: Floats, *, tolerance: float) -> Floats:
    """`routing.score.fairness.excess` of the others and one more, for many of the latter."""
    below, above, partner = _middle(others)
    middle = np.clip(worked, below, above)
    middle = middle if partner is None else (middle + partner) / 2
    sums = np.concatenate([[0.0], np.cumsum(others)])
    high, low = middle + tolerance, middle - tolerance
    over = np.searchsorted(others, high, side="right")
    under = np.searchsorted(others, low, side="left")
    total: Floats = (
        (sums[-1] - sums[over] - (len(others) - over) * high)
        + (under * low - sums[under])
        + np.maximum(0, np.abs(worked - middle) - tolerance)
    )
    return total
