"""The post: facts become notices, notices leave with no transaction open, each exactly once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from dispatch import store
from dispatch.journal import record
from dispatch.notices import Notice
from dispatch.tasks import TaskRow
from schedules.embedded import EmbeddedQueue
from schedules.queue import Turn
from schedules.tasks import deliver_notices
from schedules.tasks.deliver_notices import NotSent
from tests import build
from tests.clock import NOW


class Post:
    """A post office that notes what it is given, and is away when it is told to."""

    def __init__(self, open_session, clock) -> None:
        self.open_session = open_session
        self.clock = clock
        self.taken: list[int] = []
        self.away = False
        self.task = deliver_notices.task(send=self.take)
        self.queue = EmbeddedQueue(open_session, clock=clock, tasks=[self.task])

    def take(self, notice: Notice) -> None:
        if self.away:
            raise NotSent("connection refused")
        self.taken.append(notice.id)

    def work(self) -> None:
        turn = Turn(payload={}, queue=self.queue, open_session=self.open_session, clock=self.clock)
        self.task.take(turn)

    def happen(self, kind: str) -> None:
        """A fact about a ticket whose contact has an address."""
        with store.writing(), self.open_session() as session, session.begin():
            ticket = build.ticket(session, contact=build.contact(session))
            record(session, kind, thing="ticket", thing_id=ticket.id, ticket_id=ticket.id, now=NOW)

    def notice(self) -> Notice:
        with self.open_session() as session:
            return session.scalars(select(Notice)).one()


@pytest.fixture
def post(open_session, clock):
    return Post(open_session, clock)


def test_what_happened_is_told_once(post):
    post.happen("ticket-opened")

    post.work()
    post.work()

    notice = post.notice()
    assert post.taken == [notice.id]
    assert notice.sent_at == NOW


def test_a_post_that_is_away_is_tried_again_later(post):
    post.happen("ticket-opened")
    post.away = True
    post.work()
    post.away = False

    post.work()
    too_soon = list(post.taken)
    post.clock.advance(seconds=15)
    post.work()

    notice = post.notice()
    assert too_soon == []
    assert post.taken == [notice.id]
    assert notice.attempts == 2


def test_a_fault_of_the_post_is_kept_for_an_administrator(post):
    post.happen("ticket-opened")
    post.away = True

    post.work()

    assert post.notice().fault == "connection refused"


def test_the_post_asks_to_be_called_again_soon(post):
    post.work()

    with post.open_session() as session:
        row = session.scalars(select(TaskRow)).one()
    assert row.not_before == NOW + timedelta(seconds=10)


def test_a_task_that_is_told_to_end_leaves_the_rest_for_later(post):
    post.happen("ticket-opened")
    turn = Turn(payload={}, queue=post.queue, open_session=post.open_session, clock=post.clock)
    turn.over.set()

    post.task.run(turn)

    assert post.taken == []
    assert post.notice().sent_at is None


def test_without_a_post_office_notices_wait_in_the_outbox(post):
    post.happen("ticket-opened")
    post.task = deliver_notices.task(send=None)

    post.work()

    notice = post.notice()
    assert (notice.sent_at, notice.attempts) == (None, 0)
