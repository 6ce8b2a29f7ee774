"""Prices that routes only have together are part of what a trial says it is worth."""

from __future__ import annotations

from random import Random

import pytest

from routing import interchange
from routing.check import judge
from routing.trial.tables import tabulate
from routing.trial.trial import Trial
from routing.trial.workloads import Workloads
from routing.trial.writing import solution_of
from tests.routing import days

FAMILIAR = {"type": "same_technician", "visits": ["visit-0", "visit-3", "visit-5"], "cost": 70}
LEVELS = [
    [{"metric": "unserved"}],
    [{"metric": "splits", "weight": 2}, {"metric": "workload_excess_s", "weight": 0.1}],
    [{"metric": "cost"}],
]


def filled(document):
    """Every job where it costs least, one after the other."""
    trial = Trial(tabulate(interchange.problem_of(document)))
    for job in trial.absent():
        way = trial.best(job, tries=1000)
        if way is not None:
            trial.put(way)
    return trial


@pytest.mark.parametrize("seed", range(6))
def test_familiar_faces_and_fair_hours_are_in_the_price(seed):
    day = days.plain(Random(seed)) | {
        "relations": [FAMILIAR],
        "fairness": {"cost_per_s": 0.05, "tolerance_s": 600},
        "objective": {"levels": LEVELS},
    }
    day["technicians"][0]["history"] = {"worked_s": 9000}
    day["technicians"][1]["history"] = {"group": "others"}

    trial = filled(day)

    finding = judge(solution_of(trial, reasons=None), problem=trial.tables.problem)
    assert trial.price() == pytest.approx(finding.objective, rel=1e-6, abs=1e-2)


@pytest.mark.parametrize("seed", range(6))
def test_one_more_job_adds_what_the_whole_plan_gains(seed):
    day = days.plain(Random(seed)) | {
        "relations": [FAMILIAR],
        "fairness": {"cost_per_s": 0.05},
        "objective": {"levels": LEVELS},
    }
    trial = filled(day)
    trial.take([3])
    before = trial.total()

    way = trial.best(3, tries=1000)
    trial.put(way)

    assert trial.total() == pytest.approx(before - trial.worth(3) + way.extra)


@pytest.mark.parametrize("seed", range(6))
def test_hours_are_as_unequal_with_a_route_changed_as_after_it_has_changed(seed):
    day = days.plain(Random(seed), technicians=4) | {"fairness": {"tolerance_s": 600}}
    day["technicians"][0]["history"] = {"worked_s": 9000}
    [today] = day["technicians"][1]["shifts"]
    day["technicians"][1]["shifts"] = [
        today | {"id": "morning", "end": 43200},
        today | {"id": "afternoon", "start": 46800},
    ]
    day["technicians"][2]["history"] = {"group": "others"}
    trial = filled(day)
    loads = Workloads(trial.tables)
    after = list(trial.routes)
    trial.take([job for job, vehicle in enumerate(trial.holder) if vehicle >= 0][::2])

    changed = [laid for laid in after if laid is not None and laid not in trial.routes]
    asked = [loads.excess_with(trial.routes, changed=laid) for laid in changed]

    assert min(asked) > 0
    assert asked == [
        Workloads(trial.tables).excess_s(
            [laid if n == laid.vehicle else own for n, own in enumerate(trial.routes)]
        )
        for laid in changed
    ]


@pytest.mark.parametrize("seed", range(6))
def test_hours_are_read_again_when_routes_have_changed(seed):
    trial = filled(days.plain(Random(seed)) | {"fairness": {"tolerance_s": 600}})
    loads = Workloads(trial.tables)
    loads.excess_s(trial.routes)

    trial.take([job for job, vehicle in enumerate(trial.holder) if vehicle >= 0][::2])

    assert loads.excess_s(trial.routes) == Workloads(trial.tables).excess_s(trial.routes)
