"""The question as the kernel knows it, and what it cannot be asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.engine.kernel.columns import MOST_BREAKS, MOST_MEMBERS, STEPS
from routing.engine.kernel.frozen import are_first
from routing.engine.kernel.hours import has_many_slices, has_tables
from routing.engine.kernel.sharing import Sharing
from routing.engine.kernel.tolls import can_tell
from routing.problem import SoftLimitKind, has_traffic
from routing.rules.draft import Amount
from routing.trial.trial import Trial
from routing.trial.weights import Weights

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Question:
    """The read-only arrays of the kernel; see ``columns``. ``n`` jobs, ``v`` vehicles, ``m`` nodes.

    Depots are numbered behind the jobs; they have hands, prices, nodes and needs as jobs have, and
    ``room`` behind that of the vehicles.

    ``ticks`` are ``(2, f, m, m)`` with setup, ``roads`` ``(2 or 4, m, m)``, priced by ``pay``.
    ``who`` is ``(lines, n + depots)``, infinite where nobody of that line may go. ``near`` are
    ``(n, k)`` jobs that a ruin may reach, ``candidates`` ``(2, n, k)`` those behind and before
    which a job may be put, best first. ``bond_at`` and ``bond`` say how jobs hang together,
    ``group`` ``(n,)`` which are served together, -1 for none, ``timed`` which of them begin when
    others do. ``position`` are those that jobs are pinned to, 0 for none. ``scale`` is the price of
    a short leg.
    """

    mode: int
    states: int
    crew: Ints
    pay: Floats
    hands: Ints
    ticks: NDArray[np.int32]
    roads: NDArray[np.float32]
    who: NDArray[np.float32]
    jobs: Floats
    need: Floats
    room: Floats
    node: Ints
    near: NDArray[np.int32]
    candidates: NDArray[np.int32]
    keys: Floats
    tariff_at: Ints
    tariff: Floats
    drive: NDArray[np.int32]
    most_road: Floats
    bond_at: Ints
    bond: Ints
    group: Ints
    timed: NDArray[np.bool_]
    position: Ints
    sharing: Sharing
    scale: float

    @property
    def is_linked(self) -> bool:
        """Whether any jobs hang together."""
        return len(self.bond) > 0

    @property
    def count(self) -> int:
        """Number of jobs."""
        return len(self.jobs)

    @property
    def vehicles(self) -> int:
        """Number of vehicles."""
        return len(self.crew)


def beyond(trial: Trial) -> frozenset[str]:
    """What of this problem the kernel cannot say; nothing when it can say all of it."""
    tables, draft = trial.tables, trial.tables.draft
    found = {
        "hours": has_tables(tables.problem.travel),
        "many slices": has_many_slices(tables),
        "limits in traffic": has_traffic(tables.problem.travel) and _limits_wheel(trial),
        "profiles": len(tables.legs) > 1 and (_limits_metres(trial) or not can_tell(trial)),
        "places of breaks": any(
            place is not None for vehicle in tables.vehicles for place in vehicle.break_places
        ),
        "many breaks": any(len(vehicle.breaks) > MOST_BREAKS for vehicle in tables.vehicles),
        "positions": not are_first(draft),
        "machines": any(draft.machines.values()),
        "large groups": any(len(group) > MOST_MEMBERS for group in trial.partners.groups.values()),
        "crews with bonds": bool(draft.same_people or draft.other_people)
        and any(len(vehicle.people) > 1 for vehicle in tables.vehicles),
        "crews": bool(draft.exclusive),
        "rests": any(
            tables.vehicles[one].latest + seconds > tables.vehicles[then].shift.start
            for (one, then), seconds in draft.rests.items()
        ),
        "changes": draft.most_changes is not None,
        "many steps": any(
            sum(len(one.cost.overtime_steps) for one in vehicle.crew) > STEPS
            for vehicle in tables.vehicles
        ),
        "soft limits": any(
            len({limit.limit for limit in vehicle.shift.soft_limits})
            < len(vehicle.shift.soft_limits)
            for vehicle in tables.vehicles
        ),
        "prices of setups": any(tables.setups[place] for place in tables.places)
        and bool(Weights(tables.problem).metrics & {"wait_s", "setup_s"}),
        "nobody": not tables.jobs or not tables.vehicles,
    }
    return frozenset(name for name, is_there in found.items() if is_there)


def _limits_wheel(trial: Trial) -> bool:
    """Whether any route or leg may only be driven so long, or pays for more."""
    tables = trial.tables
    hard = any(kind is Amount.TRAVEL_S for _, kind in tables.draft.limits)
    softs = {limit.limit for v in tables.vehicles for limit in v.shift.soft_limits}
    legs = any(vehicle.shift.max_leg_s is not None for vehicle in tables.vehicles)
    return hard or legs or SoftLimitKind.TRAVEL in softs


def _limits_metres(trial: Trial) -> bool:
    """Whether any route may only be so many metres long, or pays for more."""
    tables = trial.tables
    hard = any(kind is Amount.DISTANCE_M for _, kind in tables.draft.limits)
    softs = {limit.limit for v in tables.vehicles for limit in v.shift.soft_limits}
    return hard or SoftLimitKind.DISTANCE in softs
