"""A slow search over a synthetic town, written apart from the product: steps from node to node.

It knows speeds, one-ways, restrictions, signals, gates and turn costs from the town's own lists, works
with floats and a sorted list of candidates, and shares no line with the product.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field
from itertools import pairwise

from tests.routing.travel.town import KMH, Town

Step = tuple[int, int, int]  # from node, to node, along way


@dataclass
class SlowSearch:
    """Seconds from crossing to crossing, beginning and ending in any direction."""

    town: Town
    left_hand: bool = False
    steps: dict[int, list[Step]] = field(default_factory=dict)
    seconds: dict[Step, float] = field(default_factory=dict)
    roads: dict[int, set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for way, (nodes, tags) in self.town.ways.items():
            metres = sum(self.metres(a, b) for a, b in pairwise(nodes))
            kmh = KMH[tags.get("highway", "ferry")]
            if "duration" in tags:
                kmh = metres / 300 * 3.6
            if "maxspeed" in tags:
                kmh = 20 * 1.609 * 0.8
            circle = tags.get("junction") == "roundabout"
            for a, b in pairwise(nodes):
                self.roads.setdefault(a, set()).add(b)
                self.roads.setdefault(b, set()).add(a)
                for begin, end in ((a, b), (b, a)):
                    against = (begin, end) != (a, b)
                    one_way = tags.get("oneway", "yes" if circle else "")
                    if (one_way == "yes" and against) or (one_way == "-1" and not against):
                        continue
                    step = begin, end, way
                    self.steps.setdefault(begin, []).append(step)
                    self.seconds[step] = self.metres(a, b) / kmh * 3.6

    def between(self, origin: int, destination: int) -> float:
        """Seconds; infinite where there is no way."""
        best: dict[tuple[Step, ...], float] = {}
        heap = [(self.seconds[step], (step,)) for step in self.steps[origin]]
        answer = math.inf
        while heap:
            so_far, trail = heapq.heappop(heap)
            if so_far >= answer or best.get(trail, math.inf) <= so_far:
                continue
            best[trail] = so_far
            last = trail[-1]
            if last[1] == destination:
                answer = so_far
                continue
            for step in self.steps[last[1]]:
                turn = self.turn(trail, step)
                if turn is not None:
                    # The step before the last matters to restrictions over a way.
                    heapq.heappush(heap, (so_far + turn + self.seconds[step], (*trail[-2:], step)))
        return answer

    def turn(self, trail: tuple[Step, ...], step: Step) -> float | None:
        """Seconds that a turn costs; None where it is forbidden."""
        last = trail[-1]
        node, back = last[1], step[1] == last[0]
        allowed = [each for each in self.steps[node] if not self.is_forbidden(trail, each)]
        if step not in allowed:
            return None
        tags = self.town.node_tags.get(node, {})
        both_ways = sum(
            any(each[1] == node for each in self.steps[other]) for other in self.roads[node]
        )
        if tags.get("barrier") == "bollard" and not back:
            return None
        alone = len(allowed) == 1 or len(self.roads[node]) == 1 or both_ways <= 1
        if back and not alone and tags.get("barrier") != "bollard":
            return None
        cost = {"traffic_signals": 2.0}.get(tags.get("highway", ""), 0.0)
        cost += 60.0 if tags.get("barrier") == "gate" else 0.0
        return cost + self.bend(last, step, back=back)

    def bend(self, last: Step, step: Step, *, back: bool) -> float:
        if len(self.roads[last[1]]) <= 2 and not back:
            return 0.0
        turn = math.degrees(self.bearing(*step[:2]) - self.bearing(*last[:2]))
        turn = 180.0 if back else (turn + 180.0) % 360.0 - 180.0
        rightwards = -turn if self.left_hand and not back else turn
        easy = 1.075 if rightwards >= 0 else 1 / 1.075
        share = abs(turn) / 180
        cost = 7.5 / (1 + math.exp(-(13 / easy * share - 6.5 * easy)))
        circle = any(
            self.town.ways[way][1].get("junction") == "roundabout" for way in (last[2], step[2])
        )
        if rightwards < 0 and not circle:
            cost += 2.0 / (1 + math.exp(-(13 * share - 3.25)))
        return cost + (20.0 if back else 0.0)

    def is_forbidden(self, trail: tuple[Step, ...], step: Step) -> bool:
        for kind, begins, vias, ends in self.town.restrictions:
            named = step[2] == ends
            if vias[0][0] == "n":
                there = trail[-1][2] == begins and trail[-1][1] == vias[0][1]
                if there and (named if kind.startswith("no_") else not named):
                    return True
            elif len(trail) > 1 and (trail[-2][2], trail[-1][2]) == (begins, vias[0][1]) and named:
                return True
        return False

    def metres(self, a: int, b: int) -> float:
        """Haversine, another formula than the product's."""
        (lat, lon), (to_lat, to_lon) = self.town.nodes[a], self.town.nodes[b]
        up, over = math.radians(to_lat - lat), math.radians(to_lon - lon)
        square = (
            math.sin(up / 2) ** 2
            + math.cos(math.radians(lat)) * math.cos(math.radians(to_lat)) * math.sin(over / 2) ** 2
        )
        return 2 * 6_371_000.0 * math.asin(math.sqrt(square))

    def bearing(self, a: int, b: int) -> float:
        (lat, lon), (to_lat, to_lon) = self.town.nodes[a], self.town.nodes[b]
        return math.atan2((to_lon - lon) * math.cos(math.radians(lat)), to_lat - lat)
