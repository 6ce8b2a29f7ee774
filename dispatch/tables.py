"""Every table in one place, for migrations, tests and the web's session."""

from dispatch import (
    accounts,
    agreements,
    booking,
    customers,
    field,
    inbound,
    journal,
    notices,
    places,
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
    "booking",
    "customers",
    "field",
    "inbound",
    "journal",
    "notices",
    "places",
    "plans",
    "runs",
    "tasks",
    "tickets",
    "visits",
    "workforce",
]
