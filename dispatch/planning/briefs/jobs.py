"""Visits as the planner sees them: one job each, with needs, wishes, pins and priority.

Job ids are visit ids; blocks (holds) keep ids of their own, ``hold-7``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from dispatch.planning.briefs import windows
from dispatch.planning.briefs.people import Piece, site_place
from dispatch.planning.briefs.prices import CLASSES, MAY_WAIT, UNSERVED, UNSERVED_AGE_CAP, Settings
from dispatch.planning.briefs.reading import PLANNABLE, Reading
from dispatch.planning.briefs.scope import Block
from dispatch.planning.tables import Assignment, AssignmentState
from dispatch.tickets import Priority
from dispatch.visits import Visit, VisitSkill, Wish
from dispatch.workforce import Technician
from routing.problem import Job, Pin, Requirement, TechnicianWish
from routing.problem import Wish as Preference

Frozen = Mapping[int, Pin]


def jobs(reading: Reading, *, pieces: Sequence[Piece], settings: Settings) -> tuple[Job, ...]:
    """Everything that must or may be served, by visit id, then what is held."""
    begun = {row.visit_id for row in reading.started}
    placed = {row.visit_id: row for row in reading.movable}
    frozen = _frozen(reading, pieces=pieces, settings=settings)
    crew = [piece.technician for piece in pieces]
    known = {technician.id for technician in crew}
    open_visits = [
        visit
        for visit in reading.visits.values()
        if visit.state in PLANNABLE
        and visit.id not in begun
        and (visit.id in placed or _may_be_served(reading, visit))
    ]
    return (
        *(
            _job(
                reading,
                visit,
                place=placed.get(visit.id),
                pin=_both(_pin(reading, visit, pieces=pieces), frozen.get(visit.id)),
                known=known,
                dearest=_dearest(crew),
                settings=settings,
            )
            for visit in open_visits
        ),
        *(_block(reading, block) for block in blocks(reading, pieces=pieces)),
    )


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


def _may_be_served(reading: Reading, visit: Visit) -> bool:
    return visit.id in reading.promises or not windows.is_closed(reading, visit)


def _job(
    reading: Reading,
    visit: Visit,
    *,
    place: Assignment | None,
    pin: Pin | None,
    known: Collection[int],
    dearest: int,
    settings: Settings,
) -> Job:
    accepted = reading.accepted.get(visit.id, frozenset())
    times = windows.times(reading, visit, accepted=accepted)
    allowed, forbidden = _chosen(visit, known=known, accepted=accepted)
    if _pinned_to_nobody(reading, visit, known=known):
        allowed = frozenset()
    return Job(
        id=str(visit.id),
        name=visit.summary,
        location=site_place(visit.site_id),
        duration_s=visit.work_minutes * 60,
        windows=times.windows,
        finish_inside=times.finish_inside,
        promise=times.promise,
        promise_hard=_is_kept(reading, visit, place=place, known=known),
        release=times.release,
        deadlines=windows.deadlines(reading, visit, settings=settings),
        wishes=_wishes(reading, visit, settings=settings),
        skills=() if "E_SKILL" in accepted else _requirements(visit.skills),
        crew_size=visit.crew_size,
        parts={} if "E_PART" in accepted else {p.part.code: p.pieces for p in visit.parts},
        allowed_technicians=allowed,
        forbidden_technicians=forbidden,
        territory=reading.territory.code,
        priority=_class(reading, visit),
        unserved_penalty=_penalty(reading, visit, dearest=dearest, settings=settings),
        pin=pin,
        change_factor=_change_factor(reading, place=place, settings=settings),
    )


def _requirements(needs: Sequence[VisitSkill]) -> tuple[Requirement, ...]:
    """All-of needs one by one; of each group one skill, at the highest level the group names."""
    groups: dict[int, list[VisitSkill]] = {}
    for need in needs:
        if need.any_of_group is not None:
            groups.setdefault(need.any_of_group, []).append(need)
    single = [
        Requirement(names=(need.skill.code,), level=need.level)
        for need in sorted(needs, key=lambda need: need.skill.code)
        if need.any_of_group is None
    ]
    grouped = [
        Requirement(
            names=tuple(sorted(need.skill.code for need in group)),
            level=max(need.level for need in group),
        )
        for _, group in sorted(groups.items())
    ]
    return (*single, *grouped)


def _chosen(
    visit: Visit, *, known: Collection[int], accepted: frozenset[str]
) -> tuple[frozenset[str] | None, frozenset[str]]:
    """Technicians who must, and those who must never do it, among those who work on this day."""
    if "E_ALLOWED" in accepted:
        return None, frozenset()
    must = {w.technician_id for w in visit.technician_wishes if w.wish is Wish.MUST}
    never = {w.technician_id for w in visit.technician_wishes if w.wish is Wish.NEVER}
    allowed = frozenset(str(id_) for id_ in must if id_ in known) if must else None
    return allowed, frozenset(str(id_) for id_ in never if id_ in known)


def _wishes(reading: Reading, visit: Visit, *, settings: Settings) -> tuple[Preference, ...]:
    preferred = {w.technician_id for w in visit.technician_wishes if w.wish is Wish.PREFERRED}
    last = reading.last_visitors.get(visit.id)
    wishes: list[Preference] = []
    if preferred:
        names = frozenset(str(id_) for id_ in preferred)
        wishes.append(TechnicianWish(technicians=names, cost=settings.preferred_technician_minor))
    if last is not None:
        who = frozenset({str(last)})
        wishes.append(TechnicianWish(technicians=who, cost=settings.last_visitor_minor))
    liked = windows.preference(reading, visit, settings=settings)
    return (*wishes, liked) if liked is not None else tuple(wishes)


def _is_kept(
    reading: Reading, visit: Visit, *, place: Assignment | None, known: Collection[int]
) -> bool:
    """Whether the plan in force keeps the promise: then it is a rule, otherwise late is a loss."""
    promise = reading.promises.get(visit.id)
    if promise is None or place is None:
        return promise is None
    kept = promise.opens_at <= place.starts_at < promise.closes_at
    lost = windows.is_lost(promise, earliest_start=reading.now)
    return kept and not lost and place.technician_id in known


def _class(reading: Reading, visit: Visit) -> int:
    if visit.priority is not Priority.URGENT and not _is_due(reading, visit):
        return MAY_WAIT
    return CLASSES[visit.priority]


def _is_due(reading: Reading, visit: Visit) -> bool:
    """Whether this is the last day on which it is in time, or it is promised."""
    if visit.id in reading.promises:
        return True
    return visit.due_at is not None and visit.due_at < reading.closes_at


def _penalty(reading: Reading, visit: Visit, *, dearest: int, settings: Settings) -> int:
    waited = max(reading.now - visit.requested_at, timedelta(0))
    if _class(reading, visit) != MAY_WAIT:
        return UNSERVED + min(int(waited / timedelta(hours=1)), UNSERVED_AGE_CAP)
    work = visit.work_minutes * dearest // 60
    wait = settings.wait_minor + settings.wait_minor_per_day * waited.days
    if visit.due_at is not None and visit.due_at < reading.closes_at + timedelta(days=1):
        wait += settings.wait_eve_minor
    return work + round(wait * settings.wait_factor[visit.priority])


def _dearest(crew: Sequence[Technician]) -> int:
    return max((technician.per_hour_minor for technician in crew), default=0)


def _change_factor(reading: Reading, *, place: Assignment | None, settings: Settings) -> float:
    """How dear a change is: nothing before people were told, most shortly before."""
    if place is None:
        return 1
    if place.state is not AssignmentState.TOLD and place.visit_id not in reading.promises:
        return 0
    ahead = place.starts_at - reading.now
    if ahead < settings.soon:
        return settings.change_factor_soon
    return settings.change_factor_today if ahead < timedelta(days=1) else 1


def _frozen(reading: Reading, *, pieces: Sequence[Piece], settings: Settings) -> Frozen:
    """What starts so soon that technician and order are kept.

    A stop that should have begun and has not is free: the round must be mended around it, and the
    order of what follows with it.
    """
    until = reading.now + settings.frozen
    found: dict[int, Pin] = {}
    for piece in pieces:
        stops = [place for place in reading.ahead if piece_at(pieces, place) is piece]
        stops.sort(key=lambda place: place.starts_at)
        in_time = not any(
            place.shift_id == piece.shift.id and place.starts_at < reading.now
            for place in reading.ahead
        )
        for position, place in enumerate(stops, start=1):
            if isinstance(place, Assignment) and reading.now <= place.starts_at < until:
                found[place.visit_id] = Pin(
                    technician=str(place.technician_id),
                    shift=piece.id,
                    position=position if in_time else None,
                    must_serve=False,
                )
    return found


def _pin(reading: Reading, visit: Visit, *, pieces: Sequence[Piece]) -> Pin | None:
    pin = reading.pins.get(visit.id)
    if pin is None:
        return None
    if pin.technician_id is not None and not any(
        piece.technician.id == pin.technician_id for piece in pieces
    ):
        return None
    begun = sum(row.technician_id == pin.technician_id for row in reading.started)
    position = pin.position - begun if pin.position is not None else None
    ahead = pin.starts_at is not None and pin.starts_at >= reading.now
    return Pin(
        technician=None if pin.technician_id is None else str(pin.technician_id),
        position=position if position is not None and position > 0 else None,
        start=reading.seconds(pin.starts_at) if pin.starts_at is not None and ahead else None,
        must_serve=pin.technician_id is not None or ahead,
    )


def _both(decided: Pin | None, frozen: Pin | None) -> Pin | None:
    """A dispatcher's decision, and on top of it what is too soon to change; the decision wins."""
    if decided is None or frozen is None:
        return decided or frozen
    if decided.technician not in {None, frozen.technician}:
        return decided
    return replace(frozen, start=decided.start, must_serve=decided.must_serve)


def _pinned_to_nobody(reading: Reading, visit: Visit, *, known: Collection[int]) -> bool:
    """Pinned to somebody who does not work on this day: nobody else may take it."""
    pin = reading.pins.get(visit.id)
    return pin is not None and pin.technician_id is not None and pin.technician_id not in known


def _block(reading: Reading, block: Block) -> Job:
    length = (block.ends_at - block.starts_at).total_seconds()
    start = reading.seconds(block.starts_at)
    return Job(
        id=block.id,
        location=site_place(block.site.id),
        duration_s=length,
        duration_by_technician={str(block.technician_id): length},
        pin=Pin(technician=str(block.technician_id), start=start),
        priority=CLASSES[Priority.URGENT],
        unserved_penalty=UNSERVED,
    )
