"""A new site whose coordinate nobody has given: it stands provisionally, and is asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app import geocoding, work
from app.database import session
from dispatch import places
from dispatch.accounts import Account
from dispatch.customers import Customer
from dispatch.places import Site, Territory
from schedules.tasks import locate_sites


def add_waiting_site(
    *,
    customer: Customer,
    territory: Territory | None,
    now: datetime,
    by: Account | None,
    **told: Any,  # noqa: ANN401 - an address has many lines
) -> Site:
    """Add a site and let its address be asked for: of the index at once, of a service in turn.

    ``told`` as in ``places.add_site``. Without a ``territory`` the likeliest one has it until then.
    Raises NoTerritory.
    """
    made = places.add_unplaced_site(
        session(),
        customer=customer,
        territory=territory
        or places.likely_territory(session(), customer=customer, town=str(told["town"])),
        now=now,
        by=by,
        **told,
    )
    if geocoding.ask(made, now=now):
        locate_sites.start(session(), work.queue(), now=now)
    return made
