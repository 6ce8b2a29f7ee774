"""What must fit together in a problem, beyond keys and types."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from routing.faults import shapes
from routing.faults.answer import incumbent_faults
from routing.faults.circles import circle
from routing.faults.notes import SHOWN, Fault, Notes, Sound, joined, shown
from routing.faults.people import Known, look_at_technicians
from routing.faults.places import look_at_travel, profiles_of
from routing.faults.work import look_at_visits
from routing.problem import METRICS, METRICS_BY_PRIORITY, RelationType

FORMAT = "onsite-problem/1"
JOINS_TWO = (RelationType.PRECEDENCE, RelationType.GAP)
TAKES_MIN = JOINS_TWO
TAKES_MAX = (*JOINS_TWO, RelationType.SAME_START)


def question_faults(document: Any) -> tuple[Fault, ...]:  # noqa: ANN401 - any JSON
    """Everything that is wrong with a problem; empty when it is well formed."""
    notes = Notes(root="problem")
    top = notes.shaped(document, shapes.PROBLEM, "")
    if top is None:
        return tuple(notes.faults)
    if top.get("format", FORMAT) != FORMAT:
        notes.add(
            "wrong-format",
            "format",
            f"{shown(top['format'])} is not {FORMAT}",
            advice=f'Write "format": "{FORMAT}", or give another file.',
        )
    known = Known()
    locations = _named(notes, top, "locations", shape=shapes.LOCATION)
    technicians = _named(notes, top, "technicians", shape=shapes.TECHNICIAN)
    visits = _named(notes, top, "visits", shape=shapes.VISIT)
    depots = _named(notes, top, "depots", shape=shapes.DEPOT)
    pool = _named(notes, top, "equipment", shape=shapes.EQUIPMENT)
    known.locations = _ids(top, "locations", locations)
    known.technicians = _ids(top, "technicians", technicians)
    known.visits = _ids(top, "visits", visits)
    known.equipment = _ids(top, "equipment", pool)
    known.profiles = profiles_of(top.get("travel"))
    look_at_travel(notes, top.get("travel"), places=top.get("locations"))
    look_at_technicians(notes, technicians, known=known)
    look_at_visits(notes, visits, known=known)
    for place, depot in depots:
        known.location(notes, depot, key="location", place=place)
    _look_at_relations(notes, top.get("relations"), known=known)
    _look_at_objective(notes, top.get("objective"))
    _look_at_prices(notes, top)
    if top.get("incumbent"):
        notes.faults += incumbent_faults(top["incumbent"])
    return tuple(notes.faults)


def _named(notes: Notes, top: Sound, key: str, *, shape: Any) -> list[tuple[str, Sound]]:  # noqa: ANN401 - a Shape
    """The things of one list, whose ids must differ."""
    found = list(notes.each(top.get(key), shape, key))
    seen = set[str]()
    for place, thing in found:
        if "id" not in thing:
            continue
        if thing["id"] in seen:
            notes.add(
                "id-twice",
                f"{place}.id",
                f"the id {shown(thing['id'])} appears twice in {key}",
                advice="Give each its own id, or leave one out.",
            )
        seen.add(thing["id"])
    return found


def _ids(top: Sound, key: str, things: Iterable[tuple[str, Sound]]) -> set[str] | None:
    """None when the list itself is faulty: then nobody can say what is unknown."""
    if key not in top and (key in top.given or shapes.PROBLEM[key].required):
        return None
    return {thing["id"] for _, thing in things if "id" in thing}


def _look_at_relations(notes: Notes, relations: list[Any] | None, *, known: Known) -> None:
    orders: list[tuple[str, str, str]] = []
    for place, relation in notes.each(relations, shapes.RELATION, "relations"):
        kind = relation.get("type")
        if kind is not None and kind not in tuple(RelationType):
            notes.add(
                "unknown-type",
                f"{place}.type",
                f"{shown(kind)} is no relation",
                advice=f"Relations are {', '.join(RelationType)}.",
            )
            kind = None
        _look_at_members(notes, relation, kind, place=place, known=known)
        _look_at_relation_keys(notes, relation, kind, place=place)
        members = relation.get("visits", [])
        if kind == RelationType.PRECEDENCE and len(members) == 2:
            orders.append((place, members[0], members[1]))
    for place in circle(orders):
        notes.add(
            "circle",
            place,
            "this precedence is part of a circle: each visit waits for the other",
            advice="Leave one of the precedences of the circle out.",
        )


def _look_at_members(
    notes: Notes, relation: Sound, kind: str | None, *, place: str, known: Known
) -> None:
    if "visits" not in relation:
        return
    members, place = relation["visits"], joined(place, "visits")
    if len(set(members)) < len(members):
        notes.add("repeated", place, "a visit is named twice", advice="Name each visit once.")
    if kind in JOINS_TWO and len(members) != 2:
        notes.add(
            "wrong-number",
            place,
            f"{kind} joins exactly two visits, here are {len(members)}",
            advice="Write one relation for each pair.",
        )
    elif len(members) < 2:
        notes.add(
            "wrong-number",
            place,
            f"a relation joins two or more visits, here are {len(members)}",
            advice="Name the others, or leave the relation out.",
        )
    for number, visit in enumerate(members):
        if known.visits is not None and visit not in known.visits:
            notes.add(
                "unknown-id",
                f"{place}[{number}]",
                f"{shown(visit)} is no visit of this problem",
                advice="Leave the relation out when the visit is done or cancelled.",
            )


def _look_at_relation_keys(notes: Notes, relation: Sound, kind: str | None, *, place: str) -> None:
    """Keys that belong to relations of another type."""
    takers = {
        "min_s": TAKES_MIN,
        "max_s": TAKES_MAX,
        "cost": (RelationType.SAME_TECHNICIAN,),
    }
    for key, kinds in takers.items():
        if kind is not None and relation.get(key) is not None and kind not in kinds:
            notes.add(
                "key-of-another-type",
                joined(place, key),
                f"{kind} has no {key}",
                advice=f"It belongs to {', '.join(kinds)}.",
            )


def _look_at_objective(notes: Notes, objective: Any) -> None:  # noqa: ANN401 - any JSON
    if objective is None:
        return
    sound = notes.shaped(objective, shapes.OBJECTIVE, "objective") or Sound()
    for number, level in enumerate(sound.get("levels", [])):
        place = f"objective.levels[{number}]"
        if not isinstance(level, list) or not level:
            notes.add(
                "empty-level",
                place,
                "a level is a list of at least one term",
                advice='Write [{"metric": "cost"}], for example.',
            )
            continue
        for here, term in notes.each(level, shapes.TERM, place):
            _look_at_term(notes, term, place=here)


def _look_at_term(notes: Notes, term: Sound, *, place: str) -> None:
    metric = term.get("metric")
    if metric is None:
        return
    if metric not in METRICS:
        notes.add(
            "unknown-metric",
            f"{place}.metric",
            f"{shown(metric)} is no metric",
            advice=_nearest(metric),
        )
    elif term.get("priority") is not None and metric not in METRICS_BY_PRIORITY:
        notes.add(
            "no-priority",
            f"{place}.priority",
            f"{metric} cannot be limited to a priority",
            advice=f"Only these can: {', '.join(METRICS_BY_PRIORITY)}.",
        )


def _nearest(metric: str) -> str:
    near = difflib.get_close_matches(metric[:SHOWN], METRICS, n=3, cutoff=0)
    return f"Did you mean {', '.join(near)}?"


def _look_at_prices(notes: Notes, top: Sound) -> None:
    if top.get("change_cost"):
        notes.shaped(top["change_cost"], shapes.CHANGE_COST, "change_cost")
    if top.get("fairness"):
        notes.shaped(top["fairness"], shapes.FAIRNESS, "fairness")
