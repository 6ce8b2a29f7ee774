"""What works beside the pages: the queue with its tasks and chores, put together once.

An engine is kept ready where the tasks are done, so that a repair begins at once; an OSRM of our own
runs there, too.

The only place where the web hands the lower floors what they cannot know: sessions, the time,
travel, words for notices, and who watches.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from datetime import datetime, timedelta

from flask import Flask, current_app

from app import clock, database, geocoding, health, outbox, terms, travel, watching
from app.context import settings_of
from dispatch.planning.runs import PlanRun
from schedules import chores
from schedules.embedded import EmbeddedQueue
from schedules.engines import Spare
from schedules.postgres import PostgresQueue
from schedules.queue import Queue, Task
from schedules.tasks import deliver_notices, learn_travel, locate_sites, plan_day

# The longest search that anybody may ask for (app/config.py: plan_seconds).
LONGEST_SEARCH = timedelta(hours=1)
KEY = "onsite.queue"
SPARE = "onsite.spare-engine"
BESIDE = "onsite.sidecars"


def init_app(app: Flask) -> None:
    """Put the queue together; it takes orders at once, but works only after ``start``."""
    given = settings_of(app)
    geocoding.init_app(app)
    app.extensions[SPARE] = Spare() if given.plan_spare else None
    open_session = database.opener(app)
    now, tasks, all_chores = clock.clock_of(app), _tasks(app), chores.all_chores(given)
    app.extensions[KEY] = (
        PostgresQueue(given.database, open_session, clock=now, tasks=tasks, chores=all_chores)
        if given.queue == "postgres"
        else EmbeddedQueue(open_session, clock=now, tasks=tasks, chores=all_chores)
    )


def queue() -> Queue:
    """The queue of the current application."""
    found: Queue = current_app.extensions[KEY]
    return found


def start(app: Flask) -> None:
    """Begin to work on the queue in this process. Raises InstanceTaken."""
    held = app.extensions[KEY]
    if isinstance(held, EmbeddedQueue):
        held.start(settings_of(app).instance)
        if app.extensions[SPARE] is not None:
            app.extensions[SPARE].open()
        beside = app.extensions[BESIDE] = ExitStack()
        for sidecar in travel.sidecars(settings_of(app)):
            beside.enter_context(sidecar)
        health.tell_ticks(app, _last_tick(held))
    else:
        held.install()


def stop(app: Flask) -> None:
    """End what runs and give the instance back."""
    held = app.extensions[KEY]
    if isinstance(held, EmbeddedQueue):
        held.stop()
        app.extensions[BESIDE].close()
        if app.extensions[SPARE] is not None:
            app.extensions[SPARE].close()


def work_here(app: Flask) -> None:
    """Be a worker of the queue in PostgreSQL until told to stop."""
    held = app.extensions[KEY]
    assert isinstance(held, PostgresQueue)
    held.install()
    with app.extensions[SPARE] or nullcontext():
        held.work()


def _tasks(app: Flask) -> tuple[Task, ...]:
    given = settings_of(app)

    def tell(run: PlanRun) -> None:
        watching.tell(app, run)

    return (
        plan_day.task(
            travel=travel.of(app),
            longest=LONGEST_SEARCH,
            tell=tell,
            settings=terms.planning(given),
            memory_bytes=given.plan_memory_megabytes * 1024 * 1024,
            spare=app.extensions[SPARE],
        ),
        deliver_notices.task(send=outbox.sender(app)),
        locate_sites.task(geocoder=geocoding.asker(app), language=given.language),
        learn_travel.task(travel=travel.raw_of(app)),
    )


def _last_tick(held: EmbeddedQueue) -> Callable[[], datetime]:
    return lambda: clock.system() - timedelta(seconds=held.idle_seconds)
