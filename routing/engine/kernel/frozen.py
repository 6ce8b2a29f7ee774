"""Jobs that are pinned to a position: routes begin with them, and what is there stays there.

A search never takes out what stands before or at a pinned position, and never puts anything there.
So those jobs must be in place when it begins.
"""

from __future__ import annotations

from collections import defaultdict

from routing.rules.draft import Draft
from routing.trial.trial import UNHELD, Trial

# Gaps that are tried for a job with a position; there is one, and a few that come to nothing.
TRIES = 20


def are_first(draft: Draft) -> bool:
    """Whether pinned positions are the first ones of routes, each job in one pair of hands."""
    taken: dict[int, list[int]] = defaultdict(list)
    for job, position in draft.positions.items():
        hands = [v.index for v in draft.vehicles if draft.spans[v.index][job]]
        if len(hands) > 1:
            return False
        for vehicle in hands:
            taken[vehicle].append(position)
    return all(sorted(own) == list(range(1, len(own) + 1)) for own in taken.values())


def put_first(trial: Trial) -> None:
    """Serve absent jobs that are pinned to a position, where they fit and pay."""
    positions = trial.tables.draft.positions
    for job in sorted(positions, key=lambda job: (positions[job], job)):
        if trial.holder[job] == UNHELD:
            option = trial.best(job, tries=TRIES, below=trial.worth(job))
            if option is not None:
                trial.put(option)
