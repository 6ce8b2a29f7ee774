"""A trial's problem as the arrays of the kernel.

Lengths become whole ticks, rounded up, and windows are rounded inwards; so what fits here also fits
exactly.
"""

from __future__ import annotations

import numpy as np

from routing.engine.kernel import columns as c
from routing.engine.kernel.bonds import bonds
from routing.engine.kernel.crews import Crews, numbered
from routing.engine.kernel.neighbours import Neighbours
from routing.engine.kernel.places import Places
from routing.engine.kernel.prices import limits_road, pay_of, road_limits, stock
from routing.engine.kernel.question import Floats, Ints, Question
from routing.engine.kernel.shares import sharing_of
from routing.engine.kernel.tariffs import tariffs
from routing.engine.kernel.tolls import tolls_of
from routing.trial.tables import Tables
from routing.trial.trial import Trial


def encode(trial: Trial) -> Question:
    """Ask the kernel what the trial's problem asks."""
    tables, jobs = trial.tables, range(len(trial.tables.jobs))
    places = Places(tables)
    crews = Crews(trial, places=places)
    crew, pay = crews.crew, pay_of(trial)
    legs = places.ticks(setup=True)
    ticks = np.array([legs, np.swapaxes(legs, 1, 2)])
    roads, pay[:, [c.TOLL, c.SECOND_TOLL]] = places.roads(
        tolls_of(trial), limited=limits_road(tables)
    )
    need, room = stock(tables)
    drive, most_road = road_limits(tables, places)
    starts = tariffs(trial)
    crew[:, c.TARIFF] = starts.line
    # Vehicles are of one kind when nothing tells them apart.
    traits = (
        np.delete(crew, c.PERSON, axis=1),
        pay,
        room,
        most_road[: len(crew)] if len(most_road) > 1 else room,
    )
    crew[:, c.KIND] = numbered(
        [tuple(rows[v].tobytes() for rows in traits) for v in range(len(crew))]
    )
    worth = np.array([trial.worth(job) for job in jobs])
    must = np.array([bool(trial.urgency(job)) for job in jobs])
    own = len(jobs)
    hanging = bonds(trial)
    crews.hands[:, :own][:, hanging.timed, c.TIED] = starts.cheap_until(len(places.stops))[:own][
        hanging.timed
    ]
    mode = _mode(
        crew,
        pay,
        crews.hands,
        timed=len(starts.at) > 0 or len(most_road) > 1 or bool(crew[:, c.SLICES].any()),
    )
    if trial.shared.active:
        # Nobody is like anybody else beside what others do.
        mode, crew[:, c.KIND] = c.SHARED, np.arange(len(crew))
    among = Neighbours(
        places.stops[:own], crew, pay, crews.hands[:, :own], ticks, roads, crews.who[:, :own]
    )
    return Question(
        mode=mode,
        states=1 + int(crew[:, c.BREAKS].max(initial=0)),
        crew=crew, pay=pay, hands=crews.hands, ticks=ticks, roads=roads, who=crews.who,
        jobs=np.array([worth, must], dtype=np.float64).T.copy(), need=need, room=room,
        node=places.stops, near=among.near(), candidates=among.candidates(),
        keys=among.keys(worth, need[:own]), tariff_at=starts.at, tariff=starts.pieces, drive=drive,
        most_road=most_road, bond_at=hanging.at, bond=hanging.rows, group=hanging.group,
        timed=hanging.timed, position=_positions(trial), sharing=sharing_of(trial),
        scale=among.scale(),
    )  # fmt: skip


def fit_legs(question: Question, tables: Tables, *, tolls: Floats) -> None:
    """Let the legs of a question take what these tables say; ``tolls`` as `tolls_of` gives them.

    Neighbours stay those of the tables by which the question was made.
    """
    places = Places(tables)
    legs = places.ticks(setup=True)
    question.ticks[c.OUT], question.ticks[c.IN] = legs, np.swapaxes(legs, 1, 2)
    limited = limits_road(tables)
    question.roads[:] = places.roads(tolls, limited=limited)[0]
    if limited:
        question.drive[:] = places.ticks(setup=False)


def _positions(trial: Trial) -> Ints:
    positions = trial.tables.draft.positions
    return np.array([positions.get(job, 0) for job in range(len(trial.tables.jobs))])


def _mode(crew: Ints, pay: Floats, hands: Ints, *, timed: bool) -> int:
    """How prices depend on times; ``timed`` when starts have a price, roads are limited, or
    there is traffic.
    """
    plain = [c.TOLL, c.SECOND_TOLL, c.USED, c.OVERTIME_FROM, c.PER_TICK, c.PER_JAM]
    beyond = pay.copy()
    beyond[:, plain] = 0
    beyond[:, c.PAY_STEPS : c.PAY_STEPS + 2 * (c.STEPS + c.SOFTS) : 2] = 0
    duration = bool(pay[:, c.PER_TICK].any() or (crew[:, c.MOST_TIME] < c.FAR // 2).any())
    several = bool(
        (hands[:, :, c.WINDOWS] > 1).any() or crew[:, c.BREAKS].any() or hands[:, :, c.TIED].any()
    )
    if timed or beyond.any() or (duration and several):
        return c.SIMULATED
    return c.TIMED if duration else c.PLAIN
