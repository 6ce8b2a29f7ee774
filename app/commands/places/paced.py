"""A geocoding service as a table asks it: at the pace that all processes keep, never twice.

The gate and the kept answers are those of the database, so the server's own questions and those of
a table do not add up, and a run that was cut off asks nothing again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session, sessionmaker

from dispatch import geocoding, store
from routing.geocode.answer import Answer, GeocoderBusy
from routing.geocode.services import Service
from schedules.tasks.locate_sites import PACE

# A service that does not answer is asked again after 1, 2 and 4 seconds.
TRIES = 4
# Whoever is to be left alone for longer is not waited for: the run ends and can go on later.
LONGEST_WAIT = timedelta(minutes=1)


class Paced:
    """A service with its gate and what it said before; it finds as any geocoder does."""

    def __init__(
        self,
        service: Service,
        sessions: sessionmaker[Session],
        *,
        clock: Callable[[], datetime],
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        """``wait`` sleeps for seconds."""
        self.name = service.name
        self._service = service
        self._sessions = sessions
        self._clock = clock
        self._wait = wait

    def find(
        self, address: str, *, language: str, country: str | None = None
    ) -> tuple[Answer, ...]:
        """Up to five places, best first; a second question with the same words asks nobody.

        Raises GeocodeError; GeocoderBusy also when it is to be left alone for over a minute.
        """
        with self._sessions() as session:
            known = geocoding.kept(session, provider=self.name, address=address, now=self._clock())
        if known is not None:
            return known
        for tried in range(1, TRIES + 1):
            self._pass_gate()
            try:
                answers = self._service.find(address, language=language, country=country)
            except GeocoderBusy as busy:
                self._put_off(busy, tried)
            else:
                self._keep(address, answers)
                return answers
        raise AssertionError("the last try either answers or raises")

    def _pass_gate(self) -> None:
        while True:
            now = self._clock()
            with store.writing(), self._sessions() as session, session.begin():
                if geocoding.pass_gate(session, provider=self.name, pace=PACE, now=now):
                    return
                opens_at = geocoding.opens_at(session, provider=self.name) or now
            if opens_at - now > LONGEST_WAIT:
                raise GeocoderBusy(f"{self.name} is to be left alone until {opens_at:%H:%M} UTC")
            self._wait(max(0.01, (opens_at - now).total_seconds()))

    def _put_off(self, busy: GeocoderBusy, tried: int) -> None:
        """Leave it alone for as long as it asked for, or longer each time; raises in the end."""
        wait = timedelta(seconds=busy.retry_after_s or 2 ** (tried - 1))
        if busy.retry_after_s:
            now = self._clock()
            with store.writing(), self._sessions() as session, session.begin():
                geocoding.shut_gate(session, provider=self.name, until=now + wait, now=now)
        if tried == TRIES or wait > LONGEST_WAIT:
            raise busy
        self._wait(wait.total_seconds())

    def _keep(self, address: str, answers: tuple[Answer, ...]) -> None:
        with store.writing(), self._sessions() as session, session.begin():
            geocoding.keep(
                session,
                provider=self.name,
                address=address,
                answers=answers,
                now=self._clock(),
            )
