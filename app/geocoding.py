"""Finding coordinates for an address, where the settings name a service; nobody else is asked."""

from __future__ import annotations

from flask_babel import get_locale

from app.context import settings
from routing.geocode.answer import Answer
from routing.geocode.services import NominatimCompatible


def available() -> bool:
    """Whether a geocoder is set."""
    return bool(settings().geocoder_url)


def find(address: str) -> tuple[Answer, ...]:
    """Places for an address, best first. Raises GeocodeError; call it with no transaction open."""
    service = NominatimCompatible(url=settings().geocoder_url, contact=settings().geocoder_contact)
    return service.find(address, language=str(get_locale() or settings().language))
