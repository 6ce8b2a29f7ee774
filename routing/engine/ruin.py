"""Takes some jobs out of a trial: strings of stops around one place.

Slack-induced string removals (Christiaens and Vanden Berghe, 2020): neighbouring routes each lose a
short string of stops near one chosen job, so that the next step can exchange between them.
"""

from __future__ import annotations

import random
from collections import defaultdict

import numpy as np

from routing.trial.tables import Tables
from routing.trial.trial import UNHELD, Trial

# Mean number of jobs taken out, and the longest string: as published.
MEAN_REMOVED = 10
LONGEST_STRING = 10
# How many of the nearest jobs a ruin may reach, from tuning on public problems.
NEAR = 99
# Part of the strings that keep a piece in their middle, and how likely that piece grows.
SPLIT = 0.5
# Absent jobs near the ruin that are tried again with those taken out.
ABSENT = 30
# Part of the ruins that empty all routes of a crew and of its people, where there are crews: nobody
# joins a crew who still has work alone.
REGROUPED = 0.15


class Ruin:
    """Knows which jobs are near each other."""

    def __init__(self, tables: Tables, *, chance: random.Random) -> None:
        self._chance = chance
        self._jobs = len(tables.jobs)
        places = np.array(tables.places[: self._jobs], dtype=np.int64)
        legs = np.minimum(tables.seconds, tables.seconds.T)[np.ix_(places, places)]
        reach = min(NEAR, self._jobs)
        self._near = np.argsort(legs, axis=1, kind="stable")[:, :reach].tolist()
        clashing: dict[int, set[int]] = defaultdict(set)
        for one, other in tables.draft.exclusive:
            clashing[one].add(other)
            clashing[other].add(one)
        # For each crew its vehicle, and those of its people by themselves.
        self._crews = {
            vehicle.index: sorted({vehicle.index, *clashing[vehicle.index]})
            for vehicle in tables.vehicles
            if len(vehicle.crew) > 1
        }

    def choose(self, trial: Trial) -> list[int]:
        """Jobs to take out, in no order; with the groups that they belong to."""
        chance = self._chance
        seed = chance.randrange(self._jobs)
        routes = [laid for laid in trial.routes if laid is not None]
        mean = sum(laid.jobs for laid in routes) / max(1, len(routes))
        longest = max(1.0, min(LONGEST_STRING, mean))
        strings = int(chance.uniform(1, 4 * MEAN_REMOVED / (1 + longest)))
        chosen: set[int] = set()
        ruined: set[int] = set()
        for job in self._near[seed]:
            if len(ruined) >= strings:
                break
            vehicle = trial.holder[job]
            if vehicle == UNHELD or vehicle in ruined:
                continue
            ruined.add(vehicle)
            laid = trial.routes[vehicle]
            assert laid is not None
            order = [code for code in laid.stops if 0 <= code < self._jobs]
            most = min(len(order), longest)
            chosen.update(self._string(order, job, int(chance.uniform(1, most + 1))))
        return self._with_partners(trial, chosen)

    def crew(self) -> int | None:
        """Now and then a crew whose people should give up all else, to travel together."""
        if self._crews and self._chance.random() < REGROUPED:
            return self._chance.choice(list(self._crews))
        return None

    def of_crew(self, trial: Trial, crew: int) -> list[int]:
        """All jobs of a crew, of its people alone, and of their other crews."""
        found = [trial.routes[vehicle] for vehicle in self._crews[crew]]
        jobs = {code for laid in found if laid is not None for code in trial.bare(laid)}
        return self._with_partners(trial, {code for code in jobs if code < self._jobs})

    @staticmethod
    def _with_partners(trial: Trial, jobs: set[int]) -> list[int]:
        partners = trial.partners.groups
        return sorted({mate for job in jobs for mate in partners.get(job, (job,))})

    def absent_near(self, trial: Trial, *, removed: list[int]) -> list[int]:
        """Jobs left out before that may fit now."""
        absent = trial.absent()
        if len(absent) <= ABSENT or not removed:
            return absent
        near = set(self._near[removed[0]])
        return [job for job in absent if job in near][:ABSENT] or absent[:ABSENT]

    def _string(self, order: list[int], job: int, length: int) -> list[int]:
        """A string of stops around the job, perhaps with a piece in its middle kept."""
        chance, at = self._chance, order.index(job)
        length = min(length, len(order))
        kept = 0
        if length > 1 and chance.random() < SPLIT:
            kept = 1
            while length + kept < len(order) and chance.random() < SPLIT:
                kept += 1
        kept = min(kept, len(order) - length)
        whole = length + kept
        first = chance.randint(max(0, at - whole + 1), min(at, len(order) - whole))
        string = order[first : first + whole]
        if not kept:
            return string
        skip = chance.randint(1, length - 1) if length > 1 else 0
        return string[:skip] + string[skip + kept :]
