"""One asked-for search: who asked, for which territory and day, how far it has got.

The token rises with every start; only the holder of the present token may finish a run. A search
whose process died falls silent; the chore that notices it queues the run again or gives it up.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, String, Text, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from dispatch import journal
from dispatch.accounts import Account
from dispatch.base import Base, DispatchError, WrongState, one_of
from dispatch.places import Territory

# Starts of one run before it is given up: a poisoned problem must not be tried for ever.
ATTEMPTS = 3
# A running search is heard every second or so; four missed beats of 15 s mean its process is gone.
SILENCE = timedelta(seconds=60)


class RunState(StrEnum):
    """How far a run has got."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


# Every other pair of state and verb is refused.
STEPS: Mapping[tuple[RunState, str], RunState] = {
    (RunState.QUEUED, "start"): RunState.RUNNING,
    (RunState.RUNNING, "start"): RunState.RUNNING,
    (RunState.RUNNING, "finish"): RunState.DONE,
    (RunState.QUEUED, "fail"): RunState.FAILED,
    (RunState.RUNNING, "fail"): RunState.FAILED,
    (RunState.QUEUED, "stop"): RunState.CANCELLED,
    (RunState.RUNNING, "stop"): RunState.RUNNING,
    (RunState.RUNNING, "requeue"): RunState.QUEUED,
}
LIVE = (RunState.QUEUED, RunState.RUNNING)


class RunKind(StrEnum):
    """What the run may change: a whole day, or a repair of the plan in force."""

    DAY = "day"
    REPAIR = "repair"


class PlanRun(Base):
    """One search. ``progress`` is the latest thing heard from the engine, for late watchers."""

    __tablename__ = "plan_run"
    __table_args__ = (
        Index(
            "uq_plan_run_live",
            "territory_id",
            "day",
            "kind",
            unique=True,
            sqlite_where=text("state IN ('queued', 'running')"),
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    day: Mapped[date]
    kind: Mapped[RunKind] = mapped_column(one_of(RunKind, name="kind"))
    state: Mapped[RunState] = mapped_column(one_of(RunState, name="state"))
    token: Mapped[int] = mapped_column(default=0)
    attempt: Mapped[int] = mapped_column(default=0)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    limit_seconds: Mapped[int]
    seed: Mapped[int] = mapped_column(default=1)
    workers: Mapped[int] = mapped_column(default=1)
    publish: Mapped[bool] = mapped_column(default=True)
    stop_asked_at: Mapped[datetime | None]
    progress: Mapped[dict[str, Any]]
    fault: Mapped[str | None] = mapped_column(Text)
    fault_code: Mapped[str | None] = mapped_column(String(64))

    territory: Mapped[Territory] = relationship()
    asked_by: Mapped[Account | None] = relationship()


class AlreadyQueued(DispatchError):
    """The same search waits or runs already: ``run_id``, None when it came in this very moment."""

    code: ClassVar[str] = "already-queued"


class RunLost(DispatchError):
    """Somebody else holds the run ``run_id`` by now, or it is over; nothing was written."""

    code: ClassVar[str] = "run-lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """What a searching process hears back: whether the run is still its own, and whether to stop."""

    mine: bool
    stop: bool


def ask_plan(  # noqa: PLR0913 - each is a choice of whoever asks
    session: Session,
    *,
    territory: Territory,
    day: date,
    kind: RunKind,
    by: Account | None,
    now: datetime,
    limit_seconds: int,
    seed: int = 1,
    workers: int = 1,
    publish: bool = True,
) -> PlanRun:
    """Queue a search. Raises AlreadyQueued when one of its kind waits or runs for that day."""
    live = live_run(session, territory_id=territory.id, day=day, kind=kind)
    if live is not None:
        raise AlreadyQueued(run_id=live.id)
    run = PlanRun(
        territory=territory,
        day=day,
        kind=kind,
        state=RunState.QUEUED,
        asked_by_id=by.id if by else None,
        asked_at=now,
        limit_seconds=limit_seconds,
        seed=seed,
        workers=workers,
        publish=publish,
        progress={},
    )
    try:
        with session.begin_nested():  # the twin of another connection may have been first
            session.add(run)
    except IntegrityError as refusal:
        raise AlreadyQueued(run_id=None) from refusal
    _tell(session, "run-queued", run=run, now=now, by=by)
    return run


def live_run(session: Session, *, territory_id: int, day: date, kind: RunKind) -> PlanRun | None:
    """The search of that kind that waits or runs for the day, if any."""
    return session.scalar(
        select(PlanRun).where(
            PlanRun.territory_id == territory_id,
            PlanRun.day == day,
            PlanRun.kind == kind,
            PlanRun.state.in_(LIVE),
        )
    )


def latest_run(session: Session, *, territory_id: int, day: date) -> PlanRun | None:
    """The run that is under way, else the last one that ended."""
    found = session.scalars(
        select(PlanRun)
        .where(PlanRun.territory_id == territory_id, PlanRun.day == day)
        .order_by(PlanRun.id.desc())
        .limit(5)
    ).all()
    live = [run for run in found if run.state in LIVE]
    return live[0] if live else (found[0] if found else None)


def start(session: Session, *, run_id: int, now: datetime) -> int:
    """Take the run; returns the token that finishing it needs.

    Takes it also from a process that is thought dead: that one's token is worth nothing from now
    on. Raises RunLost when the run is over, or has been tried too often and so has just failed.
    """
    token = session.scalar(
        update(PlanRun)
        .where(PlanRun.id == run_id, PlanRun.state.in_(LIVE), PlanRun.attempt < ATTEMPTS)
        .values(
            state=RunState.RUNNING,
            token=PlanRun.token + 1,
            attempt=PlanRun.attempt + 1,
            started_at=now,
            heartbeat_at=now,
        )
        .returning(PlanRun.token)
        .execution_options(synchronize_session=False)
    )
    if token is None:
        raise RunLost(run_id=run_id)
    run = session.get_one(PlanRun, run_id, populate_existing=True)
    _tell(session, "run-started", run=run, now=now)
    return token


def heartbeat(
    session: Session,
    *,
    run_id: int,
    token: int,
    progress: Mapping[str, object],
    now: datetime,
) -> Beat:
    """Say that the search lives and how far it is; one statement, or two when the run is lost."""
    stop_asked = session.execute(
        update(PlanRun)
        .where(PlanRun.id == run_id, PlanRun.token == token, PlanRun.state == RunState.RUNNING)
        .values(heartbeat_at=now, progress=dict(progress))
        .returning(PlanRun.stop_asked_at)
        .execution_options(synchronize_session=False)
    ).first()
    if stop_asked is None:
        return Beat(mine=False, stop=True)
    return Beat(mine=True, stop=stop_asked[0] is not None)


def finish(session: Session, *, run_id: int, token: int, now: datetime) -> PlanRun:
    """End the run as done, once. Raises RunLost unless ``token`` is the present one."""
    return _end(session, run_id=run_id, token=token, now=now, state=RunState.DONE)


def fail(
    session: Session, *, run_id: int, token: int, code: str, fault: str, now: datetime
) -> PlanRun:
    """End the run with its fault; the plan in force stands. Raises RunLost as ``finish`` does."""
    run = _end(session, run_id=run_id, token=token, now=now, state=RunState.FAILED)
    run.fault_code, run.fault = code, fault[:4000]
    session.flush()
    return run


def stop(session: Session, *, run: PlanRun, by: Account | None, now: datetime) -> PlanRun:
    """Cancel a waiting search; ask a running one to end now and keep the best it has found."""
    if (run.state, "stop") not in STEPS:
        raise WrongState(thing="run", id=run.id, state=run.state.value, verb="stop")
    if run.state is RunState.QUEUED:
        run.ended_at = now
    else:
        run.stop_asked_at = run.stop_asked_at or now
    run.state = STEPS[run.state, "stop"]
    session.flush()
    _tell(session, "run-stopped", run=run, now=now, by=by)
    return run


def mend_cut_runs(
    session: Session, *, now: datetime, silence: timedelta = SILENCE, held: Collection[int] = ()
) -> tuple[PlanRun, ...]:
    """Queue again what fell silent, give up what did so too often; returns the queued again.

    ``held`` are runs that a queue is known to be at; a clock that is hurried makes them look silent.
    """
    silent = session.scalars(
        select(PlanRun)
        .where(
            PlanRun.state == RunState.RUNNING,
            PlanRun.heartbeat_at < now - silence,
            PlanRun.id.not_in(held),
        )
        .order_by(PlanRun.id)
    ).all()
    again = []
    for run in silent:
        if run.attempt >= ATTEMPTS:
            _give_up(session, run=run, now=now)
            continue
        run.state = STEPS[run.state, "requeue"]
        _tell(session, "run-cut", run=run, now=now)
        again.append(run)
    session.flush()
    return tuple(again)


def _give_up(session: Session, *, run: PlanRun, now: datetime) -> None:
    run.state, run.ended_at = RunState.FAILED, now
    run.fault_code, run.fault = "run-cut", f"The search ended {run.attempt} times without a word."
    _tell(session, "run-failed", run=run, now=now)


def _end(session: Session, *, run_id: int, token: int, now: datetime, state: RunState) -> PlanRun:
    taken = session.execute(
        update(PlanRun)
        .where(PlanRun.id == run_id, PlanRun.token == token, PlanRun.state == RunState.RUNNING)
        .values(state=state, ended_at=now)
        .returning(PlanRun.id)
        .execution_options(synchronize_session=False)
    ).first()
    if taken is None:
        raise RunLost(run_id=run_id)
    run = session.get_one(PlanRun, run_id, populate_existing=True)
    _tell(session, f"run-{state.value}", run=run, now=now)
    return run


def _tell(
    session: Session, kind: str, *, run: PlanRun, now: datetime, by: Account | None = None
) -> None:
    journal.record(
        session,
        kind,
        thing="plan-run",
        thing_id=run.id,
        now=now,
        by=by,
        territory_id=run.territory_id,
        day=run.day.isoformat(),
    )
