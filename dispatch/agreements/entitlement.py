"""May we come, under which agreement, and what will it cost or has it cost?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from dispatch import journal
from dispatch.accounts import Account
from dispatch.agreements.tables import Agreement, AgreementKind, Charge, Overage
from dispatch.agreements.wallet import NotEntitled, balance, settle
from dispatch.customers import Customer
from dispatch.places import Asset, Site
from dispatch.worktime import Hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a visit will cost the customer, or has cost. Money in minor units of ``currency``."""

    minutes: int
    prepaid_minutes: int
    labour_minor: int
    travel_minor: int
    currency: str

    @property
    def total_minor(self) -> int:
        return self.labour_minor + self.travel_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """We may come: under which agreement, what it will cost, and which agreements lost and why.

    ``losers`` holds the id of each other agreement that matches, with the reason for which it does
    not entitle; an empty one means that it was only less specific.
    """

    agreement: Agreement
    price: Price
    losers: tuple[tuple[int, str], ...]


def add_agreement(  # noqa: PLR0913 - a contract has that many terms
    session: Session,
    *,
    customer: Customer,
    kind: AgreementKind,
    name: str,
    starts_on: date,
    currency: str,
    zone: str,
    country: str,
    now: datetime,
    site: Site | None = None,
    asset: Asset | None = None,
    ends_on: date | None = None,
    rank: int = 0,
    hourly_rate_minor: int = 0,
    travel_fee_minor: int = 0,
    unit_minutes: int = 15,
    minimum_minutes: int = 0,
    overage: Overage = Overage.REFUSE,
    visits_per_year: int | None = None,
    on_site: bool = True,
    service_hours: Sequence[Sequence[Any]] = (),
    clock_pauses: bool = True,
    by: Account | None = None,
) -> Agreement:
    """Write down what was sold. Raises ValueError when the service hours are malformed."""
    Hours.read(service_hours, zone=zone, country=country)
    agreement = Agreement(
        customer=customer,
        site=site,
        asset=asset,
        kind=kind,
        name=name,
        starts_on=starts_on,
        ends_on=ends_on,
        rank=rank,
        currency=currency,
        hourly_rate_minor=hourly_rate_minor,
        travel_fee_minor=travel_fee_minor,
        unit_minutes=unit_minutes,
        minimum_minutes=minimum_minutes,
        overage=overage,
        visits_per_year=visits_per_year,
        on_site=on_site,
        service_hours=[list(row) for row in service_hours],
        zone=zone,
        country=country,
        clock_pauses=clock_pauses,
    )
    session.add(agreement)
    session.flush()
    journal.record(
        session, "agreement-added", thing="agreement", thing_id=agreement.id, now=now, by=by
    )
    return agreement


def matching(
    session: Session, *, customer_id: int, site_id: int | None, asset_id: int | None, on: date
) -> tuple[Agreement, ...]:
    """Agreements in force, most specific first: asset, site, customer; then by rank; one query."""
    rows = session.scalars(
        select(Agreement)
        .where(
            Agreement.customer_id == customer_id,
            Agreement.starts_on <= on,
            or_(Agreement.ends_on.is_(None), Agreement.ends_on >= on),
            or_(Agreement.site_id.is_(None), Agreement.site_id == site_id),
            or_(Agreement.asset_id.is_(None), Agreement.asset_id == asset_id),
        )
        .options(selectinload(Agreement.levels))
    )
    return tuple(sorted(rows, key=_specific))


def entitle(
    session: Session,
    *,
    customer_id: int,
    site_id: int | None,
    asset_id: int | None,
    on: date,
    minutes: int,
    chosen: Agreement | None = None,
) -> Entitlement:
    """The most specific agreement that lets us come for so many minutes on site, and its price.

    ``chosen``: a person has decided which one counts, no other is asked. Raises NotEntitled.
    """
    candidates = (
        (chosen,)
        if chosen
        else matching(session, customer_id=customer_id, site_id=site_id, asset_id=asset_id, on=on)
    )
    tried: list[tuple[int, str]] = []
    for index, agreement in enumerate(candidates):
        why = _refuses(session, agreement=agreement, on=on, minutes=minutes)
        if not why:
            rest = tuple((other.id, "") for other in candidates[index + 1 :])
            price = estimate(session, agreement=agreement, minutes=minutes)
            return Entitlement(agreement=agreement, price=price, losers=(*tried, *rest))
        tried.append((agreement.id, why))
    raise NotEntitled(why=tried[0][1] if tried else "no-agreement", tried=tried)


def estimate(session: Session, *, agreement: Agreement, minutes: int) -> Price:
    """What so many minutes on site would cost now, prepaid minutes first."""
    free = balance(session, agreement_id=agreement.id)
    return _price(agreement, minutes=minutes, free=max(free, 0))


def charge_visit(
    session: Session, *, agreement: Agreement, visit_id: int, minutes: int, now: datetime
) -> Charge:
    """Bill the minutes that a visit took on site: started units, at least the minimum.

    Prepaid minutes first. Under a managed service, a warranty or for our own people the charge
    says the minutes and costs nothing.
    """
    billed = agreement.billed(minutes)
    prepaid = settle(session, agreement=agreement, visit_id=visit_id, minutes=billed, now=now)
    price = _price(agreement, minutes=minutes, free=prepaid)
    charge = Charge(
        agreement_id=agreement.id,
        visit_id=visit_id,
        minutes=price.minutes,
        prepaid_minutes=price.prepaid_minutes,
        labour_minor=price.labour_minor,
        travel_minor=price.travel_minor,
        currency=price.currency,
        at=now,
    )
    session.add(charge)
    session.flush()
    journal.record(
        session,
        "visit-charged",
        thing="visit",
        thing_id=visit_id,
        now=now,
        agreement_id=agreement.id,
        charge_id=charge.id,
    )
    return charge


def visits_charged(session: Session, *, agreement: Agreement, on: date) -> int:
    """Visits charged in the agreement's year, which begins on the day and month of its start."""
    begins = _year_of(agreement, on=on)
    since = datetime.combine(begins, datetime.min.time(), tzinfo=agreement.hours.zone)
    visits = select(func.count(func.distinct(Charge.visit_id)))
    return (
        session.scalar(visits.where(Charge.agreement_id == agreement.id, Charge.at >= since)) or 0
    )


def _specific(agreement: Agreement) -> tuple[int, int, int]:
    place = 0 if agreement.asset_id else 1 if agreement.site_id else 2
    return place, -agreement.rank, agreement.id


def _refuses(session: Session, *, agreement: Agreement, on: date, minutes: int) -> str:
    if not agreement.on_site:
        return "on-site-not-included"
    limit = agreement.visits_per_year
    if limit is not None and visits_charged(session, agreement=agreement, on=on) >= limit:
        return "visits-used-up"
    if agreement.kind is AgreementKind.PREPAID and agreement.overage is Overage.REFUSE:
        left = balance(session, agreement_id=agreement.id)
        if left < agreement.billed(minutes):
            return "minutes-used-up"
    return ""


def _price(agreement: Agreement, *, minutes: int, free: int) -> Price:
    billed = agreement.billed(minutes)
    prepaid = min(billed, free) if agreement.kind is AgreementKind.PREPAID else 0
    paid = billed - prepaid if agreement.priced else 0
    return Price(
        minutes=billed,
        prepaid_minutes=prepaid,
        labour_minor=-(-paid * agreement.hourly_rate_minor // 60),
        travel_minor=agreement.travel_fee_minor if agreement.priced else 0,
        currency=agreement.currency,
    )


def _year_of(agreement: Agreement, *, on: date) -> date:
    start = agreement.starts_on
    first = date(start.year, start.month, min(start.day, 28))  # 29 February comes every four years
    this = first.replace(year=on.year)
    return this if this <= on else first.replace(year=on.year - 1)
