"""Random days as documents: a plane, some technicians, more jobs than fit comfortably."""

from __future__ import annotations

import json
import math
from pathlib import Path
from random import Random
from typing import Any

from tests.routing import spice

Document = dict[str, Any]
CASES = Path(__file__).parent / "instances" / "interchange-cases.json"


def plain(rng: Random, *, visits: int = 9, technicians: int = 3) -> Document:
    """Windows of two hours, homes of their own, whole seconds; nothing else."""
    places = [
        {"id": f"place-{n}", "x": rng.randint(0, 60), "y": rng.randint(0, 60)}
        for n in range(visits + technicians)
    ]
    return {
        "format": "onsite-problem/1",
        "name": "random day",
        "locations": places,
        "travel": {"type": "planar", "seconds_per_unit": 60, "metres_per_unit": 1000},
        "technicians": [
            {
                "id": f"technician-{n}",
                "start_location": places[visits + n]["id"],
                "end_location": places[visits + n]["id"],
                "shifts": [{"start": 28800, "end": 61200}],
            }
            for n in range(technicians)
        ],
        "visits": [
            {
                "id": f"visit-{n}",
                "location": places[n]["id"],
                "duration_s": rng.randrange(600, 5400, 300),
                "windows": [[opens, opens + 7200]],
                "unserved_penalty": rng.randint(50, 200),
            }
            for n in range(visits)
            for opens in [rng.randrange(28800, 54000, 1800)]
        ],
        "objective": {
            "levels": [[{"metric": "unserved"}], [{"metric": "distance_m", "weight": 0.001}]]
        },
    }


def profiled(rng: Random, *, visits: int = 9, technicians: int = 3) -> Document:
    """The first drives, the others ride: tables of two planes, on neither a detour is shorter."""
    day = plain(rng, visits=visits, technicians=technicians)

    def ground(pace: float) -> Document:
        points = [(rng.uniform(0, 9000), rng.uniform(0, 9000)) for _ in day["locations"]]
        metres = [[round(math.dist(one, other)) for other in points] for one in points]
        return {"seconds": [[cell * pace for cell in row] for row in metres], "metres": metres}

    day["travel"] = {"type": "matrix", **ground(0.125), "profiles": {"bike": ground(0.25)}}
    for number, technician in enumerate(day["technicians"]):
        technician["profile"] = "bike" if number else ""
        technician["cost"] = {"per_m": 0.01, "per_duration_s": 0.02, "fixed": 20}
    day["objective"] = {"levels": [[{"metric": "unserved"}], [{"metric": "route_cost"}]]}
    return day


def nasty(seed: int) -> Document:
    """A small day with a random pinch of every rule, mild or hot."""
    rng = Random(seed)
    return spice.spiced(plain(rng, visits=12, technicians=4), rng)


def cases() -> list[Document]:
    """The sound problems of the format's own cases."""
    found = json.loads(CASES.read_bytes())["cases"]
    return [case["problem"] for case in found if "malformed" not in case]
