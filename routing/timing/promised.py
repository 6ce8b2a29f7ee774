"""Times as a solution promises them; what it leaves open is the best that its times allow."""

from __future__ import annotations

from collections.abc import Sequence

from routing.roads import Roads
from routing.timing.order import HALVINGS, Times, home
from routing.timing.placed import PlacedRoute
from routing.timing.starts import Interval

# Seconds; an arrival this late is still the promised one.
ROUNDING_S = 1e-6


def promised_times(route: PlacedRoute, *, roads: Roads) -> Times:
    """Every stop of the route has a start."""
    starts, ends = [], []
    for stop in route.stops:
        assert stop.stop.start is not None
        starts.append(stop.stop.start)
        given = stop.stop.end
        ends.append(given if given is not None else stop.stop.start + stop.length_s)
    spans = list(zip(starts, ends, strict=True))
    depart, back = route.route.depart, route.route.back
    if depart is None:
        depart = _latest_departure(route, spans, roads=roads)
    if back is None:
        back = _earliest_return(route, spans, roads=roads, depart=depart)
    return Times(
        depart=depart,
        back=back,
        arrivals=tuple(stop.stop.arrival for stop in route.stops),
        starts=tuple(starts),
        ends=tuple(ends),
    )


def _latest_departure(route: PlacedRoute, spans: Sequence[Interval], *, roads: Roads) -> float:
    """As late as the first stop with a place allows, not before the shift."""
    number = next((n for n, stop in enumerate(route.stops) if stop.place is not None), None)
    if number is None:
        return spans[0][0]
    first = route.stops[number]
    assert route.begin is not None
    assert first.place is not None
    here, there, factor, pauses = route.begin, first.place, route.travel_factor, spans[:number]
    own, arrive = roads.of(route.profile), first.stop.arrival
    if arrive is None:
        arrive = spans[number][0] - first.setup_s
    if not pauses:
        leave = own.departure(here, there, arrive=arrive, factor=factor)
        return max(route.shift.start, leave)

    def arrival(leave: float) -> float:
        return own.drive(here, there, leave=leave, factor=factor, pauses=pauses)[0]

    low = route.shift.start
    high = max(low, min(arrive, pauses[0][0]))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if arrival(middle) <= arrive else (low, middle)
    return high if arrival(high) <= arrive + ROUNDING_S else low


def _earliest_return(
    route: PlacedRoute, spans: Sequence[Interval], *, roads: Roads, depart: float
) -> float:
    """As early as the last stop with a place allows, not before the last break has ended."""
    placed = [n for n, stop in enumerate(route.stops) if stop.place is not None]
    here, left, after = route.begin, depart, 0
    if placed:
        here, left, after = route.stops[placed[-1]].place, spans[placed[-1]][1], placed[-1] + 1
    back = home(route, roads, here=here, left=left, pauses=spans[after:])
    return max(back, spans[-1][1])
