"""Every table in one place, for migrations, tests and the web's session."""

from dispatch import (
    accounts,
    agreements,
    customers,
    field,
    inbound,
    journal,
    notices,
    places,
    promises,
    tasks,
    tickets,
    visits,
    workforce,
)
from dispatch.base import Base
from dispatch.planning import plans, runs

__all__ = [
    "Base",
    "accounts",
    "agreements",
    "customers",
    "field",
    "inbound",
    "journal",
    "notices",
    "places",
    "plans",
    "promises",
    "runs",
    "tasks",
    "tickets",
    "visits",
    "workforce",
]
