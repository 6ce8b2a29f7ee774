"""A small day of one territory, and a solution laid out without the engine."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dispatch.places import Territory
from dispatch.planning import briefs, plans, runs
from dispatch.planning.briefs import Brief
from dispatch.planning.runs import PlanRun, RunKind
from routing.problem import Problem
from routing.reasons import Reasons
from routing.solution import Solution
from routing.travel.crowfly import CrowFly
from routing.trial.joining import serve
from routing.trial.tables import tabulate
from routing.trial.trial import UNHELD, Trial
from routing.trial.writing import follow, solution_of
from tests import clock

ROADS = CrowFly()


def brief_of(
    session: Session, territory: Territory, *, now: datetime = clock.NOW, **options: Any
) -> Brief:
    """What the planner would be asked now."""
    return briefs.brief(
        session, territory_id=territory.id, day=clock.DAY, travel=ROADS, now=now, **options
    )


def greedy(
    problem: Problem, *, chance: random.Random | None = None, beside: Solution | None = None
) -> Solution:
    """Every job in turn at its cheapest place, by chance in another turn; the rest with reasons.

    ``beside`` is a plan whose rounds stay as far as they keep the rules.
    """
    tables = tabulate(problem)
    trial = Trial(tables)
    if beside is not None:
        follow(trial, beside)
    jobs = list(range(len(problem.jobs)))
    if chance is not None:
        chance.shuffle(jobs)
    for job in sorted(jobs, key=lambda number: -trial.urgency(number)):
        group = trial.partners.groups.get(job, (job,))
        if trial.holder[job] == UNHELD:
            serve(trial, group, tries=1000)
    return solution_of(trial, reasons=Reasons(tables).of(trial))


def queued(
    session: Session, territory: Territory, *, now: datetime = clock.NOW, **choices: Any
) -> PlanRun:
    """A run that waits for its day to be planned."""
    return runs.ask_plan(
        session,
        territory=territory,
        day=clock.DAY,
        kind=RunKind.DAY,
        by=None,
        now=now,
        limit_seconds=2,
        **choices,
    )


def plan_day(
    session: Session, territory: Territory, *, now: datetime = clock.NOW
) -> plans.Publication:
    """Ask, think and publish in one go."""
    run = queued(session, territory, now=now)
    token = runs.start(session, run_id=run.id, now=now)
    brief = brief_of(session, territory, now=now)
    return plans.publish(
        session,
        run_id=run.id,
        token=token,
        solution=greedy(brief.problem),
        stamp=brief.stamp,
        now=now,
    )
