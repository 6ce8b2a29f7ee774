"""64 clients want the last place of a round at the same moment: one gets it, nobody gets a fault."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch import booking
from dispatch.booking import Proposal, WindowTaken
from dispatch.planning.tables import Occupancy
from dispatch.promises import Hold, HoldState
from dispatch.store import writing
from dispatch.visits import Visit
from tests import build, clock
from tests.dispatch.planning.day import ROADS

CLIENTS = 64
ROUNDS = 10


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_exactly_one_of_64_clients_gets_the_last_window_of_a_round(engine):
    days = [clock.DAY + timedelta(days=number) for number in range(ROUNDS)]
    visits = prepared(engine, days)
    answers = [Counter[str]() for _ in days]
    barrier, guard = threading.Barrier(CLIENTS), threading.Lock()
    proposals = {day: proposed(engine, visits, day=day) for day in days}

    def client(number: int) -> None:
        for turn, day in enumerate(days):
            barrier.wait()
            answer = attempt(engine, proposals[day][number])
            with guard:
                answers[turn][answer] += 1

    run([threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)])

    with Session(engine) as session:
        held = Counter(session.scalars(select(Hold.state)))
        taken = session.scalar(select(func.count()).select_from(Occupancy))
    assert answers == [{"held": 1, "taken": CLIENTS - 1}] * ROUNDS
    assert held.total() == ROUNDS
    assert taken == held[HoldState.HELD]


def prepared(engine, days: list[date]) -> list[int]:
    """One technician with room for one visit a day, and as many visits as clients."""
    with writing(), Session(engine) as session, session.begin():
        technician = build.technician(session)
        for day in days:
            build.shift(session, technician=technician, day=day, starts="09:30", ends="12:30")
        ticket = build.ticket(session, site=build.site(session, territory=technician.territory))
        return [build.visit(session, ticket=ticket, work_minutes=90).id for _ in range(CLIENTS)]


def proposed(engine, visits: list[int], *, day: date) -> list[Proposal]:
    """Every client has found the same window while it was free; their visits are alike."""
    opens_at = clock.at("10:00", day=day)
    with Session(engine) as session:
        first = booking.propose(
            session,
            visit=session.get_one(Visit, visits[0]),
            opens_at=opens_at,
            closes_at=opens_at + timedelta(hours=2),
            travel=ROADS,
            now=clock.NOW,
        )
    return [of_visit(first, number) for number in visits]


def of_visit(proposal: Proposal, number: int) -> Proposal:
    place = replace(proposal.insertion.place, visit_id=number)
    return replace(proposal, visit_id=number, insertion=replace(proposal.insertion, place=place))


def attempt(engine, proposal: Proposal) -> str:
    try:
        with writing(), Session(engine) as session, session.begin():
            booking.hold(session, proposal=proposal, travel=ROADS, now=clock.NOW)
    except WindowTaken:
        return "taken"
    return "held"


def run(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
