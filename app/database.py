"""Lend the trade's tables to Flask-SQLAlchemy: it owns engine and session, not the models.

A request that may change something takes SQLite's write lock with its first statement
(``BEGIN IMMEDIATE``); one that only reads never waits for a writer. Views commit; nothing below
them does. A view that computes for long before it writes (it hashes a password, it searches for
windows) is marked with ``reads_first`` and wraps its verb in ``store.writing()``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from flask import Flask, current_app, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.routing import IntegerConverter, Map

from app.config import Settings
from dispatch import store
from dispatch.tables import Base

db = SQLAlchemy(metadata=Base.metadata)

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LARGEST_ID = 2**31 - 1  # of PostgreSQL's integer; SQLite's drivers fail on far larger ones
View = TypeVar("View", bound=Callable[..., object])


class RowId(IntegerConverter):
    """``<int:...>`` of an address: a number that no row can have is not found."""

    def __init__(self, map: Map) -> None:  # noqa: A002 - werkzeug's name
        """Take numbers up to the largest that a row can have."""
        super().__init__(map, max=LARGEST_ID)


def row_id(text: str) -> int:
    """Read an id from a query or a form. Raises ValueError for what no row can have."""
    number = int(text)
    if not 0 <= number <= LARGEST_ID:
        raise ValueError(text)
    return number


def init_app(app: Flask, settings: Settings) -> None:
    """Open the database that the settings name, and choose how each request begins."""
    app.url_map.converters["int"] = RowId
    settings.instance.mkdir(parents=True, exist_ok=True)
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(settings)
    db.init_app(app)
    with app.app_context():
        store.arm(db.engine)
    app.before_request(_choose_begin_mode)
    app.teardown_request(_forget_begin_mode)


def session() -> Session:
    """Return the session of this request, which is what the trade's functions take."""
    return db.session()


def opener(app: Flask) -> Callable[[], Session]:
    """Return what opens sessions outside requests: for the queue, commands and probes."""
    with app.app_context():
        return sessionmaker(db.engine)


def reads_first(view: View) -> View:
    """Let a view's request begin as a reader, whatever its method; see the module's text."""
    view.__dict__["reads_first"] = True
    return view


@contextmanager
def thought_over() -> Iterator[None]:
    """End the reading of a ``reads_first`` view and write; whoever writes commits."""
    session().rollback()
    with store.writing():
        yield


def _engine_options(settings: Settings) -> dict[str, object]:
    """One connection for each thread: nobody waits for the pool, and the queue has a few more."""
    options: dict[str, object] = {"pool_size": settings.threads, "max_overflow": 16}
    if settings.database.startswith("postgresql"):
        options["pool_pre_ping"] = True
    return options


def _choose_begin_mode() -> None:
    """Set the mode always: a server's threads outlive one request."""
    view = current_app.view_functions.get(request.endpoint or "")
    marked = getattr(getattr(view, "view_class", view), "reads_first", False)
    reads = request.method in SAFE or marked
    store.BEGIN.set("DEFERRED" if reads else "IMMEDIATE")


def _forget_begin_mode(_error: BaseException | None) -> None:
    """Leave the thread as a reader: what it does between requests is not ours to lock."""
    store.BEGIN.set("DEFERRED")
