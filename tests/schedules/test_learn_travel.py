"""What technicians drove at night becomes the times that the next plan drives by."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from dispatch import legs, store
from dispatch.places import Territory
from dispatch.planning import briefs
from dispatch.planning.plans import AssignmentState
from dispatch.tasks import TaskRow
from routing.travel.crowfly import CrowFly
from routing.travel.learn import Corrected
from routing.travel.provider import Point
from schedules.chores import learn_travel as chore
from schedules.embedded import EmbeddedQueue
from schedules.queue import Turn
from schedules.tasks import learn_travel
from tests import build
from tests.clock import DAY, at

HOME = (52.20, 21.00)


class School:
    """A territory whose technicians all took twice as long as the crow would."""

    def __init__(self, open_session, clock):
        self.open_session, self.clock = open_session, clock
        self.task = learn_travel.task(travel=CrowFly())
        self.queue = EmbeddedQueue(open_session, clock=clock, tasks=[self.task])
        with store.writing(), open_session() as session, session.begin():
            self.territory_id = build.territory(session).id

    def drive(self, number):
        with store.writing(), self.open_session() as session, session.begin():
            territory = session.get_one(Territory, self.territory_id)
            for index in range(number):
                self._drive(session, territory, index)

    def _drive(self, session, territory, index):
        where = (52.21 + index * 0.002, 21.0 + index % 3 * 0.01)
        who = build.technician(session, territory=territory, home=HOME)
        crow = CrowFly().matrix([Point(*HOME)], destinations=[Point(*where)]).seconds[0, 0]
        arrived = at("09:05")
        build.assignment(
            session,
            visit=build.visit(session, site=build.site(session, territory=territory, at=where)),
            shift=build.shift(session, technician=who),
            starts_at=arrived,
            state=AssignmentState.FINISHED,
            set_off_at=arrived - 2 * timedelta(seconds=int(crow)),
            arrived_at=arrived,
        )

    def learn(self):
        turn = Turn(payload={}, queue=self.queue, open_session=self.open_session, clock=self.clock)
        self.task.take(turn)

    def taught(self):
        with self.open_session() as session:
            return legs.latest(session, provider="crowfly")


@pytest.fixture
def school(open_session, clock):
    clock.now = at("20:00")
    return School(open_session, clock)


def test_from_few_legs_nothing_is_learned(school):
    school.drive(9)

    school.learn()

    assert school.taught() is None


def test_legs_become_a_lesson_with_its_evidence_and_the_next_brief_drives_by_it(school):
    school.drive(40)

    school.learn()

    found = school.taught()
    assert found.lesson.legs == found.evidence["legs"] == 40
    assert 1.8 < found.lesson.scalar < 2
    assert found.evidence["before"] == pytest.approx(0.5, abs=0.01)
    assert found.evidence["after"] < 0.15
    teacher = legs.teacher(school.open_session, provider="crowfly")
    roads = Corrected(CrowFly(), lesson=teacher)
    with school.open_session() as session:
        plain, learned = (
            briefs.brief(
                session,
                territory_id=school.territory_id,
                day=DAY,
                travel=each,
                now=at("07:00"),
            ).problem.travel
            for each in (CrowFly(), roads)
        )
    assert sum(map(sum, learned.seconds)) > 1.5 * sum(map(sum, plain.seconds))
    assert learned.metres == plain.metres


def test_the_chore_puts_one_task_on_the_queue(school):
    with store.writing(), school.open_session() as session, session.begin():
        chore.chore().run(session, school.queue, school.clock())
        chore.chore().run(session, school.queue, school.clock())

    with school.open_session() as session:
        assert [row.name for row in session.scalars(select(TaskRow))] == ["learn_travel"]
