"""``python -m benchmarks.insertion``: how long one more visit, a why-not and a drag take.

Days are generated in the shape of the product's briefs: lunch breaks, opening hours, promises, skills
by level, parts, overtime, wishes, deadlines, past weeks, a plan in force with prices for changing it. The same
seed makes the same day on every machine.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

import click
import numpy as np

from routing.check import judge
from routing.insertion import Incumbent
from routing.problem import (
    Break,
    ChangeCost,
    Cost,
    Deadline,
    DeadlineOf,
    Depot,
    Fairness,
    History,
    Job,
    Location,
    MatrixTravel,
    OvertimeStep,
    Problem,
    Requirement,
    Shift,
    Skill,
    Technician,
    TechnicianWish,
    Term,
    Window,
    WindowWish,
)
from routing.solution import Solution
from routing.travel.crowfly import CrowFly
from routing.travel.provider import Point
from routing.trial.tables import tabulate
from routing.trial.trial import Trial
from routing.trial.writing import solution_of

HOUR = 3600
SKILLS = ("fibre", "tills", "gas", "lifts")
# Two-hour windows from 8 to 18 o'clock, as offers have them.
OFFERED = tuple(
    Window(opens=hour * HOUR, closes=(hour + 2) * HOUR - 1) for hour in (8, 10, 12, 14, 16)
)
ALL_DAY = Window(opens=0, closes=24 * HOUR)
# Gaps laid out for each visit when the plan in force is made: a fair plan, quickly.
TRIES = 3


@click.command()
@click.option("--days", default=10, show_default=True, help="Days that are asked for windows.")
@click.option("--technicians", default=24, show_default=True)
@click.option("--visits", default=130, show_default=True, help="Visits of each day.")
@click.option("--large", default=1000, show_default=True, help="Visits of the one large day.")
@click.option("--repeats", default=20, show_default=True, help="New visits asked about.")
@click.option("--seed", default=1, show_default=True)
def main(days: int, technicians: int, visits: int, large: int, repeats: int, seed: int) -> None:
    """Print median and 95th percentile in milliseconds of the processor, which others may share."""
    click.echo(f"{platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}")
    week = [planned(seed + n, technicians=technicians, visits=visits) for n in range(days)]
    bulk = planned(seed, technicians=large * technicians // visits, visits=large)
    plans, plan = [_of(day) for day in week], _of(bulk)
    rng = Random(seed)
    guests = [newcomer(rng, week[0], name=f"new-{n}") for n in range(repeats)]
    _line(f"plan of {visits} visits, laid out", [_timed(lambda d=day: _of(d)) for day in week])
    _line(f"plan of {large} visits, laid out", [_timed(lambda: _of(bulk)) for _ in range(3)])
    for name, act in (
        (f"windows of {days} days", lambda job: [_windows(p, job, most=1) for p in plans]),
        (f"windows of a plan of {large}", lambda job: _windows(plan, job, most=3)),
        ("everybody's price or lack", plans[0].by_technician),
        ("why nobody can", plans[0].why_not),
        ("drag judged, whole day", lambda job: _dragged(week[0], plans[0], job)),
    ):
        act(guests[0])  # warm
        _line(name, [_timed(lambda act=act, job=job: act(job)) for job in guests])


def _of(day: Problem) -> Incumbent:
    return Incumbent.of(day, solution=day.incumbent or Solution())


def _windows(plan: Incumbent, job: Job, *, most: int) -> object:
    return plan.insertions(job, windows=OFFERED, most=most)


def _dragged(day: Problem, plan: Incumbent, job: Job) -> object:
    """The judge's word on the day with the job put where it is cheapest."""
    [way, *_] = plan.insertions(job, windows=[ALL_DAY], most=1) or [None]
    if way is None:
        return None
    return judge(plan.with_insertion(way), problem=replace(day, jobs=(*day.jobs, job)))


def _timed(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return (time.process_time() - began) * 1000


def _line(name: str, times: Sequence[float]) -> None:
    middle, high = np.percentile(times, [50, 95])
    click.echo(f"{name:28} {middle:9.1f} ms {high:9.1f} ms")


# --- days ---


def planned(seed: int, *, technicians: int, visits: int) -> Problem:
    """A day with a plan in force that serves nearly everybody."""
    problem = generated(seed, technicians=technicians, visits=visits)
    trial = Trial(tabulate(problem))
    for job in sorted(trial.absent(), key=lambda job: problem.jobs[job].promise is None):
        option = trial.best(job, tries=TRIES)
        if option is not None:
            trial.put(option)
    return replace(problem, incumbent=solution_of(trial, reasons=None))


def generated(seed: int, *, technicians: int, visits: int) -> Problem:
    """The question of a day, without a plan."""
    rng = Random(seed)
    spread = 0.15 * (technicians / 24) ** 0.5
    points = [
        Point(45.75 + rng.uniform(-spread, spread), 4.85 + rng.uniform(-spread, spread)).rounded()
        for _ in range(technicians + visits + 1)
    ]
    roads = CrowFly().matrix(points, destinations=points)
    names = [f"place-{n}" for n in range(len(points))]
    depot = names[-1]
    return Problem(
        name=f"day {seed}",
        locations=tuple(
            Location(id=name, lat=point.lat, lon=point.lon, setup_s=300 if n >= technicians else 0)
            for n, (name, point) in enumerate(zip(names, points, strict=True))
        ),
        travel=MatrixTravel(
            seconds=tuple(map(tuple, roads.seconds.tolist())),
            metres=tuple(map(tuple, roads.metres.tolist())),
        ),
        technicians=tuple(
            _technician(rng, f"technician-{n}", home=names[n]) for n in range(technicians)
        ),
        jobs=tuple(_job(rng, f"visit-{n}", place=names[technicians + n]) for n in range(visits)),
        depots=(Depot(id="store", location=depot, duration_s=600),),
        objective=(
            (Term(metric="unserved_penalty", priority=1),),
            (
                Term(metric="broken_promises", weight=900),
                Term(metric="promise_late_s"),
                Term(metric="dropped_promises", weight=86400),
            ),
            *((Term(metric="unserved_penalty", priority=n),) for n in (2, 3, 4)),
            (Term(metric="cost"),),
        ),
        change_cost=ChangeCost(per_change=100, tolerance_s=900),
        fairness=Fairness(tolerance_s=1800, cost_per_s=5 / 60),
    )


def _technician(rng: Random, name: str, *, home: str) -> Technician:
    begins = rng.choice([7, 7.5, 8, 9]) * HOUR
    lunch = Window(opens=11 * HOUR, closes=14 * HOUR)
    hourly = rng.choice([3200, 3800, 4500]) / HOUR
    # Four weeks, as the product remembers them; not drawn, so that days stay what they were.
    worked_s = 160 * HOUR + int(name.rpartition("-")[2]) % 7 * 2 * HOUR
    return Technician(
        id=name,
        shifts=(
            Shift(
                id="day",
                start=begins,
                end=begins + 9 * HOUR,
                start_location=home,
                end_location=home,
                max_overtime_s=HOUR,
                breaks=(Break(id="lunch", duration_s=2700, window=lunch, paid=rng.random() < 0.3),),
            ),
        ),
        skills={
            skill: Skill(level=rng.choice([1, 2, 3]))
            for skill in rng.sample(SKILLS, rng.choice([2, 3]))
        },
        parts={"router": rng.randint(0, 3)},
        history=History(worked_s=worked_s, available_s=180 * HOUR),
        service_factor=rng.choice([0.9, 1, 1, 1.1]),
        cost=Cost(
            per_m=0.045,
            per_duration_s=hourly,
            per_overtime_s=hourly / 4,
            overtime_steps=(OvertimeStep(after_s=2 * HOUR, per_s=hourly / 4),),
            per_spare_level=50,
        ),
    )


def _job(rng: Random, name: str, *, place: str) -> Job:
    """Work at a site: some hours open, mostly promised, a few with wishes and deadlines."""
    hours = rng.choice([(), ((8, 18),), ((8, 18),), ((8, 12), (13.5, 17.5))])
    promise = rng.choice(OFFERED[:-1]) if rng.random() < 0.6 else None
    wishes: list[TechnicianWish | WindowWish] = []
    if rng.random() < 0.2:
        who = frozenset({f"technician-{rng.randrange(24)}"})
        wishes.append(TechnicianWish(technicians=who, cost=400))
    if rng.random() < 0.2:
        wishes.append(WindowWish(windows=(rng.choice(OFFERED),), cost_per_s=1 / 6, max_cost=600))
    due = rng.choice([None, None, 12 * HOUR, 16 * HOUR])
    return Job(
        id=name,
        location=place,
        duration_s=rng.choice([20, 30, 45, 60, 75, 90]) * 60,
        windows=()
        if promise
        else tuple(Window(opens=a * HOUR, closes=b * HOUR - 1) for a, b in hours),
        finish_inside=rng.random() < 0.5,
        promise=promise,
        release=10 * HOUR if promise is None and rng.random() < 0.1 else None,
        deadlines=()
        if due is None
        else (Deadline(of=DeadlineOf.START, at=due, cost=3000, cost_per_s=50 / 60),),
        wishes=tuple(wishes),
        skills=(Requirement(names=(rng.choice(SKILLS),), level=rng.choice([1, 1, 2])),),
        parts={"router": 1} if rng.random() < 0.1 else {},
        priority=rng.choice([1, 2, 3, 3, 3, 4, 5]),
        unserved_penalty=1000,
        change_factor=rng.choice([0, 1, 1, 4]),
    )


def newcomer(rng: Random, day: Problem, *, name: str) -> Job:
    """A visit that looks for its window, at a place that every generated day has."""
    place = rng.choice(day.locations[24:-1]).id
    return replace(_job(rng, name, place=place), promise=None, release=None, change_factor=0)


if __name__ == "__main__":
    main()
