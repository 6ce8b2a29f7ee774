"""Queues of customers for two days of two technicians, drawn by chance."""

from __future__ import annotations

from random import Random

from routing import interchange
from routing.problem import Job, Problem, Window

DAY_S = 86400
HOURS = ((8, 10), (10, 12), (13, 15), (15, 17))
WINDOWS = tuple(
    Window(opens=day * DAY_S + first * 3600, closes=day * DAY_S + last * 3600)
    for day in range(2)
    for first, last in HOURS
)


def document(rng: Random, *, customers: int, technicians: int = 2) -> dict:
    """A problem without visits. The customers live at ``home-0``, ``home-1`` and so on."""
    shifts = [
        {"id": f"day-{day}", "start": day * DAY_S + 27000, "end": day * DAY_S + 63000}
        for day in range(2)
    ]
    return {
        "format": interchange.PROBLEM_FORMAT,
        "name": "random stream",
        "locations": [
            {"id": "office", "x": 20, "y": 20},
            *(
                {"id": f"home-{n}", "x": rng.randint(0, 40), "y": rng.randint(0, 40)}
                for n in range(customers)
            ),
        ],
        "travel": {"type": "planar", "seconds_per_unit": 60, "metres_per_unit": 1000},
        "technicians": [
            {
                "id": f"technician-{n}",
                "start_location": "office",
                "end_location": "office",
                "shifts": shifts,
            }
            for n in range(technicians)
        ],
        "visits": [],
        "objective": {"levels": [[{"metric": "unserved"}], [{"metric": "travel_s"}]]},
    }


def problem(rng: Random, *, customers: int, technicians: int = 2) -> Problem:
    return interchange.problem_of(document(rng, customers=customers, technicians=technicians))


def jobs(rng: Random, *, customers: int) -> list[Job]:
    return [
        Job(id=f"visit-{n}", location=f"home-{n}", duration_s=rng.choice([900, 1800, 3600]))
        for n in range(customers)
    ]
