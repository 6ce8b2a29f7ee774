"""Lets routes of a trial leave later where that saves more than it costs to begin later.

While a plan is searched for, work whose start has a price begins as early as it can: what a later
departure would save is looked at once, when a plan is told.
"""

from __future__ import annotations

from routing.trial.trial import Trial

# Differences of prices below this part are rounding.
NOISE = 1e-9


def leave_later(trial: Trial) -> None:
    """Give each route its cheapest departure. What other jobs wait for keeps its hour."""
    tables = trial.tables
    bound = tables.linked | {job for uses in tables.draft.machines.values() for job in uses}
    for laid in list(trial.routes):
        if laid is None or not trial.prices.start_priced.intersection(laid.stops):
            continue
        if bound.intersection(laid.stops):
            continue
        best, least = laid, trial.total()
        for later in trial.patience.departures(tables.vehicles[laid.vehicle], laid, trial.fixed):
            trial.hold(later)
            price = trial.total()
            if price < least - NOISE * abs(least):
                best, least = later, price
        trial.hold(best)
