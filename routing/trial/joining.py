"""Serves jobs that belong together: each member in turn, all of them or none."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from routing.trial.trial import Option, Trial

# Ways of serving the first of a pair that are tried for the sake of the second.
WAYS = 4
# Times that the first is asked to wait for a slower second.
PATIENCE = 3


def serve(trial: Trial, group: Sequence[int], *, tries: int) -> bool:
    """Put all jobs of a group in, cheaply. False, and nothing changed, when that fails.

    A group of one is a job by itself. Whether serving pays is the caller's question.
    """
    if len(group) == 1:
        option = trial.best(group[0], tries=tries)
        if option is None:
            return False
        trial.put(option)
        return True
    before = trial.remember()
    served = _serve_all(trial, group, tries=tries)
    trial.floors.clear()
    if not served:
        trial.recall(before)
    return served


def _serve_all(trial: Trial, group: Sequence[int], *, tries: int) -> bool:
    """The first two are chosen together, the others one after the other."""
    first, second, *others = group
    if not _serve_either_way(trial, first, second, tries=tries):
        return False
    for job in others:
        option = trial.best(job, tries=tries)
        if option is None:
            return False
        trial.put(option)
    return True


def _serve_either_way(trial: Trial, first: int, second: int, *, tries: int) -> bool:
    """Who is put in first has the choice of hours, and the second may have to come earlier."""
    before, found = trial.remember(), None
    cheapest = float("inf")
    for pair in ((first, second), (second, first)):
        if _serve_pair(trial, *pair, tries=tries) and trial.total() < cheapest:
            cheapest, found = trial.total(), trial.remember()
        trial.floors.clear()
        trial.recall(before)
    if found is None:
        return False
    trial.recall(found)
    return True


def _serve_pair(trial: Trial, first: int, second: int, *, tries: int) -> bool:
    for _ in range(PATIENCE):
        if _together(trial, first, second, tries=tries):
            return True
        wait = _start_for(trial, first, second)
        if wait is None or wait <= trial.floors.get(first, float("-inf")) + 1:
            return False
        trial.floors[first] = wait
    return False


def _together(trial: Trial, first: int, second: int, *, tries: int) -> bool:
    """The cheapest of some ways for the first, each with the best way for the second."""
    before, found = trial.remember(), None
    cheapest = float("inf")
    for way in itertools.islice(_by_price(trial, first, tries), WAYS):
        if way.extra >= cheapest:
            break
        trial.put(way)
        match = trial.best(second, tries=tries, below=cheapest - way.extra)
        if match is not None:
            trial.put(match)
            cheapest, found = way.extra + match.extra, trial.remember()
        trial.recall(before)
    if found is None:
        return False
    trial.recall(found)
    return True


def _by_price(trial: Trial, job: int, tries: int) -> list[Option]:
    ways = list(itertools.islice(trial.options(job), tries))
    return sorted(ways, key=lambda way: way.extra)


def _start_for(trial: Trial, first: int, second: int) -> float | None:
    """When the first should start so that the second can follow as the relation wants."""
    alone = trial.best(second, tries=WAYS)
    if alone is None:
        return None
    before = trial.remember()
    trial.put(alone)
    window = trial.partners.window(trial, first)
    trial.recall(before)
    return None if window is None else window[0]
