"""Makes small, nasty problems out of others, and random plans for them.

Everything is drawn from a ``random.Random`` that the caller seeds, so a failure can be repeated.
Documents are JSON as the file has it, because two judges that share no code must read them.
"""

from __future__ import annotations

import copy
from random import Random
from typing import Any

from routing import interchange
from routing.problem import METRICS, METRICS_BY_PRIORITY
from routing.roads import Roads
from routing.timing import timetable

Document = dict[str, Any]

SKILLS = ["fibre", "tills", "gas"]
AREAS = ["north", "south", "borders"]
LIMITS = {
    "max_duration_s": 30000,
    "max_travel_s": 9000,
    "max_distance_m": 90000,
    "max_visits": 4,
    "last_end": 50000,
}
TIMED_RELATIONS = ("same_start", "precedence", "gap")


def town() -> Document:
    """A dozen visits round a base, and three people; made to be spiced."""
    places = [{"id": f"p{n}", "x": 7 * n % 20 - 10, "y": 11 * n % 20 - 10} for n in range(13)]
    day = {"start": 28800, "end": 61200}
    return {
        "format": "onsite-problem/1",
        "name": "town",
        "locations": places,
        "travel": {"type": "planar", "seconds_per_unit": 60, "metres_per_unit": 1000},
        "technicians": [
            {"id": name, "start_location": "p0", "end_location": "p0", "shifts": [dict(day)]}
            for name in ("łukasz", "さくら", "bob")
        ],
        "visits": [
            {"id": f"v{n}", "location": f"p{n}", "duration_s": 600 * n} for n in range(1, 13)
        ],
        "objective": {"levels": [[{"metric": "cost"}]]},
    }


def small(problem: Document, rng: Random) -> Document:
    """A few visits and technicians of a problem, at their places, without the rest."""
    made = copy.deepcopy(problem)
    made["visits"] = rng.sample(made["visits"], min(len(made["visits"]), rng.randint(3, 10)))
    made["technicians"] = rng.sample(
        made["technicians"], min(len(made["technicians"]), rng.randint(2, 4))
    )
    people = {technician["id"] for technician in made["technicians"]}
    for visit in made["visits"]:
        visit.pop("pin", None)
        for key in ("allowed_technicians", "forbidden_technicians"):
            if visit.get(key) is not None:
                visit[key] = [name for name in visit[key] if name in people]
        own = visit.pop("duration_by_technician", {})
        visit["duration_by_technician"] = {k: v for k, v in own.items() if k in people}
    made["relations"] = []
    made["depots"] = []
    made.pop("incumbent", None)
    _leave_out_places(made)
    return made


def _leave_out_places(made: Document) -> None:
    """Only where somebody lives or works; large matrices make slow tests."""
    used = {visit["location"] for visit in made["visits"]}
    for technician in made["technicians"]:
        for owner in (technician, *technician["shifts"]):
            used |= {owner.get("start_location"), owner.get("end_location")}
    kept = [n for n, place in enumerate(made["locations"]) if place["id"] in used]
    made["locations"] = [made["locations"][n] for n in kept]
    for key in ("seconds", "metres"):
        if key in made["travel"]:
            rows = made["travel"][key]
            made["travel"][key] = [[rows[n][m] for m in kept] for n in kept]


def spiced(problem: Document, rng: Random) -> Document:
    """The problem with a random pinch of every rule: mild, so that plans may be good, or hot."""
    made = small(problem, rng)
    heat = rng.choice([0.2, 0.5, 1])
    places = [location["id"] for location in made["locations"]]
    people = [technician["id"] for technician in made["technicians"]]
    for location in made["locations"]:
        location["setup_s"] = _maybe(rng, 0.5, rng.choice([120, 300.5]), 0)
    _spice_travel(made["travel"], rng)
    made["equipment"] = [
        {"id": "lift", "count": rng.randint(0, 2)},
        {"id": "crane", "windows": [_window(rng)]},
    ]
    made["depots"] = [
        {"id": "store", "location": rng.choice(places), "duration_s": 300, "supplies": ["router"]},
        {"id": "main", "location": rng.choice(places), "duration_s": 60, "windows": [_window(rng)]},
        {"id": "yard", "location": rng.choice(places), "duration_s": 0, "supplies": False},
    ]
    for technician in made["technicians"]:
        _spice_technician(technician, rng, places=places, heat=heat)
    for visit in made["visits"]:
        _spice_visit(visit, rng, people=people, heat=heat)
    made["relations"] = _relations(made, rng)
    made["objective"] = {"levels": [_terms(rng) for _ in range(rng.randint(1, 3))]}
    made["fairness"] = {"tolerance_s": rng.choice([0, 1800]), "cost_per_s": 0.25}
    made["change_cost"] = {
        "per_change": 3,
        "per_technician_change": 5,
        "per_shift_change": 2,
        "per_moved_s": 0.01,
        "tolerance_s": rng.choice([0, 600]),
        "per_drop": 11,
        "max_changes": rng.choice([None, 0, 2]),
    }
    if rng.random() < 0.5:
        incumbent = order(made, rng)
        made["incumbent"] = _maybe(rng, 0.6, timed(made, incumbent), incumbent)
    return made


def order(problem: Document, rng: Random) -> Document:
    """A random plan without times: some visits, breaks, depots; hardly ever a good one."""
    names = [visit["id"] for visit in problem["visits"]]
    rng.shuffle(names)
    left = [names.pop() for _ in range(rng.randint(0, len(names) // 2))]
    routes = []
    for technician in problem["technicians"]:
        for shift in technician["shifts"]:
            if rng.random() < 0.3 and names:
                continue
            routes.append(_route(problem, technician, shift, names, rng))
    left += names
    reasons = ["no-technician", "unreachable", "no-room", "too-costly", "related", "not-tried"]
    unserved = [{"visit": name, "reason": rng.choice([*reasons, "whatever"])} for name in left]
    return {"format": "onsite-plan/1", "routes": routes, "unserved": unserved}


def timed(problem: Document, plan: Document) -> Document:
    """The plan with the times of its order."""
    question = interchange.problem_of(problem)
    answer = interchange.solution_of(plan, problem=question)
    day = timetable(answer, problem=question, roads=Roads(question))
    made = copy.deepcopy(plan)
    made["routes"] = [route for route in made["routes"] if route["stops"]]
    for route, clock in zip(made["routes"], day.routes, strict=True):
        route["depart"], route["return"] = clock.depart, clock.back
        for stop, times in zip(route["stops"], clock.stops, strict=True):
            stop["start"], stop["end"] = times.start, times.end
            if times.arrival is not None:
                stop["arrival"] = times.arrival
    return made


def _maybe(rng: Random, share: float, value: Any, otherwise: Any) -> Any:
    return value if rng.random() < share else otherwise


def _put(rng: Random, thing: Document, share: float, **keys: Any) -> None:
    """Each key with this probability."""
    for key, value in keys.items():
        if rng.random() < share:
            thing[key] = value


def _window(rng: Random) -> list[float]:
    opens = rng.randrange(0, 60000, 900)
    return [opens, opens + rng.choice([0, 1800, 7200, 30000])]


def _spice_travel(travel: Document, rng: Random) -> None:
    if rng.random() < 0.5:
        starts = sorted(rng.sample(range(0, 86400, 600), rng.randint(1, 4)))
        starts[0] = _maybe(rng, 0.5, 0, starts[0])
        slices = [{"start": at, "factor": rng.choice([0.8, 1, 1.5, 2.25])} for at in starts]
        travel["traffic"] = {"slices": slices, "repeat_s": _maybe(rng, 0.6, 86400, None)}
    if travel["type"] == "matrix" and rng.random() < 0.3:
        for row in rng.sample(travel["seconds"], 3):
            row[rng.randrange(len(row))] = None


def _spice_technician(technician: Document, rng: Random, *, places: list[str], heat: float) -> None:
    technician["skills"] = {
        name: rng.choice([1, 2, 3, {"level": 2, "from": 20000}, {"until": 40000}])
        for name in rng.sample(SKILLS, rng.randint(1, 3))
    }
    _put(
        rng,
        technician,
        0.4 * heat,
        tools=["ladder"],
        parts={"router": rng.randint(0, 2), "cable": 2.5},
        capacity={"boxes": rng.randint(1, 5)},
        service_factor=rng.choice([0.8, 1.25]),
        travel_factor=rng.choice([0.9, 1.1]),
        allowed_territories=rng.sample(AREAS, 2),
        forbidden_territories=rng.sample(AREAS, 1),
        preferred_territories=rng.sample(AREAS, 1),
        min_rest_s=rng.choice([0, 28800]),
        start_location=_maybe(rng, 0.5, rng.choice(places), None),
        end_location=_maybe(rng, 0.5, rng.choice(places), None),
        cost={
            "fixed": 7,
            "per_m": 0.01,
            "per_travel_s": 0.02,
            "per_duration_s": 0.03,
            "per_overtime_s": 0.5,
            "overtime_steps": [{"after_s": 600, "per_s": 1}, {"after_s": 3600, "per_s": 2}],
            "per_visit": 4,
            "per_outside_visit": 6,
            "per_outside_s": 0.01,
            "per_spare_level": 9,
        },
        history={"worked_s": 90000, "available_s": 144000, "group": rng.choice(["", "inside"])},
    )
    shift = technician["shifts"][0]
    technician["shifts"] = [shift]
    shift["id"] = "early"
    _spice_shift(shift, rng, places=places, heat=heat)
    if rng.random() < 0.3:
        late = copy.deepcopy(shift)
        late["id"] = "late"
        late["start"] += rng.choice([0, 43200])
        late["end"] = max(late["end"], late["start"]) + 43200
        technician["shifts"].append(late)


def _spice_shift(shift: Document, rng: Random, *, places: list[str], heat: float) -> None:
    hard = {key: value for key, value in LIMITS.items() if rng.random() < 0.15 * heat}
    shift.update(hard)
    _put(
        rng,
        shift,
        0.3 * heat,
        max_overtime_s=rng.choice([600, 7200]),
        max_leg_s=3000,
        max_visits_by_tag={"heavy": 1},
        first_start=shift["start"] + 3600,
        start_location=_maybe(rng, 0.5, rng.choice(places), None),
        end_location=_maybe(rng, 0.5, rng.choice(places), None),
        soft_limits=[
            {"limit": name, "value": value / 2, "price": 0.5} for name, value in LIMITS.items()
        ],
    )
    noon = shift["start"] + rng.choice([1800, 7200, 14400])
    breaks = [
        {"id": "tea", "duration_s": 600},
        {"id": "lunch", "duration_s": 1800, "window": [noon, noon + 3600], "paid": False},
        {
            "id": "gym",
            "duration_s": 900,
            "window": [noon, noon + 9000],
            "location": rng.choice(places),
        },
    ]
    shift["breaks"] = [pause for pause in breaks if rng.random() < 0.4 * heat]


def _spice_visit(visit: Document, rng: Random, *, people: list[str], heat: float) -> None:
    opens, closes = _window(rng)
    _put(
        rng,
        visit,
        0.15 * heat,
        duration_by_technician={rng.choice(people): 2000},
        windows=[_window(rng), _window(rng)],
        finish_inside=True,
        max_lateness_s=rng.choice([None, 1800]),
        lateness_cost_per_s=0.5,
        promise=[opens, closes],
        promise_hard=False,
        release=rng.choice([10000, 30000, 50000]),
        deadlines=[
            {"of": "start", "at": 20000, "cost": 10, "cost_per_s": 0.1, "step_s": 3600},
            {
                "of": "end",
                "at": 15000,
                "cost_per_s": 0.2,
                "hours": [[14000, 22000], [30000, 40000]],
            },
        ],
        delay_cost_per_s=0.001,
        delay_steps=[{"from": 0, "cost": 1}, {"from": 30000, "cost": 8}],
        wishes=[
            {"technicians": [rng.choice(people), "gone"], "cost": 3},
            {"windows": [_window(rng)], "cost": 2, "cost_per_s": 0.1, "max_cost": 500},
        ],
        skills=[
            rng.choice(
                [
                    {"skill": rng.choice(SKILLS), "level": rng.randint(1, 3)},
                    {"any_of": rng.sample(SKILLS, 2), "count": rng.randint(1, 2)},
                    {"none_of": rng.sample(SKILLS, 1), "level": 2},
                ]
            )
        ],
        crew_size=2,
        tools=["ladder"],
        parts={"router": 1, "cable": 0.5},
        demand={"boxes": rng.randint(1, 3)},
        equipment={rng.choice(["lift", "crane"]): rng.randint(1, 2)},
        allowed_technicians=[rng.choice(people)],
        forbidden_technicians=[rng.choice(people)],
        territory=rng.choice(AREAS),
        tags=["heavy"],
        priority=rng.randint(1, 4),
        mandatory=True,
        unserved_penalty=rng.choice([0, 50]),
        change_factor=rng.choice([0, 2]),
        pin=_pin(rng, people),
    )


def _pin(rng: Random, people: list[str]) -> Document:
    pin: Document = {}
    _put(
        rng,
        pin,
        0.5,
        position=rng.randint(1, 2),
        start=rng.choice([15000, 30000]),
        slack_s=1800,
        must_serve=False,
    )
    if rng.random() < 0.5:
        pin["technician"] = rng.choice(people)
        _put(rng, pin, 0.5, shift="early")
    return pin


def _relations(problem: Document, rng: Random) -> list[Document]:
    names = [visit["id"] for visit in problem["visits"]]
    kinds = [*TIMED_RELATIONS, "same_technician", "different_technician", "all_or_none"]
    found = []
    for _ in range(rng.choice([0, 0, 1, 1, 2, 3])):
        kind = rng.choice(kinds)
        members = sorted(rng.sample(range(len(names)), 2))  # in one order: no circles
        relation: Document = {"type": kind, "visits": [names[member] for member in members]}
        if kind in ("precedence", "gap"):
            _put(rng, relation, 0.6, min_s=rng.choice([-600, 0, 600]), max_s=7200)
        if kind == "same_start":
            _put(rng, relation, 0.4, max_s=900)
        if kind == "same_technician":
            _put(rng, relation, 0.5, cost=13)
        found.append(relation)
    return found


def _terms(rng: Random) -> list[Document]:
    terms: list[Document] = [
        {"metric": rng.choice(METRICS), "weight": rng.choice([1, 0.5, -2])} for _ in range(2)
    ]
    terms.append({"metric": rng.choice(METRICS_BY_PRIORITY), "priority": rng.randint(1, 5)})
    return terms


def _route(
    problem: Document, technician: Document, shift: Document, names: list[str], rng: Random
) -> Document:
    """Takes its visits off ``names``."""
    taken = min(len(names), rng.randint(0, 4))
    stops: list[Document] = [{"visit": names.pop()} for _ in range(taken)]
    for pause in shift.get("breaks", []):
        if rng.random() < 0.7:
            stop = {"type": "break", "break": pause["id"]}
            stops.insert(rng.randint(0, len(stops)), stop)
    for depot in problem.get("depots", []):
        if rng.random() < 0.15:
            stop = {"type": "depot", "depot": depot["id"]}
            stops.insert(rng.randint(0, len(stops)), stop)
    others = [one["id"] for one in problem["technicians"] if one is not technician]
    route: Document = {"technician": technician["id"], "shift": shift["id"], "stops": stops}
    if others and rng.random() < 0.2:
        del route["technician"]
        route["technicians"] = [technician["id"], rng.choice(others)]
    return route
