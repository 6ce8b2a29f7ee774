"""A compiled search inside a frame: what the kernel cannot say stays as it is laid out.

Jobs that depend on others or share machines keep their vehicle and their hours; a route in which a
job has its place keeps what comes before it. Around them the kernel changes the plan, and the exact
trial looks at what comes out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from routing.engine.charge import Charge
from routing.engine.hourly import HOURLY, Hourly
from routing.engine.kernel import columns as c
from routing.engine.kernel.crews import numbered
from routing.engine.kernel.encode import encode
from routing.engine.kernel.hours import has_tables
from routing.engine.kernel.question import Question, beyond
from routing.engine.kernel.state import Orders, Plan
from routing.engine.kernel.whole import down, up
from routing.engine.search import COLD
from routing.engine.telling import nothing
from routing.trial.trial import UNHELD, Memory, Trial

# What of a problem may stand in a frame; anything else is not for the kernel at all.
FRAMED = frozenset({
    "crews", "machines", "positions", "rests", "large groups", "crews with bonds",
    "many steps", "soft limits", "prices of setups", "changes",
})  # fmt: skip
# Part of the jobs that may be bound to a frame; beyond, too little is left to the kernel.
MOST_BOUND = 0.3
# Steps between two looks at the clock.
SLICE = 500


def is_framed(trial: Trial) -> bool:
    """Whether the kernel can help within a frame."""
    count = len(trial.tables.jobs)
    bound = {job for job in range(count) if trial.partners.related(job)}
    return len(bound) <= MOST_BOUND * count and not beyond(trial) - FRAMED - HOURLY


class Framed:
    """The kernel's part in the search of one trial."""

    def __init__(self, trial: Trial, *, seed: int) -> None:
        self._trial = trial
        self._seed = seed
        self._plain = encode(trial)
        tables = trial.tables
        limited = tables.draft.most_changes is not None
        self._charge = Charge(tables.problem, scale=self._plain.scale) if limited else None
        self._hourly = Hourly(tables) if has_tables(tables.problem.travel) else None
        self._bound = frozenset(
            number
            for number in range(len(tables.jobs))
            if number in tables.linked
            or trial.partners.related(number)
            or any(number in uses for uses in tables.draft.machines.values())
        )
        self._clashing = {one for pair in tables.draft.exclusive for one in pair}

    def search(self, best: Memory, *, hot: float, over: Callable[[], float]) -> Memory | None:
        """Go on from this state until ``over`` says 1; None when nothing came of it.

        It says which share of the time is over. ``hot`` is the temperature to begin with, in means of a short leg.
        """
        trial = self._trial
        trial.recall(best)
        if self._charge is not None or self._hourly is not None:
            self._plain = encode(self._by_now())
        question, orders = self._frame()
        self._seed += 1
        plan = Plan(question, seed=self._seed)
        plan.take(orders)
        before = float(plan.cost[1])
        while (share := over()) < 1.0:
            heat = question.scale * hot * (COLD / hot) ** share
            plan.run(
                SLICE, hot=heat, cold=heat * 0.999, removed=15.0, longest=10.0, blink=0.01,
                full=question.count <= 250,
            )  # fmt: skip
        if self._charge is None and float(plan.cost[1]) >= before - 1e-6:
            return None
        found, price = self._laid(plan.best, best), trial.total()
        kept = self._charge is None or self._charge.learn(trial)
        if self._hourly is not None and kept:
            trial.recall(best)
            kept = price < trial.total()
        return found if kept else None

    def _by_now(self) -> Trial:
        """An empty trial with the price of changes, and the hours of the plan, as they are now."""
        empty = Trial(self._trial.tables) if self._charge is None else self._charge.trial()
        if self._hourly is None:
            return empty
        return Trial(replace(empty.tables, legs=self._hourly.legs(self._trial)))

    # --- the frame ---

    def _frame(self) -> tuple[Question, Orders]:
        """The question with what must stay, and the routes that may change."""
        trial, plain = self._trial, self._plain
        vehicles = plain.vehicles
        hands, crew = plain.hands.copy(), plain.crew.copy()
        who = plain.who[crew[:, c.LINE]].copy()
        worth = plain.jobs.copy()
        crew[:, c.LINE] = np.arange(vehicles)
        orders: Orders = []
        for vehicle, laid in enumerate(trial.routes):
            if laid is None:
                if vehicle in self._clashing:
                    crew[vehicle, c.MOST_JOBS] = 0
                continue
            orders.append((vehicle, list(trial.bare(laid))))
            for code, start in zip(laid.stops, laid.starts, strict=True):
                if code in self._bound:
                    low, high = trial.fixed.get(code, (start, start))
                    hands[:, code, c.WINDOWS] = 1
                    hands[:, code, c.WINDOW] = min(up(low), down(high))
                    hands[:, code, c.WINDOW + 1] = max(up(low), down(high))
                    others = np.arange(vehicles) != vehicle
                    who[others, code] = np.inf
                    worth[code] = worth[:, c.WORTH].sum() + 1e6, 1.0
        absent = [job for job in self._bound if trial.holder[job] == UNHELD]
        self._bar(absent, who, worth)
        kinds = [
            (row.tobytes(), line.tobytes(), pay.tobytes(), room.tobytes())
            for row, line, pay, room in zip(
                np.delete(crew, [c.LINE, c.KIND, c.PERSON], axis=1),
                who,
                plain.pay,
                plain.room[:vehicles],
                strict=True,
            )
        ]
        crew[:, c.KIND] = np.arange(vehicles) if plain.mode == c.SHARED else numbered(kinds)
        return replace(
            plain, hands=hands, crew=crew, who=who, jobs=worth, bond_at=plain.bond_at[:1],
            bond=plain.bond[:0],
        ), orders  # fmt: skip

    @staticmethod
    def _bar(jobs: list[int], who: NDArray[np.float32], worth: NDArray[np.float64]) -> None:
        who[:, jobs] = np.inf
        worth[jobs, c.WORTH] = 0.0

    def _laid(self, orders: Orders, before: Memory) -> Memory | None:
        """The kernel's routes laid out exactly beside those that stayed."""
        trial = self._trial
        trial.recall(replace(nothing(trial), fixed=dict(before.fixed)))
        for vehicle, order in orders:
            trial.hold_most(vehicle, order)
        trial.drop_half_served()
        return trial.remember()
