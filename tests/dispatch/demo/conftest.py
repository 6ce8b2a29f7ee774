"""Demo worlds that are loaded once and only read: making one costs more than a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from dispatch import demo, store
from dispatch.demo import PackName, ProfileName
from tests.databases import with_schema
from tests.dispatch.demo.days import D0


@pytest.fixture(scope="session")
def world_of(tmp_path_factory) -> Iterator[Callable[..., Session]]:
    """Open a session on a world by pack, profile and seed; on SQLite, guards in place."""
    with ExitStack() as open_sessions:

        @cache
        def load(pack: PackName, profile: ProfileName, seed: int = 1) -> Session:
            url = f"sqlite:///{tmp_path_factory.mktemp('demo') / 'onsite.db'}"
            with_schema(url)
            engine = store.arm(create_engine(url))
            open_sessions.callback(engine.dispose)
            session = open_sessions.enter_context(Session(engine))
            demo.load(session, pack=pack, profile=profile, seed=seed, day=D0)
            session.commit()
            return session

        yield load


@pytest.fixture
def small(world_of) -> Session:
    """Lyon with five technicians."""
    return world_of(PackName.LYON, ProfileName.S)


@pytest.fixture
def world(world_of) -> Session:
    """Lyon as everybody sees it first."""
    return world_of(PackName.LYON, ProfileName.M)
