"""Compiles the kernel by a search of three jobs."""

from __future__ import annotations

from routing.engine.kernel.compiling import is_compiled, is_kept, note_compiled, one_by_one
from routing.engine.kernel.encode import encode
from routing.engine.kernel.state import Plan
from routing.problem import (
    Job,
    Location,
    PlanarTravel,
    Problem,
    RoundUnits,
    Shift,
    Technician,
    Term,
)
from routing.trial.tables import tabulate
from routing.trial.trial import Trial


def warm() -> None:
    """Let everything be compiled, or be read from where it is kept. A minute or two, when it is new.

    Only one process compiles; others wait, and read what it has made.
    """
    if is_compiled():
        _search()
        return
    with one_by_one():
        _search()
        note_compiled()


def warm_if_kept() -> None:
    """Warm, unless all would have to be compiled and nobody else could ever read it."""
    if is_compiled() or is_kept():
        warm()


def _search() -> None:
    """Every compiled function runs once."""
    home = Location(id="home", x=0, y=0)
    sites = [Location(id=str(n), x=n, y=1) for n in range(1, 4)]
    problem = Problem(
        locations=(home, *sites),
        travel=PlanarTravel(round_units=RoundUnits.NONE),
        technicians=(
            Technician(
                id="ada",
                shifts=(Shift(start=0, end=1e4, start_location="home", end_location="home"),),
            ),
        ),
        jobs=tuple(Job(id=site.id, location=site.id, duration_s=60) for site in sites),
        objective=((Term(metric="travel_s"),),),
    )
    plan = Plan(encode(Trial(tabulate(problem))), seed=1)
    plan.run(20, hot=1.0, cold=0.5, removed=2.0, longest=2.0, blink=0.01, full=True)
