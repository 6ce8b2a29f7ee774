"""The journal: facts in order, and readers that miss none."""

import threading

import pytest

from dispatch import journal, store
from tests import build
from tests.clock import NOW


def recorded(session, kind="visit-cancelled", **about):
    fact = journal.record(session, kind, thing="visit", thing_id=1, now=NOW, **about)
    session.flush()
    return fact


def test_a_reader_goes_on_where_it_stopped(session):
    read, unread = recorded(session), recorded(session)

    journal.mark_read(session, reader="mend-plans", fact_id=read.id)

    facts = journal.facts_after(session, reader="mend-plans", kinds=["visit-cancelled"])
    assert facts == [unread]


def test_a_reader_sees_only_the_kinds_it_asks_for(session):
    recorded(session, "visit-arrived")
    wanted = recorded(session, "visit-cancelled")

    facts = journal.facts_after(session, reader="notices", kinds={"visit-cancelled"}, limit=5)

    assert facts == [wanted]


def test_a_bookmark_never_goes_back(session):
    first, second = recorded(session), recorded(session)
    journal.mark_read(session, reader="notices", fact_id=second.id)

    journal.mark_read(session, reader="notices", fact_id=first.id)

    assert journal.facts_after(session, reader="notices", kinds=["visit-cancelled"]) == []


def test_the_story_of_a_ticket_holds_its_visits(session):
    ticket = build.ticket(session)
    opened = recorded(session, "ticket-opened", ticket_id=ticket.id, by=build.agent(session))
    asked = recorded(session, "visit-requested", ticket_id=ticket.id)
    recorded(session, "visit-requested")

    assert journal.story_of_ticket(session, ticket_id=ticket.id) == [opened, asked]


@pytest.mark.postgres
@pytest.mark.parametrize("dialect", ["postgres"], scope="session")
def test_a_fact_that_commits_late_is_not_skipped(engine):
    """Ids are given out before commits; the reader waits for whoever is half-way.

    SQLite has one writer, so there nobody is.
    """
    open_session = store.sessions(engine)
    late = open_session()
    with store.writing():
        early_id = recorded(late).id
    seen = []

    def read():
        with open_session() as session:
            facts = journal.facts_after(session, reader="x", kinds=["visit-cancelled"])
            seen.extend(fact.id for fact in facts)

    reader = threading.Thread(target=read)
    commit_soon = threading.Timer(0.2, late.commit)
    commit_soon.start()
    reader.start()
    reader.join()
    commit_soon.join()

    late.close()
    assert seen == [early_id]
