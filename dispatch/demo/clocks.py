"""SLA clocks of all tickets under a managed service, as the tickets' own verbs would leave them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dispatch.agreements import Agreement, AgreementKind, ServiceLevel
from dispatch.demo.world import World
from dispatch.planning.plans import Assignment
from dispatch.tickets import ClockKind, ClockPause, SlaClock, Ticket, TicketState
from dispatch.visits import Visit
from dispatch.worktime import Hours

# The reason that the waiting itself records.
WAITING = "waiting-customer"
PROMISED = {
    ClockKind.RESPOND: "respond_minutes",
    ClockKind.ARRIVE: "arrive_minutes",
    ClockKind.RESOLVE: "resolve_minutes",
}


def run_clocks(world: World) -> None:
    """Start, meet and miss every clock, from what is told of each ticket. Call it last."""
    managed = {
        row["id"]: Hours.read(row["service_hours"], zone=row["zone"], country=row["country"])
        for row in world.rows.of(Agreement)
        if row["kind"] is AgreementKind.MANAGED
    }
    levels = {(row["agreement_id"], row["priority"]): row for row in world.rows.of(ServiceLevel)}
    arrivals = _first_arrivals(world)
    for ticket in world.rows.of(Ticket):
        hours = managed.get(ticket["agreement_id"])
        if hours is not None:
            level = levels[ticket["agreement_id"], ticket["priority"].value]
            _run(world, ticket, level=level, hours=hours, arrived_at=arrivals.get(ticket["id"]))


def _first_arrivals(world: World) -> dict[int, datetime]:
    """When somebody first came, by ticket."""
    ticket_of = {row["id"]: row["ticket_id"] for row in world.rows.of(Visit)}
    found: dict[int, datetime] = {}
    for row in world.rows.of(Assignment):
        if row["arrived_at"] is None:
            continue
        ticket_id = ticket_of[row["visit_id"]]
        found[ticket_id] = min(row["arrived_at"], found.get(ticket_id, row["arrived_at"]))
    return found


def _run(
    world: World,
    ticket: dict[str, Any],
    *,
    level: dict[str, Any],
    hours: Hours,
    arrived_at: datetime | None,
) -> None:
    met = {
        ClockKind.RESPOND: ticket["answered_at"] or ticket["resolved_at"],
        ClockKind.ARRIVE: arrived_at,
        ClockKind.RESOLVE: ticket["resolved_at"],
    }
    for kind, column in PROMISED.items():
        if level[column] is None:
            continue
        starts_at, met_at = ticket["opened_at"], met[kind]
        due_at = hours.add(starts_at, level[column])
        ended_at = met_at or ticket["resolved_at"] or world.now
        stands = kind is ClockKind.RESOLVE and ticket["state"] is TicketState.WAITING_CUSTOMER
        clock_id = world.rows.add(
            SlaClock,
            ticket_id=ticket["id"],
            kind=kind,
            minutes=level[column],
            starts_at=starts_at,
            due_at=None if stands else due_at,
            met_at=met_at,
            missed_at=due_at if due_at < ended_at and not stands else None,
        )
        if stands:
            since = ticket["tier_since"]
            world.rows.add(ClockPause, clock_id=clock_id, reason=WAITING, starts_at=since)
