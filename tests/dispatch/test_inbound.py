"""A repeated request gets the first one's answer, also when both come at once."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from dispatch import inbound, store
from dispatch.accounts import Account
from dispatch.inbound import KeyReused, SeenRequest
from tests import build
from tests.clock import NOW


def claimed(session, account, *, route="POST /visits", body_hash="a" * 64, now=NOW):
    return inbound.claim(
        session, account=account, key="key-0001", route=route, body_hash=body_hash, now=now
    )


def test_a_new_key_is_ours(session):
    assert claimed(session, build.account(session)) is None


def test_a_repeat_gets_the_stored_answer(session):
    account = build.account(session)
    claimed(session, account)
    inbound.store_answer(session, account=account, key="key-0001", status=201, answer="{}")
    session.flush()

    earlier = claimed(session, account)

    assert (earlier.status, earlier.answer) == (201, "{}")


@pytest.mark.parametrize("other", [{"route": "POST /tickets"}, {"body_hash": "b" * 64}])
def test_a_key_is_not_used_for_something_else(session, other):
    account = build.account(session)
    claimed(session, account)

    with pytest.raises(KeyReused):
        claimed(session, account, **other)


def test_two_accounts_may_use_the_same_key(session):
    claimed(session, build.account(session))

    assert claimed(session, build.account(session)) is None


def test_what_was_refused_may_be_tried_again(session):
    account = build.account(session)
    attempt = session.begin_nested()
    claimed(session, account)
    attempt.rollback()

    assert claimed(session, account) is None


def test_old_keys_are_forgotten(session):
    account = build.account(session)
    claimed(session, account, now=NOW - timedelta(days=31))

    inbound.forget_old(session, now=NOW)

    assert session.scalars(select(SeenRequest)).all() == []


def test_of_twins_one_works_and_the_others_get_its_answer(engine):
    with store.writing(), store.sessions(engine)() as session, session.begin():
        account_id = build.account(session).id
    answers, barrier = [], threading.Barrier(8)

    def send():
        barrier.wait()
        answers.append(once(engine, account_id))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["replayed"] * 7 + ["worked"]


def once(engine, account_id):
    with store.writing(), store.sessions(engine)() as session, session.begin():
        account = session.get_one(Account, account_id)
        earlier = claimed(session, account)
        if earlier is not None:
            return "replayed" if earlier.answer == "done" else "half"
        inbound.store_answer(session, account=account, key="key-0001", status=200, answer="done")
        return "worked"
