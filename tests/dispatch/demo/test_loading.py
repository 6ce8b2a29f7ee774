from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import Session

from dispatch import demo, guards
from dispatch.accounts import Account, RoleName
from dispatch.base import Base
from dispatch.customers import Contact, Customer
from dispatch.demo import NotADemo, PackName, ProfileName
from dispatch.places import Territory
from dispatch.tickets import Ticket
from dispatch.visits import Visit
from tests import build
from tests.dispatch.demo.days import D0

SMALL = {"pack": PackName.LYON, "profile": ProfileName.S, "day": D0}


def content_of(session: Session) -> str:
    """A hash of every row of every table."""
    digest = hashlib.sha256()
    for table in Base.metadata.sorted_tables:
        columns = [text(f'"{column.name}"') for column in table.columns]
        rows = sorted(
            repr(tuple(row)) for row in session.execute(select(*columns).select_from(table))
        )
        digest.update(json.dumps([table.name, rows]).encode())
    return digest.hexdigest()


def fresh_session() -> Session:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    return Session(engine)


def test_the_same_seed_makes_the_same_world():
    with fresh_session() as one, fresh_session() as other:
        demo.load(one, seed=1, **SMALL)
        demo.load(other, seed=1, **SMALL)

        assert content_of(one) == content_of(other)


def test_another_seed_makes_other_people_under_the_same_laws():
    with fresh_session() as one, fresh_session() as other:
        demo.load(one, seed=1, **SMALL)
        demo.load(other, seed=2, **SMALL)

        names = select(Contact.name).order_by(Contact.id)
        assert one.scalars(names).all() != other.scalars(names).all()
        count = select(func.count()).select_from(Customer)
        assert one.scalar(count) == other.scalar(count)


def test_a_small_world_loads_on_either_database_with_its_guards(session):
    demo.load(session, seed=1, **SMALL)

    assert session.scalar(select(func.count()).select_from(Visit)) > 400
    assert guards.missing_guards(session.connection()) == []


def test_ids_go_on_after_those_of_the_demo(session):
    demo.load(session, seed=1, **SMALL)

    highest = session.scalar(select(func.max(Customer.id)))
    assert build.customer(session).id > highest


def test_a_database_with_real_data_is_refused_and_left_alone(session):
    build.ticket(session)
    before = session.scalar(select(func.count()).select_from(Ticket))

    with pytest.raises(NotADemo):
        demo.load(session, seed=1, **SMALL)
    assert session.scalar(select(func.count()).select_from(Ticket)) == before


def test_a_demo_is_replaced_by_the_next_one(session):
    demo.load(session, seed=1, **SMALL)
    demo.load(session, seed=2, **SMALL)

    assert session.scalar(select(func.count()).select_from(Customer)) == 50
    assert demo.mark_of(session).seed == 2


def test_clearing_leaves_only_accounts_of_real_people(session):
    build.account(session, email="anna@firm.test", roles=(RoleName.ADMIN,))
    demo.load(session, seed=1, **SMALL)

    demo.clear(session)

    assert demo.is_empty(session)
    assert session.scalars(select(Account.email)).all() == ["anna@firm.test"]
    assert guards.missing_guards(session.connection()) == []


def test_the_demo_day_is_the_first_working_day(session):
    good_friday = date(2026, 4, 3)

    mark = demo.load(
        session, pack=PackName.BIRMINGHAM, profile=ProfileName.S, seed=1, day=good_friday
    )

    assert mark.day == date(2026, 4, 7)


def test_there_is_a_persona_for_every_role_and_nobody_has_a_password(small):
    mark = demo.mark_of(small)

    people = {role: small.get(Account, number) for role, number in mark.personas.items()}
    assert {role: person.tier for role, person in people.items() if person.tier} == {
        "tier1": 1,
        "tier2": 2,
        "tier3": 3,
        "lead": 3,
    }
    for role in (RoleName.DISPATCHER, RoleName.TECHNICIAN, RoleName.ADMIN):
        assert people[role.value].has(role)
    assert small.scalars(select(Account.password).distinct()).all() == [None]


def test_progress_is_told_in_order_up_to_the_whole():
    told = []
    with fresh_session() as session:
        demo.load(session, seed=1, progress=lambda _stage, share: told.append(share), **SMALL)

    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)


@pytest.mark.slow
def test_the_default_world_takes_no_more_than_forty_megabytes(world):
    (_number, _name, path), *_others = world.execute(text("PRAGMA database_list")).all()

    assert Path(path).stat().st_size < 40_000_000


@pytest.mark.slow
def test_a_world_to_measure_with_has_sixty_territories():
    with fresh_session() as session:
        demo.load(session, pack=PackName.LYON, profile=ProfileName.XL, seed=1, day=D0)

        assert session.scalar(select(func.count()).select_from(Territory)) == 60
        assert session.scalar(select(func.count()).select_from(Visit)) > 2000
