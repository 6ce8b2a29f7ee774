"""Instants at which the price of a start turns: where it jumps, or begins to grow or to fall."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from routing.problem import Deadline, DeadlineOf, Job, Technician, Window, WindowWish
from routing.score.service import overdue
from routing.timing import TOLERANCE

# Steps of a price that grows by started hours; beyond them it goes on as one line.
MOST_STEPS = 24


def turns(
    job: Job, *, length: float, lead: Technician, former: float | None, tolerance: float
) -> Iterator[float]:
    """Starts of a job of this length at which its price changes its step or its slope.

    ``former`` is its start in the plan in force, which may move by ``tolerance``.
    """
    for window in job.windows:
        yield from _sides(window)
        yield window.closes - length + TOLERANCE
    if job.promise is not None:
        yield job.promise.closes
    yield job.release or 0.0
    for deadline in job.deadlines:
        shift = length if deadline.of is DeadlineOf.END else 0.0
        yield from (edge - shift for edge in _edges_of_deadline(deadline))
    yield from (step.start for step in job.delay_steps)
    for wish in job.wishes:
        if isinstance(wish, WindowWish):
            yield from _edges_of_wish(wish)
    if former is not None:
        yield from (former - tolerance - TOLERANCE, former + tolerance + TOLERANCE)
    yield from lapses(job, length=length, lead=lead)


def lapses(job: Job, *, length: float, lead: Technician) -> tuple[float, ...]:
    """Starts from which, or up to which, a certificate of the lead that the job asks for is valid."""
    found = set[float]()
    for name in {name for needed in job.skills for name in needed.names}:
        skill = lead.skills.get(name)
        if skill is not None and skill.valid_from is not None:
            found.add(skill.valid_from)
        if skill is not None and skill.valid_until is not None:
            found.add(skill.valid_until - length)
    return tuple(sorted(found))


def _sides(window: Window) -> tuple[float, float]:
    """Before and after a window, as the judge sees it; it may be open for an instant only."""
    return window.opens - TOLERANCE, window.closes + TOLERANCE


def _edges_of_deadline(deadline: Deadline) -> Iterator[float]:
    """Instants at which late seconds begin, pause, or begin another step."""
    edges = [deadline.at]
    edges += [edge for hours in deadline.hours for edge in (hours.opens, hours.closes)]
    edges.sort()
    yield from edges
    if not deadline.step_s:
        return
    # Nobody is late for longer than all steps together after the last edge.
    edges.append(edges[-1] + MOST_STEPS * deadline.step_s)
    yield from _steps(deadline, edges)


def _steps(deadline: Deadline, edges: Sequence[float]) -> Iterator[float]:
    for since, until in pairwise(edges):
        before, then = overdue(deadline, at=since), overdue(deadline, at=until)
        for n in range(1, MOST_STEPS + 1):
            if before < n * deadline.step_s <= then:
                share = (n * deadline.step_s - before) / (then - before)
                yield since + share * (until - since)


def _edges_of_wish(wish: WindowWish) -> Iterator[float]:
    """Instants at which a wish is missed, by more or by less, or costs the most that it may."""
    reach = 0.0
    if wish.max_cost is not None and wish.cost_per_s:
        reach = max(0.0, (wish.max_cost - wish.cost) / wish.cost_per_s)
    for window in wish.windows:
        yield from (*_sides(window), window.opens - reach, window.closes + reach)
    for one, other in combinations(wish.windows, 2):
        yield from ((one.closes + other.opens) / 2, (other.closes + one.opens) / 2)
