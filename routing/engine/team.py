"""Several searching processes: each has its own seed, and all go on from the best now and then."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing import connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess

from routing.engine.best import Best
from routing.engine.worker import PHASES, Phases, Steps, Task, work
from routing.problem import Problem

# Shares of the time at which everybody takes over the best plan: from tuning on public problems.
MEETINGS = (0.5, 0.7, 0.85, 0.94)
# Seconds between two looks at the post, the clock and the wish to stop.
LOOK_S = 0.02
# Seconds beyond the deadline in which a plan in force is still waited for; laying it out takes half
# a second where others want the processor too, and nobody is served by an answer without it.
INCUMBENT_S = 1.0


@dataclass(slots=True)
class _Member:
    process: BaseProcess
    post: connection.Connection
    steps: int = 0
    late: bool = False
    sent: Best | None = None


@dataclass(slots=True)
class Team:
    """Searches with ``workers`` processes until ``deadline`` (``time.monotonic``) or ``stop``.

    ``iterations`` counts steps of each instead: then nobody hears of others, and the plan is taken
    that is best when all have ended, whoever was first.
    """

    problem: Problem
    workers: int
    seed: int
    began: float
    deadline: float
    stopped: Callable[[], bool]
    phases: Phases = PHASES
    iterations: int | None = None
    best: Best | None = None
    _members: list[_Member] = field(default_factory=list)
    _met: int = 0

    @property
    def steps(self) -> int:
        """Steps of everybody so far."""
        return sum(member.steps for member in self._members)

    @property
    def failed(self) -> bool:
        """Whether every process ended by a fault of its own, and without a plan."""
        return self.best is None and all(
            member.process.exitcode and not member.late for member in self._members
        )

    def run(self) -> Iterator[Best | None]:
        """Each better plan as it comes, and None now and then so that the caller can report."""
        context = _context()
        for number in range(self.workers):
            self._members.append(self._hire(context, number))
        try:
            while self._members_left() and not self._enough():
                yield from self._listen()
                self._meet()
            yield from self._listen()
            if self.iterations is not None:
                yield from self._best_of_all()
        finally:
            self._dismiss()

    def _hire(self, context: BaseContext, number: int) -> _Member:
        ours, theirs = context.Pipe()
        task = Task(
            self.problem, number, self.seed, self.began, self.deadline, os.getpid(),
            phases=self.phases, iterations=self.iterations,
        )  # fmt: skip
        process = context.Process(  # type: ignore[attr-defined]
            target=work, args=(task, theirs), name=f"search-{number}", daemon=True
        )
        process.start()
        theirs.close()
        return _Member(process, ours)

    def _enough(self) -> bool:
        """Whether time is up or somebody wants an end; the first plan is waited for."""
        if self.iterations is not None:
            return self.stopped() and any(member.sent for member in self._members)
        beyond = time.monotonic() - self.deadline
        if self.best is None:
            return beyond >= (0 if self.problem.incumbent is None else INCUMBENT_S)
        return beyond >= 0 or self.stopped()

    def _members_left(self) -> bool:
        return any(not member.post.closed for member in self._members)

    def _listen(self) -> Iterator[Best | None]:
        posts = {member.post: member for member in self._members if not member.post.closed}
        for post in connection.wait(list(posts), timeout=LOOK_S):
            assert isinstance(post, connection.Connection)
            try:
                news = post.recv()
            except (EOFError, OSError):
                post.close()
                continue
            yield self._heard(posts[post], news)

    def _heard(self, member: _Member, news: Best | Steps) -> Best | None:
        if isinstance(news, Steps):
            member.steps = news.steps
            return None
        member.sent = news
        if self.iterations is not None:
            return None
        return self._if_better(news)

    def _best_of_all(self) -> Iterator[Best | None]:
        for member in self._members:
            if member.sent is not None:
                yield self._if_better(member.sent)

    def _if_better(self, news: Best) -> Best | None:
        if self.best is None or news.beats(self.best):
            self.best = news
            return news
        return None

    def _meet(self) -> None:
        """Send the best plan to everybody else when a meeting is due."""
        share = (time.monotonic() - self.began) / max(1e-9, self.deadline - self.began)
        if self.iterations is not None or self._met == len(MEETINGS) or share < MEETINGS[self._met]:
            return
        self._met += 1
        for member in self._members:
            if self.best is not None and member.sent is not self.best and not member.post.closed:
                try:
                    member.post.send(self.best.order)
                except (BrokenPipeError, ConnectionResetError):
                    member.post.close()

    def _dismiss(self) -> None:
        for member in self._members:
            if member.process.is_alive():
                member.late = True
                member.process.kill()
            member.process.join()
            member.post.close()


def _context() -> BaseContext:
    """Fork where it exists: a child of the engine need not read the problem again."""
    methods = multiprocessing.get_all_start_methods()
    return multiprocessing.get_context("fork" if "fork" in methods else "spawn")
