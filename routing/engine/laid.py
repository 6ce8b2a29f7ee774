"""Between the kernel's routes and the exact trial."""

from __future__ import annotations

from routing.engine.kernel.columns import TICKS
from routing.engine.kernel.state import Orders, Starts
from routing.trial.tables import Tables
from routing.trial.trial import Trial


def laid_out(tables: Tables, orders: Orders, starts: Starts) -> Trial:
    """The kernel's routes laid out exactly, without what does not hold there."""
    trial = Trial(tables)
    trial.fixed = {job: (start / TICKS, start / TICKS) for job, start in starts.items()}
    for vehicle, stops in orders:
        trial.hold_most(vehicle, stops)
    trial.drop_half_served()
    return trial


def orders_of(trial: Trial) -> Orders:
    """Stops by vehicle, breaks left out."""
    return [(laid.vehicle, list(trial.bare(laid))) for laid in trial.routes if laid is not None]
