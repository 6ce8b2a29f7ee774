"""Geocoders asked over HTTP, through geopy. Only this module knows it.

geopy's own defaults are public servers; here the address of a server is always given. Whoever
enters the public Nominatim must keep its policy: one request a second, a contact, no bulk.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from geopy.exc import (
    ConfigurationError,
    GeocoderAuthenticationFailure,
    GeocoderInsufficientPrivileges,
    GeocoderQuotaExceeded,
    GeocoderRateLimited,
    GeopyError,
)
from geopy.geocoders import Nominatim

from routing.geocode.answer import Answer, GeocoderBusy, GeocoderRefused, Precision

TIMEOUT_S = 5.0
MOST = 5
# Kinds of OpenStreetMap things, as Nominatim names them in ``addresstype``.
_PRECISION = {
    "building": Precision.ROOFTOP,
    "house_number": Precision.ROOFTOP,
    "place": Precision.ROOFTOP,
    "shop": Precision.ROOFTOP,
    "amenity": Precision.ROOFTOP,
    "office": Precision.ROOFTOP,
    "road": Precision.STREET,
}

# Nominatim does not say how sure it is; it answers only what it finds every word of.
_CONFIDENCE = {
    Precision.ROOFTOP: 0.9,
    Precision.INTERPOLATED: 0.9,
    Precision.STREET: 0.8,
    Precision.LOCALITY: 0.5,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NominatimCompatible:
    """A server that speaks Nominatim's API, at ``url``; ``contact`` tells its owner who asks."""

    url: str
    contact: str

    def find(
        self, address: str, *, language: str, country: str | None = None
    ) -> tuple[Answer, ...]:
        """Up to five places, best first; empty when there is none.

        Raises GeocoderBusy, GeocoderRefused.
        """
        try:
            found = self._service().geocode(
                address,
                exactly_one=False,
                limit=MOST,
                addressdetails=True,
                language=language,
                country_codes=country.lower() if country else None,
            )
        except GeocoderRateLimited as later:  # first: it is a kind of quota, but passes
            raise GeocoderBusy(str(later)) from later
        except (
            ConfigurationError,
            GeocoderAuthenticationFailure,
            GeocoderInsufficientPrivileges,
            GeocoderQuotaExceeded,
        ) as refused:
            raise GeocoderRefused(str(refused)) from refused
        except GeopyError as away:
            raise GeocoderBusy(str(away)) from away
        return tuple(_answer(place.raw) for place in found or ())

    def _service(self) -> Nominatim:
        where = urlsplit(self.url)
        return Nominatim(
            scheme=where.scheme,
            domain=(where.netloc + where.path).rstrip("/"),
            user_agent=f"onsite ({self.contact})",
            timeout=TIMEOUT_S,
        )


def _answer(raw: Mapping[str, Any]) -> Answer:
    return Answer(
        latitude=float(raw["lat"]),
        longitude=float(raw["lon"]),
        label=str(raw.get("display_name", "")),
        precision=_precision(raw),
        provider="nominatim",
        attribution=str(raw.get("licence", "")),
        confidence=_CONFIDENCE[_precision(raw)],
        raw=json.dumps(dict(raw), ensure_ascii=False),
    )


def _precision(raw: Mapping[str, Any]) -> Precision:
    """A house number found means the house, however the thing is called."""
    details = raw.get("address") or {}
    if "house_number" in details:
        return Precision.ROOFTOP
    return _PRECISION.get(str(raw.get("addresstype", "")), Precision.LOCALITY)
