"""Plans one territory's day: reads the brief, lets the engine think, brings the answer into force.

No transaction is open while the engine thinks, in a process of its own. Whatever happens to it,
the plan in force stands until a better one has been judged and published in one transaction; the
run says how it ended. A run whose whole process died is started again by whoever comes next.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import ClassVar

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from dispatch.accounts import Account
from dispatch.base import DispatchError
from dispatch.places import Territory
from dispatch.planning import briefs, plans, runs
from dispatch.planning.briefs import Brief
from dispatch.planning.plans import BriefOutdated
from dispatch.planning.runs import PlanRun, RunKind, RunLost
from routing.solution import Solution
from routing.travel.provider import Provider, TravelError
from schedules import child
from schedules.child import End, EngineFailed
from schedules.engines import Spare
from schedules.queue import Queue, Task, Turn
from schedules.tasks.heart import Heart

NAME = "plan_day"
# Beyond the search itself: the brief, the start of the engine, the judge, the publishing.
AROUND = timedelta(minutes=5)
WRITES = 3
log = structlog.get_logger(__name__)


class EngineDied(DispatchError):
    """The engine ended by itself before its time; what it had found is not trusted."""

    code: ClassVar[str] = "engine-died"


class EngineLate(DispatchError):
    """The limit was over before the engine had any plan; on a busy machine it takes longer."""

    code: ClassVar[str] = "engine-late"


def start(  # noqa: PLR0913 - each is a choice of whoever asks
    session: Session,
    queue: Queue,
    *,
    territory: Territory,
    day: date,
    by: Account | None,
    now: datetime,
    limit_seconds: int,
    seed: int = 1,
    workers: int = 1,
    kind: RunKind = RunKind.DAY,
    publish: bool = True,
) -> PlanRun:
    """Ask for a plan: records the run and enqueues it, in the caller's transaction.

    Raises AlreadyQueued when the same is being planned. Without ``publish`` the answer is only
    proposed to a dispatcher.
    """
    run = runs.ask_plan(
        session,
        territory=territory,
        day=day,
        kind=kind,
        by=by,
        now=now,
        limit_seconds=limit_seconds,
        seed=seed,
        workers=workers,
        publish=publish,
    )
    enqueue(session, queue, run=run)
    return run


def enqueue(session: Session, queue: Queue, *, run: PlanRun) -> bool:
    """Put a run on the queue, also one that was cut off; False when it waits there already.

    Runs of one territory's day follow each other.
    """
    return queue.enqueue(
        session,
        task=NAME,
        payload={"run_id": run.id},
        dedupe_key=f"{NAME}:{run.id}",
        lock_key=f"territory:{run.territory_id}:{run.day.isoformat()}",
    )


def task(
    *,
    travel: Provider,
    longest: timedelta,
    tell: Callable[[PlanRun], None] = lambda _: None,
    settings: briefs.Settings = briefs.DEFAULT,
    memory_bytes: int = child.MEMORY_BYTES,
    spare: Spare | None = None,
) -> Task:
    """The task for the queue. ``longest`` is the longest search that anybody may ask for.

    ``tell`` hears of every change of a run, from a thread of the queue, with a detached row.
    ``spare`` saves the start of an engine.
    """
    desk = _Desk(
        travel=travel, settings=settings, tell=tell, memory_bytes=memory_bytes, spare=spare
    )
    return Task(
        name=NAME,
        run=lambda turn: _plan(turn, desk=desk),
        attempts=runs.ATTEMPTS,
        limit=longest + AROUND,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What every run is planned with."""

    travel: Provider
    settings: briefs.Settings
    tell: Callable[[PlanRun], None]
    memory_bytes: int
    spare: Spare | None

    def settings_for(self, run: PlanRun) -> briefs.Settings:
        """A repair may change less than a new plan."""
        if run.kind is RunKind.REPAIR:
            return replace(self.settings, mode=briefs.Mode.REPAIR)
        return self.settings


def _plan(turn: Turn, *, desk: _Desk) -> None:
    run_id = turn.number("run_id")
    try:
        with turn.writing() as session:
            token = runs.start(session, run_id=run_id, now=turn.clock())
    except RunLost:
        return  # it is over, cancelled or given up
    run = _row(turn, run_id)
    _tell(turn, run_id=run_id, desk=desk)
    try:
        _think_and_write(turn, run=run, token=token, desk=desk)
    except RunLost:
        return  # another process has taken the run over: its answer counts
    except BriefOutdated as outdated:
        if run.attempt < runs.ATTEMPTS:
            raise  # the queue lets it read and think once more
        _fail(turn, run_id=run_id, token=token, code=outdated.code, fault=str(outdated))
    except EngineFailed as failure:
        _note(failure.words, run_id=run_id)
        code = EngineDied.code if failure.exit_code < 0 else "engine-failed"
        _fail(turn, run_id=run_id, token=token, code=code, fault=str(failure))
    except (DispatchError, TravelError) as refusal:
        _fail(turn, run_id=run_id, token=token, code=refusal.code, fault=str(refusal))
    except Exception as bug:  # BLE001: the run must not look alive; the bug goes on up
        _fail(turn, run_id=run_id, token=token, code="bug", fault=f"{type(bug).__name__}: {bug}")
        raise
    finally:
        _tell(turn, run_id=run_id, desk=desk)


def _think_and_write(turn: Turn, *, run: PlanRun, token: int, desk: _Desk) -> None:
    """Read, think, write: short transactions, and none open while roads or the engine are asked."""
    settings = desk.settings_for(run)
    with turn.reading() as session:
        briefs.at_one_moment(session)
        reading = briefs.read(
            session,
            territory_id=run.territory_id,
            day=run.day,
            now=turn.clock(),
            last_visitor_days=settings.last_visitor_days,
            ledger_days=settings.fairness_days,
        )
    brief = briefs.compose(reading, travel=desk.travel, settings=settings)
    solution = _thought(turn, run=run, token=token, brief=brief, desk=desk)
    _bring(turn, run=run, token=token, solution=solution, brief=brief)


def _bring(turn: Turn, *, run: PlanRun, token: int, solution: Solution, brief: Brief) -> None:
    """Publish or propose. A deadlock or a lock that does not come costs a try, not the search."""
    bring = plans.publish if run.publish else plans.propose
    for tries_left in reversed(range(WRITES)):
        try:
            with turn.writing() as session:
                bring(
                    session,
                    run_id=run.id,
                    token=token,
                    solution=solution,
                    stamp=brief.stamp,
                    now=turn.clock(),
                )
        except (OperationalError, TimeoutError):
            if not tries_left:
                raise
            log.warning("run.not-written", run_id=run.id, tries_left=tries_left)
        else:
            return


def _thought(turn: Turn, *, run: PlanRun, token: int, brief: Brief, desk: _Desk) -> Solution:
    """The best that the engine found in its time, or until it was told to stop.

    Raises RunLost when another process has the run by now, EngineFailed when there is no plan,
    EngineLate when the limit was over before there was one, EngineDied when the engine was killed
    by somebody else.
    """
    if not brief.problem.jobs:
        return Solution(problem=brief.problem.name)
    say = partial(_tell, turn, run_id=run.id, desk=desk)
    with Heart(turn, run_id=run.id, token=token, tell=say) as heart:
        answer = child.solve(
            brief.problem,
            limit_s=run.limit_seconds,
            seed=run.seed,
            workers=run.workers,
            on_progress=heart.hear,
            stop=heart.stop,
            memory_bytes=desk.memory_bytes,
            spare=desk.spare,
        )
    _note(answer.words, run_id=run.id)
    if heart.lost:
        raise RunLost(run_id=run.id)
    if answer.end is End.NO_TIME:
        raise EngineLate(seconds=round(answer.seconds, 1))
    if answer.end is End.DIED:
        raise EngineDied(seconds=round(answer.seconds, 1))
    return answer.solution


def _note(words: str, *, run_id: int) -> None:
    """Keep what the engine said: it speaks only of defects, also when a plan came of it."""
    if words:
        log.error("engine.said", run_id=run_id, words=words)


def _tell(turn: Turn, *, run_id: int, desk: _Desk) -> None:
    """Say how the run stands; trouble with those who watch never ends a search."""
    try:
        desk.tell(_row(turn, run_id))
    except Exception:  # BLE001: whoever watches is somebody else's code, and the search goes on
        log.exception("run.not-told", run_id=run_id)


def _row(turn: Turn, run_id: int) -> PlanRun:
    """The run as it stands, detached."""
    with turn.reading() as session:
        return session.get_one(PlanRun, run_id)


def _fail(turn: Turn, *, run_id: int, token: int, code: str, fault: str) -> None:
    """Mark the run; when somebody else has it by now, it is theirs to mark."""
    log.warning("run.failed", run_id=run_id, code=code)
    with contextlib.suppress(RunLost), turn.writing() as session:
        runs.fail(session, run_id=run_id, token=token, code=code, fault=fault, now=turn.clock())
