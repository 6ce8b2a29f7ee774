"""What was sold: which agreement counts, what a visit costs, and the wallet."""

import random
import threading
from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from dispatch import agreements, store
from dispatch.agreements import AgreementKind, NotEntitled, Overage, WalletEntry, WalletKind
from tests import build
from tests.clock import DAY, NOW

PREPAID = {"kind": AgreementKind.PREPAID, "overage": Overage.REFUSE}


def found(session, customer, *, site=None, asset=None, on=DAY):
    return agreements.matching(
        session,
        customer_id=customer.id,
        site_id=site.id if site else None,
        asset_id=asset.id if asset else None,
        on=on,
    )


def entitled(session, customer, *, site=None, asset=None, minutes=60, **asked):
    return agreements.entitle(
        session,
        customer_id=customer.id,
        site_id=site.id if site else None,
        asset_id=asset.id if asset else None,
        on=DAY,
        minutes=minutes,
        **asked,
    )


def test_the_most_specific_agreement_counts_then_the_higher_rank(session):
    """1.5: asset > site > customer, then rank; the losers are shown in that order."""
    site = build.site(session)
    asset = build.asset(session, site=site)
    customer = site.customer
    general = build.agreement(session, customer=customer, rank=9)
    local = build.agreement(session, customer=customer, site=site)
    local_first = build.agreement(session, customer=customer, site=site, rank=1)
    device = build.agreement(session, customer=customer, asset=asset)

    order = found(session, customer, site=site, asset=asset)

    assert order == (device, local_first, local, general)


def test_an_agreement_for_another_place_does_not_count(session):
    site = build.site(session)
    build.agreement(
        session, customer=site.customer, site=build.site(session, customer=site.customer)
    )

    assert found(session, site.customer, site=site) == ()


@pytest.mark.parametrize(("on", "counts"), [(date(2026, 3, 1), True), (date(2026, 3, 2), False)])
def test_an_agreement_counts_on_its_last_day_and_not_after_it(session, on, counts):
    agreement = build.agreement(session, ends_on=date(2026, 3, 1))

    assert (agreement in found(session, agreement.customer, on=on)) is counts


def test_who_bought_nothing_is_told_so(session):
    with pytest.raises(NotEntitled) as refusal:
        entitled(session, build.customer(session))

    assert refusal.value.details["why"] == "no-agreement"


def test_the_next_agreement_steps_in_where_the_first_does_not_reach(session):
    customer = build.customer(session)
    remote_only = build.agreement(session, customer=customer, rank=1, on_site=False)
    call_in = build.agreement(session, customer=customer)

    entitlement = entitled(session, customer)

    assert entitlement.agreement is call_in
    assert entitlement.losers == ((remote_only.id, "on-site-not-included"),)


def test_four_visits_a_year_are_four(session):
    agreement = build.agreement(session, kind=AgreementKind.MANAGED, visits_per_year=1)
    visit = build.visit(session)
    agreements.charge_visit(
        session, agreement=agreement, visit_id=visit.id, minutes=30, now=NOW - timedelta(days=5)
    )

    with pytest.raises(NotEntitled) as refusal:
        entitled(session, agreement.customer)

    assert refusal.value.details["why"] == "visits-used-up"


def test_a_new_year_of_the_agreement_has_its_visits_again(session):
    agreement = build.agreement(session, starts_on=date(2025, 3, 20), visits_per_year=1)
    visit = build.visit(session)
    last_year = NOW - timedelta(days=10)
    agreements.charge_visit(
        session, agreement=agreement, visit_id=visit.id, minutes=30, now=last_year
    )

    assert entitled(session, agreement.customer).agreement is agreement


@pytest.mark.parametrize(
    ("minutes", "billed", "labour"), [(1, 30, 12_000), (31, 45, 18_000), (45, 45, 18_000)]
)
def test_started_units_are_billed_and_at_least_the_minimum(session, minutes, billed, labour):
    agreement = build.agreement(session, unit_minutes=15, minimum_minutes=30)

    price = entitled(session, agreement.customer, minutes=minutes).price

    assert (price.minutes, price.labour_minor, price.travel_minor) == (billed, labour, 9_900)


@pytest.mark.parametrize(
    "kind", [AgreementKind.MANAGED, AgreementKind.WARRANTY, AgreementKind.INTERNAL]
)
def test_what_is_paid_already_costs_nothing(session, kind):
    agreement = build.agreement(session, kind=kind)

    assert entitled(session, agreement.customer).price.total_minor == 0


def with_minutes(session, minutes, **terms):
    agreement = build.agreement(session, **{**PREPAID, **terms})
    agreements.buy(session, agreement=agreement, minutes=minutes, now=NOW)
    return agreement


def test_prepaid_minutes_that_do_not_last_refuse_a_visit(session):
    agreement = with_minutes(session, 45)

    with pytest.raises(NotEntitled) as refusal:
        entitled(session, agreement.customer, minutes=60)

    assert refusal.value.details["why"] == "minutes-used-up"


def test_where_going_over_is_allowed_the_rest_is_billed(session):
    agreement = with_minutes(session, 45, overage=Overage.CALL_IN_RATE)

    price = entitled(session, agreement.customer, minutes=60).price

    assert (price.prepaid_minutes, price.labour_minor) == (45, 6_000)


def test_a_visit_takes_what_it_took_in_place_of_what_was_set_aside(session):
    """D6."""
    agreement, visit = with_minutes(session, 120), build.visit(session)
    agreements.reserve(session, agreement=agreement, visit_id=visit.id, minutes=90, now=NOW)

    charge = agreements.charge_visit(
        session, agreement=agreement, visit_id=visit.id, minutes=50, now=NOW
    )

    assert (charge.minutes, charge.prepaid_minutes, charge.labour_minor) == (60, 60, 0)
    assert agreements.balance(session, agreement_id=agreement.id) == 60


def test_minutes_are_set_aside_once_and_given_back_once(session):
    agreement, visit = with_minutes(session, 120), build.visit(session)
    what = {"agreement": agreement, "visit_id": visit.id, "now": NOW}
    agreements.reserve(session, minutes=90, **what)
    agreements.reserve(session, minutes=90, **what)

    returned = [agreements.release(session, **what), agreements.release(session, **what)]

    assert returned == [90, 0]


def test_minutes_that_expire_leave_what_is_set_aside(session):
    agreement, visit = with_minutes(session, 120), build.visit(session)
    agreements.reserve(session, agreement=agreement, visit_id=visit.id, minutes=90, now=NOW)

    expired = agreements.expire(session, agreement=agreement, now=NOW)
    agreements.release(session, agreement=agreement, visit_id=visit.id, now=NOW)

    assert (expired, agreements.balance(session, agreement_id=agreement.id)) == (30, 90)


@pytest.mark.slow
@pytest.mark.parametrize("overage", Overage)
def test_the_balance_is_the_sum_of_entries_and_never_below_nothing(session, overage):
    """D6: 200 random histories."""
    visit = build.visit(session)
    dice = random.Random(overage.value)

    for _ in range(100):
        agreement = with_minutes(session, dice.randrange(0, 300, 15), overage=overage)
        balances = history(session, agreement, visit=visit, dice=dice)
        entries = select(func.sum(WalletEntry.minutes)).where(
            WalletEntry.agreement_id == agreement.id
        )
        assert min(balances) >= 0
        assert balances[-1] == session.scalar(entries)


def history(session, agreement, *, visit, dice):
    """Balances after each of some random movements; refusals are part of life."""
    what = {"agreement": agreement, "now": NOW}
    balances = []
    for _ in range(8):
        minutes = dice.randrange(1, 200)
        act = dice.choice(
            [
                lambda m: agreements.buy(session, minutes=m, kind=WalletKind.ROLL_OVER, **what),
                lambda m: agreements.reserve(session, visit_id=visit.id, minutes=m, **what),
                lambda m: agreements.settle(session, visit_id=visit.id, minutes=m, **what),
                lambda _: agreements.release(session, visit_id=visit.id, **what),
                lambda _: agreements.expire(session, **what),
            ]
        )
        try:
            act(minutes)
        except NotEntitled:
            assert agreement.overage is Overage.REFUSE
        balances.append(agreements.balance(session, agreement_id=agreement.id))
    return balances


def test_two_visits_never_set_the_same_last_hour_aside(engine):
    """D6."""
    with store.writing(), store.sessions(engine)() as session, session.begin():
        agreement_id = with_minutes(session, 60).id
        visit_ids = [build.visit(session).id for _ in range(8)]
    answers, barrier = Counter(), threading.Barrier(len(visit_ids))

    def book(visit_id):
        barrier.wait()
        answers[set_aside(engine, agreement_id, visit_id)] += 1

    threads = [threading.Thread(target=book, args=(each,)) for each in visit_ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == Counter({60: 1, "minutes-used-up": 7})


def set_aside(engine, agreement_id, visit_id):
    try:
        with store.writing(), store.sessions(engine)() as session, session.begin():
            agreement = session.get_one(agreements.Agreement, agreement_id)
            return agreements.reserve(
                session, agreement=agreement, visit_id=visit_id, minutes=60, now=NOW
            )
    except NotEntitled as refusal:
        return refusal.details["why"]
