"""64 customers after one window over HTTP: exactly one gets it, and nobody meets a fault of ours.

RACE_ROUNDS asks for more rounds than the few of the everyday suite.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import create_app
from dispatch import accounts, store
from dispatch.accounts import RoleName
from dispatch.promises import Hold, HoldState
from tests import build
from tests.clock import DAY, THE_DAY_BEFORE, at

CLIENTS = 64
ROUNDS = int(os.environ.get("RACE_ROUNDS", "2"))  # noqa: TID251 - for this test alone
pytestmark = pytest.mark.slow
WINDOW = {"opens_at": at("08:00").isoformat(), "closes_at": at("10:00").isoformat()}


@pytest.fixture
def app(database_url, tmp_path, clock):
    clock.now = at("09:00", day=THE_DAY_BEFORE)
    made = create_app(
        {
            "instance": str(tmp_path),
            "database_url": database_url,
            "secret_key": "only for tests, " * 4,
            "log": "error",
            "TESTING": True,
        },
        clock=clock,
    )
    yield made
    with made.app_context():
        made.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture
def rival_visits(app, clock):
    """Visits so long that a technician can begin only one of them between 8 and 10."""
    with (
        app.app_context(),
        store.writing(),
        Session(app.extensions["sqlalchemy"].engine) as session,
    ):
        territory = build.territory(session)
        technician = build.technician(session, territory=territory)
        build.shift(session, technician=technician, day=DAY)
        made = [
            build.visit(session, territory=territory, requested_at=clock(), work_minutes=240)
            for _ in range(CLIENTS)
        ]
        dispatcher = build.account(session, roles=[RoleName.DISPATCHER])
        _token, secret = accounts.issue_token(
            session,
            account=dispatcher,
            name="race",
            scopes=["booking"],
            expires_at=None,
            now=clock(),
        )
        ids = [visit.id for visit in made]
        session.commit()
    return ids, {"Authorization": f"Bearer {secret}"}


def test_one_of_64_clients_gets_the_window_and_nobody_meets_a_fault(app, rival_visits):
    ids, token = rival_visits
    start = Barrier(CLIENTS)

    def ask(visit_id, number):
        client = app.test_client()
        start.wait()
        headers = token | {"Idempotency-Key": f"race-{number}-{visit_id}"}
        return client.post(f"/api/v1/visits/{visit_id}/holds", json=WINDOW, headers=headers)

    with ThreadPoolExecutor(CLIENTS) as rivals:
        for number in range(ROUNDS):
            answers = list(rivals.map(ask, ids, [number] * CLIENTS))
            winners = [answer for answer in answers if answer.status_code == 201]
            assert sorted(answer.status_code for answer in answers) == [201] + [409] * 63
            assert live_holds(app) == 1
            freed = app.test_client().delete(
                f"/api/v1/holds/{winners[0].json['id']}", headers=token
            )
            assert freed.status_code == 200


def live_holds(app):
    with app.app_context(), Session(app.extensions["sqlalchemy"].engine) as session:
        held = select(func.count()).select_from(Hold).where(Hold.state == HoldState.HELD)
        return session.scalar(held)
