"""Geocoders asked over HTTP, through geopy. Only this module knows it.

geopy's own defaults are public servers; here the address of a server is always given, none is
preset. Whoever enters the public Nominatim must keep its policy (``NOMINATIM_POLICY``): one
request a second over all users, a contact, no bulk, no personal data.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from geopy import geocoders
from geopy.adapters import URLLibAdapter
from geopy.exc import (
    ConfigurationError,
    GeocoderAuthenticationFailure,
    GeocoderInsufficientPrivileges,
    GeocoderQueryError,
    GeocoderQuotaExceeded,
    GeocoderRateLimited,
    GeopyError,
)
from rapidfuzz.distance import OSA

from routing.geocode.answer import (
    Answer,
    GeocoderBusy,
    GeocoderPuzzled,
    GeocoderRefused,
    Precision,
)
from routing.geocode.fold import is_japanese, weight, words

TIMEOUT_S = 5.0
MOST = 5
PUBLIC_NOMINATIM = "nominatim.openstreetmap.org"
NOMINATIM_POLICY = "https://operations.osmfoundation.org/policies/nominatim/"
OPENSTREETMAP = "© OpenStreetMap contributors"
# Statuses of a wrong address: asking again changes nothing.
_GONE = frozenset({404, 410})
# Two words less alike than this are different words.
_ALIKE = 0.7
# No text proves that a service found the right door of several with one address.
_MOST_FROM_TEXT = 0.95
# Things of OpenStreetMap that stand at one place, as Nominatim and Photon name them.
_AT_ONE_PLACE = frozenset(
    {"house", "building", "house_number", "place", "shop", "amenity", "office", "tourism", "craft"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A geocoder at ``url``; ``contact`` tells its owner who asks, ``key`` opens it if it must."""

    name: str
    url: str
    contact: str = ""
    key: str = ""
    timeout_s: float = TIMEOUT_S

    def __post_init__(self) -> None:
        if self.name not in SERVICES:
            raise ValueError(f"no service is called {self.name}: {', '.join(SERVICES)}")
        if not self.url:
            raise ValueError(f"the address of the {self.name} server is missing")
        if self.name == "nominatim" and not self.contact:
            raise ValueError("a Nominatim server must be told whom to reach: a contact is missing")

    def find(
        self, address: str, *, language: str, country: str | None = None
    ) -> tuple[Answer, ...]:
        """Up to five places, best first; empty when there is none.

        Raises GeocoderBusy (ask later), GeocoderRefused (a person must mend something) or
        GeocoderPuzzled (this address never works).
        """
        kind = SERVICES[self.name]
        where = urlsplit(self.url)
        base = {
            "scheme": where.scheme,
            "domain": (where.netloc + where.path).rstrip("/"),
            "user_agent": f"onsite ({self.contact})" if self.contact else "onsite",
            "timeout": self.timeout_s,
            # The other adapter, where requests is installed, sleeps through Retry-After itself.
            "adapter_factory": URLLibAdapter,
        }
        try:
            found = kind.ask(base, self.key, address, language, country)
            return tuple(self._answer(address, place.raw) for place in (found or ())[:MOST])
        except GeocoderRateLimited as later:  # first: it is a kind of quota, but passes
            wait = float(later.retry_after or 0)
            raise GeocoderBusy(str(later), retry_after_s=wait) from later
        except (
            ConfigurationError,
            GeocoderAuthenticationFailure,
            GeocoderInsufficientPrivileges,
            GeocoderQuotaExceeded,
        ) as refused:
            raise GeocoderRefused(str(refused)) from refused
        except GeocoderQueryError as puzzled:
            raise GeocoderPuzzled(str(puzzled)) from puzzled
        except GeopyError as away:
            if getattr(away.__cause__, "status_code", 0) in _GONE:
                raise GeocoderRefused(f"{away}: is its address right?") from away
            raise GeocoderBusy(str(away)) from away
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as garbled:
            # geopy reads what came without looking; a page of a proxy is no answer.
            raise GeocoderBusy("what it answered cannot be read") from garbled

    def _answer(self, address: str, raw: Mapping[str, Any]) -> Answer:
        kind = SERVICES[self.name]
        latitude, longitude = kind.at(raw)
        label = kind.label(raw)
        score = kind.score(raw)
        confidence = agreement(address, label) if score is None else score
        return Answer(
            latitude=latitude,
            longitude=longitude,
            label=label,
            precision=kind.precision(raw),
            provider=self.name,
            attribution=str(raw.get("licence") or kind.attribution),
            confidence=round(min(1.0, max(0.0, confidence)), 3),
            raw=json.dumps(raw, ensure_ascii=False, sort_keys=True),
        )


def agreement(address: str, label: str) -> float:
    """Which share of an address's telling words an answer repeats, from 0 to 0.95."""
    asked, told = words(address), set(words(label))
    if is_japanese(address):
        return _MOST_FROM_TEXT if set(address) & set(label) else 0.0
    whole = sum(weight(word) for word in asked)
    got = sum(
        weight(word) * max((_alike(word, other) for other in told), default=0.0) for word in asked
    )
    return _MOST_FROM_TEXT * got / whole if whole else 0.0


def _alike(word: str, other: str) -> float:
    if word.isdigit() or len(word) <= 3:
        return float(word == other)
    return float(OSA.normalized_similarity(word, other, score_cutoff=_ALIKE))


Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """How one service is asked, and how its answers are read."""

    ask: Callable[[Mapping[str, Any], str, str, str, str | None], Any]
    at: Callable[[Raw], tuple[float, float]]
    label: Callable[[Raw], str]
    precision: Callable[[Raw], Precision]
    score: Callable[[Raw], float | None]
    attribution: str


def _ask_nominatim(
    base: Mapping[str, Any], _key: str, address: str, language: str, country: str | None
) -> Any:  # noqa: ANN401 - geopy has no types
    return geocoders.Nominatim(**base).geocode(
        address,
        exactly_one=False,
        limit=MOST,
        addressdetails=True,
        language=language or False,
        country_codes=country.lower() if country else None,
    )


def _ask_photon(
    base: Mapping[str, Any], _key: str, address: str, language: str, _country: str | None
) -> Any:  # noqa: ANN401
    # Photon refuses languages that its server was not made with; these are its own defaults.
    known = language if language in {"de", "en", "fr"} else False
    return geocoders.Photon(**base).geocode(address, exactly_one=False, limit=MOST, language=known)


def _ask_pelias(
    base: Mapping[str, Any], key: str, address: str, language: str, country: str | None
) -> Any:  # noqa: ANN401
    return geocoders.Pelias(**base, api_key=key or None).geocode(
        address,
        exactly_one=False,
        language=language or None,
        countries=[country] if country else None,
    )


def _ask_ban(
    base: Mapping[str, Any], _key: str, address: str, _language: str, _country: str | None
) -> Any:  # noqa: ANN401
    return geocoders.BANFrance(**base).geocode(address, exactly_one=False, limit=MOST)


def _ask_opencage(
    base: Mapping[str, Any], key: str, address: str, language: str, country: str | None
) -> Any:  # noqa: ANN401
    return geocoders.OpenCage(key, **base).geocode(
        address,
        exactly_one=False,
        language=language or None,
        country=country,
        annotations=False,
    )


def _point(raw: Raw) -> tuple[float, float]:
    """GeoJSON has the longitude first."""
    longitude, latitude = raw["geometry"]["coordinates"][:2]
    return float(latitude), float(longitude)


def _nominatim_precision(raw: Raw) -> Precision:
    """A house number found means the house, however the thing is called."""
    if "house_number" in (raw.get("address") or {}):
        return Precision.ROOFTOP
    kind = str(raw.get("addresstype", ""))
    return _kind_precision(kind)


def _photon_precision(raw: Raw) -> Precision:
    properties = raw["properties"]
    if properties.get("housenumber"):
        return Precision.ROOFTOP
    if properties.get("osm_key") in _AT_ONE_PLACE - {"place"}:
        return Precision.ROOFTOP
    return _kind_precision(str(properties.get("type", "")))


def _pelias_precision(raw: Raw) -> Precision:
    properties = raw["properties"]
    if properties.get("match_type") == "interpolated":
        return Precision.INTERPOLATED
    layer = str(properties.get("layer", ""))
    return Precision.ROOFTOP if layer in {"address", "venue"} else _kind_precision(layer)


def _opencage_precision(raw: Raw) -> Precision:
    parts = raw["components"]
    if parts.get("house_number"):
        return Precision.ROOFTOP
    return _kind_precision(str(parts.get("_type", "")))


def _kind_precision(kind: str) -> Precision:
    if kind in {"road", "street", "highway"}:
        return Precision.STREET
    return Precision.ROOFTOP if kind in _AT_ONE_PLACE else Precision.LOCALITY


_BAN_PRECISION = {"housenumber": Precision.ROOFTOP, "street": Precision.STREET}


def _photon_label(raw: Raw) -> str:
    get = raw["properties"].get
    street = " ".join(str(get(key)) for key in ("street", "housenumber") if get(key))
    town = " ".join(str(get(key)) for key in ("postcode", "city") if get(key))
    return ", ".join(part for part in (get("name"), street, town, get("country")) if part)


SERVICES: Mapping[str, _Kind] = {
    "nominatim": _Kind(
        ask=_ask_nominatim,
        at=lambda raw: (float(raw["lat"]), float(raw["lon"])),
        label=lambda raw: str(raw.get("display_name", "")),
        precision=_nominatim_precision,
        score=lambda _raw: None,
        attribution=OPENSTREETMAP,
    ),
    "photon": _Kind(
        ask=_ask_photon,
        at=_point,
        label=_photon_label,
        precision=_photon_precision,
        score=lambda _raw: None,
        attribution=OPENSTREETMAP,
    ),
    "pelias": _Kind(
        ask=_ask_pelias,
        at=_point,
        label=lambda raw: str(raw["properties"].get("label", "")),
        precision=_pelias_precision,
        score=lambda raw: float(raw["properties"].get("confidence", 0)),
        attribution=OPENSTREETMAP,
    ),
    "ban": _Kind(
        ask=_ask_ban,
        at=_point,
        label=lambda raw: str(raw["properties"].get("label", "")),
        precision=lambda raw: _BAN_PRECISION.get(
            str(raw["properties"].get("type")), Precision.LOCALITY
        ),
        score=lambda raw: float(raw["properties"].get("score", 0)),
        attribution="Base Adresse Nationale, Licence Ouverte 2.0",
    ),
    "opencage": _Kind(
        ask=_ask_opencage,
        at=lambda raw: (float(raw["geometry"]["lat"]), float(raw["geometry"]["lng"])),
        label=lambda raw: str(raw.get("formatted", "")),
        precision=_opencage_precision,
        score=lambda _raw: None,
        attribution=OPENSTREETMAP,
    ),
}
NEEDS_KEY = frozenset({"opencage"})
