"""From sound documents to problems and solutions.

What must be there is there and has its type: ``routing.faults`` has looked before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from routing.problem import (
    Break,
    ChangeCost,
    Cost,
    Deadline,
    DeadlineOf,
    DelayStep,
    Depot,
    Equipment,
    Fairness,
    HaversineTravel,
    History,
    Job,
    Location,
    MatrixTravel,
    OvertimeStep,
    Pin,
    PlanarTravel,
    Problem,
    Relation,
    RelationType,
    Requirement,
    RoundUnits,
    Shift,
    Skill,
    SoftLimit,
    SoftLimitKind,
    Technician,
    TechnicianWish,
    Term,
    Traffic,
    TrafficSlice,
    TravelSpec,
    Window,
    WindowWish,
    Wish,
)
from routing.solution import About, Route, Solution, Stop, StopKind, Unserved

Document = dict[str, Any]
_Reader = Callable[[Any], Any]


def _keys(raw: Document, *without: str, **readers: _Reader) -> Document:
    """The keys of the format, read where a reader is given, the free ones left out."""
    return {
        key: readers[key](value) if key in readers else value
        for key, value in raw.items()
        if key not in without and not key.startswith("x-")
    }


def _all(reader: _Reader) -> _Reader:
    """A reader of lists; null is an empty one."""
    return lambda items: tuple(reader(item) for item in items or ())


def _unless_null(reader: _Reader) -> _Reader:
    return lambda value: None if value is None else reader(value)


def _window(pair: Sequence[float]) -> Window:
    return Window(opens=pair[0], closes=pair[1])


_windows = _all(_window)
_names = _unless_null(frozenset)


def problem_from(raw: Document) -> Problem:
    keys = _keys(
        raw,
        "format",
        "visits",
        locations=_all(lambda place: Location(**_keys(place))),
        travel=_travel,
        technicians=_all(_technician),
        depots=_all(_depot),
        equipment=_all(lambda one: Equipment(**_keys(one, windows=_windows))),
        relations=_all(_relation),
        objective=lambda objective: _all(_all(lambda term: Term(**_keys(term))))(
            objective["levels"]
        ),
        incumbent=lambda plan: solution_from(plan) if plan else None,
        change_cost=lambda cost: ChangeCost(**_keys(cost or {})),
        fairness=lambda fairness: Fairness(**_keys(fairness or {})),
    )
    return Problem(jobs=_all(_job)(raw["visits"]), **keys)


def solution_from(raw: Document) -> Solution:
    keys = _keys(
        raw,
        "format",
        routes=_all(_route),
        unserved=_all(_unserved),
        objective=_unless_null(tuple),
        about=lambda about: About(**_keys(about, bound=_unless_null(tuple))),
    )
    return Solution(**keys)


def _travel(raw: Document) -> TravelSpec:
    kinds: dict[str, tuple[Callable[..., TravelSpec], tuple[str, ...]]] = {
        "matrix": (MatrixTravel, ("seconds", "metres", "traffic", "profiles")),
        "planar": (PlanarTravel, ("seconds_per_unit", "metres_per_unit", "round_units", "traffic")),
        "haversine": (
            HaversineTravel,
            ("metres_per_second", "detour_factor", "radius_m", "traffic"),
        ),
    }
    travel, names = kinds[raw["type"]]
    keys = _keys(
        raw,
        seconds=_all(tuple),
        metres=_all(tuple),
        round_units=RoundUnits,
        traffic=lambda traffic: _traffic(traffic) if traffic else None,
        profiles=lambda profiles: {
            name: _travel({"type": "matrix", **own}) for name, own in (profiles or {}).items()
        },
    )
    return travel(**{name: keys[name] for name in names if name in keys})


def _traffic(raw: Document) -> Traffic:
    return Traffic(**_keys(raw, slices=_all(_slice)))


def _slice(raw: Document) -> TrafficSlice:
    return TrafficSlice(**_keys(raw, seconds=_unless_null(_all(tuple))))


def _technician(raw: Document) -> Technician:
    ends: Document = {key: raw[key] for key in ("start_location", "end_location") if key in raw}
    keys = _keys(
        raw,
        *ends,
        shifts=_all(lambda shift: _shift({**ends, **shift})),
        skills=lambda skills: {name: _skill(level) for name, level in skills.items()},
        tools=_names,
        allowed_territories=_names,
        forbidden_territories=_names,
        preferred_territories=_names,
        cost=_cost,
        history=lambda history: History(**_keys(history)),
    )
    return Technician(**keys)


def _skill(raw: float | Document) -> Skill:
    if not isinstance(raw, dict):
        return Skill(level=raw)
    renamed = {"level": "level", "from": "valid_from", "until": "valid_until"}
    return Skill(**{renamed[key]: value for key, value in _keys(raw).items()})


def _cost(raw: Document) -> Cost:
    return Cost(**_keys(raw, overtime_steps=_all(lambda step: OvertimeStep(**_keys(step)))))


def _shift(raw: Document) -> Shift:
    keys = _keys(
        raw,
        soft_limits=_all(lambda limit: SoftLimit(**_keys(limit, limit=SoftLimitKind))),
        breaks=_all(lambda pause: Break(**_keys(pause, window=_unless_null(_window)))),
    )
    return Shift(**keys)


def _job(raw: Document) -> Job:
    keys = _keys(
        raw,
        windows=_windows,
        promise=_unless_null(_window),
        deadlines=_all(lambda one: Deadline(**_keys(one, of=DeadlineOf, hours=_windows))),
        delay_steps=_all(lambda step: DelayStep(start=step["from"], cost=step["cost"])),
        wishes=_all(_wish),
        skills=_all(_requirement),
        tools=_names,
        allowed_technicians=_names,
        forbidden_technicians=_names,
        tags=_names,
        pin=lambda pin: Pin(**_keys(pin)) if pin else None,
    )
    return Job(**keys)


def _wish(raw: Document) -> Wish:
    if "technicians" in raw:
        keys = _keys(raw, "cost_per_s", "max_cost", technicians=_names)
        return TechnicianWish(**keys)
    return WindowWish(**_keys(raw, windows=_windows))


def _requirement(raw: Document) -> Requirement:
    names = raw.get("none_of") or raw.get("any_of") or [raw["skill"]]
    keys = _keys(raw, "skill", "any_of", "none_of")
    return Requirement(names=tuple(names), excluded="none_of" in raw, **keys)


def _depot(raw: Document) -> Depot:
    def supplies(named: bool | list[str]) -> frozenset[str] | None:  # noqa: FBT001 - the format
        if isinstance(named, bool):
            return None if named else frozenset()
        return frozenset(named)

    return Depot(**_keys(raw, windows=_windows, supplies=supplies))


def _relation(raw: Document) -> Relation:
    keys = _keys(raw, "visits", type=RelationType)
    return Relation(jobs=tuple(raw["visits"]), **keys)


def _route(raw: Document) -> Route:
    return Route(
        technicians=tuple(raw.get("technicians") or [raw["technician"]]),
        shift=raw.get("shift"),
        stops=_all(_stop)(raw["stops"]),
        depart=raw.get("depart"),
        back=raw.get("return"),
    )


def _stop(raw: Document) -> Stop:
    kind = StopKind(raw.get("type", StopKind.VISIT))
    times = {key: raw[key] for key in ("arrival", "start", "end") if key in raw}
    return Stop(kind=kind, id=raw[kind], **times)


def _unserved(raw: Document) -> Unserved:
    return Unserved(job=raw["visit"], **_keys(raw, "visit"))
