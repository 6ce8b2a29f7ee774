"""Learns travel times from the legs that technicians drove; the next plan drives by them.

Legs are written down in one transaction and the lesson in another; roads are asked in between,
with none open. Nothing is learned from fewer than ten legs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.orm import Session

from dispatch import legs, store
from routing.travel.evidence import evidence
from routing.travel.learn import expected_s, learn
from routing.travel.provider import Provider
from schedules.queue import OpenSession, Queue, Task, Turn

NAME = "learn_travel"
FEWEST_LEGS = 10
# Phones may come back days later with what was done.
LOOKED_BACK = timedelta(days=14)
log = structlog.get_logger(__name__)


def start(session: Session, queue: Queue) -> bool:
    """Learn soon; False when somebody has asked for that already."""
    return queue.enqueue(session, task=NAME, payload={}, dedupe_key=NAME, lock_key=NAME)


def task(*, travel: Provider) -> Task:
    """The task for the queue; ``travel`` is the provider as it is before any correction."""
    return Task(
        name=NAME,
        run=lambda turn: _learn(turn, travel=travel),
        attempts=3,
        limit=timedelta(minutes=10),
    )


def _learn(turn: Turn, *, travel: Provider) -> None:
    now = turn.clock()
    with turn.writing() as session:
        legs.record(session, since=(now - LOOKED_BACK).date(), now=now)
    learn_from_all(turn.open_session, travel=travel, now=now)


def learn_from_all(
    open_session: OpenSession, *, travel: Provider, now: datetime
) -> Mapping[str, Any] | None:
    """Draw a lesson from every leg that is kept; its evidence, or none when they are too few."""
    with open_session() as session:
        driven = legs.driven(session, now=now)
    if len(driven) < FEWEST_LEGS:
        return None
    expected = expected_s(driven, provider=travel)
    lesson = learn(driven, expected=expected, provider=travel.name)
    shown = evidence(driven, expected=expected, provider=travel.name)
    with store.writing(), open_session() as session, session.begin():
        legs.keep(session, lesson=lesson, evidence=shown, now=now)
    log.info("travel.learned", provider=travel.name, legs=lesson.legs, scalar=lesson.scalar)
    return shown
