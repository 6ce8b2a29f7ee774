"""Visits as the planner sees them: a job for each who is needed, with wishes, pins and priority.

The lead's job has the visit's parts, wishes and worth; a helper's says when, where and what he must
be able to do (`seats` has the names). Blocks (holds) keep ids of their own, ``hold-7``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta

from dispatch.planning import seats
from dispatch.planning.briefs import windows, worth
from dispatch.planning.briefs.crews import Crews
from dispatch.planning.briefs.people import Piece, blocks, site_place
from dispatch.planning.briefs.pins import Pins, is_pinned_to_nobody
from dispatch.planning.briefs.prices import CLASSES, UNSERVED, Mode, Settings
from dispatch.planning.briefs.reading import PLANNABLE, Reading, begun_visits
from dispatch.planning.briefs.scope import Block
from dispatch.planning.tables import Assignment, AssignmentState
from dispatch.tickets import Priority
from dispatch.visits import CrewRole, Visit, VisitSkill, Wish
from dispatch.workforce import Technician
from routing.problem import Job, Pin, Requirement, TechnicianWish
from routing.problem import Wish as Preference


def jobs(
    reading: Reading, *, crews: Crews, pieces: Sequence[Piece], settings: Settings
) -> tuple[Job, ...]:
    """Everything that must or may be served, by visit and seat, then what is held."""
    desk = _Desk(reading, crews=crews, pieces=pieces, settings=settings)
    return (
        *(job for visit in open_visits(reading) for job in desk.jobs_of(visit)),
        *(_block(reading, block) for block in blocks(reading, pieces=pieces)),
    )


def open_visits(reading: Reading) -> list[Visit]:
    """Visits that the planner is asked about."""
    begun = begun_visits((*reading.assignments, *reading.beyond))
    placed = {row.visit_id for row in reading.movable}
    return [
        visit
        for visit in reading.visits.values()
        if visit.state in PLANNABLE
        and visit.id not in begun
        and (visit.id in placed or _may_be_served(reading, visit))
    ]


def _may_be_served(reading: Reading, visit: Visit) -> bool:
    if visit.id in reading.too_soon:
        return False
    return visit.id in reading.promises or not windows.is_closed(reading, visit)


class _Desk:
    """What all jobs of one question share."""

    def __init__(
        self, reading: Reading, *, crews: Crews, pieces: Sequence[Piece], settings: Settings
    ) -> None:
        self.reading, self.crews, self.settings = reading, crews, settings
        crew = [piece.technician for piece in pieces]
        self.known = {technician.id for technician in crew}
        self.dearest = _dearest(crew)
        self.pins = Pins(reading, crews=crews, pieces=pieces, settings=settings)

    def jobs_of(self, visit: Visit) -> Iterator[Job]:
        """One job for each who is needed and whose round is read."""
        for name in self.crews.jobs_of(visit):
            leads = seats.role_of(name) is CrewRole.LEAD
            yield self._lead(visit, name) if leads else self._helper(visit, name)

    def _lead(self, visit: Visit, name: str) -> Job:
        reading, settings = self.reading, self.settings
        place = self.crews.row_of(name)
        accepted = reading.accepted.get(visit.id, frozenset())
        times = windows.times(reading, visit, accepted=accepted)
        kept = settings.mode is not Mode.FREE and _is_kept(
            reading, visit, place=place, known=self.known
        )
        allowed, forbidden = _chosen(visit, known=self.known, accepted=accepted)
        if is_pinned_to_nobody(reading, visit, known=self.known):
            allowed = frozenset()
        return Job(
            id=name,
            name=visit.summary,
            location=site_place(visit.site_id),
            duration_s=visit.work_minutes * 60,
            windows=times.windows,
            finish_inside=times.finish_inside,
            promise=times.promise,
            promise_hard=kept,
            release=times.release,
            deadlines=windows.deadlines(reading, visit, settings=settings),
            wishes=_wishes(reading, visit, settings=settings),
            skills=() if "E_SKILL" in accepted else _requirements(visit, role=CrewRole.LEAD),
            parts={} if "E_PART" in accepted else {p.part.code: p.pieces for p in visit.parts},
            allowed_technicians=allowed,
            forbidden_technicians=forbidden,
            territory=reading.territory.code,
            priority=worth.class_of(reading, visit),
            unserved_penalty=worth.penalty(reading, visit, dearest=self.dearest, settings=settings),
            mandatory=kept and times.promise is not None,
            pin=self.pins.of(visit, job=name),
            # The people of a visit share the price of a change, so that it is one change.
            change_factor=_change_factor(reading, place=place, settings=settings)
            / len(self.crews.jobs_of(visit)),
        )

    def _helper(self, visit: Visit, name: str) -> Job:
        """Somebody who comes along. What the visit is worth is told by the lead's job alone."""
        lead = self._lead(visit, name)
        accepted = self.reading.accepted.get(visit.id, frozenset())
        _, forbidden = _chosen(visit, known=self.known, accepted=frozenset())
        return Job(
            id=name,
            name=lead.name,
            location=lead.location,
            duration_s=lead.duration_s,
            windows=windows.for_helpers(lead),
            release=windows.release_of_helpers(lead),
            skills=() if "E_SKILL" in accepted else _requirements(visit, role=CrewRole.HELPER),
            forbidden_technicians=forbidden,
            territory=lead.territory,
            priority=lead.priority,
            unserved_penalty=0,
            pin=lead.pin,
            change_factor=lead.change_factor,
        )


def _requirements(visit: Visit, *, role: CrewRole) -> tuple[Requirement, ...]:
    """All-of needs one by one; of each group one skill, at the highest level the group names."""
    needs = [need for need in visit.skills if need.role is role]
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
