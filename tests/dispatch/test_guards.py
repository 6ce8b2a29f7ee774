"""What the database itself refuses, whoever asks: on SQLite and on PostgreSQL."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from dispatch import agreements, guards, journal, store
from dispatch.field import Outcome, OutcomeKind, OutcomeState, RemoteFixable
from dispatch.planning.plans import Occupancy
from tests import build
from tests.clock import NOW

CLIENTS, ROUNDS = 64, 20
HOUR = timedelta(hours=1)


def taken(session, technician, *, starts_at, hours=1):
    """Time that a live hold takes up."""
    shift = build.shift(session, technician=technician)
    visit = build.visit(session, work_minutes=60 * hours)
    return build.hold(session, visit=visit, shift=shift, opens_at=starts_at)


def test_a_technician_is_in_one_place_at_a_time(session):
    technician = build.technician(session)
    hold = taken(session, technician, starts_at=NOW, hours=2)
    other = build.hold(session, visit=build.visit(session), shift=hold.shift, opens_at=NOW - HOUR)

    with pytest.raises(IntegrityError) as refusal, session.begin_nested():
        session.execute(
            update(Occupancy).where(Occupancy.hold_id == other.id).values(ends_at=NOW + HOUR)
        )

    assert guards.is_clash(refusal.value)


def test_one_visit_may_begin_when_the_other_ends(session):
    technician = build.technician(session)
    hold = taken(session, technician, starts_at=NOW)

    next_one = build.hold(
        session, visit=build.visit(session), shift=hold.shift, opens_at=NOW + HOUR
    )

    assert next_one.starts_at == hold.ends_at


def test_two_technicians_may_be_busy_at_once(session):
    first = taken(session, build.technician(session), starts_at=NOW)
    second = taken(session, build.technician(session), starts_at=NOW)

    assert first.starts_at == second.starts_at


def test_another_broken_rule_is_no_clash(session):
    technician = build.technician(session)
    hold = taken(session, technician, starts_at=NOW)
    backwards = {"starts_at": NOW, "ends_at": NOW - HOUR}

    with pytest.raises(IntegrityError) as refusal, session.begin_nested():
        session.execute(update(Occupancy).where(Occupancy.hold_id == hold.id).values(**backwards))

    assert not guards.is_clash(refusal.value)


def a_fact(session):
    return journal.record(session, "visit-requested", thing="visit", thing_id=1, now=NOW)


def a_wallet_entry(session):
    return agreements.buy(session, agreement=build.agreement(session), minutes=60, now=NOW)


def a_charge(session):
    visit = build.visit(session)
    return agreements.charge_visit(
        session, agreement=build.agreement(session), visit_id=visit.id, minutes=60, now=NOW
    )


def an_outcome(session):
    outcome = Outcome(
        client_id=f"phone-{build.visit(session).id}",
        visit_id=build.visit(session).id,
        technician_id=build.technician(session).id,
        kind=OutcomeKind.FIXED,
        state=OutcomeState.UNDER_REVIEW,
        work_minutes=40,
        parts_used=[],
        next_needs={},
        remote_fixable=RemoteFixable.NO,
        device_at=NOW,
        server_at=NOW,
    )
    session.add(outcome)
    return outcome


KEPT = {
    "fact": (a_fact, {"kind": "visit-cancelled"}),
    "wallet": (a_wallet_entry, {"minutes": 6000}),
    "charge": (a_charge, {"labour_minor": 0}),
    "outcome": (an_outcome, {"cause": "Something else"}),
}


@pytest.mark.parametrize(("make", "change"), KEPT.values(), ids=KEPT.keys())
def test_what_was_written_down_is_never_changed(session, make, change):
    row = make(session)
    session.flush()
    table = type(row)

    with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
        session.execute(update(table).where(table.id == row.id).values(**change))


@pytest.mark.parametrize(("make", "change"), KEPT.values(), ids=KEPT.keys())
def test_what_was_written_down_is_never_deleted(session, make, change):
    row = make(session)
    session.flush()
    table = type(row)

    with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
        session.execute(delete(table).where(table.id == row.id))
    assert all(getattr(row, name) != value for name, value in change.items())


def test_what_becomes_of_a_report_may_change(session):
    outcome = an_outcome(session)
    session.flush()

    outcome.state = OutcomeState.ACCEPTED
    session.flush()

    assert outcome.state is OutcomeState.ACCEPTED


def test_missing_guards_are_named_and_come_back(engine):
    with store.writing(), engine.begin() as connection:
        guards.drop_guards(connection)
        missing = guards.missing_guards(connection)
        guards.install_guards(connection)
        present = guards.missing_guards(connection)

    assert {name.removesuffix("_insert") for name in missing} >= {"occupancy_is_free"}
    assert present == []


@pytest.mark.slow
def test_of_64_clients_after_one_time_exactly_one_gets_it(engine):
    """Section 2.3: one winner in each round, the others are told so, nobody meets a fault."""
    with store.writing(), store.sessions(engine)() as session, session.begin():
        shift = build.shift(session)
        technician_id, shift_id = shift.technician_id, shift.id
        holds = [
            build.hold(
                session,
                visit=build.visit(session),
                shift=shift,
                opens_at=NOW + number * HOUR,
            ).id
            for number in range(CLIENTS)
        ]
        session.execute(delete(Occupancy))
    assert shift_id
    answers = [Counter() for _ in range(ROUNDS)]
    barrier = threading.Barrier(CLIENTS)

    def client(number):
        for round_ in range(ROUNDS):
            barrier.wait()
            answers[round_][attempt(engine, technician_id, holds[number], number, round_)] += 1
            barrier.wait()
            if number == 0:
                clear(engine)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [Counter(taken=CLIENTS - 1, won=1)] * ROUNDS


def attempt(engine, technician_id, hold_id, number, round_):
    """Take an hour of the technician; every second client wants it a little longer."""
    starts_at = NOW + round_ * timedelta(days=1)
    ends_at = starts_at + timedelta(minutes=30 + number % 2 * 15)
    try:
        with store.writing(), store.sessions(engine)() as session, session.begin():
            guards.take_turns(session.connection(), technician_id)
            session.add(
                Occupancy(
                    technician_id=technician_id,
                    starts_at=starts_at,
                    ends_at=ends_at,
                    hold_id=hold_id,
                )
            )
    except IntegrityError as refusal:
        return "taken" if guards.is_clash(refusal) else str(refusal)
    except DBAPIError as fault:
        return str(fault)
    return "won"


def clear(engine):
    """Give the winner's hold back, so that it may bid again on the next day."""
    with store.writing(), store.sessions(engine)() as session, session.begin():
        session.execute(delete(Occupancy))
