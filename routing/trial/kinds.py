"""Which idle vehicles are alike, so that a search tries only one of them."""

from __future__ import annotations

from routing.trial.pricing import Prices
from routing.trial.tables import Tables


def kinds_of(tables: Tables, prices: Prices) -> list[int]:
    """A number for each vehicle, equal for those that are the same to the search."""
    known: dict[object, int] = {}
    fair = tables.problem.fairness.cost_per_s > 0
    found = []
    for vehicle in tables.vehicles:
        shift, lead = vehicle.shift, vehicle.lead
        key: object = (
            (shift.start, shift.end, vehicle.latest, vehicle.begin, vehicle.finish),
            (shift.breaks, shift.soft_limits, shift.first_start, shift.last_end),
            (shift.max_duration_s, shift.max_travel_s, shift.max_distance_m, shift.max_leg_s),
            (shift.max_visits, tuple(sorted(shift.max_visits_by_tag.items()))),
            (
                vehicle.travel_factor,
                vehicle.profile,
                vehicle.tools,
                len(vehicle.crew),
                lead.min_rest_s,
            ),
            tuple(sorted(vehicle.parts.items())),
            tuple(sorted(vehicle.capacity.items())),
            tuple(one.cost for one in vehicle.crew),
            tuple(one.history for one in vehicle.crew) if fair else (),
            tuple(tables.lengths[vehicle.index]),
            tuple(tables.spans[vehicle.index]),
            prices.who_row(vehicle.index),
            # Of somebody with several shifts or in several crews, the other routes matter.
            vehicle.index if len(lead.shifts) > 1 or len(vehicle.crew) > 1 else None,
        )
        found.append(known.setdefault(key, len(known)))
    return found
