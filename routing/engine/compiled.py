"""The search of problems that the kernel can say: epochs of all searchers, told on the way.

The temperature falls with the clock, or with the steps where their number is given; then the same
seed and workers give the same plan. Plans are laid out, explained and judged in a thread beside the
search, which does not wait for it.
"""

from __future__ import annotations

import queue
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from routing.engine.best import Best
from routing.engine.calm import Calm
from routing.engine.cooling import Cooling, Moment
from routing.engine.kernel.encode import encode
from routing.engine.kernel.frozen import put_first
from routing.engine.kernel.hours import has_tables
from routing.engine.kernel.squad import Manner, Squad
from routing.engine.kernel.state import Orders, Starts, starts_of
from routing.engine.laid import laid_out, orders_of
from routing.engine.recreate import Recreate
from routing.engine.search import Search, is_small
from routing.engine.squeezing import Squeeze, is_worthwhile
from routing.engine.telling import Teller, begun, is_repair, memory_of, nothing, order_of
from routing.problem import Problem
from routing.trial.tables import Tables
from routing.trial.trial import Trial

# Seconds of one epoch: often enough for other parts and for a stop, rare enough to cost nothing.
EPOCH_S = 0.1
# Epochs of a search that counts its steps.
EPOCHS = 200
# Of these so many pass from one look at the hours to the next.
LOOK_EPOCHS = 10
# Steps of the first epochs, by which the speed is measured, and between which a plan is begun.
FIRST_STEPS = 100
# The part of an epoch that one must last for its speed to foretell that of the others.
STEADY = 0.5
# Shares of the time, or of the last lap, at which everybody takes over the best plan.
MEETINGS = (0.5, 0.7, 0.85, 0.94)
# When routes are squeezed out, for which part of the time at most, and for how much of that in vain.
SQUEEZE_AT, SQUEEZE_SHARE, ATTEMPT_SHARE = 0.05, 0.4, 0.5
# To tell takes time of the search: after it comes a pause of so many times as long.
TELL_PAUSE = 4.0
# Part of the time, and seconds, that are kept for the last insertions and the last judgement;
# what telling took before counts, too.
LAST_SHARE, LAST_S = 0.01, 0.1
# Before the first telling, the part of the encoding that it is taken to last: 40 % of 1.5 s at 2,000
# visits, 75 % of 0.4 s at 1,000.
# Of a telling, laying out and judging, which no look at the clock cuts short, and judging alone.
TELL_OF_ENCODING, LAY_AND_JUDGE, JUDGE = 0.5, 0.5, 0.25
# On small days this last part of the time is for a search that looks at each order closely. Where
# steps are counted it makes one for so many of the kernel's.
CLOSE_SHARE, KERNEL_STEPS = 0.6, 20
# Temperatures, in means of a short leg, where jobs must be served, where they may stay out, and
# where a plan in force is repaired: from tuning on public problems.
MUST = Manner(hot=10.0)
MAY = Manner(hot=20.0)
REPAIR = Manner(hot=2.0, removed=15.0)


@dataclass(slots=True)
class Compiled:
    """Searches with ``workers`` threads until ``deadline`` (``time.monotonic``) or ``stop``.

    ``iterations`` counts steps of each searcher instead; then the clock is not looked at.
    """

    trial: Trial
    workers: int
    seed: int
    began: float
    deadline: float
    stopped: Callable[[], bool]
    iterations: int | None = None
    best: Best | None = None
    steps: int = 0
    failed: bool = False
    _squad: Squad = field(init=False)
    _teller: Teller = field(init=False)
    _news: queue.SimpleQueue[Best] = field(default_factory=queue.SimpleQueue)
    _telling: threading.Thread | None = None
    _told_cost: float = float("inf")
    _tell_next: float = 0.0
    _told_s: float = 0.0
    _squeezed: bool = False
    _calm: Calm | None = None
    _first: tuple[Orders, Starts] = field(init=False)
    _cooling: Cooling = field(init=False)
    _moment: Moment = field(default=Moment(lap=0, share=0.0, heat=0.0))
    _tell_began: float = 0.0

    @property
    def tables(self) -> Tables:
        return self.trial.tables

    @property
    def problem(self) -> Problem:
        return self.tables.problem

    def run(self) -> Iterator[Best | None]:
        """Each better plan as it comes, and None now and then so that the caller can report."""
        self._teller = Teller(self.tables)
        trial = begun(self.trial)
        if self.problem.incumbent is not None:
            for best in self._teller.incumbents(trial, self.problem.incumbent):
                yield self._is_best(best)
        put_first(trial)
        encoding = time.monotonic()
        self._squad = Squad(
            encode(trial), seed=self.seed, workers=self.workers, manner=manner_for(self.tables)
        )
        self._first = orders_of(trial), starts_of(trial)
        self._squad.take(*self._first)
        self._cooling = Cooling(manner=self._squad.manner)
        if has_tables(self.problem.travel):
            self._calm = Calm(self.tables, self._squad)
        self._told_s = TELL_OF_ENCODING * (time.monotonic() - encoding)
        search = self._count() if self.iterations is not None else self._watch()
        for _ in search if self._squad.is_free else ():
            self.steps = self._squad.steps
            yield from self._heard()
        yield from self._end()

    # --- the search ---

    def _plan_laps(self, steps: float) -> None:
        """Choose how to cool down, now that it is known how many steps each searcher will make."""
        squad = self._squad
        once = self._calm is not None or is_repair(self.problem) or is_worthwhile(squad.question)
        if not once:
            jobs, routes = squad.question.count, len(squad.best)
            self._cooling = Cooling.of(squad.manner, steps=steps, jobs=jobs, routes=routes)

    def _enter(self, share: float) -> float:
        """Begin a lap when it is due, or meet in the last one. Gives the temperature."""
        before, now = self._moment, self._cooling.at(share)
        is_last = self._cooling.is_last(now.lap)
        if now.lap != before.lap:
            best = self._squad.best, self._squad.best_starts
            self._squad.take(*(best if is_last else self._first))
        elif is_last and any(before.share < meeting <= now.share for meeting in MEETINGS):
            self._squad.meet()
        self._moment = now
        return self._squad.question.scale * now.heat

    def _count(self) -> Iterator[None]:
        assert self.iterations is not None
        done = 0
        for epoch in range(EPOCHS):
            if epoch == 1:  # there are routes by now
                self._plan_laps(self.iterations)
            steps = self.iterations * (epoch + 1) // EPOCHS - done
            if steps and not self.stopped():
                self._squad.epoch(steps, heat=self._enter(epoch / EPOCHS))
                if epoch % LOOK_EPOCHS == 0:
                    self._follow_hours()
                done += steps
                yield

    def _watch(self) -> Iterator[None]:
        steps, planned = FIRST_STEPS, False
        while not self.stopped():
            now = time.monotonic()
            until = self._until()
            if now >= until and self._squad.steps:  # a few steps make a plan where there is none
                return
            share = (now - self.began) / (until - self.began)
            heat = self._enter(share)
            if share >= SQUEEZE_AT and not self._squeezed and self._squad.serves_all:
                self._squeezed = True
                self._squeeze(until=now + SQUEEZE_SHARE * (until - self.began))
                yield
                continue
            self._squad.epoch(steps, heat=heat)
            self._follow_hours()
            took = max(1e-4, time.monotonic() - now)
            wanted = min(EPOCH_S, max(0.01, until - time.monotonic()))
            if not planned and took > STEADY * EPOCH_S:
                planned = True
                self._plan_laps(steps / took * (until - self.began))
            steps = max(10, int(steps * min(4.0, max(0.25, wanted / took))))
            self._tell_beside()
            yield

    def _follow_hours(self, *, last: bool = False) -> None:
        if self._calm is not None:
            self._calm.look(at_once=self.iterations is not None, last=last)

    @property
    def _found(self) -> Calm | Squad:
        """Who knows the best plan."""
        return self._squad if self._calm is None else self._calm

    def _squeeze(self, *, until: float) -> None:
        """Do with fewer routes while that goes well, where they are dearer than any road."""
        question, whole = self._squad.question, until - time.monotonic()
        while is_worthwhile(question) and time.monotonic() < until and not self.stopped():
            end = min(until, time.monotonic() + ATTEMPT_SHARE * whole)
            attempts = [
                Squeeze(
                    question,
                    self._squad.best,
                    self._squad.best_starts,
                    seed=self.seed * 1000 + self.steps + k,
                )
                for k in range(self.workers)
            ]
            found: list[tuple[Orders, Starts]] = []

            def attempt(
                one: Squeeze, end: float = end, found: list[tuple[Orders, Starts]] = found
            ) -> None:
                orders = one.search(
                    over=lambda: bool(found) or time.monotonic() > end or self.stopped()
                )
                if orders is not None:
                    found.append(orders)

            threads = [threading.Thread(target=attempt, args=(one,)) for one in attempts]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            if not found:
                return
            self._squad.take(*found[0])

    def _until(self) -> float:
        """When the search must end for the last plan to be told in time."""
        telling_s = self._told_s
        if self._telling is not None and self._telling.is_alive():
            telling_s = max(telling_s, time.monotonic() - self._tell_began)
        whole = self.deadline - self.began
        spare = LAST_S + LAST_SHARE * whole + 1.5 * telling_s
        until = self.deadline - min(spare, 0.5 * whole)
        return until - CLOSE_SHARE * (until - self.began) if is_small(self.problem) else until

    # --- tell ---

    def _tell_beside(self) -> None:
        """Begin to tell the best plan, when there is a better one and nobody is telling."""
        if self._telling is not None and self._telling.is_alive():
            return
        now = time.monotonic()
        found = self._found
        if now < self._tell_next or found.best_cost >= self._told_cost:
            return
        self._told_cost = found.best_cost
        orders, starts = found.best, found.best_starts
        self._tell_began = began = now

        def tell() -> None:
            best = self._teller.offer(laid_out(self.tables, orders, starts), over=self._over)
            if best is not None:
                self._news.put(best)
            self._told_s = time.monotonic() - began
            self._tell_next = time.monotonic() + TELL_PAUSE * self._told_s

        self._telling = threading.Thread(target=tell, name="telling")
        self._telling.start()

    def _heard(self) -> Iterator[Best | None]:
        yield None
        while not self._news.empty():
            yield self._is_best(self._news.get())

    def _is_best(self, best: Best) -> Best:
        self.best = best
        return best

    def _end(self) -> Iterator[Best | None]:
        """The last plan, with everything explained and nobody left out who would fit."""
        if self._telling is not None:
            self._telling.join()
        yield from self._heard()
        if self.best is not None and self._over(but=LAY_AND_JUDGE):
            return  # what was told keeps the limit, one plan more would not
        self._follow_hours(last=True)
        trial = laid_out(self.tables, self._found.best, self._found.best_starts)
        Recreate(self.tables, chance=random.Random(self.seed)).all(trial, over=self._over)
        if is_small(self.problem):
            yield from self._offered(trial)
            yield from self._look_closely(trial)
        else:
            yield from self._offered(trial, last=True)
        self.failed = self.best is None

    def _offered(self, trial: Trial, *, last: bool = False) -> Iterator[Best]:
        best = self._teller.offer(trial, over=self._over, last=last)
        if best is not None:
            yield self._is_best(best)

    def _look_closely(self, trial: Trial) -> Iterator[Best]:
        """Search on from a plan with exact times at their cheapest, which the kernel guesses."""
        patient = Trial(self.tables, patient=True)
        memory = memory_of(patient, order_of(trial.remember()))
        search = Search(patient, seed=self.seed, repairing=False)
        search.take(memory or nothing(patient))
        if self.iterations is not None:
            search.count(max(1, self.iterations // KERNEL_STEPS))
        else:
            yield from self._search_closely(search)
        self.steps += search.steps
        search.take(search.best)
        search.fill(over=self._over)
        yield from self._offered(patient, last=True)

    def _search_closely(self, search: Search) -> Iterator[Best]:
        """Search until there is just time for the last plan; tell each better one."""
        began, told = time.monotonic(), search.best_price
        end = max(began, self.deadline - LAST_S - 2 * self._told_s)
        while (now := time.monotonic()) < end and not self.stopped():
            search.run(until=min(end, now + EPOCH_S), begun=began, end=end)
            if search.best_price < told:
                told, present = search.best_price, search.trial.remember()
                search.trial.recall(search.best)
                yield from self._offered(search.trial)
                search.trial.recall(present)

    def _over(self, *, but: float = JUDGE) -> bool:
        """Whether there is time for this part of a telling, and no more."""
        spare = but * self._told_s
        return self.iterations is None and time.monotonic() > self.deadline - spare


def manner_for(tables: Tables) -> Manner:
    """How to search a problem: from the plan in force, or for one where jobs may stay out or not."""
    if is_repair(tables.problem):
        return REPAIR
    return MAY if any(job not in tables.draft.musts for job in range(len(tables.jobs))) else MUST
