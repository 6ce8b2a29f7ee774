"""A rush in town, from the legs that were driven in it to the order of a published round."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from dispatch import legs, store
from dispatch.places import Territory
from dispatch.planning.runs import RunState
from dispatch.planning.tables import Assignment, AssignmentState
from dispatch.workforce import Shift
from routing.travel.crowfly import CrowFly
from routing.travel.learn import Corrected, Leg
from routing.travel.provider import Point
from schedules.queue import Turn
from schedules.tasks import learn_travel
from tests import build
from tests.clock import at
from tests.schedules.test_plan_day import Desk

pytestmark = pytest.mark.slow
HOME, IN_TOWN, OUTSIDE = Point(52.20, 21.00), Point(52.214, 21.0), Point(52.10, 21.0)
RUSH, NOON = "weekend-morning-rush", "weekend-midday"


class Town:
    """One technician, who is paid by the hour, and two visits: one round the corner, one far out.

    The customer round the corner would like to be the first; the ways are as long in any order.
    """

    def __init__(self, open_session, clock):
        self.desk = Desk(open_session, clock)
        with store.writing(), open_session() as session, session.begin():
            area = session.get_one(Territory, self.desk.territory_id)
            shift = session.get_one(Shift, self.desk.shift_id)
            shift.ends_at = at("09:45")  # there is no time to wait until the rush is over
            who = shift.technician
            who.home_latitude, who.home_longitude = HOME
            who.per_hour_minor = 3600
            near, far = (build.site(session, territory=area, at=at) for at in (IN_TOWN, OUTSIDE))
            early = [(at("08:00"), at("09:00"))]
            self.near = build.visit(session, site=near, work_minutes=20, preferred=early).id
            self.far = build.visit(session, site=far, work_minutes=20).id

    def drive(self, *, rush):
        """Legs of many mornings and noons, short and long; ``rush`` says how slow each is then."""
        taken = [
            Leg(HOME, end, seconds * (rush(end) if part == RUSH else 1), part)
            for end, seconds in ends_around()
            for part in (RUSH, NOON)
        ]
        with store.writing(), self.desk.open_session() as session, session.begin():
            legs.take_in(session, legs=taken, now=self.desk.clock())

    def learn(self):
        desk = self.desk
        turn = Turn(payload={}, queue=desk.queue, open_session=desk.open_session, clock=desk.clock)
        learn_travel.task(travel=CrowFly()).take(turn)

    def planned(self):
        """The visits of the published round in their order."""
        teacher = legs.teacher(self.desk.open_session, provider="crowfly")
        run = self.desk.work(
            self.desk.ask(limit_seconds=2), travel=Corrected(CrowFly(), lesson=teacher)
        )
        assert run.state is RunState.DONE
        live = select(Assignment).where(Assignment.state != AssignmentState.RELEASED)
        with self.desk.open_session() as session:
            stops = session.scalars(live.order_by(Assignment.starts_at)).all()
            return [stop.visit_id for stop in stops]


def ends_around():
    """Places in all directions of the home, in town and outside, and the crow's seconds to them."""
    near = [Point(52.2 + n % 7 * 0.002 + 0.006, 21.0 + n * 0.0002) for n in range(45)]
    far = [Point(52.1 + n % 7 * 0.002, 21.0 + n * 0.001) for n in range(45)]
    said = CrowFly().matrix([HOME], destinations=[*near, *far]).seconds[0].tolist()
    return list(zip([*near, *far], said, strict=True))


def in_town(end):
    return end.lat > 52.15


@pytest.fixture
def town(open_session, clock):
    return Town(open_session, clock)


def test_while_nobody_knows_of_the_rush_the_customer_round_the_corner_is_the_first(town):
    assert town.planned() == [town.near, town.far]


def test_when_mornings_in_town_have_taught_the_rush_the_long_way_out_comes_first(town):
    """It is as quick as at any hour, and the way round the corner is quick again after it."""
    town.drive(rush=lambda end: 2 if in_town(end) else 1)
    town.learn()

    assert town.planned() == [town.far, town.near]


def test_a_rush_that_holds_up_every_way_alike_changes_no_order(town):
    town.drive(rush=lambda _end: 1.2)
    town.learn()

    assert town.planned() == [town.near, town.far]
