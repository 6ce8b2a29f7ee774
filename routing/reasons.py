"""Why a job is left out: which rule, by how much, and with whom it came nearest.

The code is the claim that the judge examines; the shortfall says what a dispatcher could change.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from routing.alone import is_anybody_able, is_possible_alone
from routing.problem import Job, RelationType, Requirement, Technician
from routing.rules.draft import Vehicle
from routing.rules.territories import is_inside
from routing.solution import Reason, Unserved
from routing.trial.gaps import Room
from routing.trial.joining import serve
from routing.trial.tables import Tables
from routing.trial.trial import UNHELD, Trial

# What is said of a job for whose reason there was no time.
UNEXPLAINED = "There was no time to find out why."
# Gaps laid out exactly before a job that passes the quick test is said to have no room.
TRIES = 16


class Lack(StrEnum):
    """What a technician lacks for a job. The unit of the amount stands behind each."""

    SKILL = "skill"  # levels
    EXCLUDED_SKILL = "excluded-skill"
    PEOPLE = "people"  # persons
    CHOSEN = "chosen-technicians"
    TERRITORY = "territory"
    TOOLS = "tools"
    STOCK = "parts-or-room"
    PIN = "pin"
    HOURS = "hours"  # no start at all: windows, promise, release, pin, certificates
    WINDOW = "window"  # seconds
    SHIFT = "shift"  # seconds
    ROOM = "room"  # seconds
    PRICE = "price"  # the problem's money, as one number
    PARTNER = "partner"
    TOGETHER = "together"  # persons
    LIMIT = "limit"  # of the route, or its breaks


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """What was missing at the nearest technician; ``amount`` in the unit of its kind."""

    lack: Lack
    technician: str | None = None
    name: str = ""
    amount: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """The reason of one job, with what came nearest to serving it."""

    job: str
    reason: Reason
    shortfall: Shortfall

    def text(self) -> str:
        """One English sentence, for the file; screens say it in their own words."""
        return _sentence(self.shortfall)


class Reasons:
    """Explains absent jobs of one problem. What holds on an empty day is worked out once."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._alone: dict[int, Why | None] = {}
        self._empty_day: Trial | None = None

    def of(
        self, trial: Trial, *, over: Callable[[], bool] = lambda: False
    ) -> Mapping[int, Unserved]:
        """An entry for each absent job; those still to come when time is over have no code."""
        return {
            job: self._unexplained(job) if over() else self._entry(self.why(trial, job=job))
            for job in trial.absent()
        }

    def _unexplained(self, job: int) -> Unserved:
        return Unserved(job=self._tables.jobs[job].id, text=UNEXPLAINED)

    def why(self, trial: Trial, *, job: int) -> Why:
        """The reason of one absent job in this trial."""
        alone = self._why_alone(job)
        if alone is not None:
            return alone
        name = self._tables.jobs[job].id
        partner = self._missing_partner(trial, job)
        if partner is not None:
            lack = Shortfall(lack=Lack.PARTNER, name=partner)
            return Why(job=name, reason=Reason.RELATED, shortfall=lack)
        group = self._absent_group(trial, job)
        missing = self._missing_people(group)
        if missing > 0:
            lack = Shortfall(lack=Lack.PEOPLE, amount=missing)
            return Why(job=name, reason=Reason.NO_ROOM, shortfall=lack)
        option = trial.best(job, tries=TRIES)
        if option is not None and group:
            return self._why_not_together(trial, job, group)
        if option is not None:
            lack = Shortfall(
                lack=Lack.PRICE,
                technician=self._lead(option.laid.vehicle),
                amount=option.extra - trial.worth(job),
            )
            return Why(job=name, reason=Reason.TOO_COSTLY, shortfall=lack)
        return Why(job=name, reason=Reason.NO_ROOM, shortfall=self._no_room(trial, job))

    def forget(self, job: int) -> None:
        """A number stands for another job by now."""
        self._alone.pop(job, None)
        self._empty_day = None

    def shortfall(self, trial: Trial, *, job: int, vehicle: int) -> Shortfall:
        """Why one vehicle has no place for an absent job, beside what it does already."""
        crew = self._tables.vehicles[vehicle]
        lacks = list(self._lacks(crew, self._tables.jobs[job]))
        if lacks:
            return lacks[0]
        alone = self._lateness(crew, job)
        if alone.lack is not Lack.LIMIT:
            return alone
        seconds = self._room.missing(trial, job=job, vehicle=vehicle)
        if seconds < 1:
            return alone
        return Shortfall(lack=Lack.ROOM, technician=crew.lead.id, amount=seconds)

    def _absent_group(self, trial: Trial, job: int) -> tuple[int, ...]:
        """The job and those that are served with it or not at all; none when some are served."""
        group = trial.partners.groups.get(job, ())
        return group if all(trial.holder[mate] == UNHELD for mate in group) else ()

    def _missing_people(self, group: Sequence[int]) -> int:
        """How many people more would be needed for jobs that nobody may do two of."""
        apart = [
            [self._tables.job_number[job] for job in relation.jobs]
            for relation in self._tables.problem.relations
            if relation.type is RelationType.DIFFERENT_TECHNICIAN
        ]
        return max(
            (len(jobs) - len(self._able(jobs)) for jobs in apart if set(jobs) <= set(group)),
            default=0,
        )

    def _able(self, jobs: Sequence[int]) -> set[str]:
        """Everybody who could do any of these jobs."""
        return {
            who
            for vehicle in self._tables.vehicles
            if any(self._tables.spans[vehicle.index][job] for job in jobs)
            for who in vehicle.people
        }

    def _why_not_together(self, trial: Trial, job: int, group: Sequence[int]) -> Why:
        """Somebody could serve this one: what stands in the way of serving them all."""
        name = self._tables.jobs[job].id
        before, price = trial.remember(), trial.total()
        served = serve(trial, group, tries=TRIES)
        dearer = trial.total() - price
        trial.recall(before)
        if served:
            lack = Shortfall(lack=Lack.PRICE, amount=dearer)
            return Why(job=name, reason=Reason.TOO_COSTLY, shortfall=lack)
        lack = Shortfall(lack=Lack.TOGETHER, amount=len(group))
        return Why(job=name, reason=Reason.NO_ROOM, shortfall=lack)

    def _entry(self, why: Why) -> Unserved:
        return Unserved(job=why.job, reason=why.reason.value, text=why.text())

    @property
    def _empty(self) -> Trial:
        if self._empty_day is None:
            self._empty_day = Trial(self._tables)
        return self._empty_day

    @cached_property
    def _room(self) -> Room:
        return Room(self._tables)

    def _lead(self, vehicle: int) -> str:
        return self._tables.vehicles[vehicle].lead.id

    # --- on an empty day ---

    def _why_alone(self, job: int) -> Why | None:
        """Why nobody could serve the job even alone, or None when somebody could."""
        if job not in self._alone:
            self._alone[job] = self._worked_out(job)
        return self._alone[job]

    def _worked_out(self, job: int) -> Why | None:
        """The judge's own answer; where it gives none, that of one vehicle alone."""
        what, problem, vehicles = (
            self._tables.jobs[job],
            self._tables.problem,
            self._tables.vehicles,
        )
        if problem.job_by_id.get(what.id) is not what:
            problem = replace(problem, jobs=(what,), incumbent=None)
        possible = is_possible_alone(what, problem=problem, roads=self._tables.roads)
        if possible is None:
            alone = (self._empty.try_route(v.index, (job,)) is not None for v in vehicles)
            possible = job in self._tables.draft.positions or any(alone)
        if possible:
            return None
        lacks = [(vehicle, list(self._lacks(vehicle, what))) for vehicle in vehicles]
        able = [vehicle for vehicle, found in lacks if not found]
        if able:
            lack = min((self._lateness(vehicle, job) for vehicle in able), key=_size)
        else:
            nearest = min((found for _, found in lacks), key=_distance, default=[])
            lack = nearest[0] if nearest else Shortfall(lack=Lack.PEOPLE, amount=1)
        somebody = is_anybody_able(what, problem=problem)
        reason = Reason.UNREACHABLE if somebody else Reason.NO_TECHNICIAN
        return Why(job=what.id, reason=reason, shortfall=lack)

    def _lacks(self, vehicle: Vehicle, job: Job) -> Iterable[Shortfall]:
        """What this vehicle lacks whatever the hour."""
        who, people = vehicle.lead.id, vehicle.people
        for needed in job.skills:
            yield from _skill_lacks(needed, vehicle)
        if len(vehicle.crew) < job.crew_size:
            missing = job.crew_size - len(vehicle.crew)
            yield Shortfall(lack=Lack.PEOPLE, technician=who, amount=missing)
        allowed = job.allowed_technicians
        if people & job.forbidden_technicians or (allowed is not None and not people & allowed):
            yield Shortfall(lack=Lack.CHOSEN, technician=who)
        if not all(is_inside(job, technician=one) for one in vehicle.crew):
            yield Shortfall(lack=Lack.TERRITORY, technician=who, name=job.territory or "")
        pin = job.pin
        if pin is not None and pin.technician is not None and pin.technician not in people:
            yield Shortfall(lack=Lack.PIN, technician=who, name=pin.technician)
        depots = self._tables.problem.depots
        if not depots and job.tools - vehicle.tools:
            missing_tools = ", ".join(sorted(job.tools - vehicle.tools))
            yield Shortfall(lack=Lack.TOOLS, technician=who, name=missing_tools)
        short = [name for name, n in job.parts.items() if n > vehicle.parts.get(name, 0)]
        full = [n for n, load in job.demand.items() if load > vehicle.capacity.get(n, math.inf)]
        if full or (short and not depots):
            yield Shortfall(lack=Lack.STOCK, technician=who, name=", ".join(sorted(full or short)))

    def _lateness(self, vehicle: Vehicle, job: int) -> Shortfall:
        """By how much somebody able misses the window or the end of the shift."""
        who, tables = vehicle.lead.id, self._tables
        place, factor = tables.places[job], vehicle.travel_factor
        here = place if vehicle.begin is None else vehicle.begin
        rows = tables.legs[vehicle.profile].second_rows
        arrival = vehicle.shift.start + rows[here][place] * factor
        arrival += tables.setups[place] if here != place else 0
        spans = tables.spans[vehicle.index][job]
        if not spans:
            return Shortfall(lack=Lack.HOURS, technician=who)
        starts = [max(arrival, opens) for opens, closes in spans if arrival <= closes]
        if not starts:
            return Shortfall(lack=Lack.WINDOW, technician=who, amount=arrival - spans[-1][1])
        home = place if vehicle.finish is None else vehicle.finish
        back = starts[0] + tables.lengths[vehicle.index][job]
        back += rows[place][home] * factor
        if back > vehicle.latest:
            return Shortfall(lack=Lack.SHIFT, technician=who, amount=back - vehicle.latest)
        return Shortfall(lack=Lack.LIMIT, technician=who)

    # --- beside the others ---

    def _missing_partner(self, trial: Trial, job: int) -> str | None:
        """A partner that must be served for this one to be, and is not.

        Of two that need each other, the one that could not be served even alone is to blame.
        """
        draft = self._tables.draft
        before = [one.first for one in draft.aparts if one.needs_first and one.second == job]
        together = [jobs for jobs, _ in draft.meetings] + list(draft.all_or_none)
        mates = {mate for jobs in together if job in jobs for mate in jobs} - {job}
        blamed = before + [mate for mate in sorted(mates) if self._why_alone(mate) is not None]
        missing = [mate for mate in blamed if trial.holder[mate] == UNHELD]
        return self._tables.jobs[missing[0]].id if missing else None

    def _no_room(self, trial: Trial, job: int) -> Shortfall:
        found = self._room.nearest(trial, job=job)
        if found is None:
            return Shortfall(lack=Lack.LIMIT)
        vehicle, seconds = found
        if seconds < 1:
            return Shortfall(lack=Lack.LIMIT, technician=self._lead(vehicle))
        return Shortfall(lack=Lack.ROOM, technician=self._lead(vehicle), amount=seconds)


def _skill_lacks(needed: Requirement, vehicle: Vehicle) -> Iterable[Shortfall]:
    who, wanted = vehicle.lead.id, " or ".join(needed.names)
    holders = [one for one in vehicle.crew if _level(one, needed) >= needed.level]
    if needed.excluded:
        if holders:
            yield Shortfall(lack=Lack.EXCLUDED_SKILL, technician=who, name=wanted)
    elif len(holders) < needed.count:
        best = max(_level(one, needed) for one in vehicle.crew)
        missing = max(needed.level - best, 0)
        yield Shortfall(lack=Lack.SKILL, technician=who, name=wanted, amount=missing)


def _level(technician: Technician, needed: Requirement) -> float:
    skills = [technician.skills.get(name) for name in needed.names]
    return max((skill.level for skill in skills if skill is not None), default=0)


def _size(lack: Shortfall) -> float:
    return math.inf if lack.amount is None else lack.amount


def _distance(lacks: list[Shortfall]) -> tuple[int, float]:
    """How far somebody is from being able: fewer lacks first, then the smaller."""
    return len(lacks), sum(lack.amount or 0 for lack in lacks)


_SENTENCES = {
    Lack.SKILL: "{technician} comes nearest, and lacks {amount:g} level of {name}.",
    Lack.EXCLUDED_SKILL: "{technician} comes nearest, but has {name}, which is not wanted.",
    Lack.PEOPLE: "{amount:g} more people are needed on one route.",
    Lack.CHOSEN: "None of the technicians chosen for it can go.",
    Lack.TERRITORY: "{technician} comes nearest, but does not work in {name}.",
    Lack.TOOLS: "{technician} comes nearest, and lacks the tools {name}.",
    Lack.STOCK: "{technician} comes nearest, and lacks parts or room for {name}.",
    Lack.PIN: "It is pinned to {name}, who cannot serve it.",
    Lack.HOURS: "Windows, promise, release, pin and certificates leave {technician} no start.",
    Lack.WINDOW: "{technician} comes nearest, and is {amount:.0f} s late for the window.",
    Lack.SHIFT: "{technician} comes nearest, and is back {amount:.0f} s after the shift.",
    Lack.ROOM: "The nearest gap, of {technician}, is {amount:.0f} s too short.",
    Lack.TOGETHER: "{amount:g} people who are free at the same time are not to be found.",
    Lack.PRICE: "{technician} could go, but that costs {amount:.6g} more than leaving it out.",
    Lack.PARTNER: "{name}, which belongs to it, is not served.",
    Lack.LIMIT: "There is time, but every route would break a limit, lose a break or move a pin.",
}


def _sentence(lack: Shortfall) -> str:
    return _SENTENCES[lack.lack].format(
        technician=lack.technician or "Everybody", name=lack.name, amount=lack.amount or 0
    )
