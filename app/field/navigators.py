"""Addresses that open a navigator on the way to a place.

``geo:`` (RFC 5870) opens whatever the phone has, but iPhones and desktops know none. The others are
the makers' own universal links; a place goes to one of them only when somebody taps on it.
"""

from __future__ import annotations

from urllib.parse import urlencode

from dispatch.planning.cards import VisitCard


def addresses(card: VisitCard) -> list[tuple[str, str]]:
    """Names and addresses of navigators for a visit's place."""
    place = f"{card.latitude},{card.longitude}"
    google = {"api": 1, "destination": place, "travelmode": "driving"}
    return [
        ("Apple Maps", "https://maps.apple.com/?" + urlencode({"daddr": place, "dirflg": "d"})),
        ("Google Maps", "https://www.google.com/maps/dir/?" + urlencode(google)),
        ("Waze", "https://waze.com/ul?" + urlencode({"ll": place, "navigate": "yes"})),
    ]
