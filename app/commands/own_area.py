"""Whether a map extract is of the area where we work: compared with the places in the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import config
from dispatch import store
from dispatch.places import Depot, Site

# South, west, north, east, in degrees.
Bounds = tuple[float, float, float, float]


class OtherArea(Exception):
    """None of our places lies on the map; the sentence says what to do."""


def anyway_option() -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """``--anyway`` of a command that reads an extract."""
    return click.option(
        "--anyway",
        is_flag=True,
        help="Take the file even if none of our sites and depots lies in it.",
    )


def expect_ours(bounds: Bounds, *, anyway: bool, otherwise: str) -> None:
    """Refuse a map on which none of our sites and depots lies, and count those that do not.

    ``otherwise`` says what becomes of a place outside. Without a database, or ``anyway``, every
    map is taken. Raises OtherArea.
    """
    ours = _places()
    south, west, north, east = bounds
    inside = sum(south <= lat <= north and west <= lon <= east for lat, lon in ours)
    if ours and not inside and not anyway:
        raise OtherArea(
            f"none of the {len(ours)} sites and depots in the database lies on this map, which"
            f" reaches from {south:.2f}, {west:.2f} to {north:.2f}, {east:.2f}; take the extract of"
            " your own area, or add --anyway if they are still to come"
        )
    if inside < len(ours):
        click.echo(
            f"{len(ours) - inside} of {len(ours)} sites and depots lie outside of the map;"
            f" {otherwise}",
            err=True,
        )


def _places() -> list[tuple[float, float]]:
    """Where our sites and depots are; none where there is no database yet."""
    settings = config.load()
    database = settings.instance / "onsite.db"
    if not settings.database_url and not database.exists():
        return []
    engine = store.open_store(settings.database)
    try:
        with Session(engine) as session:
            sites = session.execute(select(Site.latitude, Site.longitude)).all()
            depots = session.execute(select(Depot.latitude, Depot.longitude)).all()
            return [(float(lat), float(lon)) for lat, lon in [*sites, *depots]]
    except SQLAlchemyError as wrong:
        click.echo(f"places are not compared: the database cannot be read ({wrong})", err=True)
        return []
    finally:
        engine.dispose()
