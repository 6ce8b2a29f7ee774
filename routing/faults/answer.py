"""Faults of a plan: its keys, and names that its problem does not know."""

from __future__ import annotations

from collections import Counter
from typing import Any

from routing.faults import shapes
from routing.faults.notes import Fault, Notes, Sound, joined, shown
from routing.problem import Problem, Shift, Technician
from routing.solution import StopKind

FORMAT = "onsite-plan/1"


def answer_faults(document: Any, *, problem: Problem) -> tuple[Fault, ...]:  # noqa: ANN401 - any JSON
    """Everything that makes a plan unreadable for this problem; empty when it can be judged."""
    notes = Notes(root="plan")
    top = notes.shaped(document, shapes.PLAN, "")
    if top is None:
        return tuple(notes.faults)
    if "format" not in document or top.get("format", FORMAT) != FORMAT:
        notes.add(
            "wrong-format",
            "format",
            f"{shown(top.get('format'))} is not {FORMAT}",
            advice=f'Write "format": "{FORMAT}", or give another file.',
        )
    routes = _look_at_plan(notes, top, place="")
    for place, route in routes:
        _look_at_names(notes, route, place=place, problem=problem)
    for number, row in enumerate(top.get("unserved", [])):
        if isinstance(row, dict) and isinstance(row.get("visit"), str):
            _look_at_visit(notes, row["visit"], f"unserved[{number}].visit", problem=problem)
    _look_at_times(notes, routes)
    return tuple(notes.faults)


def incumbent_faults(document: Any) -> tuple[Fault, ...]:  # noqa: ANN401 - any JSON
    """An incumbent may name what is gone; only its shape must be right."""
    notes = Notes(root="incumbent")
    top = notes.shaped(document, shapes.PLAN, "incumbent")
    if top is not None:
        _look_at_plan(notes, top, place="incumbent")
    return tuple(notes.faults)


def _look_at_plan(notes: Notes, top: Sound, *, place: str) -> list[tuple[str, Sound]]:
    """The routes, with their sound stops under ``stops``."""
    if "about" in top:
        notes.shaped(top["about"], shapes.ABOUT, joined(place, "about"))
    routes = list(notes.each(top.get("routes"), shapes.ROUTE, joined(place, "routes")))
    for here, route in routes:
        if ("technician" in route.given) == ("technicians" in route.given):
            notes.add(
                "not-one",
                here,
                "a route has either technician or technicians",
                advice="Name one technician, or the list of a crew.",
            )
        elif route.get("technicians") == []:
            notes.add(
                "empty-list",
                f"{here}.technicians",
                "the crew is empty",
                advice="Name at least one technician.",
            )
        stops = list(notes.each(route.get("stops"), shapes.STOP, f"{here}.stops"))
        route["stops"] = [(at, stop) for at, stop in stops if _look_at_stop(notes, stop, place=at)]
    list(notes.each(top.get("unserved"), shapes.UNSERVED, joined(place, "unserved")))
    return routes


def _look_at_stop(notes: Notes, stop: Sound, *, place: str) -> bool:
    kind = stop.get("type", StopKind.VISIT)
    if "type" in stop.given and "type" not in stop:
        return False
    if kind not in tuple(StopKind):
        return notes.add(
            "unknown-type",
            f"{place}.type",
            f"{shown(kind)} is no kind of stop",
            advice=f"Stops are {', '.join(StopKind)}.",
        )
    if kind in stop.given:
        return kind in stop
    return notes.add(
        "missing-key",
        joined(place, kind),
        f"a {kind} stop needs the key {kind}",
        advice=f"Write the id of the {kind} under it.",
    )


def _look_at_names(notes: Notes, route: Sound, *, place: str, problem: Problem) -> None:
    crew = route.get("technicians") or ([route["technician"]] if "technician" in route else [])
    for name, times in Counter(crew).items():
        if name not in problem.technician_by_id:
            notes.add(
                "unknown-id",
                place,
                f"{shown(name)} is no technician of the problem",
                advice="Correct the id, or give the problem that the plan was made for.",
            )
        if times > 1:
            notes.add(
                "repeated", place, f"{shown(name)} is named twice", advice="Name each person once."
            )
    lead = problem.technician_by_id.get(crew[0]) if crew else None
    if lead is None:
        return
    shift = _look_at_shift(notes, route, lead, place=place)
    for here, stop in route["stops"]:
        _look_at_target(notes, stop, shift, place=here, problem=problem)


def _look_at_shift(notes: Notes, route: Sound, lead: Technician, *, place: str) -> Shift | None:
    if "shift" in route.given and "shift" not in route:
        return None
    name = route.get("shift")
    found = [shift for shift in lead.shifts if name is None or shift.id == name]
    if len(found) == 1:
        return found[0]
    notes.add(
        "unknown-id" if name is not None else "missing-key",
        f"{place}.shift",
        f"{shown(name)} is no single shift of {shown(lead.id)}",
        advice=f"Write one of {', '.join(str(shift.id) for shift in lead.shifts[:10])}.",
    )
    return None


def _look_at_target(
    notes: Notes, stop: Sound, shift: Shift | None, *, place: str, problem: Problem
) -> None:
    kind = stop.get("type", StopKind.VISIT)
    name = stop[kind]
    if kind == StopKind.VISIT:
        _look_at_visit(notes, name, joined(place, kind), problem=problem)
    elif kind == StopKind.DEPOT and name not in problem.depot_by_id:
        notes.add(
            "unknown-id",
            joined(place, kind),
            f"{shown(name)} is no depot of the problem",
            advice="Correct the id, or give the problem that the plan was made for.",
        )
    elif kind == StopKind.BREAK and shift and name not in {pause.id for pause in shift.breaks}:
        notes.add(
            "unknown-id",
            joined(place, kind),
            f"{shown(name)} is no break of the shift",
            advice="Correct the id; breaks belong to the shift of the first technician.",
        )


def _look_at_visit(notes: Notes, name: str, place: str, *, problem: Problem) -> None:
    if name not in problem.job_by_id:
        notes.add(
            "unknown-id",
            place,
            f"{shown(name)} is no visit of the problem",
            advice="Correct the id, or give the problem that the plan was made for.",
        )


def _look_at_times(notes: Notes, routes: list[tuple[str, Sound]]) -> None:
    stops = [stop for _, route in routes for stop in route["stops"]]
    without = [place for place, stop in stops if stop.get("start") is None]
    if without and len(without) < len(stops):
        notes.add(
            "mixed-times",
            without[0],
            f"{len(without)} of {len(stops)} stops have no start",
            advice="Give every stop a start, or none: then the order alone is judged.",
        )
