"""Each needle of the default world is found by one test."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from dispatch.agreements import Agreement
from dispatch.customers import Contact, Customer
from dispatch.places import Site
from dispatch.promises import Appointment, AppointmentState
from dispatch.tickets import Attachment, Channel, Message, Priority, Ticket, TicketState
from dispatch.visits import Visit, VisitSkill, VisitState
from dispatch.workforce import Employment, Shift, Skill, Technician, TechnicianSkill

pytestmark = pytest.mark.slow
PARIS = ZoneInfo("Europe/Paris")
EXTRA_HOUR_NIGHT = date(2026, 3, 28)


def test_two_urgent_visits_open_and_close_before_anybody_starts(world):
    visits = world.scalars(
        select(Visit).where(Visit.priority == Priority.URGENT, Visit.state == VisitState.READY)
    )

    early = [
        visit
        for visit in visits
        if visit.site.opening_hours and visit.site.opening_hours[0][1:] == ["04:00", "05:00"]
    ]

    assert len(early) == 2


def test_the_only_certified_technician_s_certificate_ends_the_day_before(world):
    lift = select(Skill.id).where(Skill.code == "lift-platform").scalar_subquery()

    (visit,) = world.scalars(select(Visit).join(VisitSkill).where(VisitSkill.skill_id == lift))
    (held,) = world.scalars(select(TechnicianSkill).where(TechnicianSkill.skill_id == lift))

    assert visit.release_at.astimezone(PARIS).date() == held.valid_until + timedelta(days=1)


def test_a_site_is_open_for_less_than_the_work_takes(world):
    visits = world.scalars(select(Visit).where(Visit.state == VisitState.READY))

    short = [
        visit
        for visit in visits
        if visit.site.opening_hours and visit.site.opening_hours[0][1:] == ["12:00", "12:40"]
    ]

    assert [visit.work_minutes for visit in short] == [90]


def test_a_visit_is_asked_for_outside_of_every_territory(world):
    outside = world.scalars(
        select(Visit).join(Site).where(Site.outside_territory, Visit.state == VisitState.READY)
    ).all()

    assert outside != []
    assert outside[0].territory_id == outside[0].site.territory_id


def test_a_visit_is_promised_in_the_night_on_which_clocks_change(world):
    nights = [
        row
        for row in world.scalars(
            select(Appointment).where(Appointment.state == AppointmentState.PROMISED)
        )
        if row.opens_at.astimezone(PARIS).date() == EXTRA_HOUR_NIGHT
    ]

    (night,) = nights
    assert night.closes_at - night.opens_at == timedelta(hours=3)
    assert world.scalar(
        select(func.count())
        .select_from(Shift)
        .where(Shift.starts_at < night.opens_at, Shift.ends_at > night.closes_at)
    )


def test_one_asset_has_three_new_tickets_of_one_day(world):
    tickets = Counter(world.scalars(select(Ticket.asset_id).where(Ticket.state == TicketState.NEW)))

    assert max(tickets.values()) >= 3


def test_two_customers_have_agreements_that_overlap(world):
    overlapping = world.scalars(
        select(Agreement.customer_id).group_by(Agreement.customer_id).having(func.count() > 1)
    ).all()

    assert len(overlapping) == 2


def test_a_promise_stands_before_its_part_arrives(world):
    waiting = world.execute(
        select(Visit.release_at, Appointment.closes_at)
        .join(Appointment, Appointment.visit_id == Visit.id)
        .where(Visit.state == VisitState.BLOCKED, Appointment.state == AppointmentState.PROMISED)
    ).all()

    ((release_at, closes_at),) = waiting
    assert closes_at < release_at


def test_somebody_has_no_skill_at_all(world):
    unskilled = world.scalars(
        select(Technician).where(Technician.id.not_in(select(TechnicianSkill.technician_id)))
    ).all()

    assert len(unskilled) == 2


def test_some_technicians_are_partners(world):
    partners = world.scalars(
        select(Technician).where(Technician.employment == Employment.PARTNER)
    ).all()

    assert len(partners) == 3
    assert {partner.per_day_minor for partner in partners} == {0}


def test_names_are_long_polish_and_japanese(world):
    longest = max(world.scalars(select(Customer.name)), key=len)
    contacts = set(world.scalars(select(Contact.name)))

    assert len(longest) == 60
    assert contacts >= {"Łukasz Żółć", "田中さくら"}


def test_a_ticket_has_fourteen_attachments(world):
    numbers = world.scalars(
        select(func.count()).select_from(Attachment).group_by(Attachment.message_id)
    ).all()

    assert numbers == [14]


def test_a_post_on_social_media_contains_an_address(world):
    posts = world.execute(
        select(Message.body, Site.address)
        .join(Ticket, Message.ticket_id == Ticket.id)
        .join(Site, Ticket.site_id == Site.id)
        .where(Message.channel == Channel.SOCIAL, Ticket.state == TicketState.NEW)
    ).all()

    assert [body for body, address in posts if address in body] != []
