"""Builders of things that are valid, so that a test shows only what matters to it.

Each adds its thing, and whatever that needs and was not given, to the session, flushes, and
returns it. Everything lives in Warsaw on 29 March 2026, when clocks go forward (tests/clock.py),
near the border of the territory "Warszawa Północ".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any, TypeVar
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.accounts import Account, Role, RoleName
from dispatch.agreements import Agreement, AgreementKind, Overage, ServiceLevel
from dispatch.customers import Contact, Customer
from dispatch.places import Asset, Depot, Precision, Site, Territory
from dispatch.planning.plans import Assignment, AssignmentState, Occupancy, Origin, Plan, PlanState
from dispatch.promises import Appointment, AppointmentState, Hold, HoldState
from dispatch.tickets import (
    Attempt,
    AttemptResult,
    Channel,
    FaultFamily,
    Priority,
    Ticket,
    TicketKind,
    TicketState,
)
from dispatch.visits import PreferredWindow, Visit, VisitPart, VisitSkill, VisitState
from dispatch.workforce import (
    Absence,
    Break,
    Employment,
    Part,
    Shift,
    Skill,
    Technician,
    TechnicianSkill,
)
from tests import clock

PALACE = (52.2319, 21.0067)  # in the middle of Warsaw
ACROSS_THE_RIVER = (52.2546, 21.0351)  # 3 km away in a straight line, over one of few bridges
JAPANESE = "田中さくら"
POLISH = "Łukasz Żółć"

Thing = TypeVar("Thing")
_numbers = count(1)


def account(
    session: Session,
    *,
    roles: Iterable[RoleName] = (RoleName.AGENT,),
    tier: int | None = None,
    name: str = POLISH,
    **columns: Any,
) -> Account:
    """Somebody who signs in; an agent is of tier 1 unless told otherwise."""
    wanted = tuple(roles)
    if tier is None and RoleName.AGENT in wanted:
        tier = 1
    columns.setdefault("email", f"lukasz.{next(_numbers)}@example.com")
    columns.setdefault("created_at", clock.NOW)
    made = Account(
        name=name,
        tier=tier,
        fs_uniquifier=uuid4().hex,
        roles=[role(session, each) for each in wanted],
        **columns,
    )
    return _kept(session, made)


def agent(session: Session, *, tier: int = 1, **columns: Any) -> Account:
    """An account of remote support at a tier."""
    return account(session, roles=[RoleName.AGENT], tier=tier, **columns)


def dispatcher(session: Session, **columns: Any) -> Account:
    """An account that plans days."""
    return account(session, roles=[RoleName.DISPATCHER], **columns)


def admin(session: Session, **columns: Any) -> Account:
    """An account that may do everything."""
    return account(session, roles=[RoleName.ADMIN], **columns)


def role(session: Session, name: RoleName) -> Role:
    """The role of that name: the first migration's row, or a new one."""
    found = session.scalar(select(Role).where(Role.name == name.value))
    return found or _kept(session, Role(name=name.value, permissions=None))


def customer(session: Session, *, name: str = "Zażółć & Synowie", **columns: Any) -> Customer:
    """A firm that speaks Polish."""
    columns = {"language": "pl", "created_at": clock.NOW, **columns}
    return _kept(session, Customer(name=name, **columns))


def contact(
    session: Session, *, customer: Customer | None = None, name: str = JAPANESE, **columns: Any
) -> Contact:
    """A person at a customer who speaks Japanese."""
    columns = {
        "reading": "たなかさくら",
        "email": f"sakura.{next(_numbers)}@example.com",
        "phone": "+48221234567",
        "language": "ja",
        **columns,
    }
    owner = customer or _another_customer(session)
    return _kept(session, Contact(customer=owner, name=name, **columns))


def territory(session: Session, **columns: Any) -> Territory:
    """Warsaw north of the river's bend."""
    columns = {
        "code": f"waw-n-{next(_numbers)}",
        "name": "Warszawa Północ",
        "zone": clock.ZONE.key,
        "currency": "PLN",
        "country": "PL",
        "polygon": [[52.10, 20.80], [52.10, 21.01], [52.40, 21.01], [52.40, 20.80]],
        **columns,
    }
    return _kept(session, Territory(**columns))


def depot(session: Session, *, territory: Territory | None = None, **columns: Any) -> Depot:
    """A place of ours in the territory."""
    columns = {
        "name": "Żerań",
        "address": "ul. Modlińska 1, 03-216 Warszawa",
        "latitude": 52.2975,
        "longitude": 20.9930,
        **columns,
    }
    return _kept(session, Depot(territory=territory or _another_territory(session), **columns))


def site(
    session: Session,
    *,
    customer: Customer | None = None,
    territory: Territory | None = None,
    at: tuple[float, float] = PALACE,
    **columns: Any,
) -> Site:
    """A customer's place of work, always open, in the middle of Warsaw."""
    columns = {
        "name": "Biuro na 14. piętrze",
        "address": "pl. Defilad 1",
        "postcode": "00-901",
        "town": "Warszawa",
        "precision": Precision.ROOFTOP,
        "opening_hours": [],
        **columns,
    }
    area = territory or _another_territory(session)
    columns.setdefault("zone", area.zone)
    made = Site(
        customer=customer or _another_customer(session),
        territory=area,
        latitude=at[0],
        longitude=at[1],
        **columns,
    )
    return _kept(session, made)


def asset(session: Session, *, site: Site | None = None, **columns: Any) -> Asset:
    """A device that is under warranty on the default day, and on no day after it."""
    columns = {
        "name": "Drukarka księgowości",
        "product": "LaserWriter 4000",
        "serial": f"LW-{next(_numbers)}",
        "installed_on": date(2024, 2, 29),
        "warranty_until": clock.DAY,
        "created_at": clock.NOW,
        **columns,
    }
    return _kept(session, Asset(site=site or _another_site(session), **columns))


def agreement(
    session: Session,
    *,
    customer: Customer | None = None,
    kind: AgreementKind = AgreementKind.CALL_IN,
    levels: Mapping[Priority, tuple[int | None, int | None, int | None]] | None = None,
    **columns: Any,
) -> Agreement:
    """Call-in at 240 zloty an hour, day and night; ``levels``: minutes to respond, arrive, resolve."""
    columns = {
        "name": "Umowa ramowa",
        "starts_on": date(2026, 1, 1),
        "ends_on": None,
        "currency": "PLN",
        "hourly_rate_minor": 24_000,
        "travel_fee_minor": 9_900,
        "overage": Overage.CALL_IN_RATE,
        "service_hours": [],
        "zone": clock.ZONE.key,
        "country": "PL",
        **columns,
    }
    owner = customer or _another_customer(session)
    made = Agreement(customer=owner, kind=kind, **columns)
    made.levels = [
        ServiceLevel(
            priority=priority.value,
            respond_minutes=respond,
            arrive_minutes=arrive,
            resolve_minutes=resolve,
        )
        for priority, (respond, arrive, resolve) in (levels or {}).items()
    ]
    return _kept(session, made)


def family(session: Session, **columns: Any) -> FaultFamily:
    """A kind of trouble that can be mended from afar, without checklist."""
    columns = {"code": f"printer-jam-{next(_numbers)}", "name": "Drukarka zacina papier", **columns}
    return _kept(session, FaultFamily(**columns))


def ticket(
    session: Session,
    *,
    customer: Customer | None = None,
    site: Site | None = None,
    **columns: Any,
) -> Ticket:
    """An open trouble with a call-in agreement, at tier 1, without any attempt."""
    if site is None:
        site = _another_site(session, customer=customer)
    owner = customer or site.customer
    if "agreement" not in columns and "agreement_id" not in columns:
        columns["agreement"] = agreement(session, customer=owner)
    columns = {
        "kind": TicketKind.FAULT,
        "channel": Channel.PHONE,
        "priority": Priority.NORMAL,
        "state": TicketState.OPEN,
        "subject": "Drukarka nie drukuje",
        "language": "pl",
        "opened_at": clock.NOW - timedelta(days=1),
        "tier_since": clock.NOW - timedelta(days=1),
        **columns,
    }
    return _kept(session, Ticket(customer=owner, site=site, **columns))


def attempt(session: Session, *, ticket: Ticket, tier: int = 1, **columns: Any) -> Attempt:
    """A try by remote control that did not help."""
    columns = {
        "channel": Channel.REMOTE,
        "what": "Sterownik zainstalowany ponownie",
        "result": AttemptResult.NOT_FIXED,
        "minutes": 10,
        "at": clock.NOW - timedelta(hours=3 - tier),
        **columns,
    }
    return _kept(session, Attempt(ticket=ticket, tier=tier, **columns))


def skill(session: Session, code: str = "printer", **columns: Any) -> Skill:
    """The skill of that code; one and the same for everybody who asks."""
    found = session.scalar(select(Skill).where(Skill.code == code))
    return found or _kept(session, Skill(code=code, **{"name": code.title(), **columns}))


def part(session: Session, code: str = "fuser", **columns: Any) -> Part:
    """The part of that code; one and the same for everybody who asks."""
    found = session.scalar(select(Part).where(Part.code == code))
    return found or _kept(session, Part(code=code, **{"name": code.title(), **columns}))


def visit(
    session: Session,
    *,
    ticket: Ticket | None = None,
    site: Site | None = None,
    territory: Territory | None = None,
    skills: Mapping[str, int] | Iterable[str] = (),
    parts: Mapping[str, int] | None = None,
    preferred: Sequence[tuple[datetime, datetime]] = (),
    **columns: Any,
) -> Visit:
    """A visit of 60 minutes that waits to be promised and planned, without any special need."""
    if ticket is None:
        place = site or _another_site(session, territory=territory)
        ticket = _of_site(session, place)
    place = site or ticket.site
    assert place is not None
    levels = skills if isinstance(skills, Mapping) else dict.fromkeys(skills, 1)
    columns = {
        "state": VisitState.READY,
        "priority": Priority.NORMAL,
        "summary": "Wymiana zespołu utrwalającego",
        "work_minutes": 60,
        "evidence": {},
        "requested_at": clock.NOW - timedelta(hours=1),
        **columns,
    }
    made = Visit(ticket=ticket, site=place, territory=territory or place.territory, **columns)
    made.skills = [
        VisitSkill(skill=skill(session, code), level=level) for code, level in levels.items()
    ]
    made.parts = [
        VisitPart(part=part(session, code), pieces=pieces) for code, pieces in (parts or {}).items()
    ]
    made.preferred_windows = [
        PreferredWindow(opens_at=opens, closes_at=closes) for opens, closes in preferred
    ]
    return _kept(session, made)


def technician(
    session: Session,
    *,
    territory: Territory | None = None,
    home: tuple[float, float] = ACROSS_THE_RIVER,
    skills: Mapping[str, int] | Iterable[str] = (),
    **columns: Any,
) -> Technician:
    """One of ours, who starts from home across the river and can do nothing special."""
    columns = {"name": POLISH, "language": "pl", "employment": Employment.OWN, **columns}
    levels = skills if isinstance(skills, Mapping) else dict.fromkeys(skills, 1)
    made = Technician(
        territory=territory or _another_territory(session),
        home_latitude=home[0],
        home_longitude=home[1],
        **columns,
    )
    made.skills = [
        TechnicianSkill(skill=skill(session, code), level=level) for code, level in levels.items()
    ]
    return _kept(session, made)


def shift(
    session: Session,
    *,
    technician: Technician | None = None,
    day: date = clock.DAY,
    starts: str = "08:00",
    ends: str = "16:00",
    pause: int | None = None,
) -> Shift:
    """Eight hours by the clocks of Warsaw; ``pause``: minutes of a break begun from 11 to 13."""
    worker = technician or _another_technician(session)
    zone = worker.territory.tz
    opens, closes = clock.at(starts, day=day, zone=zone), clock.at(ends, day=day, zone=zone)
    if closes <= opens:
        closes = clock.at(ends, day=day + timedelta(days=1), zone=zone)
    made = Shift(technician=worker, day=day, starts_at=opens, ends_at=closes)
    if pause is not None:
        earliest, latest = (clock.at(wall, day=day, zone=zone) for wall in ("11:00", "13:00"))
        made.breaks = [Break(minutes=pause, earliest_at=earliest, latest_at=latest)]
    return _kept(session, made)


def absence(
    session: Session, *, technician: Technician, starts_at: datetime, ends_at: datetime
) -> Absence:
    """A technician who is not there."""
    made = Absence(technician_id=technician.id, starts_at=starts_at, ends_at=ends_at)
    return _kept(session, made)


def plan(session: Session, *, territory: Territory | None = None, **columns: Any) -> Plan:
    """The plan in force of a territory for the default day, without documents."""
    columns = {
        "day": clock.DAY,
        "state": PlanState.PUBLISHED,
        "origin": Origin.ENGINE,
        "objective": [],
        "metrics": {},
        "problem_sha256": "0" * 64,
        "problem": "{}",
        "solution": "{}",
        "skipped": [],
        "made_at": clock.NOW,
        "published_at": clock.NOW,
        **columns,
    }
    return _kept(session, Plan(territory=territory or _another_territory(session), **columns))


def assignment(
    session: Session,
    *,
    visit: Visit,
    shift: Shift,
    starts_at: datetime | None = None,
    plan: Plan | None = None,
    **columns: Any,
) -> Assignment:
    """A visit at a place in a round, an hour into the shift, with the time that it takes up."""
    begins = starts_at or shift.starts_at + timedelta(hours=1)
    columns = {
        "position": 1,
        "state": AssignmentState.PLANNED,
        "arrives_at": begins,
        "ends_at": begins + timedelta(minutes=visit.work_minutes),
        **columns,
    }
    made = Assignment(
        visit=visit,
        shift=shift,
        technician=shift.technician,
        plan_id=plan.id if plan else None,
        territory_id=visit.territory.id,
        day=shift.day,
        starts_at=begins,
        **columns,
    )
    _kept(session, made)
    if made.state is not AssignmentState.RELEASED:
        _occupy(session, made, assignment_id=made.id)
    return made


def hold(
    session: Session,
    *,
    visit: Visit,
    shift: Shift,
    opens_at: datetime | None = None,
    **columns: Any,
) -> Hold:
    """A window of two hours, held for five minutes from now, with the time that it takes up."""
    opens = opens_at or shift.starts_at + timedelta(hours=1)
    columns = {
        "state": HoldState.HELD,
        "closes_at": opens + timedelta(hours=2),
        "starts_at": opens,
        "ends_at": opens + timedelta(minutes=visit.work_minutes),
        "held_at": clock.NOW,
        "expires_at": clock.NOW + timedelta(minutes=5),
        **columns,
    }
    made = Hold(visit=visit, shift=shift, technician=shift.technician, opens_at=opens, **columns)
    _kept(session, made)
    if made.state is HoldState.HELD:
        _occupy(session, made, hold_id=made.id)
    return made


def appointment(
    session: Session, *, visit: Visit, opens_at: datetime | None = None, **columns: Any
) -> Appointment:
    """The promise to begin between 10:00 and 12:00."""
    opens = opens_at or clock.at("10:00")
    columns = {
        "state": AppointmentState.PROMISED,
        "closes_at": opens + timedelta(hours=2),
        "confirmed_at": clock.NOW,
        "uid": f"{uuid4()}@onsite",
        **columns,
    }
    return _kept(session, Appointment(visit=visit, opens_at=opens, **columns))


# Builders take parameters named like other builders; these keep the two apart.


def _another_customer(session: Session) -> Customer:
    return customer(session)


def _another_territory(session: Session) -> Territory:
    return territory(session)


def _another_site(
    session: Session, *, customer: Customer | None = None, territory: Territory | None = None
) -> Site:
    return site(session, customer=customer, territory=territory)


def _another_technician(session: Session) -> Technician:
    return technician(session)


def _of_site(session: Session, place: Site) -> Ticket:
    return ticket(session, site=place)


def _occupy(session: Session, made: Assignment | Hold, **owner: int) -> None:
    taken = Occupancy(
        technician_id=made.technician.id, starts_at=made.starts_at, ends_at=made.ends_at, **owner
    )
    _kept(session, taken)


def _kept(session: Session, made: Thing) -> Thing:
    session.add(made)
    session.flush()
    return made
