"""Dispatchers move visits while plans are published: nobody's edit is lost, nobody is in two places."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.places import Territory
from dispatch.planning import assignments, plans, runs
from dispatch.planning.plans import (
    BriefOutdated,
    Occupancy,
    Pinned,
    PlanRejected,
    WorseThanBefore,
)
from dispatch.planning.runs import RunLost
from dispatch.store import writing
from dispatch.visits import CrewRole, Visit
from dispatch.workforce import Technician
from tests import build, clock
from tests.dispatch.planning.day import ROADS, brief_of, greedy, queued

TECHNICIANS, VISITS, MOVES, PLANS, ROUNDS = 4, 12, 4, 3, 8
NEAR = [(52.23 + n % 5 / 100, 21.00 + n % 7 / 100) for n in range(VISITS)]


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(ROUNDS))
def test_no_edit_is_lost_beside_plans_that_are_published(engine, seed):
    race = Race(engine, seed=seed)

    race.run()

    assert race.lost_edits() == []
    assert race.out_of_step() == set()
    assert race.seen["moved by hand"] > 0
    assert race.seen["published"] > 0, race.seen
    assert race.seen["late publishes refused"] == PLANS + 1


class Race:
    """Three dispatchers and a planner, all at once, on one day of one territory."""

    def __init__(self, engine, *, seed):
        self.engine, self.seed = engine, seed
        self.seen, self.by_hand = Counter(), {}
        self.guard, self.start = threading.Lock(), threading.Barrier(4)
        self.faults = []
        with writing(), Session(engine) as session, session.begin():
            territory = build.territory(session)
            self.territory_id = territory.id
            people = [
                build.technician(session, territory=territory, home=NEAR[n])
                for n in range(TECHNICIANS)
            ]
            for technician in people:
                build.shift(session, technician=technician, starts="06:00", ends="20:00")
            self.people = [technician.id for technician in people]
            self.visits = [
                self.visit(session, at=place, crew_size=1 + (number % 4 == 0))
                for number, place in enumerate(NEAR)
            ]

    def visit(self, session, *, at, crew_size=1):
        site = build.site(session, territory=session.get_one(Territory, self.territory_id), at=at)
        return build.visit(session, site=site, work_minutes=30, crew_size=crew_size).id

    def run(self):
        threads = [threading.Thread(target=self.watched, args=(self.planner, self.seed))]
        threads += [
            threading.Thread(target=self.watched, args=(self.dispatcher, self.seed * 10 + n))
            for n in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert self.faults == []
        self.plan_in_peace()

    def plan_in_peace(self):
        """One visit more, put into the plan in force: so the next plan is a better one."""
        with writing(), Session(self.engine) as session, session.begin():
            self.visit(session, at=NEAR[0])
        self.plan(random.Random(self.seed), keep=True)

    def watched(self, work, seed):
        try:
            work(random.Random(seed))
        except Exception as fault:  # a thread's fault belongs to the test
            self.faults.append(fault)
            self.start.abort()
            raise

    def count(self, what):
        with self.guard:
            self.seen[what] += 1

    def dispatcher(self, chance):
        self.start.wait()
        for _ in range(MOVES):
            visit_id, technician_id = chance.choice(self.visits), chance.choice(self.people)
            try:
                self.move(visit_id, technician_id)
            except (BriefOutdated, Pinned, plans.TechnicianBusy):
                self.count("moves to try again")

    def move(self, visit_id, technician_id):
        with Session(self.engine) as session:
            trial = plans.judge_move(
                session,
                visit=session.get_one(Visit, visit_id),
                technician=session.get_one(Technician, technician_id),
                day=clock.DAY,
                travel=ROADS,
                now=clock.NOW,
            )
        with writing(), Session(self.engine) as session, session.begin():
            visit = session.get_one(Visit, visit_id)
            assignments.lock(session, days=[(clock.DAY, self.territory_id)])
            plans.unpin(session, visit=visit, by=None, now=clock.NOW)
            plans.move(session, trial=trial, by=None, now=clock.NOW, reason="wish")
            with self.guard:
                self.by_hand[visit_id] = technician_id
        self.count("moved by hand")

    def planner(self, chance):
        self.start.wait()
        for _ in range(PLANS):
            self.plan(chance)

    def plan(self, chance, *, keep=False):
        with writing(), Session(self.engine) as session, session.begin():
            run = queued(session, session.get_one(Territory, self.territory_id))
            zombie = runs.start(session, run_id=run.id, now=clock.NOW)
            token = runs.start(session, run_id=run.id, now=clock.NOW)
            run_id = run.id
        with Session(self.engine) as session:
            brief = brief_of(session, session.get_one(Territory, self.territory_id))
        former = brief.problem.incumbent if keep else None
        solution = greedy(brief.problem, chance=chance, beside=former)
        time.sleep(chance.random() / 20)  # an engine thinks longer, and people go on
        for mine in (zombie, token):
            try:
                with writing(), Session(self.engine) as session, session.begin():
                    published = plans.publish(
                        session,
                        run_id=run_id,
                        token=mine,
                        solution=solution,
                        stamp=brief.stamp,
                        now=clock.NOW + timedelta(seconds=1),
                    )
                self.count("published")
                self.count(f"beside people: {bool(published.skipped or published.kept_back)}")
            except RunLost:
                self.count("late publishes refused")
            except (BriefOutdated, PlanRejected, WorseThanBefore) as refusal:
                self.count(refusal.code)
                self.give_up(refusal, run_id=run_id, token=mine)

    def give_up(self, refusal, *, run_id, token):
        try:
            with writing(), Session(self.engine) as session, session.begin():
                runs.fail(
                    session,
                    run_id=run_id,
                    token=token,
                    code=refusal.code,
                    fault="",
                    now=clock.NOW,
                )
        except RunLost:
            self.count("late publishes refused")

    def places(self, session):
        return plans.incumbent(session, territory_id=self.territory_id, day=clock.DAY)

    def lost_edits(self):
        """Visits that do not stand with the technician to whom somebody gave them last."""
        with Session(self.engine) as session:
            who = {
                row.visit_id: row.technician_id
                for row in self.places(session)
                if row.role is CrewRole.LEAD
            }
        return [visit for visit, wanted in self.by_hand.items() if who.get(visit) != wanted]

    def out_of_step(self):
        """Taken time without its place, and places without their time."""
        with Session(self.engine) as session:
            rows = {(r.id, r.technician_id, r.starts_at, r.ends_at) for r in self.places(session)}
            taken = {
                (o.assignment_id, o.technician_id, o.starts_at, o.ends_at)
                for o in session.scalars(select(Occupancy))
            }
        return rows ^ taken
