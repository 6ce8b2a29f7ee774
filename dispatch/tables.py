"""Every table in one place, for migrations, tests and the web's session."""

from sqlalchemy import Engine

from dispatch import (
    accounts,
    agreements,
    customers,
    field,
    geocoding,
    guards,
    inbound,
    journal,
    legs,
    notices,
    pinning,
    places,
    promises,
    reach,
    store,
    tasks,
    tickets,
    visits,
    workforce,
)
from dispatch.base import Base
from dispatch.demo import mark
from dispatch.planning import plans, runs

__all__ = [
    "Base",
    "accounts",
    "agreements",
    "create_schema",
    "customers",
    "field",
    "geocoding",
    "inbound",
    "journal",
    "legs",
    "mark",
    "notices",
    "pinning",
    "places",
    "plans",
    "promises",
    "reach",
    "runs",
    "tasks",
    "tickets",
    "visits",
    "workforce",
]


def create_schema(engine: Engine) -> None:
    """Give an empty database this version's tables and guards: what the migrations lead to."""
    with store.writing(), engine.begin() as connection:
        Base.metadata.create_all(connection)
        guards.install_guards(connection)
