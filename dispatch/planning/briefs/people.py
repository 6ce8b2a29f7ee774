"""Shifts and skills of a day as the planner sees them: net of absences, and of what has begun.

A stop that has begun is no job any more: the round goes on from there, when it is expected to end.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from dispatch.planning.briefs.prices import Settings
from dispatch.planning.briefs.reading import Period, Reading
from dispatch.planning.briefs.scope import Block
from dispatch.planning.tables import Assignment, AssignmentState
from dispatch.workforce import Shift, Technician, TechnicianSkill
from routing import problem as question
from routing.travel.provider import Profile

HOUR_S = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a shift that can still be worked; ``start_location`` and end are place ids."""

    id: str
    shift: Shift
    starts_at: datetime
    ends_at: datetime
    start_location: str
    end_location: str

    @property
    def technician(self) -> Technician:
        return self.shift.technician

    def holds(self, at: datetime) -> bool:
        """Whether the moment lies in it, overtime included."""
        return self.starts_at <= at < self.ends_at + _overtime(self.technician)


def shift_id_of(piece_id: str) -> int:
    """The shift's own id: the second stretch of shift 12 is called 12.2."""
    return int(piece_id.split(".", maxsplit=1)[0])


def site_place(site_id: int) -> str:
    """Id of a site among the planner's locations."""
    return f"site-{site_id}"


def depot_place(depot_id: int) -> str:
    """Id of a depot among the planner's locations."""
    return f"depot-{depot_id}"


def base_place(technician: Technician) -> str:
    """Id of the place where a technician's rounds begin and end: the depot, or home."""
    if technician.starts_at_depot and technician.depot is not None:
        return depot_place(technician.depot.id)
    return f"home-{technician.id}"


def pieces(reading: Reading) -> tuple[Piece, ...]:
    """What is left of every shift, by technician and start."""
    begun = _begun(reading)
    found = []
    for shift in reading.shifts:
        base = base_place(shift.technician)
        free_at, place = begun.get(shift.technician_id, (reading.opens_at, base))
        rest = _without((shift.starts_at, shift.ends_at), reading.absences[shift.technician_id])
        for number, (starts_at, ends_at) in enumerate(rest, start=1):
            earliest = _whole(max(starts_at, free_at, reading.now))
            if earliest >= ends_at:
                continue
            piece = Piece(
                id=str(shift.id) if number == 1 else f"{shift.id}.{number}",
                shift=shift,
                starts_at=earliest,
                ends_at=ends_at,
                start_location=place if starts_at < free_at else base,
                end_location=base,
            )
            found.append(piece)
    return tuple(found)


def technicians(
    reading: Reading,
    *,
    pieces: Sequence[Piece],
    parts_needed: Mapping[str, int],
    usual: Profile,
    settings: Settings,
) -> tuple[question.Technician, ...]:
    """Everybody who has something left of a shift; the ``usual`` profile goes without saying."""
    by_technician: dict[int, list[Piece]] = {}
    for piece in pieces:
        by_technician.setdefault(piece.technician.id, []).append(piece)
    return tuple(
        _technician(reading, own, parts_needed, usual=usual, settings=settings)
        for own in by_technician.values()
    )


def working_hours(pieces: Sequence[Piece]) -> Period | None:
    """From the first instant at which somebody may work to the last, overtime included."""
    if not pieces:
        return None
    return (
        min(piece.starts_at for piece in pieces),
        max(piece.ends_at + _overtime(piece.technician) for piece in pieces),
    )


def profiles(pieces: Sequence[Piece]) -> list[Profile]:
    """How the day's people get about, the commonest first, a car before others; never empty."""
    people = {piece.technician.id: piece.technician.travel_profile for piece in pieces}
    order = list(Profile)
    counts = Counter(people.values())
    found = sorted(counts, key=lambda one: (-counts[one], order.index(one)))
    return found or [Profile.CAR]


def blocks(reading: Reading, *, pieces: Sequence[Piece]) -> tuple[Block, ...]:
    """Taken time that the planner must keep; of people who are gone it is nobody's."""
    return tuple(block for block in reading.blocks if piece_at(pieces, block) is not None)


def piece_at(pieces: Sequence[Piece], place: Assignment | Block) -> Piece | None:
    """The stretch of the shift in which a place lies: none when it has been cut away."""
    return next(
        (
            piece
            for piece in pieces
            if piece.shift.id == place.shift_id and piece.holds(place.starts_at)
        ),
        None,
    )


def works_until(assignment: Assignment, *, now: datetime) -> datetime:
    """When a stop that has begun is expected to be over."""
    length = assignment.ends_at - assignment.starts_at
    if assignment.state is AssignmentState.FINISHED:
        return assignment.finished_at or assignment.ends_at
    if assignment.state is AssignmentState.ON_SITE and assignment.arrived_at is not None:
        return max(now, assignment.arrived_at + length)
    if assignment.set_off_at is not None:
        drive = timedelta(seconds=assignment.travel_seconds)
        return max(now, assignment.set_off_at + drive) + length
    return max(now, assignment.ends_at)


def _begun(reading: Reading) -> dict[int, tuple[datetime, str]]:
    """When each technician who has begun a stop is free again, and where."""
    found: dict[int, tuple[datetime, str]] = {}
    for row in reading.started:
        free = (works_until(row, now=reading.now), site_place(row.visit.site_id))
        found[row.technician_id] = max(found.get(row.technician_id, free), free)
    return found


def _without(period: Period, absences: Iterable[Period]) -> list[Period]:
    """What is left of a period; a minute between two absences is no time to work."""
    begins, ends = period
    gaps = [absence for absence in sorted(absences) if absence[1] > begins and absence[0] < ends]
    edges = [(begins, begins), *gaps, (ends, ends)]
    rest, reached = [], begins
    for (_, left_ends), (right_begins, _) in pairwise(edges):
        reached = max(reached, left_ends)
        if right_begins - reached >= timedelta(minutes=15):
            rest.append((reached, right_begins))
    return rest


def _whole(at: datetime) -> datetime:
    """The next whole second."""
    return at if at.microsecond == 0 else at.replace(microsecond=0) + timedelta(seconds=1)


def _overtime(technician: Technician) -> timedelta:
    return timedelta(minutes=technician.max_overtime_minutes)


def _technician(
    reading: Reading,
    own: Sequence[Piece],
    parts_needed: Mapping[str, int],
    *,
    usual: Profile,
    settings: Settings,
) -> question.Technician:
    technician = own[0].technician
    profile = technician.travel_profile
    loaded = technician.starts_at_depot and technician.depot is not None
    skills = (_skill(reading, held) for held in technician.skills)
    return question.Technician(
        id=str(technician.id),
        name=technician.name,
        shifts=tuple(_shift(reading, piece, settings=settings) for piece in own),
        skills={code: skill for code, skill in skills if skill is not None},
        # Whoever starts at the depot loads what the day needs before leaving.
        parts=dict(parts_needed) if loaded else dict(reading.carried[technician.id]),
        service_factor=technician.work_factor,
        profile="" if profile is usual else profile.value,
        allowed_territories=frozenset({reading.territory.code}),
        cost=_cost(technician, settings=settings),
        history=_history(reading, technician),
    )


def _history(reading: Reading, technician: Technician) -> question.History:
    """Past weeks beside people of the same employment; who has none is compared with nobody."""
    ledger = reading.ledger.get(technician.id)
    if ledger is None:
        return question.History(group=f"new-{technician.id}")
    return question.History(
        worked_s=ledger.worked_s,
        available_s=ledger.available_s,
        group=technician.employment.value,
    )


def _skill(reading: Reading, held: TechnicianSkill) -> tuple[str, question.Skill | None]:
    """The skill on this day; a certificate that ends today holds until midnight."""
    from_later = held.valid_from is not None and held.valid_from > reading.day
    over = held.valid_until is not None and held.valid_until < reading.day
    if from_later or over:
        return held.skill.code, None
    ends_today = held.valid_until == reading.day
    until = reading.seconds(reading.closes_at) if ends_today else None
    return held.skill.code, question.Skill(level=held.level, valid_until=until)


def _cost(technician: Technician, *, settings: Settings) -> question.Cost:
    per_second = technician.per_hour_minor / HOUR_S
    extra = per_second * settings.overtime_share
    return question.Cost(
        fixed=technician.per_day_minor,
        per_m=technician.per_km_minor / 1000,
        per_duration_s=per_second,
        per_overtime_s=extra,
        overtime_steps=(question.OvertimeStep(after_s=2 * HOUR_S, per_s=extra),) if extra else (),
        per_visit=technician.per_visit_minor,
        per_spare_level=settings.spare_level_minor,
    )


def _shift(reading: Reading, piece: Piece, *, settings: Settings) -> question.Shift:
    return question.Shift(
        id=piece.id,
        start=reading.seconds(piece.starts_at),
        end=math.floor((piece.ends_at - reading.opens_at).total_seconds()),
        start_location=piece.start_location,
        end_location=piece.end_location,
        max_overtime_s=piece.technician.max_overtime_minutes * 60,
        max_duration_s=_bookable_s(reading, piece, settings=settings),
        max_travel_s=_seconds(settings.longest_travel),
        max_leg_s=_seconds(settings.longest_leg),
        max_visits=settings.most_visits,
        breaks=tuple(_breaks(reading, piece)),
    )


def _bookable_s(reading: Reading, piece: Piece, *, settings: Settings) -> float | None:
    """How much of the stretch customers may book; None: all of it."""
    ahead = reading.opens_at - reading.now
    if not (reading.for_booking and settings.reserve_share and ahead >= settings.reserve_until):
        return None
    return (1 - settings.reserve_share) * (piece.ends_at - piece.starts_at).total_seconds()


def _seconds(limit: timedelta | None) -> float | None:
    return None if limit is None else limit.total_seconds()


def _breaks(reading: Reading, piece: Piece) -> Iterable[question.Break]:
    """Pauses that can still be taken in this stretch; one that is over in time was taken."""
    for pause in piece.shift.breaks:
        earliest = max(pause.earliest_at, piece.starts_at)
        if (
            earliest > pause.latest_at
            or earliest + timedelta(minutes=pause.minutes) > piece.ends_at
        ):
            continue
        yield question.Break(
            id=f"break-{pause.id}",
            duration_s=pause.minutes * 60,
            window=question.Window(
                opens=reading.seconds(earliest), closes=reading.seconds(pause.latest_at)
            ),
            paid=pause.paid,
        )
