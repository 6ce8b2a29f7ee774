"""VROOM: exploration level 5, all threads. It stops by itself, and has no price of time away.

Who may go where is a skill for each set of kinds that may go to a job. Penalties become priorities
from 1 to 100, which VROOM ranks before the cost; visits that must be served have the highest.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import vroom

from routing.peers.answering import Asked, Orders
from routing.peers.statement import Statement, Van
from routing.peers.unstated import CannotState

EXPLORATION = 5
TOP_PRIORITY = 100
# Largest number of a matrix, in 32 bits.
MOST = 2**32 - 1
# Breaks and calls have numbers of their own; a van has fewer breaks than that.
BREAKS = 100


def solve(statement: Statement, asked: Asked) -> Orders | None:
    """The plan when VROOM stops, or at the deadline; it knows no seed."""
    _refuse(statement)
    question = vroom.Input()
    question.set_durations_matrix("car", statement.times.astype(np.uint32))
    question.set_costs_matrix("car", np.minimum(statement.prices, MOST).astype(np.uint32))
    sets = [column.tobytes() for column in statement.may.T]
    question.add_job(list(_jobs(statement, sets)))
    question.add_vehicle(
        [_vehicle(van, n, statement, sets) for n, van in enumerate(statement.vans)]
    )
    found = question.solve(
        exploration_level=EXPLORATION,
        nb_threads=asked.threads,
        timeout=timedelta(seconds=asked.seconds),
    )
    orders: dict[int, list[int]] = {}
    for step in found.routes[["vehicle_id", "type", "id"]].itertuples(index=False):
        if step.type == "job":
            orders.setdefault(int(step.vehicle_id), []).append(int(step.id))
        elif step.type == "break":
            orders.setdefault(int(step.vehicle_id), []).append(-1 - int(step.id) % BREAKS)
    return list(orders.items())


def _refuse(statement: Statement) -> None:
    why = []
    if statement.duration:
        why.append("a price of time away")
    if any(van.longest is not None for van in statement.vans):
        why.append("a longest time away")
    if why:
        raise CannotState(tuple(why))


def _jobs(statement: Statement, sets: list[bytes]) -> Iterator[vroom.Job]:
    skills = {each: number for number, each in enumerate(dict.fromkeys(sets))}
    top = max((call.penalty for call in statement.calls if not call.required), default=0)
    for number, call in enumerate(statement.calls):
        share = round(TOP_PRIORITY * call.penalty / top) if top else 0
        yield vroom.Job(
            id=number,
            location=call.place,
            default_service=call.service,
            delivery=vroom.Amount(list(call.load)),
            skills={skills[sets[number]]},
            priority=TOP_PRIORITY if call.required else max(1, share),
            time_windows=[vroom.TimeWindow(opens, closes) for opens, closes in call.spans],
        )


def _vehicle(van: Van, number: int, statement: Statement, sets: list[bytes]) -> vroom.Vehicle:
    kinds = enumerate(dict.fromkeys(sets))
    may = {skill for skill, each in kinds if np.frombuffer(each, dtype=np.bool_)[van.kind]}
    nowhere = len(statement.times) - 1
    return vroom.Vehicle(
        id=number,
        start=None if van.begin == nowhere else van.begin,
        end=None if van.finish == nowhere else van.finish,
        capacity=list(van.room),
        skills=may,
        time_window=vroom.TimeWindow(van.start, van.end),
        breaks=[
            vroom.Break(
                id=number * BREAKS + at,
                time_windows=[vroom.TimeWindow(rest.earliest, rest.latest)],
                service=rest.length,
            )
            for at, rest in enumerate(van.rests)
        ],
        costs=vroom.VehicleCosts(fixed=van.used),
    )
