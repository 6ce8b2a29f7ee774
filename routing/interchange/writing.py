"""From problems and solutions to JSON documents: defaults left out, sets and names sorted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from enum import StrEnum
from functools import singledispatch
from typing import Any

from routing.problem import (
    DelayStep,
    Depot,
    HaversineTravel,
    MatrixTravel,
    Pin,
    PlanarTravel,
    Problem,
    Relation,
    Requirement,
    Skill,
    TrafficSlice,
    Window,
)
from routing.solution import Route, Solution, Stop, StopKind, Unserved

Document = dict[str, Any]


@singledispatch
def plain(value: object) -> object:
    """A value as JSON has it; our dataclasses without what has its default."""
    return _object(value)


def _object(value: Any, **renamed: str) -> Document:  # noqa: ANN401 - one of our dataclasses
    return {
        renamed.get(field.name, field.name): plain(getattr(value, field.name))
        for field in fields(value)
        if field.init and not _is_default(getattr(value, field.name), field=field)
    }


def _is_default(value: object, *, field: Field[Any]) -> bool:
    if field.default is not MISSING:
        return bool(value == field.default)
    return field.default_factory is not MISSING and bool(value == field.default_factory())


@plain.register(str | int | float | None)
def _(value: str | float | None) -> object:
    return value.value if isinstance(value, StrEnum) else value


@plain.register(tuple)
def _(value: tuple[Any, ...]) -> object:
    return [plain(item) for item in value]


@plain.register(list)
def _(value: list[Any]) -> object:
    return [plain(item) for item in value]


@plain.register(frozenset)
def _(value: frozenset[str]) -> object:
    return sorted(value)


@plain.register(dict)
def _(value: Mapping[str, Any]) -> object:
    return {name: plain(value[name]) for name in sorted(value)}


@plain.register
def _(value: Window) -> object:
    return [value.opens, value.closes]


@plain.register
def _(value: Skill) -> object:
    if value.valid_from is None and value.valid_until is None:
        return value.level
    return _object(value, valid_from="from", valid_until="until")


@plain.register
def _(value: DelayStep) -> object:
    return _object(value, start="from")


@plain.register
def _(value: Requirement) -> object:
    names = list(value.names)
    kind = "none_of" if value.excluded else "any_of"
    named = {"skill": names[0]} if len(names) == 1 and not value.excluded else {kind: names}
    rest = _object(value)
    return named | {key: rest[key] for key in ("level", "count") if key in rest}


@plain.register
def _(value: Pin) -> object:
    return _object(value) or {"must_serve": True}  # the format reads {} as no pin


@plain.register
def _(value: Depot) -> object:
    keys = _object(value)
    return keys | {"supplies": False} if value.supplies == frozenset() else keys


@plain.register
def _(value: MatrixTravel) -> object:
    keys = {"type": "matrix", **_table(value)}
    if value.profiles:
        keys["profiles"] = {name: _table(value.profiles[name]) for name in sorted(value.profiles)}
    return keys


@plain.register
def _(value: TrafficSlice) -> object:
    speed: Document = {"factor": value.factor}
    if value.seconds is not None:
        speed = {"seconds": [list(row) for row in value.seconds]}
    return {"start": value.start, **speed}


@plain.register
def _(value: PlanarTravel) -> object:
    return {"type": "planar", **_object(value)}


@plain.register
def _(value: HaversineTravel) -> object:
    return {"type": "haversine", **_object(value)}


@plain.register
def _(value: Relation) -> object:
    return _object(value, jobs="visits")


@plain.register
def _(value: Problem) -> object:
    keys = _object(value, jobs="visits")
    return keys | {"objective": {"levels": keys["objective"]}}


@plain.register
def _(value: Solution) -> object:
    keys = _object(value)
    return {"routes": [], **keys}


@plain.register
def _(value: Route) -> object:
    crew = {"technicians": list(value.technicians)}
    who = crew if len(value.technicians) > 1 else {"technician": value.lead}
    keys = _object(value, back="return")
    del keys["technicians"]
    return {**who, "stops": [], **keys}


@plain.register
def _(value: Stop) -> object:
    kind = {} if value.kind is StopKind.VISIT else {"type": value.kind.value}
    times = {key: at for key, at in _object(value).items() if key not in ("kind", "id")}
    return {**kind, value.kind.value: value.id, **times}


@plain.register
def _(value: Unserved) -> object:
    return _object(value, job="visit")


def _table(value: MatrixTravel) -> Document:
    keys: Document = {"seconds": [list(row) for row in value.seconds]}
    if value.metres is not None:
        keys["metres"] = [list(row) for row in value.metres]
    return keys if value.traffic is None else {**keys, "traffic": plain(value.traffic)}
