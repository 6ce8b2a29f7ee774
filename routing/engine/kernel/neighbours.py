"""Which jobs are near each other, and in which orders they are put back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.engine.kernel import columns as c
from routing.engine.kernel.question import Floats, Ints

# Neighbours of a job: those that a ruin may reach, and those beside which it may be put; more where
# not everybody may do everything, for many of them are in the wrong hands.
NEAR, BESIDE, BESIDE_SKILLED = 99, 32, 60
# Part of the unavoidable wait that counts as road when neighbours are ranked.
WAIT_SHARE = 0.2
# Ranks behind all others, in ticks: impossible orders, pairs that nobody serves both, oneself.
LATE, APART, SELF = 1e12, 1e14, 1e16


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """What of a question decides who is near whom."""

    node: Ints
    crew: Ints
    pay: Floats
    hands: Ints
    ticks: NDArray[np.int32]
    roads: NDArray[np.float32]
    who: NDArray[np.float32]

    def _hulls(self) -> tuple[Ints, Ints, Ints]:
        """First opening and last close of each job in any hands, and its shortest work."""
        hands = self.hands
        last = c.WINDOW + 2 * hands[:, :, c.WINDOWS] - 1
        closes = np.take_along_axis(hands, last[:, :, None], axis=2)[:, :, 0]
        first, end = int(self.crew[:, c.START].min()), int(self.crew[:, c.END].max())
        opens = np.clip(hands[:, :, c.WINDOW].min(axis=0), first, end)
        return opens, np.clip(closes.max(axis=0), first, end), hands[:, :, c.WORK].min(axis=0)

    def _legs(self) -> Floats:
        """Ticks from job to job."""
        among = self.ticks[c.OUT, 0].take(self.node, axis=0).take(self.node, axis=1)
        legs: Floats = among.astype(np.float64)
        np.fill_diagonal(legs, SELF)
        return legs

    def near(self) -> NDArray[np.int32]:
        """``(n, k)`` nearest jobs, either way."""
        legs = self._legs()
        return _nearest(np.minimum(legs, legs.T), NEAR)

    def candidates(self) -> NDArray[np.int32]:
        """``(2, n, k)`` jobs that go well right before each job, and right behind it."""
        opens, closes, work = self._hulls()
        legs = self._legs()
        wait = np.maximum(0, opens[None, :] - (closes + work)[:, None] - legs)
        late = (opens + work)[:, None] + legs - closes[None, :]
        follows = legs + WAIT_SHARE * wait + np.where(late > 0, LATE + late, 0.0)
        np.fill_diagonal(follows, SELF)
        can = np.isfinite(self.who).astype(np.float32)
        few = BESIDE
        if not can.all():
            follows[(can.T @ can) == 0] += APART
            few = BESIDE_SKILLED
        return np.array([_nearest(follows.T, few), _nearest(follows, few)])

    def scale(self) -> float:
        """Mean price of the legs to the three nearest."""
        if len(self.node) < 2:
            return 1.0
        roads = self.roads[0].take(self.node, axis=0).take(self.node, axis=1)
        price = self.pay[:, c.TOLL].mean() * roads
        price = price + self.pay[:, c.PER_TICK].mean() * self._legs()
        np.fill_diagonal(price, np.inf)
        few = np.partition(price, min(2, len(price) - 1), axis=1)[:, :3]
        return max(1e-6, float(few[np.isfinite(few)].mean()))

    def keys(self, worth: Floats, need: Floats) -> Floats:
        """``(7, n)`` keys of the orders in which jobs are put back, least first."""
        opens, closes, _ = self._hulls()
        begins = self.ticks[c.OUT, 0][np.unique(self.crew[:, c.FIRST])][:, self.node].min(axis=0)
        size = need.sum(axis=1) if need.size else np.zeros(len(worth))
        keys = [-worth, -size, -1.0 * begins, begins, closes - opens, opens, -closes]
        return np.array(keys, dtype=np.float64)


def _nearest(score: Floats, most: int) -> NDArray[np.int32]:
    """For each row the columns with the lowest score, best first, itself aside."""
    most = min(most, len(score) - 1)
    if most < 1:
        return np.zeros((len(score), 0), dtype=np.int32)
    some = np.argpartition(score, most - 1, axis=1)[:, :most]
    order = np.argsort(np.take_along_axis(score, some, axis=1), axis=1, kind="stable")
    return np.ascontiguousarray(np.take_along_axis(some, order, axis=1).astype(np.int32))
