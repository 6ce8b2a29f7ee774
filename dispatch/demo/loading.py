"""Load a demo world into an empty database, or take it away again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from dispatch import guards
from dispatch.accounts import Account, Role
from dispatch.base import Base
from dispatch.customers import Customer
from dispatch.demo.backlog import pile_up
from dispatch.demo.calendar import Calendar
from dispatch.demo.clocks import run_clocks
from dispatch.demo.crew import settle_firm
from dispatch.demo.customers import settle_customers
from dispatch.demo.drives import Fleet
from dispatch.demo.future import fill_days
from dispatch.demo.history import tell_history
from dispatch.demo.land import Land
from dispatch.demo.mark import DemoMark, NotADemo, mark_of
from dispatch.demo.needles import hide_needles
from dispatch.demo.pack import Pack, PackName, pack_of
from dispatch.demo.profile import PROFILES, ProfileName
from dispatch.demo.roster import roster
from dispatch.demo.rows import Rows
from dispatch.demo.world import World
from dispatch.places import Territory
from dispatch.tickets import Ticket
from dispatch.workforce import Technician

# The stage's code and the share of the whole that is done, 0 to 1.
Progress = Callable[[str, float], None]
# Where the stages end, as shares of the time that M takes.
STAGES = {"firm": 0.02, "history": 0.45, "future": 0.55, "writing": 1.0}


def load(
    session: Session,
    *,
    pack: PackName,
    profile: ProfileName,
    seed: int,
    day: date,
    progress: Progress = lambda _stage, _share: None,
) -> DemoMark:
    """Write a whole world whose demo day is the first working day on or after ``day``.

    Replaces a demo that is there. Never commits. M takes some seconds. Raises NotADemo when the
    database holds anything else.
    """
    clear(session)
    world = _world(session, pack=pack_of(pack), profile=profile, seed=seed, day=day)
    progress("firm", 0.0)
    settle_firm(world, session)
    roster(world)
    settle_customers(world)
    fleet = Fleet(world)
    tell_history(world, fleet, tell=_part(progress, "firm", "history"))
    fill_days(world, fleet, tell=_part(progress, "history", "future"))
    pile_up(world)
    hide_needles(world)
    run_clocks(world)
    mark = _mark(world, profile=profile)
    world.rows.write(tell=_part(progress, "future", "writing"))
    session.add(mark)
    session.flush()
    return mark


def clear(session: Session) -> None:
    """Take a demo away, with all that was done in it. Accounts of real people stay.

    Raises NotADemo when there is data without the mark of a demo; does nothing on an empty database.
    """
    if mark_of(session) is None:
        if is_empty(session):
            return
        raise NotADemo
    session.expunge_all()
    connection = session.connection()
    guarded = not guards.missing_guards(connection)
    # What is written once and for all cannot be deleted while the database watches over it.
    guards.drop_guards(connection)
    _delete_all(session)
    if guarded:
        guards.install_guards(connection)


def _delete_all(session: Session) -> None:
    ours = select(Account.id).where(Account.email.endswith(".example"))
    for table in reversed(Base.metadata.sorted_tables):
        if table is Role.__table__:
            continue
        gone = delete(table)
        if table is Account.__table__:
            gone = gone.where(Account.email.endswith(".example"))
        elif table.name in {"account_role", "api_token"}:
            gone = gone.where(table.c.account_id.in_(ours))
        session.execute(gone)


def is_empty(session: Session) -> bool:
    """Whether nobody has begun to work here: no customer, ticket, technician or territory."""
    return not any(
        session.scalar(select(exists().select_from(model)))
        for model in (Customer, Ticket, Technician, Territory)
    )


def _world(session: Session, *, pack: Pack, profile: ProfileName, seed: int, day: date) -> World:
    calendar = Calendar(pack.setting, around=day)
    size = PROFILES[profile]
    world = World(
        pack=pack,
        profile=size,
        seed=seed,
        day=calendar.first_worked(day),
        calendar=calendar,
        rows=Rows(session),
    )
    world.land = Land(pack, areas=size.territories, drawn=world.drawn("land"))
    world.past = [calendar.shifted(world.day, n) for n in range(-size.history_days, 0)]
    world.coming = [calendar.shifted(world.day, n) for n in range(1, size.future_days + 1)]
    return world


def _mark(world: World, *, profile: ProfileName) -> DemoMark:
    return DemoMark(
        pack=world.pack.name.value,
        profile=profile.value,
        seed=world.seed,
        day=world.day,
        zone=world.pack.setting.zone,
        language=world.pack.language,
        business=world.pack.texts["business"],
        personas=world.personas,
    )


def _part(progress: Progress, begins: str, stage: str) -> Callable[[float], None]:
    """Report a stage's own share as a share of the whole."""
    first, last = STAGES[begins], STAGES[stage]

    def tell(share: float) -> None:
        progress(stage, first + share * (last - first))

    return tell
