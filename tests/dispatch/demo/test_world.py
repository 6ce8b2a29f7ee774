from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from sqlalchemy import func, select

from dispatch import booking, visits
from dispatch.accounts import Account
from dispatch.agreements import Agreement, Charge, WalletEntry
from dispatch.customers import Contact, Customer
from dispatch.demo import PackName, ProfileName
from dispatch.demo.pack import SETTINGS
from dispatch.field import Outcome, OutcomeKind, OutcomeReport
from dispatch.places import Asset, Site, Territory
from dispatch.planning.plans import Assignment
from dispatch.promises import Appointment, AppointmentState
from dispatch.tickets import Ticket, TicketState
from dispatch.visits import Visit, VisitSkill, VisitState
from dispatch.workforce import Shift, Technician, TechnicianSkill
from routing.travel.crowfly import CrowFly
from routing.travel.provider import Profile
from tests.dispatch.demo.days import D0

NOW = datetime(2026, 3, 24, 6, tzinfo=UTC)
# Seven o'clock where each pack lies.
OPENS = {
    pack: datetime.combine(D0, time(7), tzinfo=ZoneInfo(setting.zone)).astimezone(UTC)
    for pack, setting in SETTINGS.items()
}
PARIS = ZoneInfo("Europe/Paris")
OPEN = (VisitState.READY, VisitState.BLOCKED)
LIFT = "lift-platform"
EVERY_PACK = pytest.mark.parametrize("pack", list(PackName))


def count(session, model, *conditions):
    return session.scalar(select(func.count()).select_from(model).where(*conditions))


def promises(session):
    return session.scalars(
        select(Appointment).where(Appointment.state == AppointmentState.PROMISED)
    ).all()


def day_of(appointment):
    return appointment.opens_at.astimezone(PARIS).date()


def opening_instants(site, day):
    """Opening hours of a local day; a site without hours counts as open all day."""
    hours = site.opening_hours or [[day.weekday(), "00:00", "23:59"]]
    return [
        (f"{day} {opens}", f"{day} {closes}")
        for weekday, opens, closes in hours
        if weekday == day.weekday()
    ]


def lies_inside_opening_hours(session, appointment):
    site = session.get(Visit, appointment.visit_id).site
    opens = appointment.opens_at.astimezone(site.tz)
    closes = appointment.closes_at.astimezone(site.tz)
    if not site.opening_hours:
        return True
    return any(
        first <= f"{opens:%Y-%m-%d %H:%M}" and f"{closes:%Y-%m-%d %H:%M}" <= last
        for first, last in opening_instants(site, opens.date())
    )


def holders_by_skill(session):
    """Who has which skill at which level, with the last day; by territory and skill."""
    found = defaultdict(list)
    rows = session.scalars(select(TechnicianSkill)).all()
    for row in rows:
        found[row.technician.territory_id, row.skill.code].append(row)
    return found


def able(visit, needs, held):
    """Technicians of the visit's territory who have all its skills on D0."""
    people = None
    for need in needs:
        good = {
            row.technician_id
            for row in held[visit.territory_id, need.skill.code]
            if row.level >= need.level and (row.valid_until is None or row.valid_until >= D0)
        }
        people = good if people is None else people & good
    return people


@pytest.mark.slow
def test_the_default_world_has_the_size_of_its_profile(world):
    history = select(Visit.ticket_id).where(Visit.state.in_(OPEN))

    assert count(world, Customer) == 260
    assert count(world, Site) == 430
    assert count(world, Asset) == 1150
    assert count(world, Technician) == 28
    assert count(world, Territory) == 5
    assert count(world, Outcome) == pytest.approx(5200, rel=0.02)
    assert count(world, Ticket, Ticket.id.not_in(history)) == pytest.approx(11_400, rel=0.02)


@pytest.mark.slow
def test_the_demo_day_and_the_days_after_it_are_promised(world):
    by_day = Counter(day_of(appointment) for appointment in promises(world))

    assert by_day[D0] == 130
    assert sum(by_day.values()) - 130 == pytest.approx(700, rel=0.02)
    assert len([day for day in by_day if day > D0 and day.weekday() < 5]) == 10


@pytest.mark.slow
def test_about_180_visits_wait_for_a_window(world):
    promised = select(Appointment.visit_id).where(Appointment.state == AppointmentState.PROMISED)

    waiting = count(world, Visit, Visit.state.in_(OPEN), Visit.id.not_in(promised))

    assert waiting == pytest.approx(180, abs=15)


@pytest.mark.slow
def test_history_follows_the_laws_of_the_trade(world):
    outcomes = Counter(world.scalars(select(Outcome.kind)))
    states = Counter(world.scalars(select(Appointment.state)))
    total = sum(outcomes.values())
    kept = states[AppointmentState.KEPT]

    assert outcomes[OutcomeKind.FIXED] / total == pytest.approx(0.79, abs=0.02)
    assert outcomes[OutcomeKind.PART_MISSING] / total == pytest.approx(0.07, abs=0.01)
    assert outcomes[OutcomeKind.NO_ACCESS] / total == pytest.approx(0.04, abs=0.01)
    assert kept / (kept + states[AppointmentState.BROKEN]) == pytest.approx(0.84, abs=0.03)


@pytest.mark.slow
def test_nobody_is_in_two_places_at_once(world):
    rounds = defaultdict(list)
    for row in world.scalars(select(Assignment)):
        rounds[row.technician_id].append((row.starts_at, row.ends_at))

    overlaps = [
        (one, other)
        for stops in rounds.values()
        for one, other in pairwise(sorted(stops))
        if other[0] < one[1]
    ]

    assert overlaps == []


@pytest.mark.slow
def test_every_promise_lies_inside_the_opening_hours_of_its_site(world):
    outside = [row.id for row in promises(world) if not lies_inside_opening_hours(world, row)]

    assert outside == []


@pytest.mark.slow
def test_windows_are_two_or_four_hours_wide(world):
    widths = Counter(row.closes_at - row.opens_at for row in promises(world))

    usual = widths[timedelta(hours=2)] + widths[timedelta(hours=4)]
    assert usual >= widths.total() - 1  # the night on which clocks change has an hour less


@pytest.mark.slow
def test_at_least_two_technicians_could_serve_every_visit_but_the_needle(world):
    held = holders_by_skill(world)
    needs = defaultdict(list)
    for row in world.scalars(select(VisitSkill).join(Visit).where(Visit.state.in_(OPEN))):
        needs[row.visit_id].append(row)

    lonely = [
        visit_id
        for visit_id, rows in needs.items()
        if len(able(world.get(Visit, visit_id), rows, held)) < 2
    ]

    assert len(lonely) == 1
    assert LIFT in {row.skill.code for row in needs[lonely[0]]}


@pytest.mark.slow
def test_a_balance_is_never_below_zero(world):
    balances = world.scalars(
        select(func.sum(WalletEntry.minutes)).group_by(WalletEntry.agreement_id)
    ).all()

    assert len(balances) > 20
    assert min(balances) >= 0


@pytest.mark.slow
def test_nothing_happened_after_the_demo_day_began(world):
    begins = world.scalar(select(func.min(Shift.starts_at)).where(Shift.day == D0))

    assert world.scalar(select(func.max(Ticket.opened_at))) < begins
    assert world.scalar(select(func.max(Ticket.resolved_at))) < begins
    assert world.scalar(select(func.max(Visit.requested_at))) < begins
    assert world.scalar(select(func.max(Appointment.confirmed_at))) < begins


@pytest.mark.slow
def test_the_desk_begins_the_day_with_work_at_every_tier(world):
    states = Counter(world.scalars(select(Ticket.state)))
    tiers = set(world.scalars(select(Ticket.tier).where(Ticket.state == TicketState.OPEN)))

    assert min(states[TicketState.NEW], states[TicketState.WAITING_CUSTOMER]) > 0
    assert tiers == {1, 2, 3}


def test_the_gate_would_let_every_open_visit_through(small):
    open_tickets = small.scalars(
        select(Ticket).join(Visit, Visit.ticket_id == Ticket.id).where(Visit.state.in_(OPEN))
    )

    missing = [visits.gate(small, ticket=each, now=NOW).missing for each in open_tickets]

    assert len(missing) > 90
    assert set(missing) == {()}


def test_every_visit_says_why_it_was_justified(small):
    assert all(small.scalars(select(Visit.evidence)))


@EVERY_PACK
def test_the_customer_of_the_tour_is_offered_windows(world_of, pack):
    session = world_of(pack, ProfileName.S)
    newest = (
        select(Visit).where(Visit.state == VisitState.READY).order_by(Visit.requested_at.desc())
    )
    visit = session.scalars(newest.limit(1)).one()

    offers = booking.offer_windows(session, visit=visit, now=OPENS[pack], travel=CrowFly())

    assert len(offers) >= 3


@pytest.mark.slow
def test_some_visits_wait_until_the_customer_agrees_to_the_price(world):
    waiting = world.scalars(select(Visit).where(Visit.state == VisitState.REQUESTED)).all()

    assert [visit.evidence["missing"] for visit in waiting] == [["price-not-accepted"]] * 6


def test_reports_from_the_field_are_complete(small):
    reports = [
        OutcomeReport(
            kind=row.kind,
            work_minutes=row.work_minutes,
            cause=row.cause,
            remedy=row.remedy,
            waited_minutes=row.waited_minutes,
            next_needs=row.next_needs,
            remote_fixable=row.remote_fixable,
            remote_step=row.remote_step,
            signed_by=row.signed_by,
        )
        for row in small.scalars(select(Outcome))
    ]

    assert [report.missing for report in reports if report.missing] == []


def test_a_finished_visit_is_charged_under_an_agreement_of_its_customer(small):
    strange = count(
        small,
        Charge,
        Charge.agreement_id.not_in(
            select(Agreement.id)
            .join(Site, Site.customer_id == Agreement.customer_id)
            .join(Visit, Visit.site_id == Site.id)
            .where(Visit.id == Charge.visit_id)
        ),
    )

    assert count(small, Charge) == count(small, Outcome)
    assert strange == 0


def test_everything_is_flagged_as_made_up(small):
    assert count(small, Customer, Customer.synthetic.is_(False)) == 0
    assert count(small, Ticket, Ticket.synthetic.is_(False)) == 0


@EVERY_PACK
def test_no_mail_address_reaches_anybody(world_of, pack):
    session = world_of(pack, ProfileName.S)

    mails = [*session.scalars(select(Contact.email)), *session.scalars(select(Account.email))]

    assert [mail for mail in mails if not mail.endswith(".example")] == []
    assert [mail for mail in mails if not mail.isascii()] == []


@EVERY_PACK
def test_no_telephone_number_lies_outside_the_reserved_ranges(world_of, pack):
    session = world_of(pack, ProfileName.S)
    setting = SETTINGS[pack]
    prefixes = (setting.phone.rstrip("?"), setting.mobile.rstrip("?"))

    numbers = [
        *session.scalars(select(Contact.phone)),
        *session.scalars(select(Technician.phone)),
    ]

    assert [number for number in numbers if not number.startswith(prefixes)] == []
    assert all(phonenumbers.is_possible_number(phonenumbers.parse(number)) for number in numbers)


def test_in_one_firm_somebody_rides_a_bike_and_has_visits(world):
    rides = Technician.travel_profile == Profile.BIKE

    assert count(world, Technician, rides) == 1
    assert world.scalars(select(Assignment).join(Assignment.technician).where(rides)).first()


@EVERY_PACK
def test_every_pack_makes_a_full_demo_day(world_of, pack):
    session = world_of(pack, ProfileName.S)

    assert len(promises(session)) > 70
    assert {territory.currency for territory in session.scalars(select(Territory))} == {
        SETTINGS[pack].currency
    }
