"""Never more machines of the pool in use than there are, and only while they can be had.

A machine is in use from start to end of the work; uses that touch do not overlap.
"""

from __future__ import annotations

from collections.abc import Iterator

from routing.problem import Equipment, Problem
from routing.rules.draft import Draft
from routing.rules.rule import Violation
from routing.timing import TOLERANCE, Served, Timetable, intervals

CODES = ("E_EQUIPMENT",)

# Pieces; sums of fractions are this exact.
NOISE = 1e-9


def impose(draft: Draft, *, problem: Problem) -> None:
    """When a machine can be had, and that the pool is shared."""
    for number, job in draft.pending.items():
        for name, pieces in job.equipment.items():
            if not pieces:
                continue
            machine = problem.equipment_by_id[name]
            draft.use_machine(name, job=number, pieces=pieces)
            for vehicle in draft.candidates(number):
                length = vehicle.length(job)
                spans = [(a, b - length) for a, b in intervals(machine.windows) if a + length <= b]
                if pieces > machine.count:
                    spans = []
                draft.start_within(number, vehicle=vehicle.index, spans=sorted(spans))


def check(timetable: Timetable) -> Iterator[Violation]:
    jobs = timetable.problem.job_by_id
    for machine in timetable.problem.equipment:
        uses = [
            (job, served, jobs[job].equipment[machine.id])
            for job, served in timetable.served.items()
            if jobs[job].equipment.get(machine.id)
        ]
        for job, served, _ in uses:
            if not _is_there(machine, served):
                yield Violation(
                    code="E_EQUIPMENT",
                    text=f"visit {job} uses {machine.id} when it is not to be had",
                    job=job,
                )
        busiest = _too_many(machine, [(served, pieces) for _, served, pieces in uses])
        if busiest is not None:
            yield Violation(
                code="E_EQUIPMENT",
                text=f"{busiest} of {machine.id} in use at once, there are {machine.count}",
            )


def _is_there(machine: Equipment, served: Served) -> bool:
    return any(
        opens - TOLERANCE <= served.start and served.end <= closes + TOLERANCE
        for opens, closes in intervals(machine.windows)
    )


def _too_many(machine: Equipment, uses: list[tuple[Served, float]]) -> float | None:
    """Pieces in use when there are too many for the first time; None when there never are."""
    ends = [(served.end, 0, -pieces) for served, pieces in uses]
    starts = [(served.start + TOLERANCE, 1, pieces) for served, pieces in uses]
    busy = 0.0
    for _, _, pieces in sorted(ends + starts):  # at one instant, ends come first
        busy += pieces
        if pieces > 0 and busy > machine.count + NOISE:
            return busy
    return None
