"""Open visits and shifts of a territory's day as a problem for the planner.

A brief is read at one moment, frozen, and carries a stamp of what was read. The planner's zero is
the day's first instant where the territory lies, so a day may have 23, 24 or 25 hours.

Why a package: ``scope`` says how much of a day, ``reading`` asks the database, ``people``,
``windows``, ``crews``, ``pins``, ``worth`` and ``jobs`` translate, each its part, ``prices`` says
what is traded, ``ledger`` who worked how much, ``stamps`` what was read, ``roads`` how long travel takes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from dispatch.planning.briefs import jobs, people, roads
from dispatch.planning.briefs.crews import Crews, in_turn
from dispatch.planning.briefs.people import Piece, shift_id_of
from dispatch.planning.briefs.prices import CLASSES, Mode, Settings
from dispatch.planning.briefs.reading import Reading, bounds, read
from dispatch.planning.briefs.scope import Block
from dispatch.planning.briefs.stamps import Marks, Stamp, marks, provenance, stamp_of
from dispatch.planning.tables import Assignment
from dispatch.tickets import Priority
from dispatch.visits import Visit
from routing import problem as question
from routing.solution import Route, Solution, Stop
from routing.travel.provider import Point, Provider

__all__ = [
    "DEFAULT",
    "Block",
    "Brief",
    "Marks",
    "Mode",
    "Piece",
    "Reading",
    "Settings",
    "Stamp",
    "at_one_moment",
    "bounds",
    "brief",
    "compose",
    "marks",
    "read",
    "shift_id_of",
    "stamp_of",
]

DEFAULT = Settings()


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """The question, what was read for it, and the stretches of shifts that can be worked."""

    problem: question.Problem
    stamp: Stamp
    reading: Reading
    pieces: tuple[Piece, ...]


def at_one_moment(session: Session) -> None:
    """Make everything this new transaction reads belong to one moment; call it first.

    SQLite does so anyway; PostgreSQL is asked for a snapshot.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def brief(  # noqa: PLR0913 - whose day, for whom
    session: Session,
    *,
    territory_id: int,
    day: date,
    travel: Provider,
    settings: Settings = DEFAULT,
    now: datetime,
    candidate: Visit | None = None,
    mover: Visit | None = None,
    technician_ids: Collection[int] | None = None,
) -> Brief:
    """The day's question, from one moment's rows. Raises TravelError when roads do not answer.

    With a ``candidate`` or a ``mover`` it is about that one visit beside the plan in force (see
    `Scope`).
    """
    reading = read(
        session,
        territory_id=territory_id,
        day=day,
        now=now,
        last_visitor_days=settings.last_visitor_days,
        ledger_days=settings.fairness_days,
        candidate=candidate,
        mover=mover,
        technician_ids=technician_ids,
    )
    return compose(reading, travel=travel, settings=settings)


def compose(reading: Reading, *, travel: Provider, settings: Settings = DEFAULT) -> Brief:
    """The question that a reading makes; asks no database."""
    pieces = people.pieces(reading)
    crews = Crews(reading)
    asked = jobs.open_visits(reading)
    work = jobs.jobs(reading, crews=crews, pieces=pieces, settings=settings)
    needed: Counter[str] = Counter()
    for job in work:
        needed.update({part: int(pieces_) for part, pieces_ in job.parts.items()})
    profiles = people.profiles(pieces)
    crew = people.technicians(
        reading, pieces=pieces, parts_needed=needed, usual=profiles[0], settings=settings
    )
    places = _places(reading, pieces=pieces, work=work)
    found = roads.ways(
        [point for _, point in places.values()],
        travel=travel,
        profiles=profiles,
        opens_at=reading.opens_at.astimezone(reading.territory.tz),
        during=people.working_hours(pieces),
    )
    incumbent = _incumbent(reading, crews=crews, pieces=pieces, work=work)
    problem = question.Problem(
        name=f"{reading.territory.code} {reading.day.isoformat()}",
        provenance={**provenance(reading), **found.told},
        epoch=reading.opens_at.astimezone(reading.territory.tz).isoformat(),
        time_zone=reading.territory.zone,
        currency=reading.territory.currency,
        locations=tuple(location for location, _ in places.values()),
        travel=found.travel,
        technicians=crew,
        jobs=work,
        depots=_depots(reading, settings=settings) if needed else (),
        relations=(
            *crews.relations(asked, within_s=settings.together.total_seconds()),
            *in_turn(asked, jobs={job.id for job in work}),
        ),
        objective=_objective(),
        incumbent=incumbent,
        change_cost=question.ChangeCost(
            per_change=settings.change_minor,
            tolerance_s=settings.tolerance.total_seconds(),
            max_changes=_most_changes(incumbent, crew=crew, settings=settings),
        ),
        fairness=_fairness(reading, settings=settings),
    )
    return Brief(problem=problem, stamp=stamp_of(problem), reading=reading, pieces=pieces)


def _places(
    reading: Reading, *, pieces: Sequence[Piece], work: Sequence[question.Job]
) -> dict[str, tuple[question.Location, Point]]:
    """Every place that somebody may drive to, by id."""
    found: dict[str, tuple[question.Location, Point]] = {}

    def add(id_: str, latitude: float, longitude: float, setup_s: int = 0) -> None:
        point = Point(latitude, longitude).rounded()
        here = question.Location(id=id_, lat=point.lat, lon=point.lon, setup_s=setup_s)
        found.setdefault(id_, (here, point))

    for depot in reading.depots:
        add(people.depot_place(depot.id), depot.latitude, depot.longitude)
    for piece in pieces:
        technician = piece.technician
        if technician.starts_at_depot and technician.depot is not None:
            add(piece.end_location, technician.depot.latitude, technician.depot.longitude)
        else:
            add(piece.end_location, technician.home_latitude, technician.home_longitude)
    used = {job.location for job in work} | {piece.start_location for piece in pieces}
    sites = [
        *(visit.site for visit in reading.visits.values()),
        *(block.site for block in reading.blocks),
        *(row.visit.site for row in reading.started),
    ]
    for site in sites:
        if people.site_place(site.id) in used:
            add(
                people.site_place(site.id),
                site.latitude,
                site.longitude,
                site.arrival_minutes * 60,
            )
    return found


def _depots(reading: Reading, *, settings: Settings) -> tuple[question.Depot, ...]:
    return tuple(
        question.Depot(
            id=str(depot.id),
            name=depot.name,
            location=people.depot_place(depot.id),
            duration_s=settings.depot_minutes * 60,
        )
        for depot in reading.depots
    )


def _objective() -> tuple[tuple[question.Term, ...], ...]:
    """Urgent work, then promises, then what is due class by class, then money (FEATURES 3.1)."""
    urgent, *rest = (CLASSES[priority] for priority in Priority)
    return (
        (question.Term(metric="unserved_penalty", priority=urgent),),
        (
            question.Term(metric="broken_promises", weight=900),
            question.Term(metric="promise_late_s"),
            question.Term(metric="dropped_promises", weight=86400),
        ),
        *((question.Term(metric="unserved_penalty", priority=level),) for level in rest),
        (question.Term(metric="cost"),),
    )


def _incumbent(
    reading: Reading,
    *,
    crews: Crews,
    pieces: Sequence[Piece],
    work: Iterable[question.Job],
) -> Solution | None:
    """The plan in force as the planner writes it; of people who are gone too, under their names."""
    known = {job.id for job in work}
    stops: dict[tuple[str, str], list[Stop]] = {}
    for place in reading.ahead:
        number = crews.name(place) if isinstance(place, Assignment) else place.id
        if number not in known:
            continue
        piece = people.piece_at(pieces, place)
        shift = piece.id if piece is not None else str(place.shift_id)
        arrival = place.arrives_at if isinstance(place, Assignment) else place.starts_at
        stop = Stop(
            id=number,
            arrival=reading.seconds(arrival),
            start=reading.seconds(place.starts_at),
            end=reading.seconds(place.ends_at),
        )
        stops.setdefault((str(place.technician_id), shift), []).append(stop)
    if not stops:
        return None
    routes = (
        Route(technicians=(who,), shift=shift, stops=tuple(sorted(own, key=_begins)))
        for (who, shift), own in stops.items()
    )
    return Solution(routes=tuple(routes))


def _most_changes(
    incumbent: Solution | None, *, crew: Iterable[question.Technician], settings: Settings
) -> int | None:
    """How many changes a repair may make: what people who are gone leave behind comes on top."""
    if settings.mode is not Mode.REPAIR or settings.most_changes is None or incumbent is None:
        return None
    here = {(one.id, shift.id) for one in crew for shift in one.shifts}
    gone = (route for route in incumbent.routes if (route.lead, route.shift) not in here)
    return settings.most_changes + sum(len(route.jobs) for route in gone)


def _fairness(reading: Reading, *, settings: Settings) -> question.Fairness:
    """What unequal hours cost; nothing where the past weeks are not known."""
    if not reading.ledger:
        return question.Fairness()
    return question.Fairness(
        tolerance_s=settings.fairness_tolerance.total_seconds(),
        cost_per_s=settings.fairness_minor_per_minute / 60,
    )


def _begins(stop: Stop) -> float:
    assert stop.start is not None
    return stop.start
