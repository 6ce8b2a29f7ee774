"""Asks for the coordinates of addresses that wait: one after the other, at the provider's pace.

A provider is asked with no transaction open; before each question its gate is passed, so all
processes together keep its pace. The answer is kept, the same address is not asked again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from dispatch import geocoding
from dispatch.geocoding import Due
from routing.geocode.answer import Answer, Geocoder, GeocoderBusy, GeocoderPuzzled, GeocoderRefused
from schedules.queue import Queue, Task, Turn

NAME = "locate_sites"
# Public and own servers alike bear one question a second; the embedded index needs no pace.
PACE = timedelta(seconds=1)
EMBEDDED = "embedded"
# So often a gate is looked at; where other processes are quicker, the next minute's chore goes on.
_LOOKS = 5


def start(session: Session, queue: Queue, *, now: datetime) -> bool:
    """Ask soon for what waits; False when somebody has started that already."""
    return queue.enqueue(
        session, task=NAME, payload={}, dedupe_key=NAME, lock_key=NAME, not_before=now
    )


def task(*, geocoder: Callable[[], Geocoder | None], language: str) -> Task:
    """The task for the queue. ``geocoder`` gives whom to ask now, or None: all goes on waiting."""
    return Task(
        name=NAME,
        run=lambda turn: _locate(turn, geocoder=geocoder, language=language),
        attempts=3,
        limit=timedelta(minutes=10),
    )


def _locate(turn: Turn, *, geocoder: Callable[[], Geocoder | None], language: str) -> None:
    asked = geocoder()
    if asked is None:
        return
    while not turn.over.is_set():
        with turn.reading() as session:
            waiting = geocoding.due(session, now=turn.clock())
        if not waiting:
            return
        for due in waiting:
            if turn.over.is_set() or not _answer(turn, due, asked, language=language):
                return


def _answer(turn: Turn, due: Due, asked: Geocoder, *, language: str) -> bool:
    """Answer one request, or put it off; False when the provider is to be left alone."""
    name = asked.name
    with turn.reading() as session:
        known = geocoding.kept(session, provider=name, address=due.address, now=turn.clock())
    if known is None:
        if name != EMBEDDED and not _passed(turn, name):
            return False
        try:
            known = asked.find(due.address, language=language, country=due.country)
        except GeocoderBusy as busy:
            return _put_off(turn, due, name, busy)
        except GeocoderRefused as refused:
            _leave_alone(turn, due, name, str(refused))
            return False
        except GeocoderPuzzled as puzzled:
            with turn.writing() as session:
                geocoding.give_up(session, request_id=due.request_id, fault=str(puzzled))
            return True
    _record(turn, due, name, known)
    return True


def _passed(turn: Turn, provider: str) -> bool:
    """Wait for the gate as long as it is only the pace; False when it is shut for longer."""
    for _try in range(_LOOKS):
        with turn.writing() as session:
            now = turn.clock()
            if geocoding.pass_gate(session, provider=provider, pace=PACE, now=now):
                return True
            opens_at = geocoding.opens_at(session, provider=provider)
        wait = (opens_at - now) if opens_at else PACE
        if wait > 2 * PACE or turn.over.wait(max(0.01, wait.total_seconds())):
            return False
    return False


def _put_off(turn: Turn, due: Due, provider: str, busy: GeocoderBusy) -> bool:
    """One that is away is asked for this address later; one that asks for patience gets it."""
    with turn.writing() as session:
        now = turn.clock()
        geocoding.postpone(session, request_id=due.request_id, fault=str(busy), now=now)
        if busy.retry_after_s:
            until = now + timedelta(seconds=busy.retry_after_s)
            geocoding.shut_gate(session, provider=provider, until=until, now=now)
    return not busy.retry_after_s


def _leave_alone(turn: Turn, due: Due, provider: str, fault: str) -> None:
    """Every address would be refused: nobody is asked for an hour, and no try is counted."""
    with turn.writing() as session:
        now = turn.clock()
        wait = geocoding.REFUSED_WAIT
        geocoding.postpone(session, request_id=due.request_id, fault=fault, now=now, wait=wait)
        geocoding.shut_gate(session, provider=provider, until=now + wait, now=now)


def _record(turn: Turn, due: Due, provider: str, answers: tuple[Answer, ...]) -> None:
    with turn.writing() as session:
        geocoding.record(
            session,
            request_id=due.request_id,
            provider=provider,
            answers=answers,
            now=turn.clock(),
        )
