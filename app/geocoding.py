"""Finding coordinates for an address while somebody waits, with the geocoder of the settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Flask, current_app
from flask_babel import get_locale

from app.context import settings, settings_of
from app.database import session
from app.geocoders import Geocoders
from dispatch import geocoding as trade
from dispatch.places import Site
from routing.geocode.answer import Answer, Geocoder
from routing.geocode.index import IndexWrong, Places

KEY = "onsite.geocoders"


def init_app(app: Flask) -> None:
    """Let the application ask for places."""
    app.extensions[KEY] = Geocoders(settings_of(app))


def asker(app: Flask) -> Callable[[], Geocoder | None]:
    """What gives whom to ask now, or None: nobody is set, or no index that can be read."""
    held: Geocoders = app.extensions[KEY]

    def current() -> Geocoder | None:
        try:
            return held.current()
        except IndexWrong:  # onsite doctor says so, and what to do
            return None

    return current


def geocoder() -> Geocoder | None:
    """Whom the current application asks, or None."""
    return asker(current_app)()


def available() -> bool:
    """Whether addresses can be looked up."""
    return geocoder() is not None


def find(address: str) -> tuple[Answer, ...]:
    """Places for an address, best first. Raises GeocodeError; call it with no transaction open."""
    asked = geocoder()
    if asked is None:
        return ()
    return asked.find(address, language=str(get_locale() or settings().language))


def ask(site: Site, *, now: datetime) -> bool:
    """Let a site's address be asked for: the index answers at once. True: a service is to be asked.

    Where there is nobody to ask, a person has to look. Writes within the request's transaction; the index takes milliseconds of it. Raises PinKept.
    """
    asked = trade.ask(session(), site=site, now=now)
    found = geocoder()
    if isinstance(found, Places):
        answers = found.find(asked.address)
        trade.record(session(), request_id=asked.id, provider=found.name, answers=answers, now=now)
        return False
    if found is None:
        trade.give_up(session(), request_id=asked.id, fault="")
    return found is not None
