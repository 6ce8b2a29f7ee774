"""Whether the server lives, whether it can work, and how hard: for probes and dashboards.

``/healthz`` says that the process answers. ``/readyz`` tries what a request would need and names
what is wrong. ``/metrics`` gives a few figures in Prometheus' text form.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from flask import Blueprint, Flask, Response, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.context import settings
from app.database import db, session
from app.progress import bus
from app.security import Audience, open_to
from dispatch import guards, migrations, store
from dispatch.journal import Bookmark
from dispatch.notices import Notice
from dispatch.tasks import TaskRow, TaskState

# The embedded ticker beats every second; ten without one mean that it stands still.
LONGEST_TICK = timedelta(seconds=10)
LONGEST_OUTBOX = timedelta(seconds=60)
LEAST_DISK_BYTES = 200 * 1024 * 1024
PROBE = "readyz"

blueprint = Blueprint("health", __name__)


def init_app(app: Flask) -> None:
    """Register the probes."""
    app.register_blueprint(blueprint)


def tell_ticks(app: Flask, last_tick: Callable[[], datetime | None]) -> None:
    """Let ``/readyz`` ask when the queue's ticker last beat; by the computer's own clock."""
    app.extensions["onsite.last-tick"] = last_tick


@blueprint.get("/healthz")
@open_to(Audience.ANYONE)
def alive() -> ResponseReturnValue:
    """Say that the process answers; asks nobody."""
    return {"alive": True}


@blueprint.get("/readyz")
@open_to(Audience.ANYONE)
def ready() -> ResponseReturnValue:
    """Say whether everything that a request needs is there; 503 names what is not."""
    try:
        wrong = list(_wrong())
    except (SQLAlchemyError, TimeoutError):
        db.session.rollback()
        current_app.logger.exception("database.probe-failed")
        wrong = ["database"]
    answer = jsonify({"ready": not wrong, "wrong": wrong})
    answer.status_code = 503 if wrong else 200
    return answer


@blueprint.get("/metrics")
@open_to(Audience.ANYONE)
def metrics() -> ResponseReturnValue:
    """Give a few figures; one query each."""
    waiting = session().scalar(select(func.count()).where(TaskRow.state == TaskState.WAITING))
    figures = {
        "onsite_outbox_oldest_seconds": _outbox_age().total_seconds(),
        "onsite_tasks_waiting": waiting or 0,
        "onsite_streams_open": bus().open,
    }
    text = "".join(f"# TYPE {name} gauge\n{name} {value}\n" for name, value in figures.items())
    return Response(text, mimetype="text/plain; version=0.0.4")


def _wrong() -> Iterator[str]:
    _write()
    if migrations.current(db.engine) != migrations.head():
        yield "schema"
    with db.engine.connect() as connection:
        if guards.missing_guards(connection):
            yield "guards"
    last_tick = current_app.extensions.get("onsite.last-tick")
    if last_tick is not None:
        beat = last_tick()
        if beat is None or clock.true_now() - beat > LONGEST_TICK:
            yield "ticker"
    if settings().smtp_host and _outbox_age() > LONGEST_OUTBOX:
        yield "outbox"
    if shutil.disk_usage(settings().instance).free < LEAST_DISK_BYTES:
        yield "disk"


def _write() -> None:
    """Write one row and commit, as any request might. A session of its own: GET only reads."""
    with store.writing(), store.sessions(db.engine)() as probe:
        mark = probe.get(Bookmark, PROBE)
        if mark is None:
            probe.add(Bookmark(reader=PROBE, fact_id=0))
        else:
            mark.fact_id += 1
        probe.commit()


def _outbox_age() -> timedelta:
    """How long the oldest notice that is due waits to be sent."""
    now = clock.now()
    due = session().scalar(
        select(func.min(Notice.next_at)).where(
            Notice.sent_at.is_(None), Notice.dead_at.is_(None), Notice.next_at <= now
        )
    )
    return now - due if due else timedelta(0)
