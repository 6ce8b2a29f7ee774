"""OSRM dies while a day is being briefed: the plan still comes, and says what it stands on."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import select

from dispatch import store
from dispatch.places import Territory
from dispatch.planning.runs import RunState
from dispatch.planning.tables import Plan, PlanState
from dispatch.reach import StoredReach
from routing import interchange
from routing.travel.chain import Chain
from routing.travel.osrm import Osrm
from routing.travel.provider import Profile
from routing.travel.remembered import Remembered
from tests import build
from tests.routing.travel import servers
from tests.schedules.test_plan_day import Desk

pytestmark = pytest.mark.slow
VISITS = 12


@pytest.fixture
def desk(open_session, clock):
    """A territory with one technician and visits at places of their own."""
    desk = Desk(open_session, clock)
    with store.writing(), open_session() as session, session.begin():
        territory = session.get_one(Territory, desk.territory_id)
        for number in range(VISITS):
            site = build.site(
                session,
                territory=territory,
                at=(52.2 + number * 0.004, 21.0 + number % 5 * 0.006),
            )
            build.visit(session, site=site, work_minutes=20)
    return desk


@pytest.fixture
def server():
    with servers.running(servers.osrm()) as server:
        yield server


def roads(server, desk):
    chain = Chain([Osrm({Profile.CAR: server.url})])
    return Remembered(chain, reach=StoredReach(desk.open_session, clock=desk.clock))


def planned(desk, travel):
    """The plan in force after a run, and how long reading, asking, thinking and writing took."""
    before = time.monotonic()
    run = desk.work(desk.ask(limit_seconds=2), travel=travel)
    seconds = time.monotonic() - before
    assert run.state is RunState.DONE
    with desk.open_session() as session:
        plan = session.scalars(select(Plan).where(Plan.state == PlanState.PUBLISHED)).one()
        return plan, seconds


def test_a_plan_tells_which_roads_it_stands_on(desk, server):
    plan, _ = planned(desk, roads(server, desk))

    assert plan.travel["source"] == "osrm,crowfly"
    assert (plan.travel["estimated"], plan.travel["estimated_legs"]) == (0, 0)
    assert plan.travel["legs"] >= VISITS


def test_a_second_plan_of_the_day_asks_the_server_nothing(desk, server):
    planned(desk, roads(server, desk))
    asked = server.questions

    planned(desk, roads(server, desk))

    assert server.questions == asked > 0


@pytest.mark.parametrize("fault", ["killed", "hangs"])
def test_when_the_server_dies_in_the_middle_the_plan_comes_and_says_what_is_estimated(
    desk, server, fault
):
    server.most_cells = 100  # so that there is a middle
    osrm = Osrm({Profile.CAR: server.url})
    _, usual = planned(desk, Chain([osrm]))
    so_far = server.questions

    def die(handler):
        if server.questions < so_far + 1:
            return False
        if fault == "killed":
            threading.Thread(target=server.kill).start()
        return (servers.hangs_up if fault == "killed" else servers.hangs)(handler)

    server.fault = die
    plan, seconds = planned(desk, Chain([osrm]))

    assert seconds < usual + 2
    assert 0 < plan.travel["estimated"] < (VISITS + 1) * (VISITS + 2)
    assert 0 < plan.travel["estimated_legs"] <= plan.travel["legs"]
    assert plan.travel["source"] == "osrm,crowfly"


def test_when_the_server_of_an_hour_is_away_its_ways_take_the_usual_time_and_are_told(desk, server):
    usual, _ = planned(desk, roads(server, desk))
    with servers.running(servers.jammed()) as jammed:
        hours = {Profile.CAR: {"weekend-late-morning": jammed.url}}
        kept = Remembered(
            Chain([osrm_of(server, hours)]), reach=StoredReach(desk.open_session, clock=desk.clock)
        )
        jammed.kill()
        plan, _ = planned(desk, kept)

    travel = travel_of(desk, plan)
    assert usual.travel["estimated"] == 0
    assert travel.seconds == travel_of(desk, usual).seconds
    assert travel.traffic is None
    assert plan.travel["estimated_legs"] == plan.travel["legs"] > 0


def test_what_a_server_of_an_hour_did_not_answer_is_asked_when_it_is_back(desk, server):
    with servers.running(servers.jammed()) as jammed:
        hours = {Profile.CAR: {"weekend-late-morning": jammed.url}}
        reach = StoredReach(desk.open_session, clock=desk.clock)
        jammed.fault = servers.hangs_up
        planned(desk, Remembered(Chain([osrm_of(server, hours)]), reach=reach))
        jammed.fault = lambda _: False
        plan, _ = planned(desk, Remembered(Chain([osrm_of(server, hours)]), reach=reach))

    assert plan.travel["estimated"] == 0
    slices = travel_of(desk, plan).traffic.slices
    assert [piece.factor for piece in slices] == [1, 2, 1]


def osrm_of(server, hours):
    return Osrm({Profile.CAR: server.url}, hours=hours)


def travel_of(desk, plan):
    """The ways of the question that a plan answers."""
    with desk.open_session() as session:
        return interchange.read_problem(session.get_one(Plan, plan.id).problem).travel
